/* SPDX-License-Identifier: MIT */
#include "support/opaque.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory.h"
#include "base/status.h"
#include "device/device.h"

/* One allocation: pages of its own. */
typedef struct block {
    struct block *next;
    char *memory;
    size_t size;
    bool open;
} block;

typedef struct opaque_device {
    tg_device device;
    tg_device *cpu;       /* which computes */
    pthread_mutex_t lock; /* held by an operation, whose end closes all memory */
    block *blocks;
} opaque_device;

/* ---- Memory, open and closed ---- */

static void stop(const char *operation, const char *what) {
    fprintf(stderr, "opaque device: %s: %s\n", operation, what);
    abort();
}

static void set_open(block *b, bool open) {
    if (b->open == open) return;
    if (mprotect(b->memory, b->size, open ? PROT_READ | PROT_WRITE : PROT_NONE) != 0)
        stop("mprotect", "it failed");
    b->open = open;
}

/* The place in the list of the block that `memory` points into. */
static block **find_block(opaque_device *device, const void *memory) {
    block **place = &device->blocks;
    while (*place) {
        const char *begin = (*place)->memory, *at = memory;
        if (at >= begin && at < begin + (*place)->size) break;
        place = &(*place)->next;
    }
    return place;
}

/* Opens what an operation is given (where it is not NULL) and returns the device that computes. */
static tg_device *begin(tg_device *device, const char *operation, const void *const *memory,
                        size_t count) {
    opaque_device *opaque = (opaque_device *)device;
    pthread_mutex_lock(&opaque->lock);
    for (size_t i = 0; i < count; i++) {
        if (!memory[i]) continue;
        block *found = *find_block(opaque, memory[i]);
        if (!found) stop(operation, "it was given memory that is not the device's");
        set_open(found, true);
    }
    return opaque->cpu;
}

#define BEGIN(...)                                                                                 \
    begin(device, __func__, (const void *const[]){__VA_ARGS__},                                    \
          TG_COUNT(((const void *const[]){__VA_ARGS__})))

static tg_status end(tg_device *device, tg_status status) {
    opaque_device *opaque = (opaque_device *)device;
    for (block *b = opaque->blocks; b; b = b->next) set_open(b, false);
    pthread_mutex_unlock(&opaque->lock);
    return status;
}

/* The block's description comes from the library's allocator, so that tests can make it fail. */
static tg_status allocate(tg_device *device, size_t bytes, void **memory) {
    opaque_device *opaque = (opaque_device *)device;
    block *made = tg_allocate(1, sizeof *made);
    if (!made) return TG_OUT_OF_MEMORY;
    /* One byte more, so that the end of a tensor is never the beginning of the next block. */
    made->size = bytes + 1;
    /* Open at first: the kernel refuses here what it does not have, and not in an operation. */
    made->memory = mmap(NULL, made->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                        0);
    if (made->memory == MAP_FAILED) {
        tg_release(made);
        return tg_fail(TG_OUT_OF_MEMORY, "out of memory: %zu bytes on the opaque device", bytes);
    }
    made->open = true;
    set_open(made, false);
    pthread_mutex_lock(&opaque->lock);
    made->next = opaque->blocks;
    opaque->blocks = made;
    pthread_mutex_unlock(&opaque->lock);
    *memory = made->memory;
    return TG_OK;
}

static void release(tg_device *device, void *memory) {
    opaque_device *opaque = (opaque_device *)device;
    pthread_mutex_lock(&opaque->lock);
    block **place = find_block(opaque, memory), *gone = *place;
    if (!gone || gone->memory != memory) stop("release", "there is no such memory");
    *place = gone->next;
    pthread_mutex_unlock(&opaque->lock);
    munmap(gone->memory, gone->size);
    tg_release(gone);
}

/* ---- The operations: each opens the memory that it is given, and has the CPU compute ---- */

static tg_status upload(tg_device *device, const void *host, void *to, size_t bytes) {
    tg_device *cpu = BEGIN(to);
    return end(device, cpu->operations->upload(cpu, host, to, bytes));
}

static tg_status download(tg_device *device, const void *from, void *host, size_t bytes) {
    tg_device *cpu = BEGIN(from);
    return end(device, cpu->operations->download(cpu, from, host, bytes));
}

static tg_status copy(tg_device *device, const void *from, void *to, size_t bytes) {
    tg_device *cpu = BEGIN(from, to);
    return end(device, cpu->operations->copy(cpu, from, to, bytes));
}

static tg_status fill(tg_device *device, float value, float *x, size_t count) {
    tg_device *cpu = BEGIN(x);
    return end(device, cpu->operations->fill(cpu, value, x, count));
}

static tg_status dense_forward(tg_device *device, size_t n, size_t in, size_t out, const float *x,
                               const float *w, const float *b, tg_layer_kind activation,
                               float slope, float *y) {
    tg_device *cpu = BEGIN(x, w, b, y);
    return end(device,
               cpu->operations->dense_forward(cpu, n, in, out, x, w, b, activation, slope, y));
}

