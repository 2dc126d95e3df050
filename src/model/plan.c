/* SPDX-License-Identifier: MIT */
/* Forward and backward through a model, in memory laid out beforehand.
 *
 * Every layer has its outputs y and, for training, the gradient dy by them. The tensors are views
 * of the first rows of two arenas. A softmax that the loss is fused with is skipped on the way
 * back: the loss then writes the gradient of the softmax's input. */
#include "model/plan.h"

#include <tigrillo/dense.h>
#include <tigrillo/dropout.h>
#include <tigrillo/softmax.h>

#include "base/memory.h"
#include "base/status.h"
#include "base/streams.h"
#include "device/device.h"
#include "model/layer.h"
#include "model/model.h"
#include "nn/activation.h"
#include "nn/loss.h"

struct tg_plan {
    const tg_model *model;
    tg_purpose purpose;
    size_t rows;                   /* the most a batch may have */
    tg_tensor arena;               /* outputs of all layers, layer by layer, `rows` rows each */
    tg_tensor gradient_arena;      /* the same for the gradients by these outputs */
    tg_tensor parameter_gradients; /* by the parameters, in their order */
    tg_tensor *outputs;            /* outputs[i]: of layer i, the rows of the present batch */
    tg_tensor *output_gradients;   /* output_gradients[i]: of the loss, by outputs[i] */
    size_t *places;                /* places[i]: where layer i's outputs begin, in columns */
    tg_tensor input;               /* the present batch */
    bool has_forward;              /* outputs are valid */
    bool has_loss;                 /* and the gradient to start backward from, by the output */
    size_t backward_layers;        /* of the last of so many layers */
    uint64_t dropout_seed, dropout_step;
    uint64_t mask_seed, mask_step; /* which the last forward pass took */
};

static tg_status allocate(tg_plan *plan) {
    const tg_model *model = plan->model;
    const size_t layers = model->layer_count;
    plan->outputs = tg_allocate(layers, sizeof *plan->outputs);
    plan->output_gradients = tg_allocate(layers, sizeof *plan->output_gradients);
    plan->places = tg_allocate(layers + 1, sizeof *plan->places);
    if (!plan->outputs || !plan->output_gradients || !plan->places) return TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < layers; i++) {
        if (model->columns[i + 1] > SIZE_MAX - plan->places[i])
            return tg_fail(TG_OUT_OF_MEMORY, "plan: the layers' outputs are too many");
        plan->places[i + 1] = plan->places[i] + model->columns[i + 1];
    }
    const size_t shape[] = {plan->rows, plan->places[layers]};
    TG_TRY(tg_tensor_create(model->device, shape, 2, &plan->arena));
    if (plan->purpose == TG_INFERENCE) return TG_OK;
    TG_TRY(tg_tensor_create(model->device, shape, 2, &plan->gradient_arena));
    return tg_vector_create(model->device, model->parameters.count, &plan->parameter_gradients);
}

tg_status tg_plan_create(const tg_model *model, tg_purpose purpose, size_t rows, tg_plan **plan) {
    TG_REQUIRE(model && plan, "tg_plan_create: an argument is NULL");
    TG_REQUIRE(purpose == TG_INFERENCE || purpose == TG_TRAINING,
               "tg_plan_create: there is no purpose %d", (int)purpose);
    tg_plan *made = tg_allocate(1, sizeof *made);
    if (!made) return TG_OUT_OF_MEMORY;
    made->model = model;
    made->purpose = purpose;
    made->rows = rows;
    tg_status status = allocate(made);
    if (status) {
        tg_plan_destroy(made);
        return status;
    }
    *plan = made;
    return TG_OK;
}

void tg_plan_destroy(tg_plan *plan) {
    if (!plan) return;
    tg_tensor_destroy(&plan->arena);
    tg_tensor_destroy(&plan->gradient_arena);
    tg_tensor_destroy(&plan->parameter_gradients);
    tg_release(plan->outputs);
    tg_release(plan->output_gradients);
    tg_release(plan->places);
    tg_release(plan);
}

