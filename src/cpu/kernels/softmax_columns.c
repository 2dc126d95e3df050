/* SPDX-License-Identifier: MIT */
/* Rows so long that they are split by columns. */
#include "cpu/kernels/many_columns.h"
#include "cpu/kernels/softmax_parts.h"

typedef struct range {
    vec largest, top; /* of |x| and x */
} range;

/* The sum of the exponentials, which are stored too unless e is NULL. */
TG_INLINE double part_sum(size_t k, const float *x, exp_shift shift, bool small, float *e,
                          range *r) {
    wide_sum sum = {0};
    vec part = all(0);
    size_t i = 0;
    for (; i + LANES <= k; i += LANES) {
        const vec v = load(x + i), a = small ? exp_small(v) : exp_shifted(v, shift);
        r->largest = maximum(absolute(v), r->largest);
        r->top = maximum(v, r->top);
        if (e) store(e + i, a);
        part += a;
        wide_add_block(&sum, i / LANES, &part);
    }
    if (i < k) {
        const ivec mask = lane_numbers() < (int32_t)(k - i);
        const vec v = load_first(x + i, k - i);
        const vec a = select(mask, small ? exp_small(v) : exp_shifted(v, shift), all(0));
        r->largest = maximum(absolute(v), r->largest);
        r->top = maximum(select(mask, v, r->top), r->top);
        if (e) store_first(e + i, k - i, a);
        part += a;
    }
    wide_add(&sum, part);
    return wide_total(&sum);
}

/* Where no shift is possible. -Inf and NaN alone say nothing about the row's unit. */
static double plain_part(size_t k, const float *x, float max, double unit, float *e) {
    double sum = 0;
    for (size_t c = 0; c < k; c++) {
        const double v = (double)x[c];
        const double a = max > -INFINITY ? exp(v - unit) : isnan(v) ? v : 0;
        if (e) e[c] = (float)a;
        sum += a;
    }
    return sum;
}

tg_row_part TG_KERNEL(tg_part_exps)(size_t k, const float *x, float *e) {
    tg_row_part part = {.max = -INFINITY};
    range r = {all(0), all(-INFINITY)};
    const exp_shift none = exp_shift_for(all(0));
    if (e != x) { /* else a second try would find x overwritten */
        part.sum = e ? part_sum(k, x, none, true, e, &r) : part_sum(k, x, none, true, NULL, &r);
        part.max = max_lanes(r.top);
        if (max_lanes(r.largest) <= 40) return part;
    }
    part.max = row_max(k, x);
    if (fabsf(part.max) < TG_EXP_LIMIT) {
        part.unit = exp_shift_log(part.max);
        part.sum = part_sum(k, x, exp_shift_for(all(part.max)), false, e, &r);
    } else {
        if (part.max > -INFINITY) part.unit = plain_unit(part.max);
        part.sum = plain_part(k, x, part.max, part.unit, e);
    }
    return part;
}

enum { COLUMNS = 1024 }; /* of a block */

/* From the last block to the first: what was touched last is still in the cache. */
static void scale(size_t k, float factor, float *e) {
    for (size_t end = k; end > 0;) {
        const size_t begin = (end - 1) / COLUMNS * COLUMNS;
        size_t i = begin;
        for (; i + LANES <= end; i += LANES) store(e + i, load(e + i) * factor);
        if (i < end) store_first(e + i, end - i, load_first(e + i, end - i) * factor);
        end = begin;
    }
}

void TG_KERNEL(tg_part_scale)(size_t k, double factor, float *e) {
    if (factor > 0x1p-120) {
        scale(k, (float)factor, e);
    } else { /* it is not normal in float32, but products may be */
        scale(k, (float)(factor * 0x1p80), e);
        scale(k, 0x1p-80f, e);
    }
}

TG_INLINE void write_edge(size_t k, const float *x, exp_shift shift, float factor, float *y) {
    for (size_t i = 0; i < k; i += LANES) {
        const size_t count = k - i < LANES ? k - i : LANES;
        store_first(y + i, count, exp_shifted(load_first(x + i, count), shift) * factor);
    }
}

void TG_KERNEL(tg_part_write)(size_t k, const float *x, float max, double unit, double factor,
                              float *y) {
    if (!(fabsf(max) < TG_EXP_LIMIT)) {
        for (size_t c = 0; c < k; c++) y[c] = (float)(exp((double)x[c] - plain_unit(max)) * factor);
        return;
    }
    const exp_shift shift = exp_shift_for(all(max));
    const float q = (float)(factor * exp(exp_shift_log(max) - unit));
    size_t head = (0 - (size_t)((uintptr_t)y / sizeof *y)) % LINE;
    if (head > k) head = k;
    const size_t body = (k - head) / LINE * LINE;
    write_edge(head, x, shift, q, y);
    write_edge(k - head - body, x + head + body, shift, q, y + head + body);
    x += head;
    y += head;
    for (size_t end = body; end > 0;) {
        const size_t begin = (end - 1) / COLUMNS * COLUMNS;
        for (size_t i = begin; i < end; i += LANES) {
            const vec v = exp_shifted(load(x + i), shift) * q;
            if (x == y)
                store(y + i, v);
            else
                stream(y + i, v);
        }
        end = begin;
    }
    stream_end();
}
