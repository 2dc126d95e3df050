/* SPDX-License-Identifier: MIT */
/* The first of the largest in each row, or -1 where there is a NaN or nothing. */
#include "cpu/kernels/many_columns.h"
#include "cpu/kernels/softmax_parts.h"

static bool has_nan(size_t k, const float *x) {
    ivec found = (ivec)all(0);
    size_t i = 0;
    for (; i + LANES <= k; i += LANES) found |= load(x + i) != load(x + i);
    const vec rest = load_first(x + i, k - i);
    return any(found | (rest != rest));
}

void TG_KERNEL(tg_argmax)(size_t n, size_t k, const float *x, int32_t *labels) {
    for (size_t r = 0; r < n; r++, x += k) {
        labels[r] = -1;
        if (k == 0 || has_nan(k, x)) continue;
        const float max = row_max(k, x);
        size_t c = 0;
        while (c + LANES <= k && !any(load(x + c) == max)) c += LANES;
        while (x[c] != max) c++;
        labels[r] = (int32_t)c;
    }
}
