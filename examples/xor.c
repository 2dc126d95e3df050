/* SPDX-License-Identifier: MIT */
/* Exclusive or: the smallest task that needs a hidden layer. No straight line separates the inputs
 * with answer 1 from those with answer 0. Also shows the steps of training one by one; tg_fit()
 * does the same with batches, validation and the like. */
#include "common.h"

enum { CASES = 4, STEPS = 200 };

int main(void) {
    float inputs[CASES][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
    const int32_t answers[CASES] = {0, 1, 1, 0};

    /* 2 inputs, 8 hidden units, 2 classes: "0" and "1". Without the tanh between them, the two
     * dense layers together could do no more than one. The last argument but one is the seed. */
    const tg_layer layers[] = {tg_dense(8), tg_tanh(), tg_dense(2), tg_softmax()};
    tg_model *model = NULL;
    check(tg_model_create(tg_cpu(), 2, layers, TG_COUNT(layers), 1, &model));
    char summary[1024];
    tg_model_summary(model, summary, sizeof summary);
    puts(summary);

    /* A plan is the memory for passes through the model; an optimiser turns gradients into steps.
     * Parameters and gradients are one long vector each. */
    tg_update_rule rule = tg_adam(/* learning rate */ 0.05f);
    tg_loss loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    tg_plan *plan = NULL;
    tg_optimizer *optimizer = NULL;
    tg_tensor x, y, parameters;
    check(tg_plan_create(model, TG_TRAINING, CASES, &plan));
    check(tg_optimizer_create(tg_cpu(), tg_model_parameter_count(model), &rule, &optimizer));
    check(tg_model_parameters(model, &parameters));
    check(tg_matrix_view(inputs[0], CASES, 2, &x));

    for (int step = 0; step <= STEPS; ++step) {
        double value;
        /* y = model(x), and how far that is from the answers */
        check(tg_plan_forward(plan, &x, &y));
        check(tg_plan_loss(plan, &loss, tg_labels(answers, CASES), &value));
        /* how the loss changes with each parameter, and a step that makes it smaller */
        check(tg_plan_backward(plan));
        check(
            tg_optimizer_step(optimizer, rule.learning_rate, tg_plan_gradients(plan), &parameters));
        if (step % 50 == 0) printf("step %3d  loss %.4f\n", step, value);
    }

    int32_t guesses[CASES];
    int right = 0;
    check(tg_plan_forward(plan, &x, &y));
    check(tg_argmax(&y, guesses));
    putchar('\n');
    for (int i = 0; i < CASES; ++i) {
        printf("%.0f xor %.0f = %d  (probability of 1: %.3f)\n", (double)inputs[i][0],
               (double)inputs[i][1], (int)guesses[i], (double)tg_tensor_data(&y)[2 * i + 1]);
        right += guesses[i] == answers[i];
    }
    printf("%d of %d right\n", right, CASES);

    tg_optimizer_destroy(optimizer);
    tg_plan_destroy(plan);
    tg_model_destroy(model);
    return 0;
}
