/* SPDX-License-Identifier: MIT */
/* Exercise: softmax backward.
 *
 * Forward was p = softmax(x), k numbers. dp is the gradient of the loss by p; wanted is dx, that by
 * x:
 *
 *     dx_j = sum_i dp_i d p_i / d x_j,   d p_i / d x_j = p_i ([i = j] - p_j)
 *
 * It can be done without a matrix. p, dp: k numbers. dx: k numbers, to be written. */
#include <stddef.h>

void softmax_backward(size_t k, const double *p, const double *dp, double *dx);

void softmax_backward(size_t k, const double *p, const double *dp, double *dx) {
    (void)k; /* your code instead of these four lines */
    (void)p;
    (void)dp;
    (void)dx;
}