void tg_plan_set_dropout(tg_plan *plan, uint64_t seed, uint64_t step) {
    plan->dropout_seed = seed;
    plan->dropout_step = step;
}

uint64_t tg_plan_dropout_step(const tg_plan *plan) {
    return plan->dropout_step;
}

/* n rows for layer i at its place in an arena. */
static tg_status layer_view(const tg_plan *plan, const tg_tensor *arena, size_t i, size_t n,
                            tg_tensor *view) {
    const size_t all = arena->count, columns = plan->model->columns[i + 1];
    const size_t shape[] = {n, columns};
    tg_tensor flat, part;
    TG_TRY(tg_tensor_reshape(arena, &all, 1, &flat));
    TG_TRY(tg_tensor_slice(&flat, plan->places[i] * plan->rows, n * columns, &part));
    return tg_tensor_reshape(&part, shape, 2, view);
}

/* Points outputs and their gradients at the rows of a batch of n. */
static tg_status set_rows(tg_plan *plan, size_t n) {
    for (size_t i = 0; i < plan->model->layer_count; i++) {
        TG_TRY(layer_view(plan, &plan->arena, i, n, &plan->outputs[i]));
        if (plan->purpose == TG_TRAINING)
            TG_TRY(layer_view(plan, &plan->gradient_arena, i, n, &plan->output_gradients[i]));
    }
    return TG_OK;
}

/* The input of layer i; for i = layer_count: the model's output. */
static const tg_tensor *input_of(const tg_plan *plan, size_t i) {
    return i > 0 ? &plan->outputs[i - 1] : &plan->input;
}

static uint64_t dropout_stream(const tg_plan *plan, size_t i) {
    return tg_stream(TG_STREAM_DROPOUT, (uint64_t)i << 40 | plan->mask_step);
}

static tg_status forward_layer(tg_plan *plan, size_t i) {
    const tg_model *model = plan->model;
    const tg_layer *layer = &model->layers[i];
    const tg_tensor *x = input_of(plan, i);
    tg_tensor *y = &plan->outputs[i], weight, bias;
    switch (layer->kind) {
    case TG_LAYER_DENSE:
        TG_TRY(tg_model_weight(model, i, &weight));
        TG_TRY(tg_model_bias(model, i, &bias));
        return tg_dense_forward(x, &weight, &bias, y);
    case TG_LAYER_SOFTMAX:
        return tg_softmax_forward(x, layer->value, y);
    case TG_LAYER_LOG_SOFTMAX:
        return tg_log_softmax_forward(x, y);
    case TG_LAYER_DROPOUT:
        if (plan->purpose == TG_INFERENCE) return tg_tensor_copy(x, y);
        return tg_dropout_forward(x, layer->value, plan->mask_seed, dropout_stream(plan, i), y);
    default:
        return tg_activation_forward(layer->kind, layer->value, x, y);
    }
}

tg_status tg_plan_forward(tg_plan *plan, const tg_tensor *x, tg_tensor *y) {
    TG_REQUIRE(plan && x && x->device, "tg_plan_forward: an argument is NULL");
    const tg_model *model = plan->model;
    const size_t n = tg_tensor_rows(x);
    TG_REQUIRE(tg_tensor_columns(x) == model->inputs,
               "tg_plan_forward: x has %zu columns, the model takes %zu", tg_tensor_columns(x),
               model->inputs);
    TG_REQUIRE(n <= plan->rows, "tg_plan_forward: %zu rows, the plan is for %zu", n, plan->rows);
    plan->has_forward = false;
    plan->has_loss = false;
    const size_t shape[] = {n, model->inputs};
    TG_TRY(tg_tensor_reshape(x, shape, 2, &plan->input));
    TG_TRY(set_rows(plan, n));
    plan->mask_seed = plan->dropout_seed;
    plan->mask_step = plan->dropout_step;
    for (size_t i = 0; i < model->layer_count; i++) TG_TRY(forward_layer(plan, i));
    if (plan->purpose == TG_TRAINING) plan->dropout_step++;
    plan->has_forward = true;
    if (y) *y = plan->outputs[model->layer_count - 1];
    return TG_OK;
}

