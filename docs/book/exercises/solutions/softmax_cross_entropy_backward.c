/* SPDX-License-Identifier: MIT */
#include <stddef.h>

void softmax_cross_entropy_backward(size_t n, size_t k, const double *p, const size_t *labels,
                                    double *dx);

void softmax_cross_entropy_backward(size_t n, size_t k, const double *p, const size_t *labels,
                                    double *dx) {
    for (size_t r = 0; r < n; ++r) {
        for (size_t c = 0; c < k; ++c) {
            const double y = c == labels[r];
            dx[r * k + c] = (p[r * k + c] - y) / (double)n;
        }
    }
}
