/* SPDX-License-Identifier: MIT */
/* The model: layers, the places of their parameters, and what else belongs to it. */
#include "model/model.h"

#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "base/streams.h"
#include "data/dataset.h"
#include "data/input.h"
#include "device/device.h"
#include "model/layer.h"

/* Sizes above this would overflow somewhere later; no model in memory comes near. */
static const size_t most_columns = SIZE_MAX / 1024;

/* Lays out columns and offsets, and finds the number of parameters. */
static tg_status lay_out(tg_model *model, size_t *parameters) {
    size_t columns = model->inputs, total = 0;
    for (size_t i = 0; i < model->layer_count; i++) {
        const tg_layer *layer = &model->layers[i];
        TG_TRY(tg_layer_check(layer, i));
        model->columns[i] = columns;
        model->offsets[i] = total;
        if (layer->kind == TG_LAYER_DENSE) {
            size_t weights = 0;
            if (layer->units > most_columns / 2 || !tg_multiply(columns, layer->units, &weights) ||
                weights > most_columns / 2 || total > most_columns - weights - layer->units)
                return tg_fail(TG_OUT_OF_MEMORY, "layer %zu: %zu x %zu weights are too many", i,
                               layer->units, columns);
            total += weights + layer->units;
            columns = layer->units;
        }
    }
    model->columns[model->layer_count] = columns;
    *parameters = total;
    return TG_OK;
}

tg_status tg_model_create_empty(tg_device *device, size_t inputs, const tg_layer *layers,
                                size_t count, tg_model **model) {
    TG_REQUIRE(device && layers && model, "tg_model_create: an argument is NULL");
    TG_REQUIRE(inputs >= 1 && inputs <= most_columns, "tg_model_create: %zu inputs", inputs);
    TG_REQUIRE(count >= 1, "tg_model_create: there are no layers");
    if (count > most_columns) return tg_fail(TG_OUT_OF_MEMORY, "%zu layers are too many", count);
    tg_model *made = tg_allocate(1, sizeof *made);
    if (!made) return TG_OUT_OF_MEMORY;
    made->device = device;
    made->inputs = inputs;
    made->layer_count = count;
    made->layers = tg_allocate(count, sizeof *made->layers);
    made->columns = tg_allocate(count + 1, sizeof *made->columns);
    made->offsets = tg_allocate(count, sizeof *made->offsets);
    tg_status status = TG_OUT_OF_MEMORY;
    if (made->layers && made->columns && made->offsets) {
        size_t parameters = 0;
        memcpy(made->layers, layers, count * sizeof *layers);
        status = lay_out(made, &parameters);
        if (!status) status = tg_vector_create(device, parameters, &made->parameters);
    }
    if (status) {
        tg_model_destroy(made);
        return status;
    }
    *model = made;
    return TG_OK;
}

/* TG_INIT_AUTO: by the activation that follows, dropout apart. */
static tg_init choose_init(const tg_model *model, size_t index) {
    if (model->layers[index].init != TG_INIT_AUTO) return model->layers[index].init;
    size_t next = index + 1;
    while (next < model->layer_count && model->layers[next].kind == TG_LAYER_DROPOUT) next++;
    if (next == model->layer_count) return TG_INIT_XAVIER_UNIFORM;
    switch (model->layers[next].kind) {
    case TG_LAYER_RELU:
    case TG_LAYER_LEAKY_RELU:
    case TG_LAYER_GELU:
    case TG_LAYER_GELU_TANH:
        return TG_INIT_KAIMING_UNIFORM;
    default:
        return TG_INIT_XAVIER_UNIFORM;
    }
}

tg_status tg_model_create(tg_device *device, size_t inputs, const tg_layer *layers, size_t count,
                          uint64_t seed, tg_model **model) {
    tg_model *made = NULL;
    TG_TRY(tg_model_create_empty(device, inputs, layers, count, &made));
    tg_status status = TG_OK;
    for (size_t i = 0; i < count && !status; i++) {
        if (layers[i].kind != TG_LAYER_DENSE) continue;
        tg_random random = tg_random_start(seed, tg_stream(TG_STREAM_WEIGHTS, i));
        tg_tensor weight;
        status = tg_model_weight(made, i, &weight);
        if (!status) status = tg_initialize(&weight, choose_init(made, i), &random);
    }
    if (status) {
        tg_model_destroy(made);
        return status;
    }
    *model = made;
    return TG_OK;
}

static void release_names(char **names, size_t count) {
    for (size_t i = 0; names && i < count; i++) tg_release(names[i]);
    tg_release(names);
}

