/* SPDX-License-Identifier: MIT */
/* Forward and backward through a model, in memory laid out beforehand.
 *
 * Shapes are checked when the plan is made; a pass then calls the device's operations one behind
 * the other, with pointers that stay the same from batch to batch. Two steps are saved on the way:
 * an activation behind a dense layer is computed by the dense layer's operation, in the same
 * memory; and a softmax (or sigmoid) that the loss is fused with is skipped on the way back: the
 * loss then writes the gradient of that layer's input. */
#include "model/plan.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/streams.h"
#include "device/device.h"
#include "model/layer.h"
#include "model/model.h"
#include "nn/activation.h"
#include "nn/check.h"
#include "nn/loss.h"
#include "nn/optimizer.h"

/* A layer as the passes see it. */
typedef struct stage {
    tg_layer_kind kind;
    float value;
    size_t in, out;           /* columns */
    float *room;              /* where the outputs go; NULL: nothing is computed here */
    const float *y;           /* the outputs of the present batch */
    tg_layer_kind activation; /* dense: the kind of activation that is computed with it, or DENSE */
    float slope;
    bool with_dense;   /* an activation that was computed so */
    size_t parameters; /* dense: where the weight begins, and behind it the bias */
} stage;

struct tg_plan {
    const tg_model *model;
    const tg_operations *operations;
    tg_purpose purpose;
    size_t rows; /* the most a batch may have */
    size_t stages;
    stage *list;
    tg_tensor arena;               /* the stages' rooms */
    tg_tensor slopes[2];           /* gradients of the loss by a layer's outputs: a dense layer's
                                    * backward goes from one to the other, all else in place */
    tg_tensor parameter_gradients; /* by the parameters, in their order */

    /* The present batch: */
    size_t n;
    const float *x;
    bool has_forward;       /* outputs are valid */
    bool has_loss;          /* and slopes[0], to start backward from, */
    size_t backward_stages; /* through the first so many stages */
    uint64_t dropout_seed, dropout_step;
    uint64_t mask_seed, mask_step; /* which the last forward pass took */
};

/* ---- Laying out ---- */

/* Whether the activation i may take the place of its input: not where backward needs that input,
 * nor where a loss may want it as logits. */
static bool joins_dense(const tg_plan *plan, size_t i) {
    const tg_layer *layers = plan->model->layers;
    if (i == 0 || i >= plan->stages) return false;
    if (layers[i - 1].kind != TG_LAYER_DENSE || !tg_layer_is_activation(layers[i].kind))
        return false;
    if (plan->purpose == TG_TRAINING && tg_activation_needs_input(layers[i].kind)) return false;
    return i + 1 < plan->stages || !tg_loss_is_fused(TG_BINARY_CROSS_ENTROPY, layers[i].kind);
}

static void describe(const tg_plan *plan, size_t i) {
    const tg_model *model = plan->model;
    stage *s = &plan->list[i];
    *s = (stage){.kind = model->layers[i].kind,
                 .value = model->layers[i].value,
                 .in = model->columns[i],
                 .out = model->columns[i + 1],
                 .activation = TG_LAYER_DENSE,
                 .with_dense = joins_dense(plan, i),
                 .parameters = model->offsets[i]};
    if (joins_dense(plan, i + 1)) {
        s->activation = model->layers[i + 1].kind;
        s->slope = model->layers[i + 1].value;
    }
}

/* Dropout does nothing at inference. */
static bool has_room(const tg_plan *plan, const stage *s) {
    return !s->with_dense && !(s->kind == TG_LAYER_DROPOUT && plan->purpose == TG_INFERENCE);
}

/* Rooms begin on cache lines. */
static tg_status room_size(const tg_plan *plan, const stage *s, size_t *floats) {
    enum { LINE = 16 };
    if (!tg_multiply(plan->rows, s->out, floats) || *floats > SIZE_MAX - LINE)
        return tg_fail(TG_OUT_OF_MEMORY, "plan: %zu rows of %zu outputs are too many", plan->rows,
                       s->out);
    *floats = (*floats + LINE - 1) / LINE * LINE;
    return TG_OK;
}