static tg_status dense_backward(tg_device *device, size_t n, size_t in, size_t out, const float *x,
                                const float *w, const float *dy, float *dx, float *dw, float *db) {
    tg_device *cpu = BEGIN(x, w, dy, dx, dw, db);
    return end(device, cpu->operations->dense_backward(cpu, n, in, out, x, w, dy, dx, dw, db));
}

static tg_status dense_backward_step(tg_device *device, const tg_update_rule *rule, size_t n,
                                     size_t in, size_t out, const float *x, const float *dy,
                                     float *dx, float *w, float *b, float *w_velocity,
                                     float *b_velocity, float *dw, float *db) {
    tg_device *cpu = BEGIN(x, dy, dx, w, b, w_velocity, b_velocity, dw, db);
    return end(device, cpu->operations->dense_backward_step(cpu, rule, n, in, out, x, dy, dx, w, b,
                                                            w_velocity, b_velocity, dw, db));
}

static tg_status activation_forward(tg_device *device, tg_layer_kind kind, float slope,
                                    size_t count, const float *x, float *y) {
    tg_device *cpu = BEGIN(x, y);
    return end(device, cpu->operations->activation_forward(cpu, kind, slope, count, x, y));
}

static tg_status activation_backward(tg_device *device, tg_layer_kind kind, float slope,
                                     size_t count, const float *source, const float *dy,
                                     float *dx) {
    tg_device *cpu = BEGIN(source, dy, dx);
    return end(device,
               cpu->operations->activation_backward(cpu, kind, slope, count, source, dy, dx));
}

static tg_status dropout(tg_device *device, float rate, uint64_t seed, uint64_t stream,
                         size_t count, const float *x, float *y) {
    tg_device *cpu = BEGIN(x, y);
    return end(device, cpu->operations->dropout(cpu, rate, seed, stream, count, x, y));
}

static tg_status softmax_forward(tg_device *device, size_t n, size_t k, float temperature,
                                 const float *x, float *y) {
    tg_device *cpu = BEGIN(x, y);
    return end(device, cpu->operations->softmax_forward(cpu, n, k, temperature, x, y));
}

static tg_status softmax_backward(tg_device *device, size_t n, size_t k, float temperature,
                                  const float *y, const float *dy, float *dx) {
    tg_device *cpu = BEGIN(y, dy, dx);
    return end(device, cpu->operations->softmax_backward(cpu, n, k, temperature, y, dy, dx));
}

static tg_status softmax_jacobian(tg_device *device, size_t n, size_t k, float temperature,
                                  const float *y, float *jacobian) {
    tg_device *cpu = BEGIN(y, jacobian);
    return end(device, cpu->operations->softmax_jacobian(cpu, n, k, temperature, y, jacobian));
}

static tg_status log_softmax_forward(tg_device *device, size_t n, size_t k, const float *x,
                                     float *y) {
    tg_device *cpu = BEGIN(x, y);
    return end(device, cpu->operations->log_softmax_forward(cpu, n, k, x, y));
}

static tg_status log_softmax_backward(tg_device *device, size_t n, size_t k, const float *y,
                                      const float *dy, float *dx) {
    tg_device *cpu = BEGIN(y, dy, dx);
    return end(device, cpu->operations->log_softmax_backward(cpu, n, k, y, dy, dx));
}

static tg_status sum_normalize_forward(tg_device *device, size_t n, size_t k, const float *x,
                                       float *y) {
    tg_device *cpu = BEGIN(x, y);
    return end(device, cpu->operations->sum_normalize_forward(cpu, n, k, x, y));
}

static tg_status sum_normalize_backward(tg_device *device, size_t n, size_t k, const float *x,
                                        const float *y, const float *dy, float *dx) {
    tg_device *cpu = BEGIN(x, y, dy, dx);
    return end(device, cpu->operations->sum_normalize_backward(cpu, n, k, x, y, dy, dx));
}

static tg_status argmax(tg_device *device, size_t n, size_t k, const float *x,
                        int32_t *host_labels) {
    tg_device *cpu = BEGIN(x);
    return end(device, cpu->operations->argmax(cpu, n, k, x, host_labels));
}

static tg_status count_correct_rows(tg_device *device, size_t n, size_t k, const float *outputs,
                                    tg_device_targets targets, int32_t ignore_index,
                                    size_t *correct) {
    tg_device *cpu = BEGIN(outputs, targets.values);
    return end(device, cpu->operations->count_correct_rows(cpu, n, k, outputs, targets,
                                                           ignore_index, correct));
}

static tg_status count_correct_elements(tg_device *device, size_t count, const float *outputs,
                                        const float *targets, float threshold, size_t *correct) {
    tg_device *cpu = BEGIN(outputs, targets);
    return end(device, cpu->operations->count_correct_elements(cpu, count, outputs, targets,
                                                               threshold, correct));
}

static tg_status softmax_cross_entropy(tg_device *device, size_t n, size_t k, const float *logits,
                                       float temperature, tg_device_targets targets,
                                       const tg_loss *options, double scale, double *loss,
                                       float *gradient) {
    tg_device *cpu = BEGIN(logits, targets.values, gradient);
    return end(device,
               cpu->operations->softmax_cross_entropy(cpu, n, k, logits, temperature, targets,
                                                      options, scale, loss, gradient));
}

