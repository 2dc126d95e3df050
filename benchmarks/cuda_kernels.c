/* SPDX-License-Identifier: MIT */
/* The library's operations on the GPU, each with the limit that the GPU's memory sets it.
 *
 *     cuda_kernels [THREADS]
 *
 * is run by the driver (support/serve.h), for the works of kernels.c. Where several copies are
 * asked for, each call takes the next one's inputs and output, so that what it reads and writes has
 * left the second-level cache since its last turn.
 *
 * Inputs are in the memory of the GPU, and outputs stay there. Calls queue their work and return,
 * but for cross-entropy: its labels come from the host in each call, and the loss goes there, for
 * which each call waits.
 *
 *     copy            a copy within the GPU's memory, and no operation: what the memory can do */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tigrillo/tigrillo.h>

#include "support/gpu.h"
#include "support/input.h"
#include "support/operations.h"
#include "support/serve.h"

/* The copies of a work, and whose turn it is. */
typedef struct bench_ring {
    const bench_work *work;
    bench_task *tasks;
    /* For each copy what the limit reads and writes, as many bytes as the work: where that is what
     * the operation reads and writes, the same memory. */
    tg_tensor *from, *to;
    size_t count, next;
    bool owns_limit;
    float *result;
} bench_ring;

static tg_device *device;
static bench_ring present;

static size_t take_turn(bench_ring *ring) {
    const size_t turn = ring->next;
    ring->next = turn + 1 < ring->count ? turn + 1 : 0;
    return turn;
}

static void run(void *context) {
    bench_ring *ring = context;
    ring->work->run(&ring->tasks[take_turn(ring)]);
}

static void run_copy(void *context) {
    bench_ring *ring = context;
    const size_t turn = take_turn(ring);
    gpu_copy(ring->to[turn].memory, ring->from[turn].memory, ring->to[turn].count * sizeof(float));
}

static void run_fill(void *context) {
    bench_ring *ring = context;
    const size_t turn = take_turn(ring);
    gpu_fill(ring->to[turn].memory, ring->to[turn].count);
}

static void begin(void *context) {
    bench_ring *ring = context;
    ring->next = 0;
    for (size_t i = 0; ring->work && (ring->work->flags & WEIGHTS) && i < ring->count; i++)
        begin_training(&ring->tasks[i]);
    gpu_wait(); /* the limits have another stream */
}

/* Results are the last copy's, so that all have had their turns. */
static void fetch(void *context) {
    const bench_ring *ring = context;
    const tg_tensor *last = &ring->tasks[ring->count - 1].output;
    check(tg_tensor_read(last, ring->result, last->count));
}

static void fetch_moved(void *context) {
    const bench_ring *ring = context;
    const tg_tensor *last = &ring->to[ring->count - 1];
    gpu_wait();
    check(tg_tensor_read(last, ring->result, last->count));
}

static void release(bench_ring *ring) {
    for (size_t i = 0; i < ring->count; i++) {
        if (ring->work) release_task(&ring->tasks[i]);
        if (!ring->owns_limit) continue;
        tg_tensor_destroy(&ring->from[i]);
        tg_tensor_destroy(&ring->to[i]);
    }
    free(ring->tasks);
    free(ring->from);
    free(ring->to);
    free(ring->result);
    *ring = (bench_ring){0};
}

static bench_contestant *add(bench_preparation *preparation, const char *name,
                             void (*function)(void *context), size_t count) {
    bench_contestant *added = add_contestant(preparation);
    added->name = name;
    added->context = &present;
    added->run = function;
    added->begin = begin;
    added->finish = gpu_wait;
    added->result = present.result;
    added->count = count;
    added->result_calls = (int)present.count;
    return added;
}

static void make_operations(bench_ring *ring, size_t rows, size_t columns, const char *folder) {
    ring->tasks = allocate(ring->count, sizeof *ring->tasks);
    for (size_t i = 0; i < ring->count; i++) {
        ring->tasks[i] = (bench_task){.device = device, .rows = rows, .columns = columns};
        make_task(&ring->tasks[i], ring->work, folder);
    }
}

/* A copy of half the bytes reads and writes them all. Of copies that are the work's own (from
 * inputs to outputs of the same size) the memory is the operation's. */
static void make_limit(bench_ring *ring, size_t count) {
    ring->from = allocate(ring->count, sizeof *ring->from);
    ring->to = allocate(ring->count, sizeof *ring->to);
    ring->owns_limit = !ring->work || ring->work->traffic == SWEPT;
    for (size_t i = 0; i < ring->count; i++) {
        if (ring->owns_limit) {
            check(tg_vector_create(device, count, &ring->from[i]));
            check(tg_vector_create(device, count, &ring->to[i]));
            check(tg_tensor_fill(&ring->from[i], 1));
        } else {
            ring->from[i] = ring->tasks[i].first;
            ring->to[i] = ring->tasks[i].output;
        }
    }
    ring->result = allocate(count, sizeof *ring->result);
}

static void prepare(bench_preparation *preparation) {
    size_t rows, columns;
    bench_contestant *limit;
    release(&present);
    const bench_work *work = find_operation(preparation->work);
    if (!work && strcmp(preparation->work, "copy") != 0) return;
    if (!parse_matrix(preparation->shape, &rows, &columns)) return;
    present.work = work;
    present.count = preparation->copies;
    if (work) make_operations(&present, rows, columns, preparation->folder);
    const size_t outputs = work ? present.tasks[0].output.count : rows * columns;
    const size_t moved = work && work->traffic == SWEPT ? outputs * work->matrices / 2 : outputs;
    make_limit(&present, moved);
    if (work) {
        bench_contestant *added = add(preparation, "tigrillo", run, outputs);
        added->end = fetch;
        if (work->flags & LABELS) added->loss = &present.tasks[present.count - 1].loss;
    }
    if (work && work->traffic == FILLED)
        limit = add(preparation, "limit:fill", run_fill, moved);
    else
        limit = add(preparation, "limit:copy", run_copy, moved);
    limit->end = fetch_moved;
}

int main(int argc, char **argv) {
    static char versions[512];
    char *arguments[] = {argv[0], argc > 1 ? argv[1] : "1", "cuda"};
    if (argc > 2) fail("usage: %s [THREADS]", argv[0]);
    device = device_argument(3, arguments);
    snprintf(versions, sizeof versions, "%s limit:copy=%s limit:fill=%s", tigrillo_version(device),
             gpu_version(), gpu_version());
    const bench_program program = {versions, prepare};
    serve(&program);
    release(&present);
    close_device(device);
    return 0;
}
