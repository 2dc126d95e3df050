/* SPDX-License-Identifier: MIT */
/* The Jacobian of softmax, which is nothing but writing: row i of a sample's matrix is
 * y_i / T (unit vector i - y). */
#include "cpu/kernels/few_columns.h"
#include "cpu/kernels/softmax_parts.h"

#define LINE 16u /* floats in a line of the cache */

/* Columns begin .. begin + count - 1 of row i; up to a vector is written beyond them. */
TG_INLINE void row_part(const float *y, float scaled, size_t i, size_t begin, size_t count,
                        float *row) {
    size_t j = 0;
    for (; j + LANES <= count; j += LANES) store(row + j, -scaled * load(y + begin + j));
    if (j < count) store(row + j, -scaled * load_first(y + begin + j, count - j));
    if (i - begin < count) row[i - begin] = scaled * (1 - y[i]);
}

/* One of the vectors that a matrix of at most LANES columns is written as: its lanes' rows and
 * columns, and 1 on the diagonal. */
typedef struct matrix_part {
    ivec rows, columns;
    vec unit;
} matrix_part;

/* Matrices one after another, each of which is written a little beyond its end: as many of the n as
 * have room for that. Returns how many. */
static size_t short_rows(size_t n, size_t k, float temperature, const float *y, float *jacobian) {
    matrix_part parts[LANES];
    const size_t vectors = (k * k + LANES - 1) / LANES;
    for (size_t j = 0; j < vectors; j++) {
        parts[j].rows = rows_of(j, k);
        parts[j].columns = lane_numbers() + (int32_t)(j * LANES) - parts[j].rows * (int32_t)k;
        parts[j].unit = select(parts[j].rows == parts[j].columns, all(1), all(0));
    }
    size_t r = 0;
    for (; r < n && (n - r) * k * k >= vectors * LANES; r++, y += k, jacobian += k * k) {
        const vec row = load_first(y, k), scaled = row / temperature;
        for (size_t j = 0; j < vectors; j++)
            store(jacobian + j * LANES, permute(scaled, parts[j].rows) *
                                            (parts[j].unit - permute(row, parts[j].columns)));
    }
    return r;
}

static void stored(size_t n, size_t k, float temperature, const float *y, float *jacobian) {
    const float *end = jacobian + n * k * k;
    /* Where lanes cannot be permuted, rows alone are faster. */
    size_t r = LANES > 4 && k <= LANES ? short_rows(n, k, temperature, y, jacobian) : 0;
    for (y += r * k, jacobian += r * k * k; r < n; r++, y += k)
        for (size_t i = 0; i < k; i++, jacobian += k) {
            const float scaled = y[i] / temperature;
            if ((size_t)(end - jacobian) >= k + LANES) {
                row_part(y, scaled, i, 0, k, jacobian); /* the next row's beginning comes later */
            } else {
                for (size_t j = 0; j < k; j++) jacobian[j] = -scaled * y[j];
                jacobian[i] = scaled * (1 - y[i]);
            }
        }
}

/* What is written one behind the other, but goes to memory in whole lines of the cache. */
enum { PENDING = 128, PART = 512 };
typedef struct writer {
    _Alignas(64) float pending[PENDING + PART + LANES];
    float *to;   /* where pending[0] goes: aligned to a line */
    size_t skip; /* pending[0 .. skip - 1] are not to be written */
} writer;

/* Writes the whole lines of the first `count` and returns how many are left. */
static size_t write_lines(writer *w, size_t count) {
    const size_t whole = count / LINE * LINE;
    size_t i = 0;
    if (w->skip > 0) { /* the first line is not ours alone */
        memcpy(w->to + w->skip, w->pending + w->skip, (LINE - w->skip) * sizeof *w->to);
        w->skip = 0;
        i = LINE;
    }
    for (; i < whole; i += LANES) stream(w->to + i, load(w->pending + i));
    memcpy(w->pending, w->pending + whole, LINE * sizeof *w->to);
    w->to += whole;
    return count - whole;
}

static void streamed(size_t n, size_t k, float temperature, const float *y, float *jacobian) {
    writer w = {.skip = (uintptr_t)jacobian / sizeof *jacobian % LINE};
    w.to = jacobian - w.skip;
    size_t count = w.skip;
    for (size_t r = 0; r < n; r++, y += k)
        for (size_t i = 0; i < k; i++) {
            const float scaled = y[i] / temperature;
            for (size_t j = 0; j < k; j += PART) {
                const size_t part = k - j < PART ? k - j : PART;
                row_part(y, scaled, i, j, part, w.pending + count);
                count += part;
                if (count >= PENDING) count = write_lines(&w, count);
            }
        }
    if (count >= LINE) count = write_lines(&w, count);
    memcpy(w.to + w.skip, w.pending + w.skip, (count - w.skip) * sizeof *w.to);
    stream_end();
}

void TG_KERNEL(tg_softmax_jacobian)(size_t n, size_t k, float temperature, const float *y,
                                    float *jacobian) {
    if (n * k * k * sizeof *jacobian > tg_stream_bytes)
        streamed(n, k, temperature, y, jacobian);
    else
        stored(n, k, temperature, y, jacobian);
}
