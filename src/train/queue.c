/* SPDX-License-Identifier: MIT */
#include "train/queue.h"

#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "model/plan.h"
#include "nn/loss.h"
#include "train/metrics.h"
#include "train/trainer.h"

/* ---- Setting up ---- */

static tg_device *device_of(const tg_trainer *t) {
    return tg_model_device(t->model);
}

/* Whether all samples may take part of the device's memory. */
static tg_status look_for_room(tg_trainer *t) {
    const size_t count = tg_dataset_count(t->train.dataset);
    const size_t columns = tg_model_inputs(t->model) + tg_dataset_target_columns(t->train.dataset);
    size_t values = 0, bytes = 0, left = 0;
    TG_TRY(t->queue.operations->free_memory(device_of(t), &left));
    t->queue.resident = !t->train.maker.augmentation && columns < SIZE_MAX &&
                        tg_multiply(count, columns + 1, &values) &&
                        tg_multiply(values, sizeof(float), &bytes) && bytes <= left / 2 &&
                        count <= UINT32_MAX;
    return TG_OK;
}

static tg_status allocate_labels(tg_trainer *t, size_t count, int32_t **labels) {
    void *memory = NULL;
    TG_TRY(device_of(t)->operations->allocate(device_of(t), count * sizeof **labels, &memory));
    *labels = memory;
    return TG_OK;
}

static tg_status copy_rows(const tg_tensor *batch, size_t first, const tg_tensor *all) {
    tg_tensor place;
    TG_TRY(tg_tensor_slice(all, first, tg_tensor_rows(batch), &place));
    return tg_tensor_copy(batch, &place);
}

static tg_status send_all(tg_trainer *t) {
    tg_queue *q = &t->queue;
    const tg_dataset *dataset = t->train.dataset;
    const size_t n = tg_dataset_count(dataset), targets = tg_dataset_target_columns(dataset);
    TG_TRY(tg_matrix_create(device_of(t), n, tg_model_inputs(t->model), &q->samples));
    if (targets > 0) TG_TRY(tg_matrix_create(device_of(t), n, targets, &q->values));
    for (size_t i = 0; i < n; i++) t->order[i] = i;
    for (size_t first = 0; first < n; first += t->batch_size) {
        const size_t count = n - first < t->batch_size ? n - first : t->batch_size;
        tg_tensor x, values;
        tg_targets unused;
        TG_TRY(tg_source_batch(&t->train, 0, t->order + first, count, &x, &values, &unused));
        TG_TRY(copy_rows(&x, first, &q->samples));
        if (targets > 0) TG_TRY(copy_rows(&values, first, &q->values));
    }
    if (targets > 0) return TG_OK;
    TG_TRY(allocate_labels(t, n, &q->labels));
    return device_of(t)->operations->upload(device_of(t), tg_dataset_labels(dataset), q->labels,
                                            n * sizeof *q->labels);
}

tg_status tg_queue_open(tg_trainer *t) {
    tg_queue *q = &t->queue;
    q->operations = device_of(t)->operations->steps;
    if (!q->operations) return TG_OK;
    const size_t targets = tg_dataset_target_columns(t->train.dataset);
    q->numbers = tg_allocate(t->steps_per_epoch, sizeof *q->numbers);
    q->results = tg_allocate(t->steps_per_epoch, sizeof *q->results);
    if (!q->numbers || !q->results) return TG_OUT_OF_MEMORY;
    TG_TRY(look_for_room(t));
    if (q->resident) TG_TRY(send_all(t));
    if (targets == 0) TG_TRY(allocate_labels(t, t->batch_size, &q->batch_labels));
    const tg_steps_setup setup = {
        .samples = tg_dataset_count(t->train.dataset),
        .batch_size = t->batch_size,
        .steps = t->steps_per_epoch,
        .parts = {{.words = tg_model_inputs(t->model),
                   .batch = t->train.x.memory,
                   .all = q->samples.memory},
                  {.words = targets > 0 ? targets : 1,
                   .batch = targets > 0 ? t->train.values.memory : q->batch_labels,
                   .all = targets > 0 ? q->values.memory : q->labels}},
        .rule = &t->options->rule,
        .class_weights = t->loss.class_weights,
        .classes = tg_model_outputs(t->model)};
    return q->operations->create(device_of(t), &setup, &q->steps);
}