static tg_status allocate(tg_plan *plan) {
    const tg_model *model = plan->model;
    plan->list = tg_allocate(plan->stages, sizeof *plan->list);
    if (!plan->list) return TG_OUT_OF_MEMORY;
    size_t total = 0, most = 0, size = 0;
    for (size_t i = 0; i < plan->stages; i++) {
        describe(plan, i);
        TG_TRY(room_size(plan, &plan->list[i], &size));
        if (size > most) most = size;
        if (!has_room(plan, &plan->list[i])) continue;
        if (size > SIZE_MAX - total)
            return tg_fail(TG_OUT_OF_MEMORY, "plan: the layers' outputs are too many");
        total += size;
    }
    TG_TRY(tg_vector_create(model->device, total, &plan->arena));
    float *next = plan->arena.memory;
    for (size_t i = 0; i < plan->stages; i++) {
        stage *s = &plan->list[i];
        TG_TRY(room_size(plan, s, &size));
        if (has_room(plan, s)) {
            s->room = next;
            next += size;
        }
        s->y = s->with_dense ? plan->list[i - 1].y : s->room;
    }
    if (plan->purpose == TG_INFERENCE) return TG_OK;
    for (size_t i = 0; i < 2; i++) TG_TRY(tg_vector_create(model->device, most, &plan->slopes[i]));
    return tg_vector_create(model->device, model->parameters.count, &plan->parameter_gradients);
}

tg_status tg_plan_create(const tg_model *model, tg_purpose purpose, size_t rows, tg_plan **plan) {
    TG_REQUIRE(model && plan, "tg_plan_create: an argument is NULL");
    TG_REQUIRE(purpose == TG_INFERENCE || purpose == TG_TRAINING,
               "tg_plan_create: there is no purpose %d", (int)purpose);
    if (purpose == TG_TRAINING) TG_TRY(tg_check_trains("tg_plan_create", model->device));
    tg_plan *made = tg_allocate(1, sizeof *made);
    if (!made) return TG_OUT_OF_MEMORY;
    made->model = model;
    made->operations = model->device->operations;
    made->purpose = purpose;
    made->rows = rows;
    made->stages = model->layer_count;
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
    for (size_t i = 0; i < 2; i++) tg_tensor_destroy(&plan->slopes[i]);
    tg_tensor_destroy(&plan->parameter_gradients);
    tg_release(plan->list);
    tg_release(plan);
}

void tg_plan_set_dropout(tg_plan *plan, uint64_t seed, uint64_t step) {
    plan->dropout_seed = seed;
    plan->dropout_step = step;
}

uint64_t tg_plan_dropout_step(const tg_plan *plan) {
    return plan->dropout_step;
}

/* ---- Forward ---- */

/* A view of n rows of `columns` in the device's memory. */
static tg_tensor rows_of(const tg_plan *plan, const float *memory, size_t columns) {
    tg_tensor view = {.device = plan->model->device,
                      .rank = 2,
                      .shape = {plan->n, columns},
                      .count = plan->n * columns,
                      .memory = (float *)memory};
    return view;
}

/* The input of stage i; for i = stages: the model's output. */
static const float *input_of(const tg_plan *plan, size_t i) {
    return i > 0 ? plan->list[i - 1].y : plan->x;
}

static const float *weight_of(const tg_plan *plan, const stage *s) {
    return (const float *)plan->model->parameters.memory + s->parameters;
}

static const float *bias_of(const tg_plan *plan, const stage *s) {
    return weight_of(plan, s) + s->out * s->in;
}

static uint64_t dropout_stream(const tg_plan *plan, size_t i) {
    return tg_stream(TG_STREAM_DROPOUT, (uint64_t)i << 40 | plan->mask_step);
}

