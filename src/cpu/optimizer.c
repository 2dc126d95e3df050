/* SPDX-License-Identifier: MIT */
/* Optimiser steps over all parameters. Formulas: optimizer.h of the public headers. */
#include "cpu/optimizer.h"

#include <math.h>

#include "cpu/cpu.h"
#include "cpu/split.h"

/* The two ways of weight decay. */
static float l2_of(const tg_update_rule *rule) {
    return rule->decoupled_decay ? 0 : rule->weight_decay;
}

static float keep_of(const tg_update_rule *rule) {
    return rule->decoupled_decay ? 1 - rule->learning_rate * rule->weight_decay : 1;
}

tg_sgd_factors tg_cpu_sgd_factors(const tg_update_rule *rule) {
    return (tg_sgd_factors){.rate = rule->learning_rate,
                            .momentum = rule->momentum,
                            .l2 = l2_of(rule),
                            .keep = keep_of(rule),
                            .nesterov = rule->nesterov};
}

tg_adam_factors tg_cpu_adam_factors(const tg_update_rule *rule, uint64_t step) {
    /* The bias corrections 1 - beta^t, folded into the step and the root. */
    const double c1 = 1 - pow((double)rule->beta1, (double)step);
    const double c2 = 1 - pow((double)rule->beta2, (double)step);
    return (tg_adam_factors){.rate = (float)((double)rule->learning_rate / c1),
                             .root = (float)(1 / sqrt(c2)),
                             .beta1 = rule->beta1,
                             .beta2 = rule->beta2,
                             .epsilon = rule->epsilon,
                             .l2 = l2_of(rule),
                             .keep = keep_of(rule)};
}

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
    const sgd s = {tg_cpu_instructions(device)->elementwise, tg_cpu_sgd_factors(rule), gradient,
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
                    tg_cpu_adam_factors(rule, step),
                    gradient,
                    first,
                    second,
                    weight};
    tg_cpu_split(device, count, 32768, adam_part, &a);
    return TG_OK;
}
