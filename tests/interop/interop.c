/* SPDX-License-Identifier: MIT */
/* Our side of tests/interop/pytorch_test.py. Numbers go through files of raw floats.
 *
 *     save MODEL INPUTS OUTPUTS              makes a model, saves it, inputs, and its outputs
 *     predict MODEL INPUTS OUTPUTS           outputs of a saved model
 *     weights MODEL WEIGHTS INPUTS OUTPUTS   the same with the parameters of another file
 *     copy FROM TO                           reads a safetensors file and writes it again
 *     check                                  files on the standard input, each behind its size (8
 *                                            bytes, little-endian); writes a 1 for each that is
 *                                            accepted, else a 0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tigrillo/tigrillo.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "io/safetensors.h"

enum { INPUTS = 7, ROWS = 33 };

static tg_status write_floats(const char *path, const tg_tensor *tensor) {
    const tg_chunk chunk = {tg_tensor_data(tensor), tensor->count * sizeof(float)};
    return tg_file_replace(path, &chunk, 1);
}

static tg_status predict(const tg_model *model, const char *inputs, const char *outputs) {
    unsigned char *bytes = NULL;
    size_t size = 0;
    tg_tensor x, y = {.device = NULL};
    TG_TRY(tg_file_read(inputs, SIZE_MAX / 2, &bytes, &size));
    size_t rows = size / sizeof(float) / tg_model_inputs(model);
    tg_status status = tg_matrix_view((float *)(void *)bytes, rows, tg_model_inputs(model), &x);
    if (!status) status = tg_matrix_create(tg_cpu(), rows, tg_model_outputs(model), &y);
    if (!status) status = tg_model_predict(model, &x, &y);
    if (!status) status = write_floats(outputs, &y);
    tg_tensor_destroy(&y);
    tg_release(bytes);
    return status;
}

static tg_status make_model(tg_model **model) {
    const tg_layer layers[] = {
        tg_dense(16),        tg_sigmoid(),     tg_dense(8),
        tg_tanh(),           tg_dense(16),     tg_relu(),
        tg_dense(8),         tg_gelu(),        tg_dropout(1.0f / 3),
        tg_dense(8),         tg_gelu_tanh(),   tg_dense(4),
        tg_leaky_relu(0.1f), tg_log_softmax(), tg_softmax_temperature(1.7f),
    };
    static const char *const classes[] = {"cat", "dog", "tiger", "\xc3\xa4 \"none\""};
    float mean[INPUTS], deviation[INPUTS];
    for (size_t i = 0; i < INPUTS; i++) {
        mean[i] = 0.1f * (float)i;
        deviation[i] = 1.0f / (float)(i + 3);
    }
    const tg_input input = {
        .size = INPUTS, .statistics = INPUTS, .mean = mean, .deviation = deviation};
    TG_TRY(tg_model_create(tg_cpu(), INPUTS, layers, TG_COUNT(layers), 11, model));
    tg_tensor parameters; /* biases too shall be something */
    TG_TRY(tg_model_parameters(*model, &parameters));
    tg_random random = tg_random_start(12, 0);
    for (size_t i = 0; i < parameters.count; i++)
        tg_tensor_data(&parameters)[i] = tg_random_normal(&random) / 2;
    TG_TRY(tg_model_set_classes(*model, classes, TG_COUNT(classes)));
    return tg_model_set_input(*model, &input);
}

static tg_status save(char **arguments) {
    float values[ROWS * INPUTS];
    tg_random random = tg_random_start(13, 0);
    for (size_t i = 0; i < TG_COUNT(values); i++) values[i] = tg_random_normal(&random);
    tg_tensor x;
    TG_TRY(tg_matrix_view(values, ROWS, INPUTS, &x));
    TG_TRY(write_floats(arguments[1], &x));
    tg_model *model = NULL;
    tg_status status = make_model(&model);
    if (!status) status = tg_model_save(model, arguments[0]);
    if (!status) status = predict(model, arguments[1], arguments[2]);
    tg_model_destroy(model);
    return status;
}