bool tg_loss_is_fused(tg_loss_kind loss, tg_layer_kind last) {
    return (loss == TG_CROSS_ENTROPY && last == TG_LAYER_SOFTMAX) ||
           (loss == TG_BINARY_CROSS_ENTROPY && last == TG_LAYER_SIGMOID);
}

tg_status tg_plan_loss(tg_plan *plan, const tg_loss *loss, tg_targets targets, double *value) {
    TG_REQUIRE(plan && loss && value, "tg_plan_loss: an argument is NULL");
    TG_REQUIRE(plan->has_forward, "tg_plan_loss: there was no forward pass before");
    const size_t last = plan->model->layer_count - 1;
    const tg_layer *layer = &plan->model->layers[last];
    /* Fused with the last layer: the loss is computed from the logits, which that layer has left as
     * they were, and its gradient is the logits'. */
    const bool fused = tg_loss_is_fused(loss->kind, layer->kind);
    const size_t from = fused ? last : last + 1;
    tg_tensor *gradient = NULL;
    if (plan->purpose == TG_TRAINING && from > 0) gradient = &plan->output_gradients[from - 1];
    plan->has_loss = false;
    TG_TRY(tg_loss_of_logits(loss, input_of(plan, from),
                             fused && layer->kind == TG_LAYER_SOFTMAX ? layer->value : 1, targets,
                             value, gradient));
    plan->has_loss = true;
    plan->backward_layers = from;
    return TG_OK;
}

/* output_gradients[i] -> output_gradients[i - 1], and the gradients of layer i's parameters. The
 * first layer has nobody below it to tell. */
static tg_status backward_layer(tg_plan *plan, size_t i) {
    const tg_model *model = plan->model;
    const tg_layer *layer = &model->layers[i];
    const tg_tensor *x = input_of(plan, i), *y = &plan->outputs[i],
                    *dy = &plan->output_gradients[i];
    tg_tensor *dx = i > 0 ? &plan->output_gradients[i - 1] : NULL, weight, dweight, dbias;
    if (layer->kind == TG_LAYER_DENSE) {
        TG_TRY(tg_model_weight(model, i, &weight));
        TG_TRY(tg_model_weight_in(model, &plan->parameter_gradients, i, &dweight));
        TG_TRY(tg_model_bias_in(model, &plan->parameter_gradients, i, &dbias));
        return tg_dense_backward(x, &weight, dy, dx, &dweight, &dbias);
    }
    if (!dx) return TG_OK;
    switch (layer->kind) {
    case TG_LAYER_SOFTMAX:
        return tg_softmax_backward(y, dy, layer->value, dx);
    case TG_LAYER_LOG_SOFTMAX:
        return tg_log_softmax_backward(y, dy, dx);
    case TG_LAYER_DROPOUT:
        return tg_dropout_backward(dy, layer->value, plan->mask_seed, dropout_stream(plan, i), dx);
    default:
        return tg_activation_backward(layer->kind, layer->value,
                                      tg_activation_needs_input(layer->kind) ? x : y, dy, dx);
    }
}

tg_status tg_plan_backward(tg_plan *plan) {
    TG_REQUIRE(plan, "tg_plan_backward: plan is NULL");
    TG_REQUIRE(plan->purpose == TG_TRAINING, "tg_plan_backward: the plan is for inference");
    TG_REQUIRE(plan->has_loss, "tg_plan_backward: there was no loss before");
    for (size_t i = plan->backward_layers; i > 0; i--) TG_TRY(backward_layer(plan, i - 1));
    return TG_OK;
}

