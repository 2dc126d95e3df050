/* SPDX-License-Identifier: MIT */
/* Tensors: float32, row-major, of rank 0 (a number) to 4, in the memory of a device.
 *
 * Operations that work by rows take a tensor of any rank as a matrix: its last dimension gives the
 * columns, the product of the others the rows (rank 1: one row; rank 0: 1 x 1).
 *
 *     tg_tensor x;
 *     tg_status status = tg_matrix_create(tg_cpu(), 64, 784, &x);
 *     ...
 *     tg_tensor_destroy(&x);
 *
 * A tensor either owns its memory or is a view of memory that somebody else owns and that must
 * outlive it. The struct is a handle: copying it makes another view, not another tensor. Its fields
 * may be read; change them only through these functions. */
#ifndef TIGRILLO_TENSOR_H
#define TIGRILLO_TENSOR_H

#include <stdbool.h>
#include <stddef.h>

#include <tigrillo/api.h>
#include <tigrillo/device.h>
#include <tigrillo/status.h>

TG_BEGIN

#define TG_MAX_RANK 4

typedef struct tg_tensor {
    tg_device *device;
    size_t rank;
    size_t shape[TG_MAX_RANK]; /* the first `rank` entries count */
    size_t count;              /* number of elements: the product of the shape */
    void *memory;              /* on the device; tg_tensor_data() gives it where the CPU may */
    bool owned;
} tg_tensor;

/* Creates a tensor of zeros. `shape` has `rank` entries; a dimension may be 0. The caller destroys
 * it. TG_INVALID_ARGUMENT for a rank above TG_MAX_RANK, TG_OUT_OF_MEMORY where the size overflows
 * or cannot be had. */
TG_API TG_CHECKED tg_status tg_tensor_create(tg_device *device, const size_t *shape, size_t rank,
                                             tg_tensor *tensor);

/* The same for a matrix of rows x columns, and for a vector. */
TG_API TG_CHECKED tg_status tg_matrix_create(tg_device *device, size_t rows, size_t columns,
                                             tg_tensor *tensor);
TG_API TG_CHECKED tg_status tg_vector_create(tg_device *device, size_t count, tg_tensor *tensor);

/* Makes a view of `data` (the caller's, on the CPU, row-major, not copied). */
TG_API TG_CHECKED tg_status tg_tensor_view(float *data, const size_t *shape, size_t rank,
                                           tg_tensor *tensor);
TG_API TG_CHECKED tg_status tg_matrix_view(float *data, size_t rows, size_t columns,
                                           tg_tensor *tensor);

/* Releases what the tensor owns and clears it. A view only forgets. NULL and a cleared tensor
 * (all zero) are fine. */
TG_API void tg_tensor_destroy(tg_tensor *tensor);

/* A view of the same elements in another shape. The number of elements must be equal. */
TG_API TG_CHECKED tg_status tg_tensor_reshape(const tg_tensor *tensor, const size_t *shape,
                                              size_t rank, tg_tensor *view);

/* A view of `count` entries of the first dimension, from `first` on. */
TG_API TG_CHECKED tg_status tg_tensor_slice(const tg_tensor *tensor, size_t first, size_t count,
                                            tg_tensor *view);

/* Copies the elements; the shapes must be equal, the devices may differ. TG_UNSUPPORTED between
 * devices of two kinds when neither is the CPU. */
TG_API TG_CHECKED tg_status tg_tensor_copy(const tg_tensor *from, tg_tensor *to);

/* Sets every element. */
TG_API TG_CHECKED tg_status tg_tensor_fill(tg_tensor *tensor, float value);

/* Copies `count` floats, which must be the tensor's, between it and the caller's memory. */
TG_API TG_CHECKED tg_status tg_tensor_write(tg_tensor *tensor, const float *from, size_t count);
TG_API TG_CHECKED tg_status tg_tensor_read(const tg_tensor *tensor, float *to, size_t count);

/* The elements, when the tensor lives on the CPU; else NULL. */
TG_API float *tg_tensor_data(const tg_tensor *tensor);

/* The tensor seen as a matrix, as above. */
TG_API size_t tg_tensor_rows(const tg_tensor *tensor);
TG_API size_t tg_tensor_columns(const tg_tensor *tensor);

TG_END

#endif
