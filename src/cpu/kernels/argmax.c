/* SPDX-License-Identifier: MIT */
/* The first of the largest in each row, or -1 where there is a NaN or nothing. */
#include <math.h>

#include "cpu/kernels/softmax_parts.h"

static int32_t argmax_of_row(size_t k, const float *x) {
    const size_t whole = k / LANES * LANES;
    const ivec in_row = lane_numbers() < (int32_t)(k - whole);
    const vec rest = select(in_row, load_first(x + whole, k - whole), all(-INFINITY));
    vec top = rest;
    ivec nan = rest != rest;
    for (size_t c = 0; c < whole; c += LANES) {
        const vec v = load(x + c);
        top = maximum(v, top);
        nan |= v != v;
    }
    if (any(nan)) return -1;
    const float max = max_lanes(top);
    for (size_t c = 0; c < whole; c += LANES) {
        const ivec found = load(x + c) == max;
        if (any(found)) return (int32_t)(c + first_lane(found));
    }
    return (int32_t)(whole + first_lane((rest == max) & in_row));
}

void TG_KERNEL(tg_argmax)(size_t n, size_t k, const float *x, int32_t *labels) {
    for (size_t r = 0; r < n; r++, x += k) labels[r] = k > 0 ? argmax_of_row(k, x) : -1;
}
