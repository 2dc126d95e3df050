/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stddef.h>

void kaiming(size_t in, size_t out, const double *u, double *W);

void kaiming(size_t in, size_t out, const double *u, double *W) {
    const double a = sqrt(3 * 2.0 / (double)in);
    for (size_t i = 0; i < out * in; ++i) W[i] = (2 * u[i] - 1) * a;
}