void tg_model_destroy(tg_model *model) {
    if (!model) return;
    tg_tensor_destroy(&model->parameters);
    tg_release(model->layers);
    tg_release(model->columns);
    tg_release(model->offsets);
    release_names(model->class_names, model->classes);
    tg_input_destroy(&model->input);
    tg_release(model);
}

tg_device *tg_model_device(const tg_model *model) {
    return model->device;
}

size_t tg_model_inputs(const tg_model *model) {
    return model->inputs;
}

size_t tg_model_outputs(const tg_model *model) {
    return model->columns[model->layer_count];
}

size_t tg_model_layer_count(const tg_model *model) {
    return model->layer_count;
}

const tg_layer *tg_model_layer(const tg_model *model, size_t index) {
    return index < model->layer_count ? &model->layers[index] : NULL;
}

size_t tg_model_parameter_count(const tg_model *model) {
    return model->parameters.count;
}

static tg_status check_dense(const tg_model *model, size_t layer, const tg_tensor *view) {
    TG_REQUIRE(model && view, "model: an argument is NULL");
    TG_REQUIRE(layer < model->layer_count, "model: layer %zu of %zu", layer, model->layer_count);
    TG_REQUIRE(model->layers[layer].kind == TG_LAYER_DENSE,
               "model: layer %zu is %s and has no parameters", layer,
               tg_layer_name(model->layers[layer].kind));
    return TG_OK;
}

tg_status tg_model_weight_in(const tg_model *model, const tg_tensor *vector, size_t layer,
                             tg_tensor *view) {
    TG_TRY(check_dense(model, layer, view));
    const size_t shape[] = {model->layers[layer].units, model->columns[layer]};
    tg_tensor part;
    TG_TRY(tg_tensor_slice(vector, model->offsets[layer], shape[0] * shape[1], &part));
    return tg_tensor_reshape(&part, shape, 2, view);
}

tg_status tg_model_bias_in(const tg_model *model, const tg_tensor *vector, size_t layer,
                           tg_tensor *view) {
    TG_TRY(check_dense(model, layer, view));
    const size_t units = model->layers[layer].units;
    return tg_tensor_slice(vector, model->offsets[layer] + units * model->columns[layer], units,
                           view);
}

tg_status tg_model_weight(const tg_model *model, size_t layer, tg_tensor *view) {
    TG_REQUIRE(model, "tg_model_weight: model is NULL");
    return tg_model_weight_in(model, &model->parameters, layer, view);
}

tg_status tg_model_bias(const tg_model *model, size_t layer, tg_tensor *view) {
    TG_REQUIRE(model, "tg_model_bias: model is NULL");
    return tg_model_bias_in(model, &model->parameters, layer, view);
}

tg_status tg_model_parameters(const tg_model *model, tg_tensor *view) {
    TG_REQUIRE(model && view, "tg_model_parameters: an argument is NULL");
    *view = model->parameters;
    view->owned = false;
    return TG_OK;
}

tg_status tg_model_set_classes(tg_model *model, const char *const *names, size_t count) {
    TG_REQUIRE(model && (names || count == 0), "tg_model_set_classes: an argument is NULL");
    TG_REQUIRE(count == 0 || count == tg_model_outputs(model),
               "tg_model_set_classes: %zu names for %zu outputs", count, tg_model_outputs(model));
    char **copies = NULL;
    if (count > 0) {
        TG_TRY(tg_check_class_names(names, count));
        copies = tg_allocate(count, sizeof *copies);
        if (!copies) return TG_OUT_OF_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        copies[i] = tg_copy_string(names[i]);
        if (copies[i]) continue;
        release_names(copies, count);
        return TG_OUT_OF_MEMORY;
    }
    release_names(model->class_names, model->classes);
    model->class_names = copies;
    model->classes = count;
    return TG_OK;
}

size_t tg_model_classes(const tg_model *model) {
    return model->classes;
}

const char *tg_model_class_name(const tg_model *model, size_t label) {
    return label < model->classes ? model->class_names[label] : NULL;
}

tg_status tg_model_set_input(tg_model *model, const tg_input *input) {
    TG_REQUIRE(model && input, "tg_model_set_input: an argument is NULL");
    TG_REQUIRE(input->size == model->inputs,
               "tg_model_set_input: the input has %zu columns, the model takes %zu", input->size,
               model->inputs);
    TG_TRY(tg_input_check(input));
    tg_input copy = {0};
    TG_TRY(tg_input_copy(input, &copy));
    tg_input_destroy(&model->input);
    model->input = copy;
    model->has_input = true;
    return TG_OK;
}

const tg_input *tg_model_input(const tg_model *model) {
    return model->has_input ? &model->input : NULL;
}
