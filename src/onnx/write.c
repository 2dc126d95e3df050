/* SPDX-License-Identifier: MIT */
/* Writing a model as ONNX: a node for each layer, in a chain. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <tigrillo/onnx.h>
#include <tigrillo/version.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "io/description.h"
#include "io/model_file.h"
#include "model/model.h"
#include "onnx/format.h"
#include "onnx/protobuf.h"

typedef struct name {
    char text[48];
} name;

typedef struct writing {
    const tg_model *model;
    tg_writer *to;
    name value;   /* what the chain has come to */
    size_t parts; /* nodes of the present layer */
} writing;

/* ---- Nodes ---- */

/* Opens a node of the present layer; its output is "3.relu", or `output`. NULLs end the inputs. */
static size_t begin_node(writing *w, size_t layer, const char *op_type, const char *a,
                         const char *b, const char *output) {
    name own;
    snprintf(own.text, sizeof own.text, "%zu.%s%zu", layer, op_type, w->parts++);
    const size_t begin = tg_write_begin(w->to, GRAPH_NODE);
    tg_write_text(w->to, NODE_INPUT, a);
    if (b) tg_write_text(w->to, NODE_INPUT, b);
    tg_write_text(w->to, NODE_OUTPUT, output);
    tg_write_text(w->to, NODE_NAME, own.text);
    tg_write_text(w->to, NODE_OPERATOR, op_type);
    return begin;
}

static void write_node(writing *w, size_t layer, const char *op_type, const char *a, const char *b,
                       const char *output) {
    tg_write_end(w->to, begin_node(w, layer, op_type, a, b, output));
}

static void write_integer(tg_writer *to, const char *key, int64_t value) {
    const size_t begin = tg_write_begin(to, NODE_ATTRIBUTE);
    tg_write_text(to, ATTRIBUTE_NAME, key);
    tg_write_varint(to, ATTRIBUTE_INT, (uint64_t)value);
    tg_write_varint(to, ATTRIBUTE_TYPE, IS_INT);
    tg_write_end(to, begin);
}

static void write_float(tg_writer *to, const char *key, float value) {
    const size_t begin = tg_write_begin(to, NODE_ATTRIBUTE);
    tg_write_text(to, ATTRIBUTE_NAME, key);
    tg_write_float(to, ATTRIBUTE_FLOAT, value);
    tg_write_varint(to, ATTRIBUTE_TYPE, IS_FLOAT);
    tg_write_end(to, begin);
}

static name part(size_t layer, const char *what) {
    name made;
    snprintf(made.text, sizeof made.text, "%zu.%s", layer, what);
    return made;
}

/* GELU is no operator of opset 13: x/2 (1 + erf(x / sqrt 2)). */
static void write_gelu(writing *w, size_t layer, const char *x, const char *y) {
    const name scaled = part(layer, "scaled"), erf = part(layer, "erf"), sum = part(layer, "sum"),
               half = part(layer, "half");
    write_node(w, layer, "Div", x, "gelu.sqrt2", scaled.text);
    write_node(w, layer, "Erf", scaled.text, NULL, erf.text);
    write_node(w, layer, "Add", erf.text, "gelu.one", sum.text);
    write_node(w, layer, "Mul", x, "gelu.half", half.text);
    write_node(w, layer, "Mul", half.text, sum.text, y);
}

/* x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) */
static void write_gelu_tanh(writing *w, size_t layer, const char *x, const char *y) {
    const name square = part(layer, "square"), cube = part(layer, "cube"),
               small = part(layer, "small"), inner = part(layer, "inner"),
               scaled = part(layer, "scaled"), tanh = part(layer, "tanh"), sum = part(layer, "sum"),
               half = part(layer, "half");
    write_node(w, layer, "Mul", x, x, square.text);
    write_node(w, layer, "Mul", square.text, x, cube.text);
    write_node(w, layer, "Mul", cube.text, "gelu.cubic", small.text);
    write_node(w, layer, "Add", x, small.text, inner.text);
    write_node(w, layer, "Mul", inner.text, "gelu.slope", scaled.text);
    write_node(w, layer, "Tanh", scaled.text, NULL, tanh.text);
    write_node(w, layer, "Add", tanh.text, "gelu.one", sum.text);
    write_node(w, layer, "Mul", x, "gelu.half", half.text);
    write_node(w, layer, "Mul", half.text, sum.text, y);
}

