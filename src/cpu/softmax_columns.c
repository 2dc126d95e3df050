/* SPDX-License-Identifier: MIT */
#include "cpu/softmax_columns.h"

#include <math.h>

#include "cpu/cpu.h"
#include "cpu/split.h"

/* Columns that one call of a kernel takes; a thread's are two ranges where the label is among them,
 * which is in neither. */
typedef struct range {
    size_t begin, end;
    tg_row_part exps;
} range;

typedef struct long_row {
    const tg_softmax_kernels *kernels;
    size_t k, label, parts;
    const float *x;
    float *y;
    bool keep; /* the exponentials stay in y between the passes, and are not taken twice */
    range ranges[TG_MOST_THREADS][2];
    float max;           /* of the row */
    double unit, others; /* the sum of exp(x - unit) but for the label's */
    double factor;       /* with the division by the sum */
} long_row;

bool tg_cpu_split_columns(const tg_device *device, size_t n, size_t k) {
    return k > 65536 || (k >= 32768 && n < (size_t)device->threads);
}

static void sum_part(void *context, size_t part) {
    long_row *row = context;
    const size_t begin = tg_part_begin(row->k, 64, row->parts, part);
    const size_t end = tg_part_begin(row->k, 64, row->parts, part + 1);
    const bool labelled = begin <= row->label && row->label < end;
    range *ranges = row->ranges[part];
    ranges[0] = (range){.begin = begin, .end = labelled ? row->label : end};
    ranges[1] = (range){.begin = labelled ? row->label + 1 : end, .end = end};
    for (size_t i = 0; i < 2; i++) {
        range *r = &ranges[i];
        if (r->begin < r->end)
            r->exps = row->kernels->part_exps(r->end - r->begin, row->x + r->begin,
                                              row->keep ? row->y + r->begin : NULL);
    }
}

static void write_part(void *context, size_t part) {
    const long_row *row = context;
    for (size_t i = 0; i < 2; i++) {
        const range *r = &row->ranges[part][i];
        const size_t count = r->end - r->begin;
        if (count == 0) continue;
        if (!row->keep)
            row->kernels->part_write(count, row->x + r->begin, row->max, row->unit, row->factor,
                                     row->y + r->begin);
        else /* zeros alone, and NaN, have no unit */
            row->kernels->part_scale(
                count, row->factor * (r->exps.max > -INFINITY ? exp(r->exps.unit - row->unit) : 1),
                row->y + r->begin);
    }
}

/* Puts the parts together: in their order, so that it does not matter who was first. */
static void add_parts(long_row *row, float label) {
    row->max = label;
    row->unit = isfinite(label) ? (double)label : 0;
    row->others = 0;
    for (size_t part = 0; part < row->parts; part++)
        for (size_t i = 0; i < 2; i++) {
            const range *r = &row->ranges[part][i];
            if (r->begin == r->end || !(r->exps.max > row->max)) continue;
            row->max = r->exps.max;
            row->unit = r->exps.unit;
        }
    for (size_t part = 0; part < row->parts; part++)
        for (size_t i = 0; i < 2; i++) {
            const range *r = &row->ranges[part][i];
            if (r->begin == r->end) continue;
            const bool empty = !(r->exps.max > -INFINITY); /* its sum is 0 or NaN */
            row->others += empty ? r->exps.sum : r->exps.sum * exp(r->exps.unit - row->unit);
        }
}

void tg_cpu_softmax_columns(tg_device *device, size_t n, size_t k, const float *x, size_t label,
                            double factor, float *y, double *loss) {
    long_row row = {.kernels = tg_cpu_instructions(device)->softmax,
                    .k = k,
                    .label = label,
                    .parts = tg_cpu_parts(device, k, 32768),
                    .x = x,
                    .y = y,
                    .keep = y && y != x && n * k * sizeof *y <= tg_stream_bytes};
    const bool labelled = label != TG_NO_LABEL;
    const float at_label = labelled ? x[label] : -INFINITY;

    tg_workers_run(device->workers, row.parts, sum_part, &row);
    add_parts(&row, at_label);
    const double label_exp = at_label == INFINITY ? (double)NAN : exp((double)at_label - row.unit);
    const double sum = row.others + label_exp, ratio = row.others / label_exp;
    if (labelled) *loss += ratio < 1e30 ? log1p(ratio) : log(sum) + row.unit - (double)at_label;
    if (!y) return;
    row.factor = factor / sum;
    tg_workers_run(device->workers, row.parts, write_part, &row);
    if (labelled) y[label] = (float)(-row.others * row.factor);
}
