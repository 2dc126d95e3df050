/* SPDX-License-Identifier: MIT */
/* Models in safetensors files: the parameters as tensors, everything else in the metadata. */
#include "io/model_file.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "device/device.h"
#include "io/description.h"
#include "io/json.h"
#include "model/model.h"

/* Raised when a reader of the former version would misunderstand a file. */
#define VERSION "1"

#define KEY_VERSION "tigrillo.version"

typedef struct parameter_name {
    char text[32];
} parameter_name;

/* As PyTorch's nn.Sequential names them. */
static parameter_name name_parameter(size_t layer, bool bias) {
    parameter_name name;
    snprintf(name.text, sizeof name.text, "%zu.%s", layer, bias ? "bias" : "weight");
    return name;
}

/* The part of a vector laid out as model->parameters. */
static tg_status view_parameter(const tg_model *model, const tg_tensor *vector, size_t layer,
                                bool bias, tg_tensor *view) {
    return bias ? tg_model_bias_in(model, vector, layer, view)
                : tg_model_weight_in(model, vector, layer, view);
}

/* ---- Writing ---- */

/* Everything that a file is made of, gathered before it is written. */
typedef struct file_content {
    parameter_name *names;
    tg_tensor *views;
    tg_named_tensor *tensors; /* the parameters, then the caller's */
    size_t tensor_count;
    tg_text_pair *metadata; /* ours, then the caller's */
    size_t pairs;
    char *layers, *classes, *input; /* texts of the metadata */
} file_content;

static tg_status gather_tensors(const tg_model *model, const tg_named_tensor *tensors, size_t count,
                                file_content *content) {
    size_t most = model->layer_count * 2;
    content->names = tg_allocate(most, sizeof *content->names);
    content->views = tg_allocate(most, sizeof *content->views);
    content->tensors = tg_allocate(most + count, sizeof *content->tensors);
    if (!content->names || !content->views || !content->tensors) return TG_OUT_OF_MEMORY;
    size_t made = 0;
    for (size_t i = 0; i < most; i++) {
        size_t layer = i / 2;
        bool bias = i % 2;
        if (model->layers[layer].kind != TG_LAYER_DENSE) continue;
        content->names[made] = name_parameter(layer, bias);
        TG_TRY(view_parameter(model, &model->parameters, layer, bias, &content->views[made]));
        content->tensors[made] = (tg_named_tensor){content->names[made].text,
                                                   &content->views[made]};
        made++;
    }
    for (size_t i = 0; i < count; i++) content->tensors[made++] = tensors[i];
    content->tensor_count = made;
    return TG_OK;
}

static tg_status gather_metadata(const tg_model *model, const tg_text_pair *metadata, size_t pairs,
                                 file_content *content) {
    TG_TRY(tg_describe_layers(model, &content->layers));
    if (model->classes > 0) TG_TRY(tg_describe_classes(model, &content->classes));
    if (model->has_input) TG_TRY(tg_describe_input(model, &content->input));
    const tg_text_pair own[] = {
        {"format", "pt"}, /* what Python's loaders look for */
        {KEY_VERSION, VERSION},
        {TG_KEY_LAYERS, content->layers},
        {TG_KEY_CLASSES, content->classes},
        {TG_KEY_INPUT, content->input},
    };
    content->metadata = tg_allocate(TG_COUNT(own) + pairs, sizeof *content->metadata);
    if (!content->metadata) return TG_OUT_OF_MEMORY;
    size_t made = 0;
    for (size_t i = 0; i < TG_COUNT(own); i++)
        if (own[i].value) content->metadata[made++] = own[i];
    for (size_t i = 0; i < pairs; i++) content->metadata[made++] = metadata[i];
    content->pairs = made;
    return TG_OK;
}

static void release_content(file_content *content) {
    tg_release(content->names);
    tg_release(content->views);
    tg_release(content->tensors);
    tg_release(content->metadata);
    tg_release(content->layers);
    tg_release(content->classes);
    tg_release(content->input);
}

