/* SPDX-License-Identifier: MIT */
#include "from_model.h"

#include <stdlib.h>

static mlp_function function_of(tg_layer_kind kind) {
    switch (kind) {
    case TG_LAYER_SIGMOID:
        return MLP_SIGMOID;
    case TG_LAYER_TANH:
        return MLP_TANH;
    case TG_LAYER_RELU:
        return MLP_RELU;
    case TG_LAYER_LEAKY_RELU:
        return MLP_LEAKY_RELU;
    case TG_LAYER_GELU:
        return MLP_GELU;
    case TG_LAYER_GELU_TANH:
        return MLP_GELU_TANH;
    default:
        return MLP_IDENTITY;
    }
}

/* Fills the shapes, as many as there are dense layers: *L. */
static const char *read_shapes(const tg_model *model, mlp_shape *shapes, size_t *L, double *T) {
    bool ended = false;
    for (size_t i = 0; i < tg_model_layer_count(model); i++) {
        const tg_layer *layer = tg_model_layer(model, i);
        if (layer->kind == TG_LAYER_DROPOUT) continue;
        if (ended) return "a layer behind softmax";
        if (layer->kind == TG_LAYER_DENSE) {
            shapes[(*L)++] = (mlp_shape){.out = layer->units};
            continue;
        }
        if (*L == 0) return "no dense layer at the start";
        ended = layer->kind == TG_LAYER_SOFTMAX || layer->kind == TG_LAYER_LOG_SOFTMAX;
        if (layer->kind == TG_LAYER_SOFTMAX) *T = (double)layer->value;
        if (ended) continue;
        mlp_shape *shape = &shapes[*L - 1];
        if (shape->f != MLP_IDENTITY) return "two activations behind one another";
        shape->f = function_of(layer->kind);
        shape->slope = (double)layer->value;
    }
    return *L > 0 ? NULL : "no dense layer";
}

static const char *copy_parameters(const tg_model *model, mlp *net) {
    tg_tensor parameters;
    float *values = calloc(net->parameters + 1, sizeof *values);
    if (!values) return "out of memory";
    const bool read = !tg_model_parameters(model, &parameters) &&
                      !tg_tensor_read(&parameters, values, net->parameters);
    for (size_t i = 0; i < net->parameters; i++) net->theta[i] = (double)values[i];
    free(values);
    return read ? NULL : tg_error_message();
}

const char *mlp_from_model(const tg_model *model, size_t n, mlp *net) {
    *net = (mlp){0};
    mlp_shape *shapes = calloc(tg_model_layer_count(model), sizeof *shapes);
    if (!shapes) return "out of memory";
    size_t L = 0;
    double T = 1;
    const char *problem = read_shapes(model, shapes, &L, &T);
    if (!problem && !mlp_create(net, n, tg_model_inputs(model), shapes, L)) {
        problem = "out of memory";
    }
    free(shapes);
    if (problem) return problem;
    net->T = T;
    return copy_parameters(model, net);
}