static void write_dense(writing *w, size_t layer, const char *x, const char *y) {
    const name weight = part(layer, "weight"), bias = part(layer, "bias");
    const size_t begin = begin_node(w, layer, "Gemm", x, weight.text, y);
    tg_write_text(w->to, NODE_INPUT, bias.text);
    write_integer(w->to, "transB", 1);
    tg_write_end(w->to, begin);
}

static void write_softmax(writing *w, size_t layer, const char *x, const char *y) {
    const tg_layer *what = &w->model->layers[layer];
    name cooled;
    snprintf(cooled.text, sizeof cooled.text, "%s", x);
    if (what->kind == TG_LAYER_SOFTMAX && what->value != 1) {
        const name temperature = part(layer, "temperature");
        cooled = part(layer, "cooled");
        write_node(w, layer, "Div", x, temperature.text, cooled.text);
    }
    const char *op_type = what->kind == TG_LAYER_SOFTMAX ? "Softmax" : "LogSoftmax";
    const size_t begin = begin_node(w, layer, op_type, cooled.text, NULL, y);
    write_integer(w->to, "axis", -1);
    tg_write_end(w->to, begin);
}

static void write_leaky_relu(writing *w, size_t layer, const char *x, const char *y) {
    const size_t begin = begin_node(w, layer, "LeakyRelu", x, NULL, y);
    write_float(w->to, "alpha", w->model->layers[layer].value);
    tg_write_end(w->to, begin);
}

static void write_layer(writing *w, size_t layer, const char *x, const char *y) {
    w->parts = 0;
    switch (w->model->layers[layer].kind) {
    case TG_LAYER_DENSE:
        write_dense(w, layer, x, y);
        return;
    case TG_LAYER_SIGMOID:
        write_node(w, layer, "Sigmoid", x, NULL, y);
        return;
    case TG_LAYER_TANH:
        write_node(w, layer, "Tanh", x, NULL, y);
        return;
    case TG_LAYER_RELU:
        write_node(w, layer, "Relu", x, NULL, y);
        return;
    case TG_LAYER_LEAKY_RELU:
        write_leaky_relu(w, layer, x, y);
        return;
    case TG_LAYER_GELU:
        write_gelu(w, layer, x, y);
        return;
    case TG_LAYER_GELU_TANH:
        write_gelu_tanh(w, layer, x, y);
        return;
    case TG_LAYER_SOFTMAX:
    case TG_LAYER_LOG_SOFTMAX:
        write_softmax(w, layer, x, y);
        return;
    case TG_LAYER_DROPOUT: /* does nothing outside training */
        return;
    }
}

/* ---- Outputs ---- */

/* The last layer that does something; the number of layers when none does. */
static size_t last_layer(const tg_model *model) {
    for (size_t i = model->layer_count; i-- > 0;)
        if (model->layers[i].kind != TG_LAYER_DROPOUT) return i;
    return model->layer_count;
}

static const char *output_name(const tg_model *model) {
    const size_t last = last_layer(model);
    switch (last < model->layer_count ? model->layers[last].kind : TG_LAYER_DROPOUT) {
    case TG_LAYER_SOFTMAX:
    case TG_LAYER_SIGMOID:
        return "probabilities";
    case TG_LAYER_LOG_SOFTMAX:
        return "log_probabilities";
    default:
        return "output";
    }
}

/* The layer whose output are the logits: the one that feeds the probabilities; layer_count: there
 * is none. */
static size_t logits_layer(const tg_model *model) {
    size_t last = last_layer(model);
    if (!strcmp(output_name(model), "output")) return model->layer_count;
    while (last-- > 0)
        if (model->layers[last].kind != TG_LAYER_DROPOUT) return last;
    return model->layer_count;
}