tg_status tg_model_write(const tg_model *model, const char *path, const tg_named_tensor *tensors,
                         size_t tensor_count, const tg_text_pair *metadata, size_t pairs) {
    file_content content = {.names = NULL};
    tg_status status = gather_tensors(model, tensors, tensor_count, &content);
    if (!status) status = gather_metadata(model, metadata, pairs, &content);
    if (status && status != TG_OUT_OF_MEMORY)
        status = tg_fail(status, "%s: %s", path, tg_error_message());
    if (!status)
        status = tg_safetensors_write(path, content.tensors, content.tensor_count, content.metadata,
                                      content.pairs);
    release_content(&content);
    return status;
}

tg_status tg_model_save(const tg_model *model, const char *path) {
    TG_REQUIRE(model && path, "tg_model_save: an argument is NULL");
    return tg_model_write(model, path, NULL, 0, NULL, 0);
}

/* ---- Reading ---- */

static bool is_parameter(const char *name, const tg_layer *layers, size_t count) {
    /* The name made again from the number must be the same: "+0.weight" and "00.weight" are not. */
    size_t layer = (size_t)strtoull(name, NULL, 10);
    return layer < count && layers[layer].kind == TG_LAYER_DENSE &&
           (!strcmp(name, name_parameter(layer, false).text) ||
            !strcmp(name, name_parameter(layer, true).text));
}

static tg_status check_parameter(const tg_safetensors *file, size_t layer, bool bias,
                                 const size_t *shape, size_t rank) {
    parameter_name name = name_parameter(layer, bias);
    const tg_entry *entry = tg_safetensors_find(file, name.text);
    if (!entry)
        return tg_fail(TG_BAD_FORMAT, "%s: tensor \"%s\" is missing", tg_safetensors_name(file),
                       name.text);
    return tg_safetensors_check_shape(file, entry, shape, rank);
}

/* That the file has the parameters of these layers, in the right shapes, and no other tensor. Done
 * before a model is made, so that its memory is no more than what the file really holds. */
static tg_status check_parameters(const tg_safetensors *file, size_t inputs, const tg_layer *layers,
                                  size_t count) {
    size_t columns = inputs;
    for (size_t i = 0; i < count; i++) {
        if (layers[i].kind != TG_LAYER_DENSE) continue;
        const size_t shape[] = {layers[i].units, columns};
        TG_TRY(check_parameter(file, i, false, shape, 2));
        TG_TRY(check_parameter(file, i, true, shape, 1));
        columns = layers[i].units;
    }
    for (size_t i = 0; i < tg_safetensors_count(file); i++) {
        const char *name = tg_safetensors_entry(file, i)->name;
        bool allowed = !strncmp(name, TG_TRAINING_PREFIX, strlen(TG_TRAINING_PREFIX));
        if (!allowed && !is_parameter(name, layers, count))
            return tg_fail(TG_BAD_FORMAT, "%s: tensor \"%.80s\" is not one of the model's",
                           tg_safetensors_name(file), name);
    }
    return TG_OK;
}

/* Needs checked parameters. On the host each goes to its place, and nothing can fail then unless
 * the file was merely opened; elsewhere all are brought together beside the model and copied at
 * once, so that a model that was there before never holds half of them. */
static tg_status copy_parameters(const tg_safetensors *file, tg_model *model) {
    const bool host = model->device->operations->host_memory;
    tg_tensor values = model->parameters;
    if (!host) TG_TRY(tg_vector_create(tg_cpu(), model->parameters.count, &values));
    tg_status status = TG_OK;
    for (size_t i = 0; i < model->layer_count * 2 && !status; i++) {
        size_t layer = i / 2;
        bool bias = i % 2;
        if (model->layers[layer].kind != TG_LAYER_DENSE) continue;
        const tg_entry *entry = tg_safetensors_find(file, name_parameter(layer, bias).text);
        tg_tensor view;
        status = view_parameter(model, &values, layer, bias, &view);
        if (!status) status = tg_safetensors_load(file, entry, &view);
    }
    if (host) return status;
    if (!status) status = tg_tensor_copy(&values, &model->parameters);
    tg_tensor_destroy(&values);
    return status;
}

