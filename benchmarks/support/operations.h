/* SPDX-License-Identifier: MIT */
/* The library's operations as works: what each is given, and what it asks of the memory. */
#ifndef BENCHMARKS_OPERATIONS_H
#define BENCHMARKS_OPERATIONS_H

#include <stddef.h>
#include <stdint.h>

#include <tigrillo/tigrillo.h>

/* The tensors of a work on a device. */
typedef struct bench_task {
    tg_device *device;
    size_t rows, columns;
    tg_tensor first, second, output;
    tg_tensor moments[2]; /* of Adam */
    int32_t *labels;
    uint64_t step;
    double loss;
} bench_task;

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

/* NULL when there is no such work. */
const bench_work *find_operation(const char *name);

/* Makes the tensors, from the files in FOLDER; device, rows and columns are there already. */
void make_task(bench_task *task, const bench_work *work, const char *folder);

/* What it owns; the device stays. */
void release_task(bench_task *task);

/* Back to the first step of a work that changes weights. */
void begin_training(void *task);

#endif
