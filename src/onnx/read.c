/* SPDX-License-Identifier: MIT */
/* Reading a model from ONNX: file -> graph -> steps -> network -> model. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <tigrillo/onnx.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "io/description.h"
#include "io/model_file.h"
#include "model/model.h"
#include "onnx/format.h"
#include "onnx/network.h"

/* ---- Class names ---- */

enum { NUMBER = 24 }; /* characters of an int64, and more */

static tg_status set_numbers(tg_onnx_graph *graph, const tg_onnx_tensor *labels, tg_model *model) {
    int64_t *values = NULL;
    TG_TRY(tg_onnx_integers(graph, labels, &values));
    char *texts = tg_allocate(labels->count, NUMBER);
    const char **names = tg_allocate(labels->count, sizeof *names);
    tg_status status = texts && names ? TG_OK : TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < labels->count && !status; i++) {
        names[i] = texts + i * NUMBER;
        snprintf(texts + i * NUMBER, NUMBER, "%lld", (long long)values[i]);
    }
    if (!status) status = tg_model_set_classes(model, names, labels->count);
    tg_release((void *)names);
    tg_release(texts);
    tg_release(values);
    return status;
}

/* A copy that ends with 0; refused where that would cut it. */
static tg_status copy_text(tg_bytes text, const char *what, char **copy) {
    if (text.size > 0 && memchr(text.data, 0, text.size))
        return tg_fail(TG_BAD_FORMAT, "%s has a byte 0 in it", what);
    char *made = tg_allocate(text.size + 1, 1);
    if (!made) return TG_OUT_OF_MEMORY;
    if (text.size > 0) memcpy(made, text.data, text.size);
    *copy = made;
    return TG_OK;
}

static tg_status set_texts(const tg_onnx_graph *graph, const tg_onnx_tensor *labels,
                           tg_model *model) {
    char **names = tg_allocate(labels->count, sizeof *names);
    tg_reader reader = tg_reader_of(&graph->file, labels->message);
    tg_status status = names ? TG_OK : TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < labels->count && !status; i++) {
        tg_bytes text = {NULL, 0};
        status = tg_onnx_next_text(&reader, labels->field, &text);
        if (!status) status = copy_text(text, "a class name", &names[i]);
    }
    if (!status) status = tg_model_set_classes(model, (const char *const *)names, labels->count);
    for (size_t i = 0; names && i < labels->count; i++) tg_release(names[i]);
    tg_release((void *)names);
    return status;
}

/* From the first node that has as many labels as the model outputs. */
static tg_status set_labels(tg_onnx_graph *graph, tg_model *model) {
    for (size_t i = 0; i < graph->node_count; i++) {
        tg_onnx_tensor labels;
        bool found = false;
        const tg_onnx_node *node = &graph->nodes[i];
        TG_TRY(tg_onnx_at(node, tg_onnx_labels(graph, node, &labels, &found)));
        if (!found || labels.count != tg_model_outputs(model)) continue;
        return tg_onnx_at(node, labels.type == TYPE_STRING ? set_texts(graph, &labels, model)
                                                           : set_numbers(graph, &labels, model));
    }
    return TG_OK;
}

/* ---- The model ---- */

static tg_status parse_metadata(tg_bytes text, const char *key,
                                tg_status (*parse)(const char *text, tg_model *model),
                                tg_model *model) {
    char *copy = NULL;
    tg_status status = copy_text(text, "the text", &copy);
    if (!status) status = parse(copy, model);
    tg_release(copy);
    return tg_within(key, status);
}

static tg_status describe(tg_onnx_graph *graph, const tg_network *net, tg_model *model) {
    if (graph->has_classes)
        TG_TRY(parse_metadata(graph->classes, TG_KEY_CLASSES, tg_parse_classes, model));
    else
        TG_TRY(set_labels(graph, model));
    if (graph->has_input) return parse_metadata(graph->input, TG_KEY_INPUT, tg_parse_input, model);
    const tg_input input = {.size = net->inputs,
                            .statistics = net->inputs,
                            .mean = net->mean,
                            .deviation = net->deviation};
    return net->mean ? tg_model_set_input(model, &input) : TG_OK;
}

static tg_status copy_parameters(const tg_network *net, tg_model *model) {
    tg_tensor values = {.device = NULL}, view;
    TG_TRY(tg_vector_create(tg_cpu(), model->parameters.count, &values));
    tg_status status = TG_OK;
    for (size_t i = 0; i < net->count && !status; i++) {
        const tg_piece *piece = &net->pieces[i];
        if (piece->layer.kind != TG_LAYER_DENSE) continue;
        status = tg_model_weight_in(model, &values, i, &view);
        if (!status) status = tg_tensor_write(&view, piece->weight, view.count);
        if (!status) status = tg_model_bias_in(model, &values, i, &view);
        if (!status) status = tg_tensor_write(&view, piece->bias, view.count);
    }
    if (!status) status = tg_tensor_copy(&values, &model->parameters);
    tg_tensor_destroy(&values);
    return status;
}

static tg_status make_model(tg_device *device, tg_onnx_graph *graph, const tg_network *net,
                            tg_model **model) {
    tg_layer *layers = tg_allocate(net->count, sizeof *layers);
    if (!layers) return TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < net->count; i++) layers[i] = net->pieces[i].layer;
    tg_model *made = NULL;
    tg_status status = tg_model_create_empty(device, net->inputs, layers, net->count, &made);
    tg_release(layers);
    if (!status) status = copy_parameters(net, made);
    if (!status) status = describe(graph, net, made);
    if (status) {
        tg_model_destroy(made);
        return status;
    }
    *model = made;
    return TG_OK;
}

static tg_status read_graph(tg_device *device, tg_onnx_graph *graph, const void *bytes, size_t size,
                            tg_model **model) {
    tg_onnx_chain steps = {.steps = NULL};
    tg_network net = {.graph = graph};
    tg_status status = tg_onnx_parse(graph, bytes, size);
    if (!status) status = tg_onnx_steps(graph, &steps);
    if (!status) status = tg_network_build(&net, graph, &steps);
    if (!status) status = make_model(device, graph, &net, model);
    tg_network_end(&net);
    tg_release(steps.steps);
    tg_onnx_end(graph);
    return tg_within(graph->path, status);
}

tg_status tg_onnx_read_memory(tg_device *device, const void *bytes, size_t size, const char *name,
                              tg_model **model) {
    TG_REQUIRE(device && bytes && name && model, "tg_onnx_read_memory: an argument is NULL");
    tg_onnx_graph graph = {.path = name};
    return read_graph(device, &graph, bytes, size, model);
}

tg_status tg_onnx_read(tg_device *device, const char *path, tg_model **model) {
    TG_REQUIRE(device && path && model, "tg_onnx_read: an argument is NULL");
    unsigned char *bytes = NULL;
    size_t size = 0;
    TG_TRY(tg_file_read(path, TG_MESSAGE_LIMIT, &bytes, &size));
    tg_onnx_graph graph = {.path = path, .has_folder = true};
    tg_status status = read_graph(device, &graph, bytes, size, model);
    tg_release(bytes);
    return status;
}
