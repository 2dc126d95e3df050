/* SPDX-License-Identifier: MIT */
/* Log-softmax: y = (x - m) - log(1 + others / e_m), where m is the row's maximum, e_m its
 * exponential and "others" the sum of all but one maximum's. Both terms have one sign, so nothing
 * cancels, not even for a row that is nearly sure. */
#include "cpu/kernels/few_columns.h"
#include "cpu/kernels/log.h"
#include "cpu/kernels/many_columns.h"
#include "cpu/kernels/softmax_parts.h"

/* ---- Few columns ---- */

/* x may be y. */
TG_INLINE void group_of(size_t k, size_t vectors, const float *x, float *y, float *e) {
    const vec maxima = row_maxima(x, k);
    few_exps(k, vectors, x, e);
    const vec tops = row_maxima(e, k), sums = row_sums(e, k);
    vec others = sums - tops;
    const ivec sure = others < 0.5f * tops;
    if (any(sure)) { /* that cancels; but then the maximum is the only one */
        for (size_t j = 0, i = 0; j < vectors; j++, i += LANES)
            store(e + i, (vec)(~(load(x + i) == spread(maxima, j, k)) & (ivec)load(e + i)));
        others = select(sure, row_sums(e, k), others);
    }
    const vec logs = log1p_of(others / tops);
    for (size_t j = 0, i = 0; j < vectors; j++, i += LANES)
        store(y + i, (load(x + i) - spread(maxima, j, k)) - spread(logs, j, k));
}

TG_INLINE void groups_of(size_t k, size_t groups, const float *x, float *y) {
    _Alignas(64) float e[GROUP_SIZE];
    for (size_t g = 0; g < groups; g++, x += k * LANES, y += k * LANES) group_of(k, k, x, y, e);
}

/* Fewer rows than a group. */
static void rest_of(size_t rows, size_t k, const float *x, float *y) {
    _Alignas(64) float e[GROUP_SIZE] = {0}, padded[GROUP_SIZE] = {0};
    memcpy(padded, x, rows * k * sizeof *x);
    group_of(k, (rows * k + LANES - 1) / LANES, padded, padded, e);
    memcpy(y, padded, rows * k * sizeof *y);
}

/* ---- Many columns ---- */

/* The sum of the exponentials but for those of `without` (NaN: of all). */
static double sum_of_row(size_t k, const float *x, exp_shift shift, float without) {
    wide_sum sum = {0};
    vec part = all(0);
    size_t i = 0;
    for (; i + LANES <= k; i += LANES) {
        const vec v = load(x + i);
        part += (vec)(~(v == without) & (ivec)exp_shifted(v, shift));
        wide_add_block(&sum, i / LANES, &part);
    }
    const ivec in_row = lane_numbers() < (int32_t)(k - i);
    const vec rest = load_first(x + i, k - i);
    part += (vec)(in_row & ~(rest == without) & (ivec)exp_shifted(rest, shift));
    wide_add(&sum, part);
    return wide_total(&sum);
}

static double log_of_row(size_t k, const float *x, float max) {
    if (fabsf(max) < TG_EXP_LIMIT) {
        const exp_shift shift = exp_shift_for(all(max));
        const double top = (double)exp_shifted(all(max), shift)[0];
        double others = sum_of_row(k, x, shift, NAN) - top;
        if (others < top / 2) others = sum_of_row(k, x, shift, max);
        return log1p(others / top);
    }
    double sum = 0;
    for (size_t c = 0; c < k; c++) sum += exp((double)x[c] - (double)max);
    /* cppcheck-suppress invalidFunctionArg ; a row has columns */
    return log(sum);
}

TG_INLINE void many(bool streaming, size_t n, size_t k, const float *x, float *y) {
    for (size_t r = 0; r < n; r++, x += k, y += k) {
        const float max = row_max(k, x), log_sum = (float)log_of_row(k, x, max);
        size_t i = 0;
        /* Only whole lines of the cache are streamed. */
        for (; streaming && i < k && (uintptr_t)(y + i) / sizeof *y % LINE > 0; i++)
            y[i] = (x[i] - max) - log_sum;
        for (; i + LINE <= k; i += LINE)
            for (size_t j = i; j < i + LINE; j += LANES) {
                const vec v = (load(x + j) - max) - log_sum;
                if (streaming)
                    stream(y + j, v);
                else
                    store(y + j, v);
            }
        for (; i < k; i++) y[i] = (x[i] - max) - log_sum;
    }
    if (streaming) stream_end();
}

void TG_KERNEL(tg_log_softmax)(size_t n, size_t k, const float *x, float *y) {
    if (k <= MOST_FEW) {
        const size_t groups = n / LANES, done = groups * LANES;
        TG_FOR_FEW(groups_of, k, groups, x, y)
        if (done < n) rest_of(n - done, k, x + done * k, y + done * k);
    } else if (x != y && streams(n * k * sizeof *y)) {
        many(true, n, k, x, y);
    } else {
        many(false, n, k, x, y);
    }
}
