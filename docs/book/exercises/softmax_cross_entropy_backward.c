/* SPDX-License-Identifier: MIT */
/* Exercise: softmax and cross-entropy backward, as one.
 *
 *     dx_rc = (p_rc - [c = label(r)]) / n
 *
 * p: n x k probabilities, row by row. labels: n classes, each from 0 to k - 1. dx: n x k, to be
 * written: the gradient of the mean loss by the scores. */
#include <stddef.h>

void softmax_cross_entropy_backward(size_t n, size_t k, const double *p, const size_t *labels,
                                    double *dx);

void softmax_cross_entropy_backward(size_t n, size_t k, const double *p, const size_t *labels,
                                    double *dx) {
    (void)n; /* your code instead of these five lines */
    (void)k;
    (void)p;
    (void)labels;
    (void)dx;
}
