/* SPDX-License-Identifier: MIT */
/* An application that has a model and wants to know what is in a picture:
 *
 *     classify MODEL PICTURE
 *
 * The model file says by itself how a picture becomes the network's input. */
#include <stdio.h>
#include <stdlib.h>

#include <tigrillo/tigrillo.h>

/* Writes the most probable class to *label, -1 where the model's output is not a number, and its
 * probability to *probability. */
static tg_status classify(const tg_model *model, const char *path, int32_t *label,
                          float *probability) {
    const tg_input *input = tg_model_input(model);
    uint8_t *pixels = malloc(tg_picture_size(input->shape));
    tg_tensor x = {0}, y = {0};
    tg_status status = pixels ? TG_OK : TG_OUT_OF_MEMORY;
    if (!status) status = tg_matrix_create(tg_cpu(), 1, tg_model_inputs(model), &x);
    if (!status) status = tg_matrix_create(tg_cpu(), 1, tg_model_outputs(model), &y);
    if (!status) status = tg_picture_read(path, input->shape, pixels);
    if (!status) status = tg_input_apply(input, pixels, tg_tensor_data(&x));
    if (!status) status = tg_model_predict(model, &x, &y);
    if (!status) status = tg_argmax(&y, label);
    if (!status && *label >= 0) *probability = tg_tensor_data(&y)[*label];
    tg_tensor_destroy(&x);
    tg_tensor_destroy(&y);
    free(pixels);
    return status;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: %s MODEL PICTURE\n", argv[0]);
        return 2;
    }
    tg_model *model = NULL;
    int32_t label = -1;
    float probability = 0;
    tg_status status = tg_model_load(tg_cpu(), argv[1], &model);
    if (!status && (!tg_model_classes(model) || !tg_model_input(model) ||
                    !tg_model_input(model)->shape.height)) {
        fprintf(stderr, "%s: not a model of pictures with named classes\n", argv[1]);
        tg_model_destroy(model);
        return 1;
    }
    if (!status) status = classify(model, argv[2], &label, &probability);
    if (status)
        fprintf(stderr, "%s: %s\n", tg_status_name(status), tg_error_message());
    else if (label < 0)
        fprintf(stderr, "%s: the model's output is not a number\n", argv[1]);
    else
        printf("%s %.3f\n", tg_model_class_name(model, (size_t)label), (double)probability);
    tg_model_destroy(model);
    return status || label < 0;
}
