/* SPDX-License-Identifier: MIT */
#include <stddef.h>

typedef double function(size_t count, const double *w);

void gradient(function *f, size_t count, double *w, double h, double *g);

void gradient(function *f, size_t count, double *w, double h, double *g) {
    for (size_t i = 0; i < count; ++i) {
        const double before = w[i];
        w[i] = before + h;
        const double above = f(count, w);
        w[i] = before - h;
        const double below = f(count, w);
        w[i] = before;
        g[i] = (above - below) / (2 * h);
    }
}
