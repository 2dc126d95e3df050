/* SPDX-License-Identifier: MIT */
/* The header of a .npy file: what the array is and where its values begin. */
#ifndef TG_DATA_NPY_HEADER_H
#define TG_DATA_NPY_HEADER_H

#include <stddef.h>

#include <tigrillo/status.h>

enum { TG_NPY_MOST_RANK = 8 };

typedef enum tg_npy_type {
    TG_NPY_FLOAT32,
    TG_NPY_FLOAT64,
    TG_NPY_UINT8,
    TG_NPY_INT32,
    TG_NPY_INT64
} tg_npy_type;

/* Bytes a value. */
size_t tg_npy_size(tg_npy_type type);

typedef struct tg_npy_header {
    size_t size; /* of the header: where the values begin */
    tg_npy_type type;
    size_t rank, shape[TG_NPY_MOST_RANK]; /* rank at least 1 */
} tg_npy_header;

/* Reads the header; other types and orders are refused with what to do instead. */
tg_status tg_npy_parse_header(const char *path, const unsigned char *bytes, size_t size,
                              tg_npy_header *header);

#endif
