/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stddef.h>

void log_softmax(size_t k, const double *x, double *y);

void log_softmax(size_t k, const double *x, double *y) {
    double m = x[0], sum = 0;
    for (size_t i = 1; i < k; ++i) m = fmax(m, x[i]);
    for (size_t i = 0; i < k; ++i) sum += exp(x[i] - m);
    for (size_t i = 0; i < k; ++i) y[i] = x[i] - m - log(sum);
}