static tg_status load_and_predict(char **arguments) {
    tg_model *model = NULL;
    TG_TRY(tg_model_load(tg_cpu(), arguments[0], &model));
    tg_status status = predict(model, arguments[1], arguments[2]);
    tg_model_destroy(model);
    return status;
}

static tg_status load_weights_and_predict(char **arguments) {
    tg_model *model = NULL;
    TG_TRY(tg_model_load(tg_cpu(), arguments[0], &model));
    tg_status status = tg_model_load_weights(model, arguments[1]);
    if (!status) status = predict(model, arguments[2], arguments[3]);
    tg_model_destroy(model);
    return status;
}

static tg_status copy_tensors(const tg_safetensors *file, const char *path) {
    enum { MOST = 16 };
    tg_tensor tensors[MOST] = {{.device = NULL}};
    tg_named_tensor named[MOST];
    size_t count = tg_safetensors_count(file);
    if (count > MOST) return tg_fail(TG_UNSUPPORTED, "%zu tensors are too many to copy", count);
    tg_status status = TG_OK;
    for (size_t i = 0; i < count && !status; i++) {
        const tg_entry *entry = tg_safetensors_entry(file, i);
        status = tg_tensor_create(tg_cpu(), entry->shape, entry->rank, &tensors[i]);
        if (!status) status = tg_safetensors_load(file, entry, &tensors[i]);
        named[i] = (tg_named_tensor){entry->name, &tensors[i]};
    }
    const tg_text_pair format = {"format", tg_safetensors_metadata(file, "format")};
    if (!status) status = tg_safetensors_write(path, named, count, &format, format.value ? 1 : 0);
    for (size_t i = 0; i < count; i++) tg_tensor_destroy(&tensors[i]);
    return status;
}

static tg_status copy(char **arguments) {
    unsigned char *bytes = NULL;
    size_t size = 0;
    tg_safetensors *file = NULL;
    TG_TRY(tg_file_read(arguments[0], SIZE_MAX / 2, &bytes, &size));
    tg_status status = tg_safetensors_parse(bytes, size, arguments[0], &file);
    if (!status) status = copy_tensors(file, arguments[1]);
    tg_safetensors_close(file);
    tg_release(bytes);
    return status;
}

static tg_status check(char **arguments) {
    (void)arguments;
    unsigned char head[8];
    while (fread(head, 1, sizeof head, stdin) == sizeof head) {
        size_t size = (size_t)head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16;
        unsigned char *bytes = tg_allocate(size, 1);
        if (!bytes) return TG_OUT_OF_MEMORY;
        tg_safetensors *file = NULL;
        size_t got = fread(bytes, 1, size, stdin);
        putchar(tg_safetensors_parse(bytes, got, "file", &file) == TG_OK ? '1' : '0');
        tg_safetensors_close(file);
        tg_release(bytes);
    }
    return TG_OK;
}

int main(int count, char **arguments) {
    static const struct {
        const char *name;
        int arguments;
        tg_status (*run)(char **arguments);
    } commands[] = {{"save", 3, save},
                    {"predict", 3, load_and_predict},
                    {"weights", 4, load_weights_and_predict},
                    {"copy", 2, copy},
                    {"check", 0, check}};
    for (size_t i = 0; count > 1 && i < TG_COUNT(commands); i++) {
        if (strcmp(arguments[1], commands[i].name) != 0 || count - 2 != commands[i].arguments)
            continue;
        if (commands[i].run(arguments + 2) == TG_OK) return EXIT_SUCCESS;
        fprintf(stderr, "%s\n", tg_error_message());
        return EXIT_FAILURE;
    }
    fprintf(stderr, "wrong arguments; the commands are at the top of interop.c\n");
    return EXIT_FAILURE;
}
