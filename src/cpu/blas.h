/* SPDX-License-Identifier: MIT */
/* Matrix products by OpenBLAS, in a build that has it, with its number of threads kept as the
 * application set it.
 *
 * OpenBLAS has one number of threads for the whole process. A device has its own, so it is set
 * around the matrix products and put back behind them. While several threads compute at once, the
 * first one's number holds for all of them, and the application's comes back when the last leaves.
 */
#ifndef TG_CPU_BLAS_H
#define TG_CPU_BLAS_H

#include <stdbool.h>
#include <stddef.h>

/* c = factor a b + keep c, for a: m x k, b: k x n, c: m x n, row-major and without gaps; where
 * `..._transposed`, what is stored is the transposed matrix. */
typedef struct tg_blas_product {
    size_t m, n, k;
    const float *a, *b;
    bool a_transposed, b_transposed;
    float factor, keep;
    float *c;
} tg_blas_product;

/* Whether there is a BLAS, whose integers hold these sizes. */
bool tg_blas_takes(size_t m, size_t n, size_t k);

/* Only what tg_blas_takes(). */
void tg_blas_multiply(int threads, const tg_blas_product *product);

#endif