static tg_status forward_stage(tg_plan *plan, size_t i) {
    stage *s = &plan->list[i];
    const tg_operations *operations = plan->operations;
    tg_device *device = plan->model->device;
    const float *x = input_of(plan, i);
    if (s->with_dense) return TG_OK;
    switch (s->kind) {
    case TG_LAYER_DENSE:
        return operations->dense_forward(device, plan->n, s->in, s->out, x, weight_of(plan, s),
                                         bias_of(plan, s), s->activation, s->slope, s->room);
    case TG_LAYER_SOFTMAX:
        return operations->softmax_forward(device, plan->n, s->out, s->value, x, s->room);
    case TG_LAYER_LOG_SOFTMAX:
        return operations->log_softmax_forward(device, plan->n, s->out, x, s->room);
    case TG_LAYER_DROPOUT:
        if (s->room)
            return operations->dropout(device, s->value, plan->mask_seed, dropout_stream(plan, i),
                                       plan->n * s->out, x, s->room);
        s->y = x;
        return TG_OK;
    default:
        return operations->activation_forward(device, s->kind, s->value, plan->n * s->out, x,
                                              s->room);
    }
}

tg_status tg_plan_forward(tg_plan *plan, const tg_tensor *x, tg_tensor *y) {
    TG_REQUIRE(plan, "tg_plan_forward: an argument is NULL");
    TG_TRY(tg_check_pair("tg_plan_forward", "x", x, "the model", &plan->model->parameters));
    const size_t n = tg_tensor_rows(x);
    TG_REQUIRE(tg_tensor_columns(x) == plan->model->inputs,
               "tg_plan_forward: x has %zu columns, the model takes %zu", tg_tensor_columns(x),
               plan->model->inputs);
    TG_REQUIRE(n <= plan->rows, "tg_plan_forward: %zu rows, the plan is for %zu", n, plan->rows);
    plan->has_forward = false;
    plan->has_loss = false;
    plan->n = n;
    plan->x = x->memory;
    plan->mask_seed = plan->dropout_seed;
    plan->mask_step = plan->dropout_step;
    for (size_t i = 0; i < plan->stages; i++) TG_TRY(forward_stage(plan, i));
    if (plan->purpose == TG_TRAINING) plan->dropout_step++;
    plan->has_forward = true;
    if (y) *y = rows_of(plan, input_of(plan, plan->stages), plan->list[plan->stages - 1].out);
    return TG_OK;
}

/* ---- Loss and backward ---- */

bool tg_loss_is_fused(tg_loss_kind loss, tg_layer_kind last) {
    return (loss == TG_CROSS_ENTROPY && last == TG_LAYER_SOFTMAX) ||
           (loss == TG_BINARY_CROSS_ENTROPY && last == TG_LAYER_SIGMOID);
}

/* What a loss is computed from, and where its gradient goes. */
typedef struct loss_room {
    size_t from; /* behind so many stages */
    float temperature;
    tg_tensor outputs, gradient;
} loss_room;

static loss_room room_of_loss(const tg_plan *plan, const tg_loss *loss) {
    const stage *last = &plan->list[plan->stages - 1];
    /* Fused with the last layer: the loss is computed from the logits, which that layer has left as
     * they were, and its gradient is the logits'. */
    const bool fused = tg_loss_is_fused(loss->kind, last->kind);
    loss_room room = {.from = fused ? plan->stages - 1 : plan->stages,
                      .temperature = fused && last->kind == TG_LAYER_SOFTMAX ? last->value : 1};
    room.outputs = rows_of(plan, input_of(plan, room.from), last->out);
    if (plan->purpose == TG_TRAINING && room.from > 0)
        room.gradient = rows_of(plan, plan->slopes[0].memory, last->out);
    return room;
}

static tg_status keep_loss(tg_plan *plan, const loss_room *room, tg_status status) {
    plan->has_loss = status == TG_OK;
    plan->backward_stages = room->from;
    return status;
}