tg_status tg_model_parse_weights(tg_model *model, const tg_safetensors *file) {
    TG_TRY(check_parameters(file, model->inputs, model->layers, model->layer_count));
    return copy_parameters(file, model);
}

static tg_status check_version(const tg_safetensors *file) {
    const char *name = tg_safetensors_name(file);
    const char *version = tg_safetensors_metadata(file, KEY_VERSION);
    const char *layers = tg_safetensors_metadata(file, TG_KEY_LAYERS);
    if (!version && !layers)
        return tg_fail(TG_BAD_FORMAT,
                       "%s: it holds tensors, but not the layers of a model: create the model and "
                       "read its weights with tg_model_load_weights()",
                       name);
    if (!version || !layers)
        return tg_fail(TG_BAD_FORMAT, "%s: __metadata__: \"%s\" is missing", name,
                       version ? TG_KEY_LAYERS : KEY_VERSION);
    if (strcmp(version, VERSION) != 0)
        return tg_fail(TG_UNSUPPORTED,
                       "%s: its version is \"%.80s\"; this library reads version \"%s\"", name,
                       version, VERSION);
    return TG_OK;
}

/* A failure in one of the metadata's texts: names the file and the key. */
static tg_status within(tg_status status, const tg_safetensors *file, const char *key) {
    if (!status) return TG_OK;
    return tg_within(tg_safetensors_name(file), tg_within(key, status));
}

/* A model with the file's layers and without anything else. */
static tg_status parse_layers(tg_device *device, const tg_safetensors *file, tg_model **model) {
    size_t inputs = 0, count = 0;
    tg_layer *layers = NULL;
    TG_TRY(within(
        tg_parse_layers(tg_safetensors_metadata(file, TG_KEY_LAYERS), &inputs, &layers, &count),
        file, TG_KEY_LAYERS));
    tg_status status = check_parameters(file, inputs, layers, count);
    if (!status)
        status = within(tg_model_create_empty(device, inputs, layers, count, model), file,
                        TG_KEY_LAYERS);
    tg_release(layers);
    return status;
}

tg_status tg_model_parse(tg_device *device, const tg_safetensors *file, tg_model **model) {
    const char *classes = tg_safetensors_metadata(file, TG_KEY_CLASSES);
    const char *input = tg_safetensors_metadata(file, TG_KEY_INPUT);
    TG_TRY(check_version(file));
    tg_model *made = NULL;
    TG_TRY(parse_layers(device, file, &made));
    tg_status status = copy_parameters(file, made);
    if (!status && classes) status = within(tg_parse_classes(classes, made), file, TG_KEY_CLASSES);
    if (!status && input) status = within(tg_parse_input(input, made), file, TG_KEY_INPUT);
    if (status) {
        tg_model_destroy(made);
        return status;
    }
    *model = made;
    return TG_OK;
}

tg_status tg_model_load_memory(tg_device *device, const void *bytes, size_t size, const char *name,
                               tg_model **model) {
    TG_REQUIRE(device && bytes && name && model, "tg_model_load_memory: an argument is NULL");
    tg_safetensors *file = NULL;
    TG_TRY(tg_safetensors_parse(bytes, size, name, &file));
    tg_status status = tg_model_parse(device, file, model);
    tg_safetensors_close(file);
    return status;
}

tg_status tg_model_load(tg_device *device, const char *path, tg_model **model) {
    TG_REQUIRE(device && path && model, "tg_model_load: an argument is NULL");
    tg_safetensors *file = NULL;
    TG_TRY(tg_safetensors_open(path, &file));
    tg_status status = tg_model_parse(device, file, model);
    tg_safetensors_close(file);
    return status;
}

tg_status tg_model_load_weights(tg_model *model, const char *path) {
    TG_REQUIRE(model && path, "tg_model_load_weights: an argument is NULL");
    tg_safetensors *file = NULL;
    TG_TRY(tg_safetensors_read(path, &file));
    tg_status status = tg_model_parse_weights(model, file);
    tg_safetensors_close(file);
    return status;
}
