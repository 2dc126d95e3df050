/* SPDX-License-Identifier: MIT */
#include "support/operations.h"

#include <stdlib.h>
#include <string.h>

#include "support/input.h"

static void softmax(void *context) {
    bench_task *task = context;
    check(tg_softmax_forward(&task->first, 1, &task->output));
}

static void log_softmax(void *context) {
    bench_task *task = context;
    check(tg_log_softmax_forward(&task->first, &task->output));
}

static void softmax_backward(void *context) {
    bench_task *task = context;
    check(tg_softmax_backward(&task->first, &task->second, 1, &task->output));
}

static void cross_entropy(void *context) {
    bench_task *task = context;
    check(tg_softmax_cross_entropy(&task->first, tg_labels(task->labels, task->rows), NULL,
                                   &task->loss, &task->output));
}

static void jacobian(void *context) {
    bench_task *task = context;
    check(tg_softmax_jacobian(&task->first, 1, &task->output));
}

static void sigmoid(void *context) {
    bench_task *task = context;
    check(tg_sigmoid_forward(&task->first, &task->output));
}

static void sigmoid_backward(void *context) {
    bench_task *task = context;
    check(tg_sigmoid_backward(&task->first, &task->second, &task->output));
}

static void hyperbolic_tangent(void *context) {
    bench_task *task = context;
    check(tg_tanh_forward(&task->first, &task->output));
}

static void hyperbolic_tangent_backward(void *context) {
    bench_task *task = context;
    check(tg_tanh_backward(&task->first, &task->second, &task->output));
}

static void gelu(void *context) {
    bench_task *task = context;
    check(tg_gelu_forward(&task->first, &task->output));
}

static void gelu_backward(void *context) {
    bench_task *task = context;
    check(tg_gelu_backward(&task->first, &task->second, &task->output));
}

/* The weights are in `output`, where they begin as `first`. */
static void sgd(void *context) {
    const tg_update_rule rule = tg_sgd(1e-3f);
    bench_task *task = context;
    check(tg_sgd_step(&task->output, &task->second, &rule, NULL));
}

static void adam(void *context) {
    const tg_update_rule rule = tg_adam(1e-3f);
    bench_task *task = context;
    check(tg_adam_step(&task->output, &task->second, &rule, ++task->step, &task->moments[0],
                       &task->moments[1]));
}

static const bench_work works[] = {
    {"softmax", softmax, COPIED, 2, EVERY_SET},
    {"log_softmax", log_softmax, COPIED, 2, 0},
    {"softmax_backward", softmax_backward, SWEPT, 3, SECOND},
    {"cross_entropy", cross_entropy, COPIED, 2, LABELS | EVERY_SET},
    {"jacobian", jacobian, FILLED, 1, JACOBIAN},
    {"sigmoid", sigmoid, COPIED, 2, 0},
    {"sigmoid_backward", sigmoid_backward, SWEPT, 3, SECOND},
    {"tanh", hyperbolic_tangent, COPIED, 2, 0},
    {"tanh_backward", hyperbolic_tangent_backward, SWEPT, 3, SECOND},
    {"gelu", gelu, COPIED, 2, 0},
    {"gelu_backward", gelu_backward, SWEPT, 3, SECOND},
    {"sgd", sgd, SWEPT, 3, SECOND | WEIGHTS},
    {"adam", adam, SWEPT, 7, SECOND | WEIGHTS},
};

const bench_work *find_operation(const char *name) {
    for (size_t i = 0; i < TG_COUNT(works); i++)
        if (strcmp(works[i].name, name) == 0) return &works[i];
    return NULL;
}

void make_task(bench_task *task, const bench_work *work, const char *folder) {
    const size_t rows = task->rows, columns = task->columns;
    const size_t shape[] = {rows, columns, work->flags & JACOBIAN ? columns : 1};
    task->first = read_matrix(task->device, folder, "first.f32", rows, columns);
    if (work->flags & SECOND)
        task->second = read_matrix(task->device, folder, "second.f32", rows, columns);
    if (work->flags & LABELS) {
        task->labels = allocate(rows, sizeof *task->labels);
        read_numbers(folder, "labels.i32", task->labels, rows);
    }
    check(tg_tensor_create(task->device, shape, work->flags & JACOBIAN ? 3 : 2, &task->output));
    for (size_t i = 0; (work->flags & WEIGHTS) && i < 2; i++)
        check(tg_matrix_create(task->device, rows, columns, &task->moments[i]));
}

void release_task(bench_task *task) {
    tg_tensor_destroy(&task->first);
    tg_tensor_destroy(&task->second);
    tg_tensor_destroy(&task->output);
    tg_tensor_destroy(&task->moments[0]);
    tg_tensor_destroy(&task->moments[1]);
    free(task->labels);
    task->labels = NULL;
}

void begin_training(void *context) {
    bench_task *task = context;
    task->step = 0;
    check(tg_tensor_copy(&task->first, &task->output));
    check(tg_tensor_fill(&task->moments[0], 0));
    check(tg_tensor_fill(&task->moments[1], 0));
}