tg_status tg_plan_loss(tg_plan *plan, const tg_loss *loss, tg_targets targets, double *value) {
    TG_REQUIRE(plan && loss && value, "tg_plan_loss: an argument is NULL");
    TG_REQUIRE(plan->has_forward, "tg_plan_loss: there was no forward pass before");
    loss_room room = room_of_loss(plan, loss);
    return keep_loss(plan, &room,
                     tg_loss_of_logits(loss, &room.outputs, room.temperature, targets, value,
                                       room.gradient.memory ? &room.gradient : NULL));
}

tg_status tg_plan_loss_of_step(tg_plan *plan, const tg_loss *loss, tg_device_targets targets) {
    loss_room room = room_of_loss(plan, loss);
    return keep_loss(plan, &room,
                     tg_loss_of_step(loss, &room.outputs, room.temperature, targets,
                                     room.gradient.memory ? &room.gradient : NULL));
}

/* What a step of SGD needs beside the gradient: all three laid out like the parameters. */
typedef struct sgd_step {
    const tg_update_rule *rule;
    float *parameters, *velocity; /* NULL: without momentum */
} sgd_step;

/* From *dy, the gradient by the stage's outputs, to that by its inputs, in *other for a dense layer
 * (the two are then exchanged) and else in place; and the gradients of its parameters, or with
 * `step` the parameters themselves. */
static tg_status backward_stage(tg_plan *plan, size_t i, const sgd_step *step, float **dy,
                                float **other) {
    const stage *s = &plan->list[i];
    const tg_operations *operations = plan->operations;
    tg_device *device = plan->model->device;
    const float *x = input_of(plan, i);
    const size_t n = plan->n;
    if (s->kind == TG_LAYER_DENSE) {
        float *dw = (float *)plan->parameter_gradients.memory + s->parameters;
        float *dx = i > 0 ? *other : NULL, *db = dw + s->out * s->in;
        if (step) {
            float *w = step->parameters + s->parameters;
            float *v = step->velocity ? step->velocity + s->parameters : NULL;
            TG_TRY(operations->dense_backward_step(device, step->rule, n, s->in, s->out, x, *dy, dx,
                                                   w, w + s->out * s->in, v,
                                                   v ? v + s->out * s->in : NULL, dw, db));
        } else {
            TG_TRY(operations->dense_backward(device, n, s->in, s->out, x, weight_of(plan, s), *dy,
                                              dx, dw, db));
        }
        *other = *dy;
        *dy = dx;
        return TG_OK;
    }
    if (i == 0) return TG_OK; /* nobody below has parameters */
    switch (s->kind) {
    case TG_LAYER_SOFTMAX:
        return operations->softmax_backward(device, n, s->out, s->value, s->y, *dy, *dy);
    case TG_LAYER_LOG_SOFTMAX:
        return operations->log_softmax_backward(device, n, s->out, s->y, *dy, *dy);
    case TG_LAYER_DROPOUT:
        return operations->dropout(device, s->value, plan->mask_seed, dropout_stream(plan, i),
                                   n * s->out, *dy, *dy);
    default:
        return operations->activation_backward(device, s->kind, s->value, n * s->out,
                                               tg_activation_needs_input(s->kind) ? x : s->y, *dy,
                                               *dy);
    }
}

static tg_status backward(tg_plan *plan, const char *operation, const sgd_step *step) {
    TG_REQUIRE(plan->purpose == TG_TRAINING, "%s: the plan is for inference", operation);
    TG_REQUIRE(plan->has_loss, "%s: there was no loss before", operation);
    plan->has_loss = false; /* the gradient that it left is overwritten */
    float *dy = plan->slopes[0].memory, *other = plan->slopes[1].memory;
    for (size_t i = plan->backward_stages; i > 0; i--)
        TG_TRY(backward_stage(plan, i - 1, step, &dy, &other));
    return TG_OK;
}

