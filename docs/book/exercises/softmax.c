/* SPDX-License-Identifier: MIT */
/* Exercise: softmax.
 *
 *     p_i = exp(x_i) / sum_j exp(x_j)
 *
 * x: k scores, k at least 1. p: k probabilities, to be written. When that is right, the checker
 * comes with scores of 1000, for which the formula, as it stands, has no answer: chapter 2 tells
 * what to do. */
#include <math.h>
#include <stddef.h>

void softmax(size_t k, const double *x, double *p);

void softmax(size_t k, const double *x, double *p) {
    (void)k; /* your code instead of these three lines */
    (void)x;
    (void)p;
}
