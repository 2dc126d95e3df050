/* SPDX-License-Identifier: MIT */
#include "cpu/kernels/reduce.h"

#include "cpu/kernels/wide.h"

/* Sums that do not wait for each other. */
enum { SUMS = 4 };

double TG_KERNEL(tg_sum_of_squares)(size_t count, const float *x) {
    wide sums[SUMS] = {{0}};
    size_t i = 0;
    for (; i + SUMS / 2 * LANES <= count; i += SUMS / 2 * LANES)
        for (size_t j = 0; j < SUMS / 2; j++) {
            const vec v = load(x + i + j * LANES);
            sums[2 * j] += widen_low(v) * widen_low(v);
            sums[2 * j + 1] += widen_high(v) * widen_high(v);
        }
    for (; i < count; i += LANES) {
        const vec v = load_first(x + i, count - i < LANES ? count - i : LANES);
        sums[0] += widen_low(v) * widen_low(v);
        sums[1] += widen_high(v) * widen_high(v);
    }
    return sum_wide((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

bool TG_KERNEL(tg_all_finite)(size_t count, const float *x) {
    /* x - x is 0 for every finite x and NaN for the rest. */
    vec sums[SUMS] = {{0}};
    size_t i = 0;
    for (; i + SUMS * LANES <= count; i += SUMS * LANES)
        for (size_t j = 0; j < SUMS; j++) {
            const vec v = load(x + i + j * LANES);
            sums[j] += v - v;
        }
    for (; i < count; i += LANES) {
        const vec v = load_first(x + i, count - i < LANES ? count - i : LANES);
        sums[0] += v - v;
    }
    return sum_lanes((sums[0] + sums[1]) + (sums[2] + sums[3])) == 0;
}
