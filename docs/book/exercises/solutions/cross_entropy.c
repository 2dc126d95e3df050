/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stddef.h>

double cross_entropy(size_t n, size_t k, const double *p, const size_t *labels);

double cross_entropy(size_t n, size_t k, const double *p, const size_t *labels) {
    double sum = 0;
    for (size_t r = 0; r < n; ++r) sum -= log(p[r * k + labels[r]]);
    return sum / (double)n;
}