static tg_status cross_entropy(tg_device *device, size_t n, size_t k, const float *probabilities,
                               tg_device_targets targets, const tg_loss *options, double scale,
                               double *loss, float *gradient) {
    tg_device *cpu = BEGIN(probabilities, targets.values, gradient);
    return end(device, cpu->operations->cross_entropy(cpu, n, k, probabilities, targets, options,
                                                      scale, loss, gradient));
}

static tg_status binary_cross_entropy(tg_device *device, size_t count, const float *logits,
                                      const float *targets, double scale, double *loss,
                                      float *gradient) {
    tg_device *cpu = BEGIN(logits, targets, gradient);
    return end(device, cpu->operations->binary_cross_entropy(cpu, count, logits, targets, scale,
                                                             loss, gradient));
}

static tg_status mean_squared_error(tg_device *device, size_t count, const float *outputs,
                                    const float *targets, double scale, double *loss,
                                    float *gradient) {
    tg_device *cpu = BEGIN(outputs, targets, gradient);
    return end(device, cpu->operations->mean_squared_error(cpu, count, outputs, targets, scale,
                                                           loss, gradient));
}

static tg_status sgd_step(tg_device *device, const tg_update_rule *rule, size_t count,
                          const float *gradient, float *velocity, float *weight) {
    tg_device *cpu = BEGIN(gradient, velocity, weight);
    return end(device, cpu->operations->sgd_step(cpu, rule, count, gradient, velocity, weight));
}

static tg_status adam_step(tg_device *device, const tg_update_rule *rule, uint64_t step,
                           size_t count, const float *gradient, float *first, float *second,
                           float *weight) {
    tg_device *cpu = BEGIN(gradient, first, second, weight);
    return end(device,
               cpu->operations->adam_step(cpu, rule, step, count, gradient, first, second, weight));
}

static tg_status scale(tg_device *device, float factor, float *x, size_t count) {
    tg_device *cpu = BEGIN(x);
    return end(device, cpu->operations->scale(cpu, factor, x, count));
}

static tg_status sum_of_squares(tg_device *device, const float *x, size_t count, double *sum) {
    tg_device *cpu = BEGIN(x);
    return end(device, cpu->operations->sum_of_squares(cpu, x, count, sum));
}

static tg_status all_finite(tg_device *device, const float *x, size_t count, bool *finite) {
    tg_device *cpu = BEGIN(x);
    return end(device, cpu->operations->all_finite(cpu, x, count, finite));
}

/* ---- Opening and closing ---- */

static const char *instructions(const tg_device *device) {
    return tg_device_instructions(((const opaque_device *)device)->cpu);
}

static tg_status set_instructions(tg_device *device, const char *name) {
    return tg_device_set_instructions(((opaque_device *)device)->cpu, name);
}

static void close_device(tg_device *device) {
    opaque_device *opaque = (opaque_device *)device;
    if (opaque->blocks) stop("close", "memory was not released");
    tg_device_close(opaque->cpu);
    pthread_mutex_destroy(&opaque->lock);
    tg_release(opaque);
}

static const tg_operations operations = {
    .name = "opaque",
    .close = close_device,
    .instructions = instructions,
    .set_instructions = set_instructions,
    .host_memory = false,
    .allocate = allocate,
    .release = release,
    .upload = upload,
    .download = download,
    .copy = copy,
    .fill = fill,
    .dense_forward = dense_forward,
    .dense_backward = dense_backward,
    .dense_backward_step = dense_backward_step,
    .activation_forward = activation_forward,
    .activation_backward = activation_backward,
    .dropout = dropout,
    .softmax_forward = softmax_forward,
    .softmax_backward = softmax_backward,
    .softmax_jacobian = softmax_jacobian,
    .log_softmax_forward = log_softmax_forward,
    .log_softmax_backward = log_softmax_backward,
    .sum_normalize_forward = sum_normalize_forward,
    .sum_normalize_backward = sum_normalize_backward,
    .argmax = argmax,
    .count_correct_rows = count_correct_rows,
    .count_correct_elements = count_correct_elements,
    .softmax_cross_entropy = softmax_cross_entropy,
    .cross_entropy = cross_entropy,
    .binary_cross_entropy = binary_cross_entropy,
    .mean_squared_error = mean_squared_error,
    .sgd_step = sgd_step,
    .adam_step = adam_step,
    .scale = scale,
    .sum_of_squares = sum_of_squares,
    .all_finite = all_finite,
};

tg_status opaque_open(int threads, tg_device **device) {
    opaque_device *opened = tg_allocate(1, sizeof *opened);
    if (!opened) return TG_OUT_OF_MEMORY;
    tg_status status = tg_device_open("cpu", threads, &opened->cpu);
    if (status) {
        tg_release(opened);
        return status;
    }
    pthread_mutex_init(&opened->lock, NULL);
    /* The host's workers serve what is made on the host, batches above all. */
    opened->device = (tg_device){&operations, opened->cpu->threads, opened->cpu->workers};
    *device = &opened->device;
    return TG_OK;
}
