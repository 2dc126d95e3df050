/* SPDX-License-Identifier: MIT */
/* Optimiser steps over all parameters. Formulas: optimizer.h of the public headers. */
#include "cpu/cpu.h"
#include "cpu/split.h"
#include "device/update.h"

typedef struct sgd {
    const tg_elementwise_kernels *kernels;
    tg_sgd_factors factors;
    const float *gradient;
    float *velocity, *weight;
} sgd;

static void sgd_part(const void *context, size_t begin, size_t count) {
    const sgd *s = context;
    s->kernels->sgd(&s->factors, count, s->gradient + begin,
                    s->velocity ? s->velocity + begin : NULL, s->weight + begin);
}

tg_status tg_cpu_sgd_step(tg_device *device, const tg_update_rule *rule, size_t count,
                          const float *gradient, float *velocity, float *weight) {
    const sgd s = {tg_cpu_instructions(device)->elementwise, tg_sgd_factors_of(rule), gradient,
                   velocity, weight};
    tg_cpu_split(device, count, 65536, sgd_part, &s);
    return TG_OK;
}

typedef struct adam {
    const tg_elementwise_kernels *kernels;
    tg_adam_factors factors;
    const float *gradient;
    float *first, *second, *weight;
} adam;

static void adam_part(const void *context, size_t begin, size_t count) {
    const adam *a = context;
    a->kernels->adam(&a->factors, count, a->gradient + begin, a->first + begin, a->second + begin,
                     a->weight + begin);
}

tg_status tg_cpu_adam_step(tg_device *device, const tg_update_rule *rule, uint64_t step,
                           size_t count, const float *gradient, float *first, float *second,
                           float *weight) {
    const adam a = {tg_cpu_instructions(device)->elementwise,
                    tg_adam_factors_of(rule, step),
                    gradient,
                    first,
                    second,
                    weight};
    tg_cpu_split(device, count, 32768, adam_part, &a);
    return TG_OK;
}
