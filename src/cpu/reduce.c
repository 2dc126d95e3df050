/* SPDX-License-Identifier: MIT */
/* What gradient clipping and the watch over infinities need. */
#include "cpu/cpu.h"
#include "cpu/split.h"

enum { LEAST = 65536 };

typedef struct elements {
    const tg_elementwise_kernels *kernels;
    const float *x;
} elements;

static double squares(const void *context, size_t begin, size_t count) {
    const elements *e = context;
    return e->kernels->sum_of_squares(count, e->x + begin);
}

static double infinities(const void *context, size_t begin, size_t count) {
    const elements *e = context;
    return e->kernels->all_finite(count, e->x + begin) ? 0 : 1;
}

tg_status tg_cpu_sum_of_squares(tg_device *device, const float *x, size_t count, double *sum) {
    const elements e = {tg_cpu_instructions(device)->elementwise, x};
    *sum = tg_cpu_sum(device, count, LEAST, squares, &e);
    return TG_OK;
}

tg_status tg_cpu_all_finite(tg_device *device, const float *x, size_t count, bool *finite) {
    const elements e = {tg_cpu_instructions(device)->elementwise, x};
    *finite = tg_cpu_sum(device, count, LEAST, infinities, &e) == 0;
    return TG_OK;
}

typedef struct scaling {
    const tg_elementwise_kernels *kernels;
    float factor;
    float *x;
} scaling;

static void scale(const void *context, size_t begin, size_t count) {
    const scaling *s = context;
    s->kernels->scale(s->factor, count, s->x + begin);
}

tg_status tg_cpu_scale(tg_device *device, float factor, float *x, size_t count) {
    const scaling s = {tg_cpu_instructions(device)->elementwise, factor, x};
    tg_cpu_split(device, count, LEAST, scale, &s);
    return TG_OK;
}
