/* SPDX-License-Identifier: MIT */
/* An application in C: loads the model given and classifies one picture. */
#include <stdio.h>
#include <string.h>

#include <tigrillo/tigrillo.h>

enum { PIXELS = 8 * 8 * 3, INPUTS = 48, CLASSES = 3 };

int main(int argc, char **argv) {
    uint8_t pixels[PIXELS];
    float inputs[INPUTS], probabilities[CLASSES];
    int32_t best = 0;
    tg_model *model = NULL;
    tg_tensor x, y;
    if (argc != 2 || strcmp(tg_version(), TG_VERSION) != 0) return 2;
    for (size_t i = 0; i < PIXELS; i++) pixels[i] = (uint8_t)(7 * i % 256);
    const int failed = tg_model_load(tg_cpu(), argv[1], &model) ||
                       tg_matrix_view(inputs, 1, INPUTS, &x) ||
                       tg_matrix_view(probabilities, 1, CLASSES, &y) ||
                       tg_input_apply(tg_model_input(model), pixels, inputs) ||
                       tg_model_predict(model, &x, &y) || tg_argmax(&y, &best);
    if (failed)
        fprintf(stderr, "%s\n", tg_error_message());
    else
        printf("%s %.4f\n", tg_model_class_name(model, (size_t)best), (double)probabilities[best]);
    tg_model_destroy(model);
    return failed;
}
