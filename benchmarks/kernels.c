/* SPDX-License-Identifier: MIT */
/* The library's operations, each with the limit that the memory sets it.
 *
 *     kernels [THREADS]
 *
 * is run by the driver (support/serve.h). Works have the shape ROWSxCOLUMNS. What an operation is
 * given is in first.f32, second.f32 (logits, gradients, ...) and labels.i32. Beside the kernels
 * that the library takes on this processor, `tigrillo`, those for lesser ones compete where that
 * makes sense: tigrillo-avx2, tigrillo-baseline. */
#include <stdlib.h>
#include <string.h>

#include <tigrillo/tigrillo.h>

#include "cpu/cpu.h"
#include "support/input.h"
#include "support/limits.h"
#include "support/serve.h"

/* One instruction set's own tensors for the present work. */
typedef struct bench_task {
    tg_device *device;
    size_t rows, columns;
    tg_tensor first, second, output;
    tg_tensor moments[2]; /* of Adam */
    int32_t *labels;
    uint64_t step;
    double loss;
} bench_task;

/* ---- The works ---- */

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

/* What no softmax does without: where this takes longer than to copy, it is the limit. Not a public
 * operation, but the library's own exponential, in one pass. */
static void exponentials(void *context) {
    bench_task *task = context;
    tg_cpu_instructions(task->device)
        ->elementwise->exp(task->first.count, tg_tensor_data(&task->first),
                           tg_tensor_data(&task->output));
}

/* What the memory is asked for: the bytes of so many matrices are read or written. */
typedef enum bench_traffic { COPIED, SWEPT, FILLED } bench_traffic;

enum {
    SECOND = 1,    /* it takes a second input */
    LABELS = 2,    /* and labels */
    WEIGHTS = 4,   /* it changes weights, from call to call */
    EVERY_SET = 8, /* kernels for lesser processors compete too */
    JACOBIAN = 16  /* the output is rows x columns x columns */
};

typedef struct bench_work {
    const char *name;
    void (*run)(void *context);
    bench_traffic traffic;
    size_t matrices; /* that are read or written */
    unsigned flags;
} bench_work;

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

/* ---- What is prepared ---- */

enum { MOST_SETS = 3, MOST_LIMITS = 3 };

static bench_task tasks[MOST_SETS];
static bench_limit limits[MOST_LIMITS];
static float *swept; /* what the sweep goes through */
static int threads;

static const char *const set_names[MOST_SETS] = {"tigrillo", "tigrillo-avx2", "tigrillo-baseline"};

static void begin_training(void *context) {
    bench_task *task = context;
    task->step = 0;
    check(tg_tensor_copy(&task->first, &task->output));
    check(tg_tensor_fill(&task->moments[0], 0));
    check(tg_tensor_fill(&task->moments[1], 0));
}

static void release(bench_task *task) {
    tg_tensor_destroy(&task->first);
    tg_tensor_destroy(&task->second);
    tg_tensor_destroy(&task->output);
    tg_tensor_destroy(&task->moments[0]);
    tg_tensor_destroy(&task->moments[1]);
    free(task->labels);
    task->labels = NULL;
}

static void make(bench_task *task, const bench_work *work, const char *folder) {
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

static void add_task(bench_preparation *preparation, const char *name, bench_task *task,
                     const bench_work *work) {
    bench_contestant *added = add_contestant(preparation);
    added->name = name;
    added->context = task;
    added->run = work->run;
    added->result = tg_tensor_data(&task->output);
    added->count = task->output.count;
    added->result_calls = 1;
    if (work->flags & LABELS) added->loss = &task->loss;
    if (work->flags & WEIGHTS) added->begin = begin_training;
}

/* The limits work on the memory of the library's best kernels, so that neither has the better. */
static void add_limits(bench_preparation *preparation, const bench_work *work) {
    float *output = tg_tensor_data(&tasks[0].output);
    const float *first = tg_tensor_data(&tasks[0].first);
    const size_t count = tasks[0].output.count;
    if (work->traffic == COPIED) {
        limits[0] = (bench_limit){move_memcpy, output, first, count, threads, NULL};
        limits[1] = (bench_limit){move_past_cache, output, first, count, threads, NULL};
        add_limit(preparation, "limit:memcpy", &limits[0]);
        if (moves_past_cache) add_limit(preparation, "limit:copy-past-cache", &limits[1]);
    } else if (work->traffic == FILLED) {
        limits[0] = (bench_limit){move_fill, output, NULL, count, threads, NULL};
        limits[1] = (bench_limit){move_fill_past_cache, output, NULL, count, threads, NULL};
        add_limit(preparation, "limit:fill", &limits[0]);
        if (moves_past_cache) add_limit(preparation, "limit:fill-past-cache", &limits[1]);
    }
    /* A sweep reads and writes the same bytes: half the matrices. For a copy it is no limit, since
     * it touches half the memory. */
    if (work->traffic != FILLED) {
        const size_t elements = count * work->matrices / 2;
        swept = allocate(elements, sizeof *swept);
        move_fill(swept, NULL, elements);
        limits[2] = (bench_limit){move_sweep, swept, NULL, elements, threads, NULL};
        add_limit(preparation, work->traffic == SWEPT ? "limit:sweep" : "sweep", &limits[2]);
    }
}

static void prepare(bench_preparation *preparation) {
    size_t rows, columns;
    const bench_work *found = NULL;
    for (size_t i = 0; i < MOST_SETS; i++) release(&tasks[i]);
    free(swept);
    swept = NULL;
    for (size_t i = 0; i < TG_COUNT(works); i++)
        if (strcmp(works[i].name, preparation->work) == 0) found = &works[i];
    if (!found || !parse_matrix(preparation->shape, &rows, &columns)) return;
    const size_t sets = found->flags & EVERY_SET ? MOST_SETS : 1;
    for (size_t i = 0; i < sets; i++) {
        if (!tasks[i].device) continue;
        tasks[i].rows = rows;
        tasks[i].columns = columns;
        make(&tasks[i], found, preparation->folder);
        add_task(preparation, set_names[i], &tasks[i], found);
    }
    /* Whose time the loss is compared with, in the same rounds. */
    if (found->run == cross_entropy) {
        bench_contestant *added = add_contestant(preparation);
        added->name = "softmax-alone";
        added->context = &tasks[0];
        added->run = softmax;
    }
    if (found->run == softmax && threads == 1) {
        bench_contestant *added = add_contestant(preparation);
        added->name = "exp-alone";
        added->context = &tasks[0];
        added->run = exponentials;
    }
    add_limits(preparation, found);
}

int main(int argc, char **argv) {
    threads = threads_argument(argc, argv);
    for (size_t i = 0; i < MOST_SETS; i++) {
        const char *set = strchr(set_names[i], '-');
        check(tg_device_open("cpu", threads, &tasks[i].device));
        /* Left out where the processor does not have it, or has nothing better. */
        if (set && (strcmp(set + 1, tg_device_instructions(tasks[0].device)) == 0 ||
                    tg_device_set_instructions(tasks[i].device, set + 1))) {
            tg_device_close(tasks[i].device);
            tasks[i].device = NULL;
        }
    }
    const bench_program program = {tigrillo_version(tasks[0].device), prepare};
    serve(&program);
    for (size_t i = 0; i < MOST_SETS; i++) {
        release(&tasks[i]);
        tg_device_close(tasks[i].device);
    }
    free(swept);
    return 0;
}
