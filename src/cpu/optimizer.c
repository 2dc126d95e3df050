/* SPDX-License-Identifier: MIT */
/* Optimiser steps over all parameters, and what gradient clipping needs. Formulas: optimizer.h. */
#include <math.h>

#include "cpu/cpu.h"

tg_status tg_cpu_sgd_step(tg_device *device, const tg_update_rule *rule, size_t count,
                          const float *gradient, float *velocity, float *weight) {
    (void)device;
    const float rate = rule->learning_rate, momentum = rule->momentum;
    const float l2 = rule->decoupled_decay ? 0 : rule->weight_decay;
    const float keep = rule->decoupled_decay ? 1 - rate * rule->weight_decay : 1;
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i] + l2 * weight[i];
        if (velocity) {
            velocity[i] = momentum * velocity[i] + g;
            g = rule->nesterov ? g + momentum * velocity[i] : velocity[i];
        }
        weight[i] = keep * weight[i] - rate * g;
    }
    return TG_OK;
}

tg_status tg_cpu_adam_step(tg_device *device, const tg_update_rule *rule, uint64_t step,
                           size_t count, const float *gradient, float *first, float *second,
                           float *weight) {
    (void)device;
    const float b1 = rule->beta1, b2 = rule->beta2, epsilon = rule->epsilon;
    /* The bias corrections 1 - beta^t, folded into the step and the root. */
    const double c1 = 1 - pow((double)b1, (double)step), c2 = 1 - pow((double)b2, (double)step);
    const float rate = (float)((double)rule->learning_rate / c1);
    const float root = (float)(1 / sqrt(c2));
    const float l2 = rule->decoupled_decay ? 0 : rule->weight_decay;
    const float keep = rule->decoupled_decay ? 1 - rule->learning_rate * rule->weight_decay : 1;
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i] + l2 * weight[i];
        first[i] = b1 * first[i] + (1 - b1) * g;
        second[i] = b2 * second[i] + (1 - b2) * g * g;
        weight[i] = keep * weight[i] - rate * first[i] / (sqrtf(second[i]) * root + epsilon);
    }
    return TG_OK;
}

tg_status tg_cpu_scale(tg_device *device, float factor, float *x, size_t count) {
    (void)device;
    for (size_t i = 0; i < count; i++) x[i] *= factor;
    return TG_OK;
}

tg_status tg_cpu_sum_of_squares(tg_device *device, const float *x, size_t count, double *sum) {
    (void)device;
    double total = 0;
    for (size_t i = 0; i < count; i++) total += (double)x[i] * (double)x[i];
    *sum = total;
    return TG_OK;
}

tg_status tg_cpu_all_finite(tg_device *device, const float *x, size_t count, bool *finite) {
    (void)device;
    /* x - x is 0 for every finite x and NaN for the rest. */
    float sum = 0;
    for (size_t i = 0; i < count; i++) sum += x[i] - x[i];
    *finite = sum == 0;
    return TG_OK;
}
