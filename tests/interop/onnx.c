/* SPDX-License-Identifier: MIT */
/* Our side of tests/interop/onnx_*.py. Numbers go through files of raw floats.
 *
 *     write ONNX INPUTS OUTPUTS [LAYER...]   makes a model of these layers ("dense:8", "relu",
 *                                            "leaky_relu:0.2"; without any, of every kind), and
 *                                            writes it, inputs, and its outputs
 *     read ONNX INPUTS OUTPUTS               reads a model, applies its input's standardisation to
 *                                            the inputs, and writes its outputs; prints "layers
 *                                            ...", "classes ..." and "standardised"
 *     export ONNX C                          reads a model and exports it as C */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tigrillo/tigrillo.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"

enum { INPUTS = 7, ROWS = 100, MOST_LAYERS = 32 };

static tg_status write_floats(const char *path, const tg_tensor *tensor) {
    const tg_chunk chunk = {tg_tensor_data(tensor), tensor->count * sizeof(float)};
    return tg_file_replace(path, &chunk, 1);
}

static tg_status predict(const tg_model *model, const char *inputs, const char *outputs,
                         bool standardise) {
    const tg_input *input = tg_model_input(model);
    const size_t columns = tg_model_inputs(model);
    unsigned char *bytes = NULL;
    size_t size = 0;
    tg_tensor x, y = {.device = NULL};
    TG_TRY(tg_file_read(inputs, SIZE_MAX / 2, &bytes, &size));
    float *values = (float *)(void *)bytes;
    const size_t rows = size / sizeof *values / columns;
    tg_status status = tg_matrix_view(values, rows, columns, &x);
    for (size_t i = 0; i < rows && input && standardise && !status; i++)
        status = tg_input_apply_row(input, values + i * columns, values + i * columns);
    if (!status) status = tg_matrix_create(tg_cpu(), rows, tg_model_outputs(model), &y);
    if (!status) status = tg_model_predict(model, &x, &y);
    if (!status) status = write_floats(outputs, &y);
    tg_tensor_destroy(&y);
    tg_release(bytes);
    return status;
}

static tg_status parse_layer(const char *text, tg_layer *layer) {
    const char *colon = strchr(text, ':');
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)(colon ? colon - text : (long)strlen(text)), text);
    TG_TRY(tg_layer_from_name(name, layer));
    if (!colon) return TG_OK;
    if (layer->kind == TG_LAYER_DENSE)
        layer->units = (size_t)strtoul(colon + 1, NULL, 10);
    else
        layer->value = strtof(colon + 1, NULL);
    return TG_OK;
}

static tg_status make_model(char **names, int count, tg_model **model) {
    static const char *const all[] = {
        "dense:16", "sigmoid", "dense:8",        "tanh",    "dense:16",    "relu",
        "dense:8",  "gelu",    "dropout",        "dense:8", "gelu_tanh",   "dense:8",
        "softmax",  "dense:4", "leaky_relu:0.1", "dense:4", "log_softmax", "softmax:1.7"};
    tg_layer layers[MOST_LAYERS];
    size_t made = 0;
    for (int i = 0; i < count && made < MOST_LAYERS; i++)
        TG_TRY(parse_layer(names[i], &layers[made++]));
    for (size_t i = 0; i < TG_COUNT(all) && count == 0; i++)
        TG_TRY(parse_layer(all[i], &layers[made++]));
    TG_TRY(tg_model_create(tg_cpu(), INPUTS, layers, made, 11, model));
    tg_tensor parameters; /* biases too shall be something */
    TG_TRY(tg_model_parameters(*model, &parameters));
    tg_random random = tg_random_start(12, 0);
    for (size_t i = 0; i < parameters.count; i++)
        tg_tensor_data(&parameters)[i] = tg_random_normal(&random) / 2;
    float mean[INPUTS], deviation[INPUTS];
    for (size_t i = 0; i < INPUTS; i++) {
        mean[i] = 0.1f * (float)i;
        deviation[i] = 1.0f / (float)(i + 3);
    }
    const tg_input input = {
        .size = INPUTS, .statistics = INPUTS, .mean = mean, .deviation = deviation};
    static const char *const classes[] = {"cat", "dog", "tiger", "\xc3\xa4 \"none\""};
    if (tg_model_outputs(*model) == TG_COUNT(classes))
        TG_TRY(tg_model_set_classes(*model, classes, TG_COUNT(classes)));
    return tg_model_set_input(*model, &input);
}

static tg_status write_model(char **arguments, int count) {
    float values[ROWS * INPUTS];
    tg_random random = tg_random_start(13, 0);
    for (size_t i = 0; i < TG_COUNT(values); i++) values[i] = 2 * tg_random_normal(&random);
    tg_tensor x;
    TG_TRY(tg_matrix_view(values, ROWS, INPUTS, &x));
    TG_TRY(write_floats(arguments[1], &x));
    tg_model *model = NULL;
    tg_status status = make_model(arguments + 3, count - 3, &model);
    if (!status) status = tg_onnx_write(model, arguments[0]);
    if (!status) status = predict(model, arguments[1], arguments[2], false);
    tg_model_destroy(model);
    return status;
}

static void print_model(const tg_model *model) {
    printf("layers");
    for (size_t i = 0; i < tg_model_layer_count(model); i++)
        printf(" %s", tg_layer_name(tg_model_layer(model, i)->kind));
    printf("\nclasses");
    for (size_t i = 0; i < tg_model_classes(model); i++)
        printf(" %s", tg_model_class_name(model, i));
    printf("\n%s", tg_model_input(model) ? "standardised\n" : "");
}

static tg_status read_model(char **arguments, int count) {
    (void)count;
    tg_model *model = NULL;
    TG_TRY(tg_onnx_read(tg_cpu(), arguments[0], &model));
    tg_status status = predict(model, arguments[1], arguments[2], true);
    if (!status) print_model(model);
    tg_model_destroy(model);
    return status;
}

static tg_status export_model(char **arguments, int count) {
    (void)count;
    tg_model *model = NULL;
    TG_TRY(tg_onnx_read(tg_cpu(), arguments[0], &model));
    const tg_status status = tg_export_c(model, arguments[1], NULL, NULL);
    tg_model_destroy(model);
    return status;
}

int main(int count, char **arguments) {
    tg_status (*run)(char **arguments, int count) = NULL;
    if (count >= 5 && !strcmp(arguments[1], "write")) run = write_model;
    if (count == 5 && !strcmp(arguments[1], "read")) run = read_model;
    if (count == 4 && !strcmp(arguments[1], "export")) run = export_model;
    if (run && run(arguments + 2, count - 2) == TG_OK) return EXIT_SUCCESS;
    fprintf(stderr, "%s\n", run ? tg_error_message() : "wrong arguments: see the top of onnx.c");
    return EXIT_FAILURE;
}
