/* SPDX-License-Identifier: MIT */
/* The dense layer: three matrix products and a column sum. Products that are neither large nor thin
 * are BLAS's, by its own threads; the others are ours (kernels/dense.h), split over our workers.
 *
 * A thread gets the same rows of W, the same units, in forward and in the step, and as inputs of
 * the layer above: so weights, their gradients and the gradients by the units stay in its core's
 * cache. Only for large batches, whose rows are most of the memory, is it the rows that are split.
 */
#include <string.h>

#include "base/status.h"
#include "cpu/blas.h"
#include "cpu/cpu.h"
#include "device/update.h"

/* Units are split in multiples of the floats of a cache line, rows in those of a tile. From so many
 * rows on a batch is large. */
enum { UNITS = 16, ROWS = 8, MANY_ROWS = 1024 };

typedef struct layer {
    tg_device *device;
    size_t n, in, out;
} layer;

/* Ours are faster up to some 2^28 multiplications, and anywhere if a side is short, where BLAS's
 * preparations are most of its work. */
static bool uses_blas(const layer *l) {
    const size_t thin = 64;
    return l->n >= thin && l->in >= thin && l->out >= thin &&
           (double)l->n * (double)l->in * (double)l->out > 0x1p28 &&
           tg_blas_takes(l->n, l->in, l->out);
}

/* In how many parts a product is done: in one, unless it takes more than some ten microseconds.
 * Reading the weights counts like a few rows of the batch. */
static size_t count_parts(const layer *l) {
    const double work = ((double)l->n + 4) * (double)l->in * (double)l->out;
    return work < 0x1p20 ? 1 : (size_t)l->device->threads;
}

static void run(const layer *l, size_t parts, void (*body)(void *context, size_t part),
                void *context) {
    if (parts > 1)
        tg_workers_run(l->device->workers, parts, body, context);
    else
        body(context, 0);
}

/* Whether `units` outputs or inputs are enough to split them. */
static bool are_enough(size_t units, size_t parts) {
    return units >= UNITS * parts;
}

typedef struct range {
    size_t begin, count;
} range;

/* The whole, unless it is `split`. */
static range range_of(bool split, size_t count, size_t multiple, size_t parts, size_t part) {
    if (!split) return (range){0, count};
    const size_t begin = tg_part_begin(count, multiple, parts, part);
    return (range){begin, tg_part_begin(count, multiple, parts, part + 1) - begin};
}

/* ---- Forward ---- */

typedef struct forward {
    layer l;
    const float *x, *w, *b;
    tg_layer_kind activation;
    float slope;
    float *y;
    size_t parts;
    bool by_units;
} forward;

/* y is still in the cache: it was just made. */
static void activate(const forward *f, range rows, range units) {
    const tg_elementwise_kernels *kernels = tg_cpu_instructions(f->l.device)->elementwise;
    float *y = f->y + rows.begin * f->l.out + units.begin;
    if (units.count == f->l.out) {
        kernels->activation_forward(f->activation, f->slope, rows.count * units.count, y, y);
        return;
    }
    for (size_t r = 0; r < rows.count; r++, y += f->l.out)
        kernels->activation_forward(f->activation, f->slope, units.count, y, y);
}

static void forward_part(void *context, size_t part) {
    const forward *f = context;
    const layer *l = &f->l;
    const range units = range_of(f->by_units, l->out, UNITS, f->parts, part);
    const range all = range_of(!f->by_units, l->n, ROWS, f->parts, part);
    const size_t end = all.begin + all.count;
    for (range rows = {all.begin, 0}; rows.begin < end; rows.begin += rows.count) {
        rows.count = end - rows.begin < MANY_ROWS ? end - rows.begin : MANY_ROWS;
        tg_cpu_instructions(l->device)->dense->forward(
            rows.count, l->in, units.count, f->x + rows.begin * l->in, f->w + units.begin * l->in,
            f->b ? f->b + units.begin : NULL, f->y + rows.begin * l->out + units.begin, l->out);
        if (f->activation != TG_LAYER_DENSE) activate(f, rows, units);
    }
}

static void forward_by_blas(const forward *f) {
    const layer *l = &f->l;
    /* The bias goes in first, the product is added to it. */
    if (f->b)
        for (size_t r = 0; r < l->n; r++) memcpy(f->y + r * l->out, f->b, l->out * sizeof *f->y);
    tg_blas_multiply(l->device->threads, &(tg_blas_product){.m = l->n,
                                                            .n = l->out,
                                                            .k = l->in,
                                                            .a = f->x,
                                                            .b = f->w,
                                                            .b_transposed = true,
                                                            .factor = 1,
                                                            .keep = f->b ? 1 : 0,
                                                            .c = f->y});
}

/* y = activation(x W^T + b) */
tg_status tg_cpu_dense_forward(tg_device *device, size_t n, size_t in, size_t out, const float *x,
                               const float *w, const float *b, tg_layer_kind activation,
                               float slope, float *y) {
    if (n == 0 || out == 0) return TG_OK;
    forward f = {.l = {device, n, in, out},
                 .x = x,
                 .w = w,
                 .b = b,
                 .activation = activation,
                 .slope = slope,
                 .y = y};
    if (uses_blas(&f.l)) {
        forward_by_blas(&f);
        if (activation == TG_LAYER_DENSE) return TG_OK;
        return tg_cpu_activation_forward(device, activation, slope, n * out, y, y);
    }
    f.parts = count_parts(&f.l);
    f.by_units = n < MANY_ROWS && are_enough(out, f.parts);
    run(&f.l, f.parts, forward_part, &f);
    return TG_OK;
}

/* ---- Backward ---- */

