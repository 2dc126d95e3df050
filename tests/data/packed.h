/* SPDX-License-Identifier: MIT */
/* Writes files of packed formats, gzip and PNG, with the data stored rather than packed, so that
 * the tests need no library for it. */
#ifndef TG_TESTS_DATA_PACKED_H
#define TG_TESTS_DATA_PACKED_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that are put together piece by piece. */
typedef struct test_bytes {
    unsigned char bytes[1 << 16];
    size_t size;
} test_bytes;

static inline void put(test_bytes *to, const void *bytes, size_t size) {
    if (size > sizeof to->bytes - to->size) abort();
    if (size) memcpy(to->bytes + to->size, bytes, size);
    to->size += size;
}

static inline void put_big(test_bytes *to, uint32_t number, size_t size) {
    for (size_t i = size; i-- > 0;) put(to, &(unsigned char){(unsigned char)(number >> 8 * i)}, 1);
}

static inline void put_little(test_bytes *to, uint64_t number, size_t size) {
    for (size_t i = 0; i < size; i++)
        put(to, &(unsigned char){(unsigned char)(number >> 8 * i)}, 1);
}

static inline uint32_t crc_32(const unsigned char *bytes, size_t size) {
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static inline uint32_t adler_32(const unsigned char *bytes, size_t size) {
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < size; i++) {
        a = (a + bytes[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

/* One block of deflate, stored; size < 65536. */
static inline void put_stored(test_bytes *to, const void *bytes, size_t size) {
    put(to, "\1", 1);
    put_little(to, size, 2);
    put_little(to, ~size & 0xffff, 2);
    put(to, bytes, size);
}

/* One block of deflate that unpacks to 1 + 258 x `repeats` zeros: a literal, then copies of the
 * byte before, as long as can be, each in 13 bits. */
static inline void put_zeros(test_bytes *to, size_t repeats) {
    /* First the bits of the block's head, of the literal 0 and of the copies; last the block's end.
     */
    static const char head[] = "110"
                               "00110000",
                      copy[] = "11000101"
                               "00000",
                      end[] = "0000000";
    unsigned char byte = 0;
    size_t bits = 0;
    for (size_t i = 0; i < repeats + 2; i++) {
        for (const char *bit = i == 0 ? head : i <= repeats ? copy : end; *bit; bit++) {
            byte = (unsigned char)(byte | (*bit == '1') << bits % 8);
            if (++bits % 8) continue;
            put(to, &byte, 1);
            byte = 0;
        }
    }
    put(to, &byte, 1);
}

static inline void put_gzip(test_bytes *to, const void *bytes, size_t size) {
    put(to, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    put_stored(to, bytes, size);
    put_little(to, crc_32(bytes, size), 4);
    put_little(to, size, 4);
}

static inline void put_chunk(test_bytes *to, const char *type, const void *bytes, size_t size) {
    put_big(to, (uint32_t)size, 4);
    size_t begin = to->size;
    put(to, type, 4);
    put(to, bytes, size);
    put_big(to, crc_32(to->bytes + begin, to->size - begin), 4);
}

enum { PNG_GREY = 0, PNG_COLOURS = 2, PNG_PALETTE = 3, PNG_GREY_ALPHA = 4, PNG_ALPHA = 6 };

static inline void put_png_header(test_bytes *to, size_t width, size_t height, unsigned char depth,
                                  unsigned char type) {
    test_bytes *chunk = calloc(1, sizeof *chunk);
    if (!chunk) abort();
    put(to, "\x89PNG\r\n\x1a\n", 8);
    put_big(chunk, (uint32_t)width, 4);
    put_big(chunk, (uint32_t)height, 4);
    put(chunk, (unsigned char[]){depth, type, 0, 0, 0}, 5);
    put_chunk(to, "IHDR", chunk->bytes, chunk->size);
    free(chunk);
}

/* The rest of a PNG file: `height` rows of `row` bytes each. */
static inline void put_png_rows(test_bytes *to, const unsigned char *rows, size_t row,
                                size_t height) {
    test_bytes *lines = calloc(1, sizeof *lines), *packed = calloc(1, sizeof *packed);
    if (!lines || !packed) abort();
    for (size_t y = 0; y < height; y++) {
        put(lines, "\0", 1); /* no filter */
        put(lines, rows + y * row, row);
    }
    put(packed, "\x78\x01", 2);
    put_stored(packed, lines->bytes, lines->size);
    put_big(packed, adler_32(lines->bytes, lines->size), 4);
    put_chunk(to, "IDAT", packed->bytes, packed->size);
    put_chunk(to, "IEND", NULL, 0);
    free(packed);
    free(lines);
}

#endif
