/* SPDX-License-Identifier: MIT */
/* The CPU as a device: its memory, and the table of its operations. */
#include "cpu/cpu.h"

#include <string.h>

#include "base/memory.h"

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
    (void)device;
    for (size_t i = 0; i < count; i++) x[i] = value;
    return TG_OK;
}

const tg_operations tg_cpu_operations = {
    .name = "cpu",
    .allocate = allocate,
    .release = release,
    .upload = copy,
    .download = copy,
    .copy = copy,
    .fill = fill,
    .dense_forward = tg_cpu_dense_forward,
    .dense_backward = tg_cpu_dense_backward,
    .activation_forward = tg_cpu_activation_forward,
    .activation_backward = tg_cpu_activation_backward,
    .dropout = tg_cpu_dropout,
    .softmax_forward = tg_cpu_softmax_forward,
    .softmax_backward = tg_cpu_softmax_backward,
    .softmax_jacobian = tg_cpu_softmax_jacobian,
    .log_softmax_forward = tg_cpu_log_softmax_forward,
    .log_softmax_backward = tg_cpu_log_softmax_backward,
    .sum_normalize_forward = tg_cpu_sum_normalize_forward,
    .sum_normalize_backward = tg_cpu_sum_normalize_backward,
    .argmax = tg_cpu_argmax,
    .softmax_cross_entropy = tg_cpu_softmax_cross_entropy,
    .cross_entropy = tg_cpu_cross_entropy,
    .binary_cross_entropy = tg_cpu_binary_cross_entropy,
    .mean_squared_error = tg_cpu_mean_squared_error,
    .sgd_step = tg_cpu_sgd_step,
    .adam_step = tg_cpu_adam_step,
    .scale = tg_cpu_scale,
    .sum_of_squares = tg_cpu_sum_of_squares,
    .all_finite = tg_cpu_all_finite,
};
