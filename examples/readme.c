/* SPDX-License-Identifier: MIT */
/* The program in README.md; a test compares the two. */
#include <stdio.h>
#include <tigrillo/tigrillo.h>

int main(void) {
    const tg_layer layers[] = {tg_dense(16), tg_relu(), tg_dense(3), tg_softmax()};
    float flower[] = {6.3f, 2.9f, 5.6f, 1.8f}, p[3];
    tg_fit_options options = tg_fit_defaults();
    tg_dataset *data = NULL;
    tg_model *model = NULL;
    tg_tensor x, y;

    options.epochs = 100;
    int failed = tg_dataset_read("examples/iris.csv", NULL, &data) ||
                 tg_model_create(tg_cpu(), 4, layers, TG_COUNT(layers), 1, &model) ||
                 tg_fit(model, data, NULL, &options, NULL) || tg_matrix_view(flower, 1, 4, &x) ||
                 tg_matrix_view(p, 1, 3, &y) || tg_model_predict(model, &x, &y);
    if (failed) fprintf(stderr, "%s\n", tg_error_message());
    for (size_t i = 0; !failed && i < 3; ++i) {
        printf("%s %.3f\n", tg_dataset_class_name(data, i), (double)p[i]);
    }
    tg_model_destroy(model);
    tg_dataset_destroy(data);
    return failed;
}
