/* SPDX-License-Identifier: MIT */
/* Optimisers: rules, single steps, and a rule with its state. */
#include "nn/optimizer.h"

#include <math.h>

#include "base/memory.h"
#include "nn/check.h"

struct tg_optimizer {
    tg_update_rule rule;
    uint64_t steps;
    size_t states;
    tg_tensor state[2]; /* velocity, or first and second moment */
};

tg_update_rule tg_sgd(float learning_rate) {
    tg_update_rule rule = {.kind = TG_SGD, .learning_rate = learning_rate};
    return rule;
}

tg_update_rule tg_momentum(float learning_rate, float momentum) {
    tg_update_rule rule = tg_sgd(learning_rate);
    rule.momentum = momentum;
    return rule;
}

tg_update_rule tg_nesterov(float learning_rate, float momentum) {
    tg_update_rule rule = tg_momentum(learning_rate, momentum);
    rule.nesterov = true;
    return rule;
}

tg_update_rule tg_adam(float learning_rate) {
    tg_update_rule rule = {.kind = TG_ADAM,
                           .learning_rate = learning_rate,
                           .beta1 = 0.9f,
                           .beta2 = 0.999f,
                           .epsilon = 1e-8f};
    return rule;
}

tg_update_rule tg_adamw(float learning_rate) {
    tg_update_rule rule = tg_adam(learning_rate);
    rule.weight_decay = 0.01f;
    rule.decoupled_decay = true;
    return rule;
}

tg_status tg_update_rule_check(const tg_update_rule *rule) {
    TG_REQUIRE(rule, "the update rule is NULL");
    TG_REQUIRE(rule->kind == TG_SGD || rule->kind == TG_ADAM, "there is no optimiser kind %d",
               (int)rule->kind);
    TG_REQUIRE(rule->learning_rate >= 0 && isfinite(rule->learning_rate),
               "the learning rate is %g, but must be finite and not below 0",
               (double)rule->learning_rate);
    TG_REQUIRE(rule->weight_decay >= 0 && isfinite(rule->weight_decay),
               "the weight decay is %g, but must be finite and not below 0",
               (double)rule->weight_decay);
    if (rule->kind == TG_SGD) {
        TG_REQUIRE(rule->momentum >= 0 && rule->momentum < 1,
                   "the momentum is %g, but must be in [0, 1)", (double)rule->momentum);
        TG_REQUIRE(!rule->nesterov || rule->momentum > 0, "Nesterov's step needs momentum");
    } else {
        TG_REQUIRE(rule->beta1 >= 0 && rule->beta1 < 1 && rule->beta2 >= 0 && rule->beta2 < 1,
                   "the betas are %g and %g, but must be in [0, 1)", (double)rule->beta1,
                   (double)rule->beta2);
        TG_REQUIRE(rule->epsilon > 0 && isfinite(rule->epsilon),
                   "epsilon is %g, but must be above 0 and finite", (double)rule->epsilon);
    }
    return TG_OK;
}

tg_status tg_sgd_step(tg_tensor *weight, const tg_tensor *gradient, const tg_update_rule *rule,
                      tg_tensor *velocity) {
    const char *operation = "tg_sgd_step";
    TG_TRY(tg_check_like(operation, "weight", weight, "gradient", gradient));
    TG_TRY(tg_update_rule_check(rule));
    TG_REQUIRE(rule->kind == TG_SGD, "%s: the rule is not SGD's", operation);
    TG_TRY(tg_check_trains(operation, weight->device));
    TG_REQUIRE(velocity || rule->momentum == 0, "%s: momentum needs a velocity", operation);
    if (velocity) TG_TRY(tg_check_like(operation, "weight", weight, "velocity", velocity));
    bool moves = velocity && rule->momentum > 0;
    return weight->device->operations->sgd_step(weight->device, rule, weight->count,
                                                gradient->memory, moves ? velocity->memory : NULL,
                                                weight->memory);
}

