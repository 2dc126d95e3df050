/* SPDX-License-Identifier: MIT */
/* An update rule made ready for a device's kernels. Formulas: tigrillo/optimizer.h. */
#ifndef TG_DEVICE_UPDATE_H
#define TG_DEVICE_UPDATE_H

#include <stdbool.h>
#include <stdint.h>

#include <tigrillo/optimizer.h>

/* Of SGD. */
typedef struct tg_sgd_factors {
    float rate, momentum;
    float l2;   /* weight decay that goes into the gradient, */
    float keep; /* or that shrinks the weights: 1 - rate * decay */
    bool nesterov;
} tg_sgd_factors;

/* Of Adam, at one step. */
typedef struct tg_adam_factors {
    float rate, root; /* the learning rate, and 1 over the root of the second moment's scale, both
                       * with the corrections of the moments' bias */
    float beta1, beta2, epsilon;
    float l2, keep; /* as above */
} tg_adam_factors;

tg_sgd_factors tg_sgd_factors_of(const tg_update_rule *rule);

/* `step` counts from 1. */
tg_adam_factors tg_adam_factors_of(const tg_update_rule *rule, uint64_t step);

#endif
