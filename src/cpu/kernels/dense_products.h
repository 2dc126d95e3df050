/* SPDX-License-Identifier: MIT */
/* The two ways to multiply matrices; the table of dense.h is made of them. */
#ifndef TG_CPU_KERNELS_DENSE_PRODUCTS_H
#define TG_CPU_KERNELS_DENSE_PRODUCTS_H

#include <stdbool.h>

#include "cpu/kernels/dense.h"
#include "cpu/kernels/vector.h"

/* y = x W^T + b as dot products of the rows of x and W, which are read where they are: best for
 * small n. As tg_dense_kernels.forward. */
void TG_KERNEL(tg_dense_dots)(size_t n, size_t in, size_t out, const float *x, const float *w,
                              const float *b, float *y, size_t y_row);

/* c = a b, where b, if `transposed`, is given as its transposed: b_row is then the distance of the
 * columns. c begins with the bias in each row, unless that is NULL. */
void TG_KERNEL(tg_dense_multiply)(const tg_product *product, bool transposed, const float *bias);

void TG_KERNEL(tg_dense_multiply_step)(const tg_product *product, const tg_sgd_factors *sgd,
                                       float *weight, float *velocity);

/* How many of `left` rows or columns the next tile takes, of the sizes largest, 4, 2, 1. */
TG_INLINE size_t tile_size(size_t largest, size_t left) {
    if (left >= largest) return largest;
    return left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

TG_INLINE size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* The length of the next block when `left` is cut into blocks of at most `most`, all about as long.
 */
TG_INLINE size_t block_size(size_t most, size_t left) {
    const size_t blocks = (left + most - 1) / most;
    return blocks > 1 ? left / blocks : left;
}

#endif
