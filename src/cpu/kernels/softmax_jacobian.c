/* SPDX-License-Identifier: MIT */
/* The Jacobian of softmax, which is nothing but writing: row i of a sample's matrix is
 * y_i / T (unit vector i - y). */
#include "cpu/kernels/many_columns.h"
#include "cpu/kernels/softmax_parts.h"

/* What is written one behind the other, but goes to memory in whole lines of the cache. */
enum { PENDING = 1024 };
typedef struct writer {
    _Alignas(64) float pending[PENDING + 2 * LINE];
    float *to;          /* where pending[0] goes: aligned to a line */
    size_t skip, count; /* pending[0 .. skip - 1] are not to be written */
} writer;

static void write_lines(writer *w) {
    const size_t whole = w->count / LINE * LINE;
    size_t i = 0;
    if (w->skip > 0) { /* the first line is not ours alone */
        memcpy(w->to + w->skip, w->pending + w->skip, (LINE - w->skip) * sizeof *w->to);
        w->skip = 0;
        i = LINE;
    }
    for (; i < whole; i += LANES) stream(w->to + i, load(w->pending + i));
    memcpy(w->pending, w->pending + whole, LINE * sizeof *w->to);
    w->to += whole;
    w->count -= whole;
}

TG_INLINE void write_lanes(writer *w, size_t count, vec v) {
    store(w->pending + w->count, v);
    w->count += count;
    if (w->count >= PENDING) write_lines(w);
}

/* Lanes of unit vector i, from column j on. */
TG_INLINE vec unit_lanes(size_t i, size_t j) {
    return (vec)((lane_numbers() == (int32_t)(i - j)) & (ivec)all(1));
}

static void streamed(size_t n, size_t k, float temperature, const float *y, float *jacobian) {
    writer w = {.skip = (uintptr_t)jacobian / sizeof *jacobian % LINE};
    w.to = jacobian - w.skip;
    w.count = w.skip;
    for (size_t r = 0; r < n; r++, y += k)
        for (size_t i = 0; i < k; i++) {
            const float yi = y[i] / temperature;
            size_t j = 0;
            for (; j + LANES <= k; j += LANES)
                write_lanes(&w, LANES, yi * (unit_lanes(i, j) - load(y + j)));
            if (j < k) write_lanes(&w, k - j, yi * (unit_lanes(i, j) - load_first(y + j, k - j)));
        }
    if (w.count >= LINE) write_lines(&w);
    memcpy(w.to + w.skip, w.pending + w.skip, (w.count - w.skip) * sizeof *w.to);
    stream_end();
}

static void stored(size_t n, size_t k, float temperature, const float *y, float *jacobian) {
    const float *end = jacobian + n * k * k;
    for (size_t r = 0; r < n; r++, y += k)
        for (size_t i = 0; i < k; i++, jacobian += k) {
            const float yi = y[i] / temperature;
            size_t j = 0;
            for (; j + LANES <= k; j += LANES)
                store(jacobian + j, yi * (unit_lanes(i, j) - load(y + j)));
            if (j == k) continue;
            const vec v = yi * (unit_lanes(i, j) - load_first(y + j, k - j));
            if (end - (jacobian + j) >= LANES)
                store(jacobian + j, v); /* the next row's beginning comes later */
            else
                store_first(jacobian + j, k - j, v);
        }
}

void TG_KERNEL(tg_softmax_jacobian)(size_t n, size_t k, float temperature, const float *y,
                                    float *jacobian) {
    if (n * k * k * sizeof *jacobian > tg_stream_bytes)
        streamed(n, k, temperature, y, jacobian);
    else
        stored(n, k, temperature, y, jacobian);
}