tg_status tg_plan_backward(tg_plan *plan) {
    TG_REQUIRE(plan, "tg_plan_backward: plan is NULL");
    return backward(plan, "tg_plan_backward", NULL);
}

tg_status tg_plan_backward_step(tg_plan *plan, tg_optimizer *optimizer, float learning_rate,
                                tg_tensor *parameters) {
    const char *operation = "tg_plan_backward_step";
    TG_REQUIRE(plan && optimizer, "%s: an argument is NULL", operation);
    TG_REQUIRE(parameters && parameters->memory == plan->model->parameters.memory &&
                   parameters->count == plan->model->parameters.count,
               "%s: the parameters are not those of the plan's model", operation);
    tg_update_rule rule = tg_optimizer_rule(optimizer);
    rule.learning_rate = learning_rate;
    TG_TRY(tg_update_rule_check(&rule));
    tg_tensor state = {0};
    if (tg_optimizer_state_count(optimizer) > 0) {
        TG_TRY(tg_optimizer_state(optimizer, 0, &state));
        TG_TRY(tg_check_count(operation, "the parameters", parameters, "the optimiser", &state));
    }
    if (rule.kind != TG_SGD || !plan->operations->dense_backward_step) {
        TG_TRY(backward(plan, operation, NULL));
        return tg_optimizer_step(optimizer, learning_rate, &plan->parameter_gradients, parameters);
    }
    const sgd_step step = {
        .rule = &rule, .parameters = parameters->memory, .velocity = state.memory};
    TG_TRY(backward(plan, operation, &step));
    tg_optimizer_set_steps(optimizer, tg_optimizer_steps(optimizer) + 1);
    return TG_OK;
}

tg_status tg_plan_backward_from(tg_plan *plan, const tg_tensor *gradient) {
    TG_REQUIRE(plan && gradient, "tg_plan_backward_from: an argument is NULL");
    TG_REQUIRE(plan->purpose == TG_TRAINING, "tg_plan_backward_from: the plan is for inference");
    TG_REQUIRE(plan->has_forward, "tg_plan_backward_from: there was no forward pass before");
    tg_tensor start = rows_of(plan, plan->slopes[0].memory, plan->list[plan->stages - 1].out);
    TG_TRY(tg_tensor_copy(gradient, &start));
    plan->has_loss = true;
    plan->backward_stages = plan->stages;
    return backward(plan, "tg_plan_backward_from", NULL);
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

/* ---- Where numbers went wrong ---- */

/* Whether the outputs of stage i are finite. An activation that took the place of a dense layer's
 * outputs may hide what these were (the ReLU of -Inf is 0): they are computed once more. */
static tg_status stage_is_finite(tg_plan *plan, size_t i, bool *finite) {
    const stage *s = &plan->list[i];
    const tg_operations *operations = plan->operations;
    tg_device *device = plan->model->device;
    const size_t count = plan->n * s->out;
    if (s->activation == TG_LAYER_DENSE) return operations->all_finite(device, s->y, count, finite);
    TG_TRY(operations->dense_forward(device, plan->n, s->in, s->out, input_of(plan, i),
                                     weight_of(plan, s), bias_of(plan, s), TG_LAYER_DENSE, 0,
                                     s->room));
    TG_TRY(operations->all_finite(device, s->room, count, finite));
    return operations->activation_forward(device, s->activation, s->slope, count, s->room, s->room);
}

tg_status tg_plan_find_not_finite(tg_plan *plan, long *layer) {
    TG_REQUIRE(plan && layer, "tg_plan_find_not_finite: an argument is NULL");
    TG_REQUIRE(plan->has_forward, "tg_plan_find_not_finite: there was no forward pass before");
    for (size_t i = 0; i < plan->stages; i++) {
        bool finite = true;
        TG_TRY(stage_is_finite(plan, i, &finite));
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
