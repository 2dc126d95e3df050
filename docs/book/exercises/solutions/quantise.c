/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stddef.h>
#include <stdint.h>

double quantise(size_t count, const double *W, int8_t *q);

double quantise(size_t count, const double *W, int8_t *q) {
    double largest = 0;
    for (size_t i = 0; i < count; ++i) largest = fmax(largest, fabs(W[i]));
    const double scale = largest / 127;
    for (size_t i = 0; i < count; ++i) q[i] = (int8_t)rint(W[i] / scale);
    return scale;
}
