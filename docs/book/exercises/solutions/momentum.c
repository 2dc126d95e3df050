/* SPDX-License-Identifier: MIT */
#include <stddef.h>

void momentum_step(size_t count, double rate, double momentum, const double *g, double *v,
                   double *w);

void momentum_step(size_t count, double rate, double momentum, const double *g, double *v,
                   double *w) {
    for (size_t i = 0; i < count; ++i) {
        v[i] = momentum * v[i] + g[i];
        w[i] -= rate * v[i];
    }
}
