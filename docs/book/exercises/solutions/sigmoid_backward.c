/* SPDX-License-Identifier: MIT */
#include <stddef.h>

void sigmoid_backward(size_t count, const double *y, const double *dy, double *dx);

void sigmoid_backward(size_t count, const double *y, const double *dy, double *dx) {
    for (size_t i = 0; i < count; ++i) dx[i] = dy[i] * y[i] * (1 - y[i]);
}
