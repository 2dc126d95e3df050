/* SPDX-License-Identifier: MIT */
/* The program in README.md; a test compares the two. */
#include <stdio.h>
#include <tigrillo/tigrillo.h>

int main(void) {
    const tg_layer layers[] = {tg_dense(16), tg_relu(), tg_dense(3), tg_softmax()};
    float flower[4] = {6.3f, 2.9f, 5.6f, 1.8f}, probability[3];
    tg_tensor x = {0}, y = {0};
    tg_dataset *data = NULL;
    tg_model *model = NULL;
    tg_fit_options options = tg_fit_defaults();
    options.epochs = 100;

    tg_status status = tg_dataset_read("examples/iris.csv", NULL, &data);
    if (!status) status = tg_model_create(tg_cpu(), 4, layers, TG_COUNT(layers), 1, &model);
    if (!status) status = tg_fit(model, data, NULL, &options, NULL);
    if (!status) status = tg_matrix_view(flower, 1, 4, &x);
    if (!status) status = tg_matrix_view(probability, 1, 3, &y);
    if (!status) status = tg_model_predict(model, &x, &y);
    if (status) fprintf(stderr, "%s\n", tg_error_message());
    for (size_t i = 0; !status && i < 3; ++i) {
        printf("%s %.3f\n", tg_dataset_class_name(data, i), (double)probability[i]);
    }
    tg_model_destroy(model);
    tg_dataset_destroy(data);
    return status ? 1 : 0;
}