tg_status tg_adam_step(tg_tensor *weight, const tg_tensor *gradient, const tg_update_rule *rule,
                       uint64_t step, tg_tensor *first, tg_tensor *second) {
    const char *operation = "tg_adam_step";
    TG_TRY(tg_check_like(operation, "weight", weight, "gradient", gradient));
    TG_TRY(tg_check_like(operation, "weight", weight, "first", first));
    TG_TRY(tg_check_like(operation, "weight", weight, "second", second));
    TG_TRY(tg_update_rule_check(rule));
    TG_REQUIRE(rule->kind == TG_ADAM, "%s: the rule is not Adam's", operation);
    TG_TRY(tg_check_trains(operation, weight->device));
    TG_REQUIRE(step >= 1, "%s: steps count from 1", operation);
    return weight->device->operations->adam_step(weight->device, rule, step, weight->count,
                                                 gradient->memory, first->memory, second->memory,
                                                 weight->memory);
}

tg_status tg_clip_norm(tg_tensor *gradient, float limit, double *norm) {
    TG_TRY(tg_check_tensor("tg_clip_norm", "gradient", gradient));
    TG_TRY(tg_check_trains("tg_clip_norm", gradient->device));
    TG_REQUIRE(limit > 0, "tg_clip_norm: the limit is %g, but must be above 0", (double)limit);
    const tg_operations *operations = gradient->device->operations;
    double sum = 0;
    TG_TRY(operations->sum_of_squares(gradient->device, gradient->memory, gradient->count, &sum));
    double before = sqrt(sum), factor = (double)limit / (before + 1e-6);
    if (factor < 1)
        TG_TRY(
            operations->scale(gradient->device, (float)factor, gradient->memory, gradient->count));
    if (norm) *norm = before;
    return TG_OK;
}

tg_status tg_optimizer_create(tg_device *device, size_t parameters, const tg_update_rule *rule,
                              tg_optimizer **optimizer) {
    TG_REQUIRE(device && optimizer, "tg_optimizer_create: an argument is NULL");
    TG_TRY(tg_update_rule_check(rule));
    tg_optimizer *made = tg_allocate(1, sizeof *made);
    if (!made) return TG_OUT_OF_MEMORY;
    made->rule = *rule;
    made->states = rule->kind == TG_ADAM ? 2 : rule->momentum > 0 ? 1 : 0;
    tg_status status = TG_OK;
    for (size_t i = 0; i < made->states && !status; i++)
        status = tg_vector_create(device, parameters, &made->state[i]);
    if (status) {
        tg_optimizer_destroy(made);
        return status;
    }
    *optimizer = made;
    return TG_OK;
}

void tg_optimizer_destroy(tg_optimizer *optimizer) {
    if (!optimizer) return;
    for (size_t i = 0; i < optimizer->states; i++) tg_tensor_destroy(&optimizer->state[i]);
    tg_release(optimizer);
}

tg_status tg_optimizer_step(tg_optimizer *optimizer, float learning_rate,
                            const tg_tensor *gradients, tg_tensor *parameters) {
    TG_REQUIRE(optimizer, "tg_optimizer_step: optimizer is NULL");
    tg_update_rule rule = optimizer->rule;
    rule.learning_rate = learning_rate;
    if (rule.kind == TG_SGD)
        TG_TRY(tg_sgd_step(parameters, gradients, &rule,
                           optimizer->states > 0 ? &optimizer->state[0] : NULL));
    else
        TG_TRY(tg_adam_step(parameters, gradients, &rule, optimizer->steps + 1,
                            &optimizer->state[0], &optimizer->state[1]));
    optimizer->steps++;
    return TG_OK;
}

tg_update_rule tg_optimizer_rule(const tg_optimizer *optimizer) {
    return optimizer->rule;
}

uint64_t tg_optimizer_steps(const tg_optimizer *optimizer) {
    return optimizer->steps;
}

void tg_optimizer_set_steps(tg_optimizer *optimizer, uint64_t steps) {
    optimizer->steps = steps;
}

size_t tg_optimizer_state_count(const tg_optimizer *optimizer) {
    return optimizer->states;
}

tg_status tg_optimizer_state(const tg_optimizer *optimizer, size_t index, tg_tensor *view) {
    TG_REQUIRE(optimizer && view, "tg_optimizer_state: an argument is NULL");
    TG_REQUIRE(index < optimizer->states, "tg_optimizer_state: state %zu of %zu", index,
               optimizer->states);
    *view = optimizer->state[index];
    view->owned = false;
    return TG_OK;
}
