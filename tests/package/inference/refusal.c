/* SPDX-License-Identifier: MIT */
/* In a build for inference only, everything of training is refused, and nothing crashes. */
#include <stdio.h>
#include <string.h>

#include <tigrillo/tigrillo.h>

enum { N = 2, K = 3 };

static int failures, calls;

static void refused(const char *call, tg_status status) {
    calls++;
    if (status == TG_UNSUPPORTED && strstr(tg_error_message(), "inference only")) return;
    printf("FAILED: %s: %s: %s\n", call, tg_status_name(status), tg_error_message());
    failures++;
}
#define REFUSED(call) refused(#call, call)

int main(void) {
    const tg_layer layers[] = {tg_dense(K), tg_softmax()};
    const int32_t labels[N] = {0, 1};
    float memory[6][N * K] = {{0}}, wide[N * K * K] = {0};
    const size_t cube[] = {N, K, K};
    const tg_update_rule sgd = tg_sgd(0.1f), adam = tg_adam(0.1f);
    const tg_loss loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    double value;
    tg_tensor t[6], w, jacobian, parameters;
    tg_model *model = NULL;
    tg_plan *plan = NULL;
    tg_optimizer *optimizer = NULL;
    tg_dataset *dataset = NULL;
    tg_metrics metrics = {0};
    tg_fit_options options = tg_fit_defaults();
    int failed = tg_model_create(tg_cpu(), K, layers, TG_COUNT(layers), 1, &model) ||
                 tg_tensor_view(wide, cube, 3, &jacobian) || tg_matrix_view(wide, K, K, &w) ||
                 tg_model_parameters(model, &parameters) ||
                 tg_matrix_view(memory[0], N, K, &t[0]) ||
                 tg_dataset_from_rows(&t[0], labels, K, NULL, &dataset) ||
                 tg_optimizer_create(tg_cpu(), parameters.count, &sgd, &optimizer);
    for (int i = 0; i < 6; i++) failed |= (int)tg_matrix_view(memory[i], N, K, &t[i]);
    if (failed) {
        puts(tg_error_message());
        return 1;
    }
    REFUSED(tg_plan_create(model, TG_TRAINING, N, &plan));
    REFUSED(tg_fit(model, dataset, NULL, &options, NULL));
    REFUSED(tg_evaluate(model, dataset, NULL, &metrics));
    REFUSED(tg_dense_backward(&t[0], &w, &t[1], &t[2], NULL, NULL));
    REFUSED(tg_sigmoid_backward(&t[0], &t[1], &t[2]));
    REFUSED(tg_dropout_forward(&t[0], 0.5f, 1, 1, &t[1]));
    REFUSED(tg_softmax_backward(&t[0], &t[1], 1, &t[2]));
    REFUSED(tg_softmax_jacobian(&t[0], 1, &jacobian));
    REFUSED(tg_log_softmax_backward(&t[0], &t[1], &t[2]));
    REFUSED(tg_sum_normalize_backward(&t[0], &t[1], &t[2], &t[3]));
    REFUSED(tg_cross_entropy(&t[0], tg_labels(labels, N), &loss, &value, NULL));
    REFUSED(tg_softmax_cross_entropy(&t[0], tg_labels(labels, N), &loss, &value, &t[1]));
    REFUSED(tg_binary_cross_entropy(&t[0], tg_values(&t[1]), NULL, &value, NULL));
    REFUSED(tg_mean_squared_error(&t[0], tg_values(&t[1]), NULL, &value, NULL));
    REFUSED(tg_sgd_step(&t[0], &t[1], &sgd, NULL));
    REFUSED(tg_adam_step(&t[0], &t[1], &adam, 1, &t[2], &t[3]));
    REFUSED(tg_optimizer_step(optimizer, 0.1f, &parameters, &parameters));
    REFUSED(tg_clip_norm(&t[0], 1, &value));
    printf("%d calls, %s\n", calls, tg_components());
    tg_optimizer_destroy(optimizer);
    tg_dataset_destroy(dataset);
    tg_model_destroy(model);
    return failures > 0;
}
