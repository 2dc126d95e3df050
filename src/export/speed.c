/* SPDX-License-Identifier: MIT */
#include "export/speed.h"

#include "base/clock.h"
#include "base/memory.h"

/* ---- The dense layers as they are exported, for each type of weights. ---- */

#include "export/parts/bits.inc"
#include "export/parts/half.inc"

#define name_dense dense_float32
#define name_weight float
#define NAME_VALUE(weight) (weight)
#include "export/parts/dense.inc"
#undef name_dense
#undef name_weight
#undef NAME_VALUE

#define name_dense dense_float16
#define name_weight uint16_t
#define NAME_VALUE(weight) name_half(weight)
#include "export/parts/dense.inc"
#undef name_dense
#undef name_weight

#define name_dense dense_int8
#define name_weight int8_t
#include "export/parts/dense_int8.inc"

/* ---- Their time. ---- */

typedef struct rows {
    float *x, *y;
    int16_t *q;
} rows;

static void predict(const tg_exported *exported, const rows *r) {
    const tg_export_step *step = exported->layout.steps;
    for (size_t d = 0; d < exported->layout.dense; step++) {
        if (!step->layer || step->layer->kind != TG_LAYER_DENSE) continue;
        const tg_export_dense *dense = &exported->dense[d++];
        if (dense->values) {
            dense_float32(r->x, step->in, step->out, dense->values, dense->bias, r->y);
        } else if (dense->halves) {
            dense_float16(r->x, step->in, step->out, dense->halves, dense->bias, r->y);
        } else {
            name_quantise(r->x, step->in, dense->inverse_step, dense->zero, r->q);
            dense_int8(r->q, step->in, step->out, dense->bytes, dense->scale, dense->bias, r->y);
        }
    }
}

/* The mean seconds of so many predictions. */
static double measure(const tg_exported *exported, const rows *r, size_t count) {
    const int64_t begin = tg_now();
    for (size_t i = 0; i < count; i++) predict(exported, r);
    return 1e-9 * (double)(tg_now() - begin) / (double)count;
}

enum { TURNS = 7 };
static const double TURN_SECONDS = 1e-3;

tg_status tg_export_measure(const tg_exported *exported, double *seconds) {
    const tg_export_layout *layout = &exported->layout;
    size_t longest = layout->longest_input;
    for (size_t i = 0; i < layout->count; i++)
        if (layout->steps[i].out > longest) longest = layout->steps[i].out;
    if (layout->dense == 0) {
        *seconds = 0;
        return TG_OK;
    }
    const rows r = {tg_allocate(longest, sizeof *r.x), tg_allocate(longest, sizeof *r.y),
                    tg_allocate(longest, sizeof *r.q)};
    tg_status status = r.x && r.y && r.q ? TG_OK : TG_OUT_OF_MEMORY;
    if (!status) {
        for (size_t i = 0; i < longest; i++) r.x[i] = 0.5f;
        size_t count = 1;
        double best = measure(exported, &r, count);
        while (best * (double)count < TURN_SECONDS) best = measure(exported, &r, count *= 2);
        /* The fastest turn: whatever disturbs it only makes it longer. */
        for (int turn = 1; turn < TURNS; turn++) {
            const double mean = measure(exported, &r, count);
            if (mean < best) best = mean;
        }
        *seconds = best;
    }
    tg_release(r.x);
    tg_release(r.y);
    tg_release(r.q);
    return status;
}
