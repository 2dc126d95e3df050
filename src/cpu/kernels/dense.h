/* SPDX-License-Identifier: MIT */
/* Matrix products for the dense layer, by one thread. The matrices are row-major; `..._row` is how
 * far apart the rows of a matrix lie. No output may overlap an input. */
#ifndef TG_CPU_KERNELS_DENSE_H
#define TG_CPU_KERNELS_DENSE_H

#include <stddef.h>

#include "cpu/kernels/elementwise.h"

/* c = a b for a: m x k, b: k x n, c: m x n. The element (i, t) of a is a[i a_row + t a_term], so a
 * may be a transposed matrix. */
typedef struct tg_product {
    size_t m, n, k;
    const float *a;
    size_t a_row, a_term;
    const float *b;
    size_t b_row;
    float *c;
    size_t c_row;
} tg_product;

typedef struct tg_dense_kernels {
    /* y = x W^T + b: x is n x in, w out x in, y n x out; b may be NULL. */
    void (*forward)(size_t n, size_t in, size_t out, const float *x, const float *w, const float *b,
                    float *y, size_t y_row);

    void (*multiply)(const tg_product *product);

    /* The step of SGD on weights and velocities of c's shape and rows, c = a b being the gradient:
     * memory for it, with nothing of use in it afterwards. velocity is NULL without momentum. */
    void (*multiply_step)(const tg_product *product, const tg_sgd_factors *sgd, float *weight,
                          float *velocity);

    /* sums_j = the sum of x's column j, in float64: over a large batch float32 would lose what is
     * added late. */
    void (*sum_columns)(size_t n, size_t columns, const float *x, size_t x_row, float *sums);
} tg_dense_kernels;

#endif
