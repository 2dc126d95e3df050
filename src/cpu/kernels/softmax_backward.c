/* SPDX-License-Identifier: MIT */
/* The backward functions of softmax and log-softmax. Both need a sum over the row first:
 *
 *     softmax        dx = y (dy - dot),         dot = sum of y dy
 *     log-softmax    dx = dy - exp(y) total,    total = sum of dy */
#include "cpu/kernels/exp.h"
#include "cpu/kernels/few_columns.h"
#include "cpu/kernels/many_columns.h"
#include "cpu/kernels/softmax_parts.h"

TG_INLINE vec term(bool log_form, vec y, vec dy) {
    return log_form ? dy : y * dy;
}

TG_INLINE vec result(bool log_form, vec y, vec dy, vec sum) {
    return log_form ? dy - exp_full(y) * sum : y * (dy - sum);
}

/* ---- Few columns ---- */

TG_INLINE void begin_group(size_t vectors, bool log_form, const float *y, const float *dy,
                           float *terms) {
    for (size_t i = 0; i < vectors * LANES; i += LANES)
        store(terms + i, term(log_form, load(y + i), load(dy + i)));
}

TG_INLINE void finish_group(size_t k, size_t vectors, bool log_form, const float *terms,
                            const float *y, const float *dy, float *dx) {
    const vec sums = row_sums(terms, k);
    for (size_t j = 0, i = 0; j < vectors; j++, i += LANES)
        store(dx + i, result(log_form, load(y + i), load(dy + i), spread(sums, j, k)));
}

/* Groups begin one ahead, as in softmax.c. */
TG_INLINE void groups_of(size_t k, bool log_form, size_t groups, const float *y, const float *dy,
                         float *dx) {
    _Alignas(64) float terms[2][GROUP_SIZE];
    const size_t size = k * LANES;
    if (groups > 0) begin_group(k, log_form, y, dy, terms[0]);
    for (size_t g = 0; g < groups; g++) {
        const size_t next = (g + 1) * size;
        if (g + 1 < groups) begin_group(k, log_form, y + next, dy + next, terms[(g + 1) % 2]);
        finish_group(k, k, log_form, terms[g % 2], y + g * size, dy + g * size, dx + g * size);
    }
}

TG_INLINE void few(bool log_form, size_t n, size_t k, const float *y, const float *dy, float *dx) {
    const size_t groups = n / LANES, done = groups * LANES * k, rest = n * k - done;
    TG_FOR_FEW(groups_of, k, log_form, groups, y, dy, dx)
    if (rest == 0) return;
    _Alignas(64) float terms[GROUP_SIZE] = {0};
    _Alignas(64) float padded_y[GROUP_SIZE] = {0}, padded_dy[GROUP_SIZE] = {0};
    const size_t vectors = (rest + LANES - 1) / LANES;
    memcpy(padded_y, y + done, rest * sizeof *y);
    memcpy(padded_dy, dy + done, rest * sizeof *dy);
    begin_group(vectors, log_form, padded_y, padded_dy, terms);
    finish_group(k, vectors, log_form, terms, padded_y, padded_dy, padded_dy);
    memcpy(dx + done, padded_dy, rest * sizeof *dx);
}

/* ---- Many columns ---- */

TG_INLINE double row_sum(size_t k, bool log_form, const float *y, const float *dy) {
    wide_sum sum = {0};
    vec part = all(0);
    size_t i = 0;
    for (; i + LANES <= k; i += LANES) {
        part += term(log_form, load(y + i), load(dy + i));
        wide_add_block(&sum, i / LANES, &part);
    }
    part += term(log_form, load_first(y + i, k - i), load_first(dy + i, k - i));
    wide_add(&sum, part);
    return wide_total(&sum);
}

TG_INLINE void edge(size_t k, bool log_form, const float *y, const float *dy, vec sum, float *dx) {
    for (size_t i = 0; i < k; i += LANES) {
        const size_t count = k - i < LANES ? k - i : LANES;
        store_first(dx + i, count,
                    result(log_form, load_first(y + i, count), load_first(dy + i, count), sum));
    }
}

TG_INLINE void many(bool log_form, bool streaming, size_t n, size_t k, const float *y,
                    const float *dy, float *dx) {
    for (size_t r = 0; r < n; r++, y += k, dy += k, dx += k) {
        const vec sum = all((float)row_sum(k, log_form, y, dy));
        /* Only whole lines of the cache are streamed. */
        size_t i = streaming ? (0 - (size_t)((uintptr_t)dx / sizeof *dx)) % LINE : 0;
        edge(i, log_form, y, dy, sum, dx);
        const size_t end = i + (k - i) / LINE * LINE;
        for (; i < end; i += LANES) {
            __builtin_prefetch(y + i + k);
            __builtin_prefetch(dy + i + k);
            const vec v = result(log_form, load(y + i), load(dy + i), sum);
            if (streaming)
                stream(dx + i, v);
            else
                store(dx + i, v);
        }
        edge(k - end, log_form, y + end, dy + end, sum, dx + end);
    }
    if (streaming) stream_end();
}

TG_INLINE void backward(bool log_form, size_t n, size_t k, const float *y, const float *dy,
                        float *dx) {
    if (k <= MOST_FEW)
        few(log_form, n, k, y, dy, dx);
    else if (dx != y && dx != dy && n * k * sizeof *dx > tg_stream_bytes)
        many(log_form, true, n, k, y, dy, dx);
    else
        many(log_form, false, n, k, y, dy, dx);
}

void TG_KERNEL(tg_softmax_backward)(size_t n, size_t k, const float *y, const float *dy,
                                    float *dx) {
    backward(false, n, k, y, dy, dx);
}

void TG_KERNEL(tg_log_softmax_backward)(size_t n, size_t k, const float *y, const float *dy,
                                        float *dx) {
    backward(true, n, k, y, dy, dx);
}
