/* SPDX-License-Identifier: MIT */
/* cuDNN's softmax, by rows: CUDNN_SOFTMAX_ACCURATE, which takes the maximum away first, and
 * CUDNN_SOFTMAX_LOG, in CUDNN_SOFTMAX_MODE_INSTANCE over rows x columns x 1 x 1.
 *
 *     cudnn [THREADS]
 *
 * is run by the driver (support/serve.h). The tensors are the library's, as in cuda_kernels.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cudnn.h>

#include "support/gpu.h"
#include "support/input.h"
#include "support/operations.h"
#include "support/serve.h"

typedef struct bench_cudnn {
    cudnnHandle_t handle;
    cudnnTensorDescriptor_t matrix;
    cudnnSoftmaxAlgorithm_t algorithm;
    tg_device *device;
    bench_task *tasks; /* for the tensors */
    size_t count, next;
    float *result;
} bench_cudnn;

static bench_cudnn present;

static void check_cudnn(cudnnStatus_t status) {
    if (status != CUDNN_STATUS_SUCCESS) fail("cuDNN: %s", cudnnGetErrorString(status));
}

static const bench_task *take_turn(bench_cudnn *cudnn) {
    const bench_task *task = &cudnn->tasks[cudnn->next++];
    if (cudnn->next == cudnn->count) cudnn->next = 0;
    return task;
}

static void forward(void *context) {
    const float one = 1, zero = 0;
    bench_cudnn *cudnn = context;
    const bench_task *task = take_turn(cudnn);
    check_cudnn(cudnnSoftmaxForward(cudnn->handle, cudnn->algorithm, CUDNN_SOFTMAX_MODE_INSTANCE,
                                    &one, cudnn->matrix, task->first.memory, &zero, cudnn->matrix,
                                    task->output.memory));
}

static void backward(void *context) {
    const float one = 1, zero = 0;
    bench_cudnn *cudnn = context;
    const bench_task *task = take_turn(cudnn);
    check_cudnn(cudnnSoftmaxBackward(cudnn->handle, cudnn->algorithm, CUDNN_SOFTMAX_MODE_INSTANCE,
                                     &one, cudnn->matrix, task->first.memory, cudnn->matrix,
                                     task->second.memory, &zero, cudnn->matrix,
                                     task->output.memory));
}

/* The result is the last copy's, so that all have had their turns. */
static void begin(void *context) {
    bench_cudnn *cudnn = context;
    cudnn->next = 0;
}

static void fetch(void *context) {
    const bench_cudnn *cudnn = context;
    const tg_tensor *output = &cudnn->tasks[cudnn->count - 1].output;
    gpu_wait(); /* the library has another stream */
    check(tg_tensor_read(output, cudnn->result, output->count));
}

static void release(bench_cudnn *cudnn) {
    gpu_wait();
    for (size_t i = 0; i < cudnn->count; i++) release_task(&cudnn->tasks[i]);
    free(cudnn->tasks);
    free(cudnn->result);
    cudnn->tasks = NULL;
    cudnn->result = NULL;
    cudnn->count = 0;
}

static void prepare(bench_preparation *preparation) {
    static const struct {
        const char *name;
        void (*run)(void *context);
        cudnnSoftmaxAlgorithm_t algorithm;
    } works[] = {{"softmax", forward, CUDNN_SOFTMAX_ACCURATE},
                 {"log_softmax", forward, CUDNN_SOFTMAX_LOG},
                 {"softmax_backward", backward, CUDNN_SOFTMAX_ACCURATE}};
    size_t rows, columns, work = 0;
    release(&present);
    while (work < TG_COUNT(works) && strcmp(works[work].name, preparation->work) != 0) work++;
    if (work == TG_COUNT(works) || !parse_matrix(preparation->shape, &rows, &columns)) return;
    check_cudnn(cudnnSetTensor4dDescriptor(present.matrix, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT,
                                           (int)rows, (int)columns, 1, 1));
    present.algorithm = works[work].algorithm;
    present.count = preparation->copies;
    present.tasks = allocate(present.count, sizeof *present.tasks);
    for (size_t i = 0; i < present.count; i++) {
        present.tasks[i] = (bench_task){.device = present.device, .rows = rows, .columns = columns};
        make_task(&present.tasks[i], find_operation(preparation->work), preparation->folder);
    }
    present.result = allocate(rows * columns, sizeof *present.result);
    gpu_wait();
    bench_contestant *added = add_contestant(preparation);
    added->name = "cudnn";
    added->context = &present;
    added->run = works[work].run;
    added->begin = begin;
    added->end = fetch;
    added->finish = gpu_wait;
    added->result = present.result;
    added->count = rows * columns;
    added->result_calls = (int)present.count;
}

int main(int argc, char **argv) {
    static char versions[64];
    char *arguments[] = {argv[0], argc > 1 ? argv[1] : "1", "cuda"};
    if (argc > 2) fail("usage: %s [THREADS]", argv[0]);
    present.device = device_argument(3, arguments);
    check_cudnn(cudnnCreate(&present.handle));
    check_cudnn(cudnnSetStream(present.handle, gpu_stream()));
    check_cudnn(cudnnCreateTensorDescriptor(&present.matrix));
    const size_t version = cudnnGetVersion();
    snprintf(versions, sizeof versions, "cudnn=cuDNN-%zu.%zu.%zu", version / 10000,
             version / 100 % 100, version % 100);
    const bench_program program = {versions, prepare};
    serve(&program);
    release(&present);
    check_cudnn(cudnnDestroyTensorDescriptor(present.matrix));
    check_cudnn(cudnnDestroy(present.handle));
    close_device(present.device);
    return 0;
}
