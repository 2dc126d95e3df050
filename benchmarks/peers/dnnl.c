/* SPDX-License-Identifier: MIT */
/* oneDNN, version 2, the library with which PyTorch and others compute on x86, as a contestant.
 *
 *     dnnl
 *
 * is run by the driver (../support/serve.h), for softmax and log_softmax; OMP_NUM_THREADS says how
 * many threads. */
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/input.h"
#include "support/serve.h"

typedef struct bench_dnnl {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_primitive_t primitive;
    dnnl_memory_t x_memory, y_memory;
    float *x, *y;
} bench_dnnl;

static bench_dnnl present;

static void must(dnnl_status_t status) {
    if (status != dnnl_success) fail("oneDNN: status %d", (int)status);
}

static void run(void *context) {
    const bench_dnnl *state = context;
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, state->x_memory},
                                         {DNNL_ARG_DST, state->y_memory}};
    must(dnnl_primitive_execute(state->primitive, state->stream, 2, arguments));
    must(dnnl_stream_wait(state->stream));
}

static void release(bench_dnnl *state) {
    if (state->primitive) {
        must(dnnl_primitive_destroy(state->primitive));
        must(dnnl_memory_destroy(state->x_memory));
        must(dnnl_memory_destroy(state->y_memory));
    }
    free(state->x);
    free(state->y);
    *state = (bench_dnnl){.engine = state->engine, .stream = state->stream};
}

static void make(bench_dnnl *state, size_t rows, size_t columns, bool logarithm) {
    const dnnl_dims_t sizes = {(dnnl_dim_t)rows, (dnnl_dim_t)columns};
    dnnl_memory_desc_t layout;
    dnnl_softmax_desc_t description = {0};
    dnnl_primitive_desc_t chosen;
    must(dnnl_memory_desc_init_by_tag(&layout, 2, sizes, dnnl_f32, dnnl_ab));
    must((logarithm ? dnnl_logsoftmax_forward_desc_init : dnnl_softmax_forward_desc_init)(
        &description, dnnl_forward_inference, &layout, 1));
    must(dnnl_primitive_desc_create(&chosen, &description, NULL, state->engine, NULL));
    must(dnnl_primitive_create(&state->primitive, chosen));
    must(dnnl_primitive_desc_destroy(chosen));
    must(dnnl_memory_create(&state->x_memory, &layout, state->engine, state->x));
    must(dnnl_memory_create(&state->y_memory, &layout, state->engine, state->y));
}

static void prepare(bench_preparation *preparation) {
    size_t rows, columns;
    const bool logarithm = strcmp(preparation->work, "log_softmax") == 0;
    release(&present);
    if (!logarithm && strcmp(preparation->work, "softmax") != 0) return;
    if (!parse_matrix(preparation->shape, &rows, &columns)) return;
    present.x = allocate(rows * columns, sizeof *present.x);
    present.y = allocate(rows * columns, sizeof *present.y);
    read_numbers(preparation->folder, "first.f32", present.x, rows * columns);
    make(&present, rows, columns, logarithm);
    bench_contestant *added = add_contestant(preparation);
    added->name = "onednn";
    added->context = &present;
    added->run = run;
    added->result = present.y;
    added->count = rows * columns;
    added->result_calls = 1;
}

int main(void) {
    static char versions[64];
    const dnnl_version_t *version = dnnl_version();
    snprintf(versions, sizeof versions, "onednn=oneDNN-%d.%d.%d", version->major, version->minor,
             version->patch);
    must(dnnl_engine_create(&present.engine, dnnl_cpu, 0));
    must(dnnl_stream_create(&present.stream, present.engine, dnnl_stream_default_flags));
    const bench_program program = {versions, prepare};
    serve(&program);
    release(&present);
    must(dnnl_stream_destroy(present.stream));
    must(dnnl_engine_destroy(present.engine));
    return 0;
}
