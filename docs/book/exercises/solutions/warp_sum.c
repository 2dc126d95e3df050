/* SPDX-License-Identifier: MIT */
#include <stddef.h>

enum { WARP = 32 };

void warp_sum(size_t lanes, double *v);

void warp_sum(size_t lanes, double *v) {
    for (size_t bit = lanes / 2; bit > 0; bit /= 2) {
        double there[WARP];
        for (size_t lane = 0; lane < lanes; ++lane) there[lane] = v[lane ^ bit];
        for (size_t lane = 0; lane < lanes; ++lane) v[lane] += there[lane];
    }
}
