/* SPDX-License-Identifier: MIT */
/* Whole numbers from the bytes of a file, on any processor. */
#ifndef TG_DATA_BYTES_H
#define TG_DATA_BYTES_H

#include <stdint.h>

static inline uint16_t tg_big_16(const unsigned char *bytes) {
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t tg_big_32(const unsigned char *bytes) {
    return (uint32_t)tg_big_16(bytes) << 16 | tg_big_16(bytes + 2);
}

static inline uint16_t tg_little_16(const unsigned char *bytes) {
    return (uint16_t)(bytes[1] << 8 | bytes[0]);
}

static inline uint32_t tg_little_32(const unsigned char *bytes) {
    return (uint32_t)tg_little_16(bytes + 2) << 16 | tg_little_16(bytes);
}

static inline uint64_t tg_little_64(const unsigned char *bytes) {
    return (uint64_t)tg_little_32(bytes + 4) << 32 | tg_little_32(bytes);
}

#endif