static void write_nodes(writing *w) {
    const size_t count = w->model->layer_count;
    const size_t last = last_layer(w->model), logits = logits_layer(w->model);
    snprintf(w->value.text, sizeof w->value.text, "input");
    for (size_t i = 0; i < count; i++) {
        if (w->model->layers[i].kind == TG_LAYER_DROPOUT) continue;
        name next = part(i, "output");
        if (i == logits) snprintf(next.text, sizeof next.text, "logits");
        if (i == last) snprintf(next.text, sizeof next.text, "%s", output_name(w->model));
        write_layer(w, i, w->value.text, next.text);
        w->value = next;
    }
    if (last == count) write_node(w, count, "Identity", "input", NULL, output_name(w->model));
}

/* n x columns */
static void write_port(tg_writer *to, uint32_t number, const char *text, size_t columns) {
    const size_t port = tg_write_begin(to, number);
    tg_write_text(to, VALUE_NAME, text);
    const size_t type = tg_write_begin(to, VALUE_TYPE);
    const size_t tensor = tg_write_begin(to, TYPE_TENSOR);
    tg_write_varint(to, TENSOR_TYPE_ELEMENT, TYPE_FLOAT);
    const size_t shape = tg_write_begin(to, TENSOR_TYPE_SHAPE);
    const size_t rows = tg_write_begin(to, SHAPE_DIM);
    tg_write_text(to, DIM_PARAM, "N");
    tg_write_end(to, rows);
    const size_t dimension = tg_write_begin(to, SHAPE_DIM);
    tg_write_varint(to, DIM_VALUE, columns);
    tg_write_end(to, dimension);
    tg_write_end(to, shape);
    tg_write_end(to, tensor);
    tg_write_end(to, type);
    tg_write_end(to, port);
}

/* ---- Tensors ---- */

static void encode(const float *values, size_t count, unsigned char *bytes) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        for (size_t j = 0; j < 4; j++) *bytes++ = (unsigned char)(bits >> 8 * j);
    }
}

static void write_tensor(tg_writer *to, const char *text, const size_t *shape, size_t rank,
                         const float *values) {
    const size_t begin = tg_write_begin(to, GRAPH_INITIALIZER);
    size_t count = 1;
    for (size_t i = 0; i < rank; i++) {
        tg_write_varint(to, TENSOR_DIMS, shape[i]);
        count *= shape[i];
    }
    tg_write_varint(to, TENSOR_TYPE, TYPE_FLOAT);
    tg_write_text(to, TENSOR_NAME, text);
    unsigned char *room = tg_write_room(to, TENSOR_RAW, count * sizeof *values);
    if (room) encode(values, count, room);
    tg_write_end(to, begin);
}

static void write_scalar(tg_writer *to, const char *text, float value) {
    write_tensor(to, text, NULL, 0, &value);
}

/* `values`: all parameters, on the host, in their order. */
static void write_tensors(writing *w, const float *values) {
    const tg_model *model = w->model;
    bool gelu = false, gelu_tanh = false;
    for (size_t i = 0; i < model->layer_count; i++) {
        const tg_layer *layer = &model->layers[i];
        gelu = gelu || layer->kind == TG_LAYER_GELU;
        gelu_tanh = gelu_tanh || layer->kind == TG_LAYER_GELU_TANH;
        if (layer->kind == TG_LAYER_SOFTMAX && layer->value != 1)
            write_scalar(w->to, part(i, "temperature").text, layer->value);
        if (layer->kind != TG_LAYER_DENSE) continue;
        const size_t shape[] = {layer->units, model->columns[i]};
        const float *weight = values + model->offsets[i];
        write_tensor(w->to, part(i, "weight").text, shape, 2, weight);
        write_tensor(w->to, part(i, "bias").text, shape, 1, weight + shape[0] * shape[1]);
    }
    if (gelu) write_scalar(w->to, "gelu.sqrt2", 1.41421356237309505f);
    if (gelu_tanh) write_scalar(w->to, "gelu.cubic", 0.044715f);
    if (gelu_tanh) write_scalar(w->to, "gelu.slope", 0.79788456080286536f);
    if (gelu || gelu_tanh) write_scalar(w->to, "gelu.half", 0.5f);
    if (gelu || gelu_tanh) write_scalar(w->to, "gelu.one", 1);
}

