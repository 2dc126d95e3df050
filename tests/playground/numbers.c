/* SPDX-License-Identifier: MIT */
/* The library's numbers, for the test of the page to compare with.
 *
 *     numbers scores TEMPERATURE LABEL LOGIT...
 *     numbers train HIDDEN ACTIVATION OPTIMISER RATE STEPS <POINTS
 *
 * POINTS has a line for each point: x, y and its label. Prints numbers, one a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tigrillo/tigrillo.h>

enum { MOST = 8, POINTS = 200 };

static void check(tg_status status) {
    if (status == TG_OK) return;
    fprintf(stderr, "error: %s\n", tg_error_message());
    exit(EXIT_FAILURE);
}

static void print(const float *values, size_t count) {
    for (size_t i = 0; i < count; i++) printf("%.9g\n", (double)values[i]);
}

/* The loss, p, the Jacobian, the gradient, and scores / sum. The gradient goes the long way: from
 * the loss to p, and from p to the scores. */
static int scores(float temperature, int32_t label, size_t k, char **texts) {
    float x[MOST], p[MOST], plain[MOST], dp[MOST], dx[MOST], jacobian[MOST * MOST];
    const size_t square[] = {1, k, k};
    tg_tensor tx, tp, tplain, tdp, tdx, tjacobian;
    double loss = 0;
    for (size_t i = 0; i < k; i++) x[i] = strtof(texts[i], NULL);
    check(tg_matrix_view(x, 1, k, &tx));
    check(tg_matrix_view(p, 1, k, &tp));
    check(tg_matrix_view(plain, 1, k, &tplain));
    check(tg_matrix_view(dp, 1, k, &tdp));
    check(tg_matrix_view(dx, 1, k, &tdx));
    check(tg_tensor_view(jacobian, square, 3, &tjacobian));
    check(tg_softmax_forward(&tx, temperature, &tp));
    check(tg_cross_entropy(&tp, tg_labels(&label, 1), NULL, &loss, &tdp));
    check(tg_softmax_backward(&tp, &tdp, temperature, &tdx));
    check(tg_softmax_jacobian(&tp, temperature, &tjacobian));
    check(tg_sum_normalize_forward(&tx, &tplain));
    printf("%.17g\n", loss);
    print(p, k);
    print(jacobian, k * k);
    print(dx, k);
    print(plain, k);
    return EXIT_SUCCESS;
}

static tg_update_rule find_rule(const char *name, float rate) {
    if (strcmp(name, "sgd") == 0) return tg_sgd(rate);
    if (strcmp(name, "momentum") == 0) return tg_momentum(rate, 0.9f);
    return tg_adam(rate);
}

/* The loss before each step and behind the last, then the gradients and parameters there. */
static int train(size_t hidden, const char *activation, const char *optimiser, float rate,
                 int steps) {
    static float points[POINTS][2];
    static int32_t labels[POINTS];
    const tg_update_rule rule = find_rule(optimiser, rate);
    const tg_loss loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    tg_layer layer;
    tg_model *model = NULL;
    tg_plan *plan = NULL;
    tg_optimizer *optimizer = NULL;
    tg_tensor x, y, parameters;
    for (size_t i = 0; i < POINTS; i++) {
        if (scanf("%f %f %d", &points[i][0], &points[i][1], &labels[i]) != 3) return EXIT_FAILURE;
    }
    check(tg_layer_from_name(activation, &layer));
    const tg_layer layers[] = {tg_dense(hidden), layer,       tg_dense(hidden), layer,
                               tg_dense(2),      tg_softmax()};
    check(tg_model_create(tg_cpu(), 2, layers, TG_COUNT(layers), 1, &model));
    check(tg_plan_create(model, TG_TRAINING, POINTS, &plan));
    check(tg_model_parameters(model, &parameters));
    check(tg_optimizer_create(tg_cpu(), parameters.count, &rule, &optimizer));
    check(tg_matrix_view(points[0], POINTS, 2, &x));
    for (int step = 0; step <= steps; step++) {
        double value = 0;
        check(tg_plan_forward(plan, &x, &y));
        check(tg_plan_loss(plan, &loss, tg_labels(labels, POINTS), &value));
        check(tg_plan_backward(plan));
        printf("%.17g\n", value);
        if (step < steps)
            check(tg_optimizer_step(optimizer, rate, tg_plan_gradients(plan), &parameters));
    }
    print(tg_tensor_data(tg_plan_gradients(plan)), parameters.count);
    print(tg_tensor_data(&parameters), parameters.count);
    tg_optimizer_destroy(optimizer);
    tg_plan_destroy(plan);
    tg_model_destroy(model);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    if (argc > 4 && argc <= 4 + MOST && strcmp(argv[1], "scores") == 0)
        return scores(strtof(argv[2], NULL), atoi(argv[3]), (size_t)argc - 4, argv + 4);
    if (argc == 7 && strcmp(argv[1], "train") == 0)
        return train((size_t)atoi(argv[2]), argv[3], argv[4], strtof(argv[5], NULL), atoi(argv[6]));
    fputs("usage: see numbers.c\n", stderr);
    return EXIT_FAILURE;
}
