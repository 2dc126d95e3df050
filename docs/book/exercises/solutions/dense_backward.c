/* SPDX-License-Identifier: MIT */
#include <stddef.h>

void dense_backward(size_t n, size_t in, size_t out, const double *x, const double *W,
                    const double *dz, double *dW, double *db, double *dx);

void dense_backward(size_t n, size_t in, size_t out, const double *x, const double *W,
                    const double *dz, double *dW, double *db, double *dx) {
    for (size_t j = 0; j < out; ++j) {
        for (size_t i = 0; i < in; ++i) {
            double sum = 0;
            for (size_t r = 0; r < n; ++r) sum += dz[r * out + j] * x[r * in + i];
            dW[j * in + i] = sum;
        }
        db[j] = 0;
        for (size_t r = 0; r < n; ++r) db[j] += dz[r * out + j];
    }
    for (size_t r = 0; r < n; ++r) {
        for (size_t i = 0; i < in; ++i) {
            double sum = 0;
            for (size_t j = 0; j < out; ++j) sum += dz[r * out + j] * W[j * in + i];
            dx[r * in + i] = sum;
        }
    }
}
