/* SPDX-License-Identifier: MIT */
/* The library's operations on the CPU, each with the limit that the memory sets it.
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
#include "support/operations.h"
#include "support/serve.h"

/* What no softmax does without: where this takes longer than to copy, it is the limit. Not a public
 * operation, but the library's own exponential, in one pass. */
static void exponentials(void *context) {
    bench_task *task = context;
    tg_cpu_instructions(task->device)
        ->elementwise->exp(task->first.count, tg_tensor_data(&task->first),
                           tg_tensor_data(&task->output));
}

enum { MOST_SETS = 3, MOST_LIMITS = 3 };

static bench_task tasks[MOST_SETS];
static bench_limit limits[MOST_LIMITS];
static float *swept; /* what the sweep goes through */
static int threads;

static const char *const set_names[MOST_SETS] = {"tigrillo", "tigrillo-avx2", "tigrillo-baseline"};

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
    const bench_work *found = find_operation(preparation->work);
    for (size_t i = 0; i < MOST_SETS; i++) release_task(&tasks[i]);
    free(swept);
    swept = NULL;
    if (!found || !parse_matrix(preparation->shape, &rows, &columns)) return;
    const size_t sets = found->flags & EVERY_SET ? MOST_SETS : 1;
    for (size_t i = 0; i < sets; i++) {
        if (!tasks[i].device) continue;
        tasks[i].rows = rows;
        tasks[i].columns = columns;
        make_task(&tasks[i], found, preparation->folder);
        add_task(preparation, set_names[i], &tasks[i], found);
    }
    /* Whose time the loss is compared with, in the same rounds. */
    if (strcmp(found->name, "cross_entropy") == 0) {
        bench_contestant *added = add_contestant(preparation);
        added->name = "softmax-alone";
        added->context = &tasks[0];
        added->run = find_operation("softmax")->run;
    }
    if (strcmp(found->name, "softmax") == 0 && threads == 1) {
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
        release_task(&tasks[i]);
        tg_device_close(tasks[i].device);
    }
    free(swept);
    return 0;
}