typedef struct backward {
    layer l;
    const float *x, *w, *dy;
    float *dx, *dw, *db;
    const tg_sgd_factors *sgd; /* NULL: no step */
    float *weight, *velocity;
    size_t parts;
    bool by_units;
} backward;

/* dx = dy W */
static void input_part(void *context, size_t part) {
    const backward *b = context;
    const layer *l = &b->l;
    const range inputs = range_of(b->by_units, l->in, UNITS, b->parts, part);
    const range rows = range_of(!b->by_units, l->n, ROWS, b->parts, part);
    const tg_product product = {.m = rows.count,
                                .n = inputs.count,
                                .k = l->out,
                                .a = b->dy + rows.begin * l->out,
                                .a_row = l->out,
                                .a_term = 1,
                                .b = b->w + inputs.begin,
                                .b_row = l->in,
                                .c = b->dx + rows.begin * l->in + inputs.begin,
                                .c_row = l->in};
    tg_cpu_instructions(l->device)->dense->multiply(&product);
}

/* dW = dy^T x, or the step with it */
static void weight_part(void *context, size_t part) {
    const backward *b = context;
    const layer *l = &b->l;
    const range units = range_of(b->by_units, l->out, UNITS, b->parts, part);
    const range inputs = range_of(!b->by_units, l->in, UNITS, b->parts, part);
    const size_t place = units.begin * l->in + inputs.begin;
    const tg_product product = {.m = units.count,
                                .n = inputs.count,
                                .k = l->n,
                                .a = b->dy + units.begin,
                                .a_row = 1,
                                .a_term = l->out,
                                .b = b->x + inputs.begin,
                                .b_row = l->in,
                                .c = b->dw + place,
                                .c_row = l->in};
    const tg_dense_kernels *kernels = tg_cpu_instructions(l->device)->dense;
    if (b->sgd)
        kernels->multiply_step(&product, b->sgd, b->weight + place,
                               b->velocity ? b->velocity + place : NULL);
    else
        kernels->multiply(&product);
}

static void input_gradient(backward *b) {
    const layer *l = &b->l;
    if (uses_blas(l)) {
        tg_blas_multiply(l->device->threads, &(tg_blas_product){.m = l->n,
                                                                .n = l->in,
                                                                .k = l->out,
                                                                .a = b->dy,
                                                                .b = b->w,
                                                                .factor = 1,
                                                                .c = b->dx});
        return;
    }
    b->parts = count_parts(l);
    b->by_units = l->n < MANY_ROWS && are_enough(l->in, b->parts);
    run(l, b->parts, input_part, b);
}

/* to = decay to + factor dy^T x */
static void add_weight_gradient(const backward *b, float factor, float decay, float *to) {
    const layer *l = &b->l;
    tg_blas_multiply(l->device->threads, &(tg_blas_product){.m = l->out,
                                                            .n = l->in,
                                                            .k = l->n,
                                                            .a = b->dy,
                                                            .a_transposed = true,
                                                            .b = b->x,
                                                            .factor = factor,
                                                            .keep = decay,
                                                            .c = to});
}

static void weight_gradient(backward *b) {
    const layer *l = &b->l;
    b->parts = count_parts(l);
    b->by_units = are_enough(l->out, b->parts) &&
                  (l->n < MANY_ROWS || !are_enough(l->in, b->parts));
    run(l, b->parts, weight_part, b);
}

/* db = column sums of dy */
static void bias_gradient(const backward *b) {
    const layer *l = &b->l;
    tg_cpu_instructions(l->device)->dense->sum_columns(l->n, l->out, b->dy, l->out, b->db);
}

tg_status tg_cpu_dense_backward(tg_device *device, size_t n, size_t in, size_t out, const float *x,
                                const float *w, const float *dy, float *dx, float *dw, float *db) {
    backward b = {
        .l = {device, n, in, out}, .x = x, .w = w, .dy = dy, .dx = dx, .dw = dw, .db = db};
    if (dx) input_gradient(&b);
    if (dw && uses_blas(&b.l))
        add_weight_gradient(&b, 1, 0, dw);
    else if (dw)
        weight_gradient(&b);
    if (db) bias_gradient(&b);
    return TG_OK;
}

/* By BLAS the plain step is one product, as beta scales the weights: w = decay w - rate dy^T x.
 * It skips what is scaled by 0, NaN and all, so that such a step goes the other way. */
static tg_status step_by_blas(backward *b, const tg_update_rule *rule) {
    const float rate = b->sgd->rate, decay = b->sgd->keep - rate * b->sgd->l2;
    if (!b->velocity && rate != 0 && decay != 0) {
        add_weight_gradient(b, -rate, decay, b->weight);
        return TG_OK;
    }
    add_weight_gradient(b, 1, 0, b->dw);
    return tg_cpu_sgd_step(b->l.device, rule, b->l.out * b->l.in, b->dw, b->velocity, b->weight);
}

tg_status tg_cpu_dense_backward_step(tg_device *device, const tg_update_rule *rule, size_t n,
                                     size_t in, size_t out, const float *x, const float *dy,
                                     float *dx, float *w, float *b, float *w_velocity,
                                     float *b_velocity, float *dw, float *db) {
    const tg_sgd_factors sgd = tg_sgd_factors_of(rule);
    backward step = {.l = {device, n, in, out},
                     .x = x,
                     .w = w,
                     .dy = dy,
                     .dx = dx,
                     .dw = dw,
                     .db = db,
                     .sgd = &sgd,
                     .weight = w,
                     .velocity = w_velocity};
    if (dx) input_gradient(&step);
    if (uses_blas(&step.l))
        TG_TRY(step_by_blas(&step, rule));
    else
        weight_gradient(&step);
    if (!b) return TG_OK;
    bias_gradient(&step);
    return tg_cpu_sgd_step(device, rule, out, db, b_velocity, b);
}