/* ---- The file ---- */

static void write_graph(writing *w, const float *values) {
    const tg_model *model = w->model;
    const size_t begin = tg_write_begin(w->to, MODEL_GRAPH), logits = logits_layer(model);
    write_nodes(w);
    tg_write_text(w->to, GRAPH_NAME, "tigrillo");
    write_tensors(w, values);
    write_port(w->to, GRAPH_INPUT, "input", model->inputs);
    write_port(w->to, GRAPH_OUTPUT, output_name(model), model->columns[model->layer_count]);
    if (logits < model->layer_count)
        write_port(w->to, GRAPH_OUTPUT, "logits", model->columns[model->layer_count]);
    tg_write_end(w->to, begin);
}

/* A text of the metadata, which it releases. */
static void write_metadata(tg_writer *to, const char *key, char *text) {
    const size_t begin = tg_write_begin(to, MODEL_METADATA);
    tg_write_text(to, PAIR_KEY, key);
    tg_write_text(to, PAIR_VALUE, text);
    tg_write_end(to, begin);
    tg_release(text);
}

static tg_status write_description(writing *w) {
    char *text = NULL;
    if (w->model->classes > 0) {
        TG_TRY(tg_describe_classes(w->model, &text));
        write_metadata(w->to, TG_KEY_CLASSES, text);
    }
    if (w->model->has_input) {
        TG_TRY(tg_describe_input(w->model, &text));
        write_metadata(w->to, TG_KEY_INPUT, text);
    }
    return TG_OK;
}

static tg_status write_model(writing *w, const float *values) {
    tg_write_varint(w->to, MODEL_IR_VERSION, WRITTEN_IR);
    tg_write_text(w->to, MODEL_PRODUCER_NAME, "tigrillo");
    tg_write_text(w->to, MODEL_PRODUCER_VERSION, TG_VERSION);
    const size_t opset = tg_write_begin(w->to, MODEL_OPSET_IMPORT);
    tg_write_text(w->to, OPSET_DOMAIN, "");
    tg_write_varint(w->to, OPSET_VERSION, WRITTEN_OPSET);
    tg_write_end(w->to, opset);
    TG_TRY(write_description(w));
    write_graph(w, values);
    return w->to->status;
}

static tg_status read_parameters(const tg_model *model, float **values) {
    const size_t count = model->parameters.count;
    /* Before memory is taken for what can never be written. */
    if (count > TG_MESSAGE_LIMIT / sizeof(float))
        return tg_fail(TG_UNSUPPORTED, "%zu parameters are more than an ONNX file can hold", count);
    float *made = tg_allocate(count, sizeof *made);
    if (!made) return TG_OUT_OF_MEMORY;
    tg_status status = tg_tensor_read(&model->parameters, made, count);
    if (status)
        tg_release(made);
    else
        *values = made;
    return status;
}

tg_status tg_onnx_write(const tg_model *model, const char *path) {
    TG_REQUIRE(model && path, "tg_onnx_write: an argument is NULL");
    tg_writer to = {.bytes = NULL};
    writing w = {.model = model, .to = &to};
    float *values = NULL;
    tg_status status = read_parameters(model, &values);
    if (!status) status = write_model(&w, values);
    if (status && status != TG_OUT_OF_MEMORY)
        status = tg_fail(status, "%s: %s", path, tg_error_message());
    const tg_chunk chunk = {to.bytes, to.size};
    if (!status) status = tg_file_replace(path, &chunk, 1);
    tg_release(to.bytes);
    tg_release(values);
    return status;
}
