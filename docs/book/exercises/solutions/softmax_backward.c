/* SPDX-License-Identifier: MIT */
#include <stddef.h>

void softmax_backward(size_t k, const double *p, const double *dp, double *dx);

void softmax_backward(size_t k, const double *p, const double *dp, double *dx) {
    double dot = 0;
    for (size_t i = 0; i < k; ++i) dot += dp[i] * p[i];
    for (size_t i = 0; i < k; ++i) dx[i] = p[i] * (dp[i] - dot);
}
