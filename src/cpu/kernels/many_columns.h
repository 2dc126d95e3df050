/* SPDX-License-Identifier: MIT */
/* Rows of many columns: the exponentials of one row, and in the same loop, while the processor
 * computes them, the row before is multiplied and written.
 *
 * A row begins with a head, so that what follows, whole vectors up to a tail, is aligned in the
 * result. So the order in which a row is summed, and the last bit of its result, may depend on its
 * address, but on nothing else beside the row. */
#ifndef TG_CPU_KERNELS_MANY_COLUMNS_H
#define TG_CPU_KERNELS_MANY_COLUMNS_H

#include <math.h>

#include "cpu/kernels/exp_shifted.h"
#include "cpu/kernels/wide_sum.h"

enum { AHEAD = 1024 }; /* so many columns ahead are fetched */
#define LINE 16u       /* floats in a line of the cache */

/* How a row is divided: columns before the body, whole vectors in it, columns behind it. */
typedef struct row_shape {
    size_t head, body, tail;
} row_shape;

/* A row of exponentials: those of the body in memory. */
typedef struct row_exps {
    float head[LANES], tail[LANES];
    float *body;
    double unit; /* they are exp(x - unit) */
    double sum;
} row_exps;

/* A row of which the vectors `next` to `end` of the body are still to be multiplied and written. */
typedef struct row_behind {
    const float *e;
    float *y;
    size_t next, end;
    vec factor;
} row_behind;

TG_INLINE row_shape shape_of_row(const float *y, size_t k) {
    const size_t head = (0 - (size_t)((uintptr_t)y / sizeof *y)) % LANES;
    return head < k ? (row_shape){head, (k - head) / LANES, (k - head) % LANES}
                    : (row_shape){k, 0, 0};
}

/* The largest of a row; a NaN is passed over. */
TG_INLINE float row_max(size_t k, const float *x) {
    vec a = all(-INFINITY), b = a;
    size_t i = 0;
    for (; i + 2 * LANES <= k; i += 2 * LANES) {
        a = maximum(load(x + i), a);
        b = maximum(load(x + i + LANES), b);
    }
    for (; i + LANES <= k; i += LANES) a = maximum(load(x + i), a);
    if (i < k) {
        const vec rest = load_first(x + i, k - i);
        b = maximum(select(lane_numbers() < (int32_t)(k - i), rest, all(-INFINITY)), b);
    }
    return max_lanes(maximum(a, b));
}

TG_INLINE void write_behind(row_behind *b, bool streaming) {
    const vec v = load(b->e + b->next * LANES) * b->factor;
    if (streaming)
        stream(b->y + b->next * LANES, v);
    else
        store(b->y + b->next * LANES, v);
    b->next++;
}

TG_INLINE void write_all_behind(row_behind *b, bool streaming) {
    while (b->next < b->end) write_behind(b, streaming);
}

/* Begins to write a row: with its edges. What is streamed later are whole lines of the cache, and
 * none of those that are written otherwise. */
TG_INLINE row_behind leave_behind(row_shape shape, const row_exps *e, float *y, float factor,
                                  bool streaming) {
    row_behind b = {.e = e->body, .y = y + shape.head, .end = shape.body, .factor = all(factor)};
    if (shape.head > 0) store_first(y, shape.head, load(e->head) * factor);
    if (shape.tail > 0) store_first(b.y + shape.body * LANES, shape.tail, load(e->tail) * factor);
    if (streaming && LANES < LINE) {
        const uintptr_t line = LINE * sizeof *y;
        while (b.next < b.end && (uintptr_t)(b.y + b.next * LANES) % line > 0)
            write_behind(&b, false);
        row_behind last = b;
        while (b.next < b.end && (uintptr_t)(b.y + b.end * LANES) % line > 0) b.end--;
        last.next = b.end;
        write_all_behind(&last, false);
    }
    return b;
}

/* 0 behind the first `count` lanes; *largest as below. */
TG_INLINE vec edge_exps(size_t count, const float *x, exp_shift shift, bool small, vec *largest) {
    const vec v = load_first(x, count);
    const ivec mask = lane_numbers() < (int32_t)count;
    *largest = maximum(absolute(v), *largest);
    return select(mask, small ? exp_small(v) : exp_shifted(v, shift), all(0));
}

/* Takes the exponentials with shift 0 (`small`) or another, and writes the row behind, whose memory
 * e->body may be: it is read before. Returns the largest |x| if `small`, NaN passed over. */
