/* SPDX-License-Identifier: MIT */
#include "device/update.h"

#include <math.h>

/* The two ways of weight decay. */
static float l2_of(const tg_update_rule *rule) {
    return rule->decoupled_decay ? 0 : rule->weight_decay;
}

static float keep_of(const tg_update_rule *rule) {
    return rule->decoupled_decay ? 1 - rule->learning_rate * rule->weight_decay : 1;
}

tg_sgd_factors tg_sgd_factors_of(const tg_update_rule *rule) {
    return (tg_sgd_factors){.rate = rule->learning_rate,
                            .momentum = rule->momentum,
                            .l2 = l2_of(rule),
                            .keep = keep_of(rule),
                            .nesterov = rule->nesterov};
}

tg_adam_factors tg_adam_factors_of(const tg_update_rule *rule, uint64_t step) {
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
