/* SPDX-License-Identifier: MIT */
/* Exercise: cross-entropy.
 *
 *     loss = -1/n sum_r log p_r,label(r)
 *
 * p: n x k probabilities, row by row: that of class c of sample r is p[r * k + c]. labels: n
 * classes, each from 0 to k - 1. Returns the loss. */
#include "check.h"

double cross_entropy(size_t n, size_t k, const double *p, const size_t *labels);

double cross_entropy(size_t n, size_t k, const double *p, const size_t *labels) {
    (void)n; /* your code instead of these five lines */
    (void)k;
    (void)p;
    (void)labels;
    return NOT_WRITTEN;
}
