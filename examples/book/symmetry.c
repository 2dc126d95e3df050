/* SPDX-License-Identifier: MIT */
/* Why weights must not begin equal: a layer of three units, one step of learning. */
#include "common.h"

enum { INPUTS = 2, UNITS = 3 };

static void step(const char *title, float W[UNITS * INPUTS], float V[2 * UNITS]) {
    const tg_layer layers[] = {tg_dense(UNITS), tg_tanh(), tg_dense(2), tg_softmax()};
    const tg_loss loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    const tg_update_rule rule = tg_sgd(1);
    float values[INPUTS] = {1, 0.5f};
    const int32_t label = 1;
    tg_model *model = NULL;
    tg_plan *plan = NULL;
    tg_optimizer *optimizer = NULL;
    tg_tensor x, y, parameters;
    double value;
    check(tg_matrix_view(values, 1, INPUTS, &x));
    check(tg_model_create(tg_cpu(), INPUTS, layers, TG_COUNT(layers), 1, &model));
    check(tg_model_parameters(model, &parameters));
    float *theta = tg_tensor_data(&parameters); /* W, b, V, c */
    for (int i = 0; i < UNITS * INPUTS; ++i) theta[i] = W[i];
    for (int i = 0; i < 2 * UNITS; ++i) theta[UNITS * INPUTS + UNITS + i] = V[i];
    check(tg_plan_create(model, TG_TRAINING, 1, &plan));
    check(tg_optimizer_create(tg_cpu(), parameters.count, &rule, &optimizer));
    check(tg_plan_forward(plan, &x, &y));
    check(tg_plan_loss(plan, &loss, tg_labels(&label, 1), &value));
    check(tg_plan_backward(plan));
    check(tg_optimizer_step(optimizer, 1, tg_plan_gradients(plan), &parameters));
    printf("%s\n", title);
    for (int j = 0; j < UNITS; ++j) {
        printf("  unit %d: %8.4f %8.4f\n", j, (double)theta[2 * j], (double)theta[2 * j + 1]);
    }
    tg_optimizer_destroy(optimizer);
    tg_plan_destroy(plan);
    tg_model_destroy(model);
}

int main(void) {
    step("all weights 0, after a step", (float[6]){0}, (float[6]){0});
    step("equal from unit to unit, after a step", (float[6]){0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f},
         (float[6]){0.5f, 0.5f, 0.5f, -0.5f, -0.5f, -0.5f});
    step("weights drawn at random, after a step", (float[6]){0.3f, -0.8f, -0.5f, 0.9f, 0.7f, 0.1f},
         (float[6]){0.6f, -0.2f, 0.4f, -0.9f, 0.3f, 0.8f});
    return 0;
}