void tg_queue_destroy(tg_trainer *t) {
    tg_queue *q = &t->queue;
    if (q->operations) {
        const tg_operations *operations = device_of(t)->operations;
        q->operations->destroy(q->steps);
        operations->release(device_of(t), q->labels);
        operations->release(device_of(t), q->batch_labels);
    }
    tg_tensor_destroy(&q->samples);
    tg_tensor_destroy(&q->values);
    tg_release(q->numbers);
    tg_release(q->results);
}

/* ---- Steps ---- */

tg_status tg_queue_begin(tg_trainer *t) {
    tg_queue *q = &t->queue;
    q->updates = tg_optimizer_steps(t->optimizer) - t->step;
    q->dropouts = tg_plan_dropout_step(t->plan) - t->step;
    for (size_t step = t->step; step < t->steps_per_epoch; step++) {
        size_t count = 0;
        const size_t *samples = tg_trainer_samples(t, step, &count);
        const tg_targets targets = tg_source_targets(&t->train, samples, count);
        const double weight = tg_loss_normalizer(&t->loss, targets, count,
                                                 tg_model_outputs(t->model));
        q->numbers[step] = (tg_step_numbers){.scale = t->loss.reduction == TG_SUM ? 1
                                                      : weight > 0                ? 1 / weight
                                                                                  : 0,
                                             .learning_rate = tg_trainer_learning_rate(t, step),
                                             .update = q->updates + step + 1,
                                             .dropout = q->dropouts + step};
    }
    return q->operations->begin_epoch(q->steps, q->numbers, t->step, t->steps_per_epoch, t->order);
}

/* What a step computes. */
static tg_status compute(void *context) {
    tg_trainer *t = context;
    const tg_queue *q = &t->queue;
    const tg_device_targets targets = {q->batch_labels, t->train.values.memory};
    const tg_tensor *gradients = tg_plan_gradients(t->plan);
    const float rate = t->options->rule.learning_rate; /* the numbers have another */
    tg_tensor x, y, parameters;
    TG_TRY(tg_tensor_slice(&t->train.x, 0, q->batch, &x));
    TG_TRY(tg_model_parameters(t->model, &parameters));
    TG_TRY(tg_plan_forward(t->plan, &x, &y));
    TG_TRY(tg_plan_loss_of_step(t->plan, &t->loss, targets));
    TG_TRY(tg_plan_backward(t->plan));
    if (t->options->clip_norm > 0)
        TG_TRY(q->operations->clip(q->steps, t->options->clip_norm, gradients->count,
                                   gradients->memory));
    TG_TRY(tg_optimizer_step(t->optimizer, rate, gradients, &parameters));
    return tg_count_correct(&t->loss, t->model, &y, targets, NULL);
}

typedef tg_status asking(tg_steps *steps, size_t count, tg_step_body *body, void *context);

static tg_status ask_for(tg_trainer *t, size_t step, asking *ask) {
    tg_queue *q = &t->queue;
    const size_t *samples = tg_trainer_samples(t, step, &q->batch);
    if (!q->resident) {
        void *rooms[2];
        TG_TRY(q->operations->rooms(q->steps, rooms));
        TG_TRY(tg_source_fill(&t->train, t->epoch, samples, q->batch, rooms[0], rooms[1]));
        if (t->train.labels) memcpy(rooms[1], t->train.labels, q->batch * sizeof *t->train.labels);
    }
    tg_plan_set_dropout(t->plan, t->options->seed, 0); /* the numbers have the rest */
    return ask(q->steps, q->batch, compute, t);
}

tg_status tg_queue_take(tg_trainer *t, size_t count, size_t *done) {
    tg_queue *q = &t->queue;
    for (size_t i = 0; i < count; i++) TG_TRY(ask_for(t, t->step + i, q->operations->take));
    TG_TRY(q->operations->read(q->steps, t->step, count, q->results, done));
    tg_optimizer_set_steps(t->optimizer, q->updates + *done);
    tg_plan_set_dropout(t->plan, t->options->seed, q->dropouts + *done);
    return TG_OK;
}

tg_status tg_queue_repeat(tg_trainer *t) {
    return ask_for(t, t->step, t->queue.operations->repeat);
}