tg_status tg_plan_backward_from(tg_plan *plan, const tg_tensor *gradient) {
    TG_REQUIRE(plan && gradient, "tg_plan_backward_from: an argument is NULL");
    TG_REQUIRE(plan->purpose == TG_TRAINING, "tg_plan_backward_from: the plan is for inference");
    TG_REQUIRE(plan->has_forward, "tg_plan_backward_from: there was no forward pass before");
    const size_t layers = plan->model->layer_count;
    TG_TRY(tg_tensor_copy(gradient, &plan->output_gradients[layers - 1]));
    plan->has_loss = true;
    plan->backward_layers = layers;
    return tg_plan_backward(plan);
}

const tg_tensor *tg_plan_gradients(const tg_plan *plan) {
    return plan && plan->purpose == TG_TRAINING ? &plan->parameter_gradients : NULL;
}

tg_status tg_plan_weight_gradient(const tg_plan *plan, size_t layer, tg_tensor *view) {
    TG_REQUIRE(plan && plan->purpose == TG_TRAINING, "the plan has no gradients");
    return tg_model_weight_in(plan->model, &plan->parameter_gradients, layer, view);
}

tg_status tg_plan_bias_gradient(const tg_plan *plan, size_t layer, tg_tensor *view) {
    TG_REQUIRE(plan && plan->purpose == TG_TRAINING, "the plan has no gradients");
    return tg_model_bias_in(plan->model, &plan->parameter_gradients, layer, view);
}

tg_status tg_plan_find_not_finite(const tg_plan *plan, long *layer) {
    TG_REQUIRE(plan && layer, "tg_plan_find_not_finite: an argument is NULL");
    TG_REQUIRE(plan->has_forward, "tg_plan_find_not_finite: there was no forward pass before");
    for (size_t i = 0; i < plan->model->layer_count; i++) {
        const tg_tensor *y = &plan->outputs[i];
        bool finite = true;
        TG_TRY(y->device->operations->all_finite(y->device, y->memory, y->count, &finite));
        if (!finite) {
            *layer = (long)i;
            return TG_OK;
        }
    }
    *layer = -1;
    return TG_OK;
}

tg_status tg_model_predict(const tg_model *model, const tg_tensor *x, tg_tensor *y) {
    TG_REQUIRE(model && x && y && x->device, "tg_model_predict: an argument is NULL");
    const size_t n = tg_tensor_rows(x), most = n < 1024 ? n : 1024;
    TG_REQUIRE(tg_tensor_columns(x) == model->inputs,
               "tg_model_predict: x has %zu columns, the model takes %zu", tg_tensor_columns(x),
               model->inputs);
    TG_REQUIRE(tg_tensor_rows(y) == n && tg_tensor_columns(y) == tg_model_outputs(model),
               "tg_model_predict: y is %zu x %zu, but must be %zu x %zu", tg_tensor_rows(y),
               tg_tensor_columns(y), n, tg_model_outputs(model));
    if (n == 0) return TG_OK;
    /* Rank 2 views, so that slices are rows. */
    const size_t x_shape[] = {n, model->inputs}, y_shape[] = {n, tg_model_outputs(model)};
    tg_tensor x_rows, y_rows;
    TG_TRY(tg_tensor_reshape(x, x_shape, 2, &x_rows));
    TG_TRY(tg_tensor_reshape(y, y_shape, 2, &y_rows));
    tg_plan *plan = NULL;
    TG_TRY(tg_plan_create(model, TG_INFERENCE, most, &plan));
    tg_status status = TG_OK;
    for (size_t first = 0; first < n && !status; first += most) {
        const size_t count = n - first < most ? n - first : most;
        tg_tensor part, to, outputs;
        status = tg_tensor_slice(&x_rows, first, count, &part);
        if (!status) status = tg_tensor_slice(&y_rows, first, count, &to);
        if (!status) status = tg_plan_forward(plan, &part, &outputs);
        if (!status) status = tg_tensor_copy(&outputs, &to);
    }
    tg_plan_destroy(plan);
    return status;
}