TG_INLINE float take_exps(row_shape shape, const float *x, exp_shift shift, bool small, row_exps *e,
                          row_behind *b, bool streaming) {
    vec largest = all(0), part = all(0);
    wide_sum sum = {0};
    if (shape.head > 0) {
        part = edge_exps(shape.head, x, shift, small, &largest);
        store(e->head, part);
    }
    x += shape.head;
    for (size_t i = 0; i < shape.body;) {
        const size_t end = i + BLOCK < shape.body ? i + BLOCK : shape.body;
        for (; i < end; i++) {
            __builtin_prefetch(x + i * LANES + AHEAD);
            const vec v = load(x + i * LANES), a = small ? exp_small(v) : exp_shifted(v, shift);
            if (small) largest = maximum(absolute(v), largest);
            if (b->next < b->end) write_behind(b, streaming);
            store(e->body + i * LANES, a);
            part += a;
        }
        wide_add(&sum, part);
        part = all(0);
    }
    wide_add(&sum, part);
    if (shape.tail > 0) {
        part = edge_exps(shape.tail, x + shape.body * LANES, shift, small, &largest);
        store(e->tail, part);
        wide_add(&sum, part);
    }
    e->sum = wide_total(&sum);
    write_all_behind(b, streaming); /* it may have one vector more than this row */
    return small ? max_lanes(largest) : 0;
}

/* Where column c's exponential lies. */
TG_INLINE float *row_element(row_shape shape, row_exps *e, size_t c) {
    if (c < shape.head) return e->head + c;
    c -= shape.head;
    return c < shape.body * LANES ? e->body + c : e->tail + (c - shape.body * LANES);
}

/* For a row whose maximum is too large for a shift, or not finite. */
static __attribute__((noinline, unused)) void take_plain_exps(row_shape shape, size_t k,
                                                              const float *x, row_exps *e) {
    e->sum = 0;
    for (size_t c = 0; c < k; c++) {
        const double exponential = exp((double)x[c] - e->unit);
        *row_element(shape, e, c) = (float)exponential;
        e->sum += exponential;
    }
}

/* The exponentials of a row, whatever it holds. *small: whether to try first with shift 0, without
 * looking for the maximum; becomes false where that fails. */
TG_INLINE void row_exps_of(row_shape shape, size_t k, const float *x, bool *small, row_exps *e,
                           row_behind *b, bool streaming) {
    if (*small) {
        e->unit = 0;
        *small = take_exps(shape, x, exp_shift_for(all(0)), true, e, b, streaming) <= 40;
        if (*small) return;
    }
    const float max = row_max(k, x);
    if (fabsf(max) < TG_EXP_LIMIT) {
        e->unit = exp_shift_log(max);
        (void)take_exps(shape, x, exp_shift_for(all(max)), false, e, b, streaming);
    } else {
        e->unit = plain_unit(max);
        write_all_behind(b, streaming);
        take_plain_exps(shape, k, x, e);
    }
}

/* Longer rows' exponentials lie in the result: in the row's own place or, where the result is
 * streamed, in that of the last two rows, which are made at the end. */
enum { SCRATCH = 8192 };

/* What row r is to be multiplied with; `label` is the logit that `labels` names. */
typedef float row_factor(void *context, size_t r, float label, row_shape shape, row_exps *e);

/* Calls `factor`, which the compiler knows, for all rows, and writes them to y, or not when that is
 * NULL: then k is at most SCRATCH. Labels that name no column are taken for 0. */
TG_INLINE void for_rows(size_t n, size_t k, const float *x, float *y, const int32_t *labels,
                        bool streaming, row_factor *factor, void *context) {
    _Alignas(64) float scratch[SCRATCH];
    float *shared = k <= SCRATCH ? scratch : NULL;
    if (!shared && streaming && n > 2) {
        float *last_two = y + (n - 2) * k;
        shared = last_two + shape_of_row(last_two, k).head;
    }
    bool small = shared || x != y; /* else a second try would find x overwritten */
    row_behind b = {0};
    row_exps e;
    for (size_t r = 0; r < n; r++, x += k) {
        const row_shape shape = shape_of_row(y ? y : x, k);
        const bool direct = !shared || (k > SCRATCH && r + 2 >= n);
        /* cppcheck-suppress nullPointerArithmeticRedundantCheck ; without y there is `shared` */
        e.body = direct ? y + shape.head : shared;
        const bool named = labels && labels[r] >= 0 && (size_t)labels[r] < k;
        const float label = x[named ? labels[r] : 0];
        row_exps_of(shape, k, x, &small, &e, &b, streaming);
        const float q = factor(context, r, label, shape, &e);
        if (!y) continue;
        b = leave_behind(shape, &e, y, q, streaming && !direct);
        if (direct && streaming) write_all_behind(&b, false);
        y += k;
    }
    write_all_behind(&b, streaming);
    if (streaming) stream_end();
}

#endif
