/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stddef.h>

void softmax(size_t k, const double *x, double *p);

void softmax(size_t k, const double *x, double *p) {
    double m = x[0], sum = 0;
    for (size_t i = 1; i < k; ++i) m = fmax(m, x[i]);
    for (size_t i = 0; i < k; ++i) sum += p[i] = exp(x[i] - m);
    for (size_t i = 0; i < k; ++i) p[i] /= sum;
}
