/* SPDX-License-Identifier: MIT */
/* The CPU as a device: opening it, its memory, and the table of its operations. */
#include "cpu/cpu.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"

static void close_device(tg_device *device);

static const char *instructions(const tg_device *device) {
    return tg_cpu_instructions(device)->name;
}

static tg_status set_instructions(tg_device *device, const char *name) {
    TG_REQUIRE(device != tg_cpu(), "the instructions of tg_cpu() cannot be changed: open a device");
    const tg_instructions *found = NULL;
    TG_TRY(tg_instructions_find(name, &found));
    atomic_store_explicit(&((tg_cpu_device *)device)->instructions, found, memory_order_relaxed);
    return TG_OK;
}

static tg_status allocate(tg_device *device, size_t bytes, void **memory) {
    (void)device;
    void *made = tg_allocate(bytes, 1);
    if (!made) return TG_OUT_OF_MEMORY;
    *memory = made;
    return TG_OK;
}

static void release(tg_device *device, void *memory) {
    (void)device;
    tg_release(memory);
}

static tg_status copy(tg_device *device, const void *from, void *to, size_t bytes) {
    (void)device;
    memmove(to, from, bytes);
    return TG_OK;
}

static tg_status fill(tg_device *device, float value, float *x, size_t count) {
    tg_cpu_instructions(device)->elementwise->fill(value, count, x);
    return TG_OK;
}

static const tg_operations operations = {
    .name = "cpu",
    .close = close_device,
    .instructions = instructions,
    .set_instructions = set_instructions,
    .host_memory = true,
    .allocate = allocate,
    .release = release,
    .upload = copy,
    .download = copy,
    .copy = copy,
    .fill = fill,
    .dense_forward = tg_cpu_dense_forward,
    .activation_forward = tg_cpu_activation_forward,
    .softmax_forward = tg_cpu_softmax_forward,
    .log_softmax_forward = tg_cpu_log_softmax_forward,
    .sum_normalize_forward = tg_cpu_sum_normalize_forward,
    .argmax = tg_cpu_argmax,
    .count_correct_rows = tg_cpu_count_correct_rows,
    .count_correct_elements = tg_cpu_count_correct_elements,
    .all_finite = tg_cpu_all_finite,
#ifndef TG_INFERENCE_ONLY /* then the linker leaves out what these would need */
    .dense_backward = tg_cpu_dense_backward,
    .dense_backward_step = tg_cpu_dense_backward_step,
    .activation_backward = tg_cpu_activation_backward,
    .dropout = tg_cpu_dropout,
    .softmax_backward = tg_cpu_softmax_backward,
    .softmax_jacobian = tg_cpu_softmax_jacobian,
    .log_softmax_backward = tg_cpu_log_softmax_backward,
    .sum_normalize_backward = tg_cpu_sum_normalize_backward,
    .softmax_cross_entropy = tg_cpu_softmax_cross_entropy,
    .cross_entropy = tg_cpu_cross_entropy,
    .binary_cross_entropy = tg_cpu_binary_cross_entropy,
    .mean_squared_error = tg_cpu_mean_squared_error,
    .sgd_step = tg_cpu_sgd_step,
    .adam_step = tg_cpu_adam_step,
    .scale = tg_cpu_scale,
    .sum_of_squares = tg_cpu_sum_of_squares,
#endif
};

/* ---- Opening and closing ---- */

static tg_cpu_device one_thread = {.device = {.operations = &operations, .threads = 1}};

/* What the environment asks for, or else the best. */
static tg_status default_instructions(const tg_instructions **chosen) {
    const char *name = getenv("TIGRILLO_INSTRUCTIONS");
    *chosen = tg_instructions_best();
    return name ? tg_within("TIGRILLO_INSTRUCTIONS", tg_instructions_find(name, chosen)) : TG_OK;
}

tg_device *tg_cpu(void) {
    /* The first call chooses the kernels; should several threads come first, all choose the same.
     */
    if (!tg_cpu_instructions(&one_thread.device)) {
        const tg_instructions *chosen = NULL;
        tg_status status = default_instructions(&chosen);
        (void)status; /* tg_device_open() reports it */
        atomic_store_explicit(&one_thread.instructions, chosen, memory_order_relaxed);
    }
    return &one_thread.device;
}

tg_status tg_cpu_open(int threads, tg_device **device) {
    const tg_instructions *chosen = NULL;
    TG_TRY(default_instructions(&chosen));
    tg_cpu_device *opened = tg_allocate(1, sizeof *opened);
    if (!opened) return TG_OUT_OF_MEMORY;
    opened->device = (tg_device){.operations = &operations, .threads = tg_thread_count(threads)};
    atomic_init(&opened->instructions, chosen);
    tg_status status = tg_workers_create(opened->device.threads, &opened->device.workers);
    if (status) {
        tg_release(opened);
        return status;
    }
    *device = &opened->device;
    return TG_OK;
}

static void close_device(tg_device *device) {
    if (device == &one_thread.device) return;
    tg_workers_destroy(device->workers);
    tg_release(device);
}
