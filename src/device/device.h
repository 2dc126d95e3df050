/* SPDX-License-Identifier: MIT */
/* The seam: what a device must be able to do.
 *
 * A device is a table of mathematical operations. Everything above it (src/nn and up) is written
 * once, checks shapes, and calls the table; a new device fills in one table and passes one test
 * suite. Pointers are into the device's memory unless a name says `host`; sizes are right when they
 * get here: n rows, k columns, `count` elements. Outputs may be inputs where the public header says
 * "in place". The formulas are in the public headers. */
#ifndef TG_DEVICE_DEVICE_H
#define TG_DEVICE_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tigrillo/device.h>
#include <tigrillo/layer.h>
#include <tigrillo/loss.h>
#include <tigrillo/optimizer.h>

#include "base/workers.h"
#include "device/steps.h"

/* Targets of a loss: labels (in host memory, but for steps.h) or values (in the device's). */
typedef struct tg_device_targets {
    const int32_t *labels;
    const float *values;
} tg_device_targets;

typedef struct tg_operations {
    const char *name;
    void (*close)(tg_device *device);
    const tg_step_operations *steps; /* NULL: the host waits for each operation, or computes it */

    /* ---- The instruction set that the device's kernels are compiled for ---- */
    const char *(*instructions)(const tg_device *device);
    tg_status (*set_instructions)(tg_device *device, const char *name);

    /* ---- Memory ---- */
    bool host_memory; /* device memory is host memory */
    /* Zeroed. */
    tg_status (*allocate)(tg_device *device, size_t bytes, void **memory);
    void (*release)(tg_device *device, void *memory);
    tg_status (*upload)(tg_device *device, const void *host, void *to, size_t bytes);
    tg_status (*download)(tg_device *device, const void *from, void *host, size_t bytes);
    tg_status (*copy)(tg_device *device, const void *from, void *to, size_t bytes);
    tg_status (*fill)(tg_device *device, float value, float *x, size_t count);

    /* ---- Dense: x is n x in, w out x in, y n x out; b, dx, dw, db may be NULL ---- */
    /* y = activation(x W^T + b); TG_LAYER_DENSE: none, y = x W^T + b. */
    tg_status (*dense_forward)(tg_device *device, size_t n, size_t in, size_t out, const float *x,
                               const float *w, const float *b, tg_layer_kind activation,
                               float slope, float *y);
    tg_status (*dense_backward)(tg_device *device, size_t n, size_t in, size_t out, const float *x,
                                const float *w, const float *dy, float *dx, float *dw, float *db);
    /* dense_backward, and at once the step of `rule`, which is of SGD, on w and b. The velocities
     * are NULL without momentum, b_velocity and db also without b. dx is by the weights from before
     * the step. dw and db, as large as the gradients, may be used or left alone. NULL where one
     * step for all parameters is better. */
    tg_status (*dense_backward_step)(tg_device *device, const tg_update_rule *rule, size_t n,
                                     size_t in, size_t out, const float *x, const float *dy,
                                     float *dx, float *w, float *b, float *w_velocity,
                                     float *b_velocity, float *dw, float *db);

    /* ---- Element-wise; `kind` is an activation, `source` is x for GELU and else y ---- */
    tg_status (*activation_forward)(tg_device *device, tg_layer_kind kind, float slope,
                                    size_t count, const float *x, float *y);
    tg_status (*activation_backward)(tg_device *device, tg_layer_kind kind, float slope,
                                     size_t count, const float *source, const float *dy, float *dx);
    /* Forward and backward alike. */
    tg_status (*dropout)(tg_device *device, float rate, uint64_t seed, uint64_t stream,
                         size_t count, const float *x, float *y);

    /* ---- Row by row ---- */
    tg_status (*softmax_forward)(tg_device *device, size_t n, size_t k, float temperature,
                                 const float *x, float *y);
    tg_status (*softmax_backward)(tg_device *device, size_t n, size_t k, float temperature,
                                  const float *y, const float *dy, float *dx);
    tg_status (*softmax_jacobian)(tg_device *device, size_t n, size_t k, float temperature,
                                  const float *y, float *jacobian);
    tg_status (*log_softmax_forward)(tg_device *device, size_t n, size_t k, const float *x,
                                     float *y);
    tg_status (*log_softmax_backward)(tg_device *device, size_t n, size_t k, const float *y,
                                      const float *dy, float *dx);
    tg_status (*sum_normalize_forward)(tg_device *device, size_t n, size_t k, const float *x,
                                       float *y);
    tg_status (*sum_normalize_backward)(tg_device *device, size_t n, size_t k, const float *x,
                                        const float *y, const float *dy, float *dx);
    tg_status (*argmax)(tg_device *device, size_t n, size_t k, const float *x,
                        int32_t *host_labels);

    /* ---- How much is correct, in host memory ---- */
    /* Rows whose largest output is at the label, where that is not to be ignored, or where their
     * largest target is; a row with a NaN is wrong. */
    tg_status (*count_correct_rows)(tg_device *device, size_t n, size_t k, const float *outputs,
                                    tg_device_targets targets, int32_t ignore_index,
                                    size_t *correct);
    /* Outputs on that side of the threshold that their target is on of 1/2. */
    tg_status (*count_correct_elements)(tg_device *device, size_t count, const float *outputs,
                                        const float *targets, float threshold, size_t *correct);

    /* ---- Losses: `options` are checked; they, their class weights and `loss` are in host memory.
     * Loss and gradient are sums over the rows or elements, times `scale`: 1 / N of loss.h.
     * `gradient` may be NULL ---- */
    tg_status (*softmax_cross_entropy)(tg_device *device, size_t n, size_t k, const float *logits,
                                       float temperature, tg_device_targets targets,
                                       const tg_loss *options, double scale, double *loss,
                                       float *gradient);
    tg_status (*cross_entropy)(tg_device *device, size_t n, size_t k, const float *probabilities,
                               tg_device_targets targets, const tg_loss *options, double scale,
                               double *loss, float *gradient);
    tg_status (*binary_cross_entropy)(tg_device *device, size_t count, const float *logits,
                                      const float *targets, double scale, double *loss,
                                      float *gradient);
    tg_status (*mean_squared_error)(tg_device *device, size_t count, const float *outputs,
                                    const float *targets, double scale, double *loss,
                                    float *gradient);

    /* ---- Optimisers, over `count` parameters ---- */
    tg_status (*sgd_step)(tg_device *device, const tg_update_rule *rule, size_t count,
                          const float *gradient, float *velocity, float *weight);
    tg_status (*adam_step)(tg_device *device, const tg_update_rule *rule, uint64_t step,
                           size_t count, const float *gradient, float *first, float *second,
                           float *weight);
    tg_status (*scale)(tg_device *device, float factor, float *x, size_t count);

    /* ---- Reductions to a number on the host ---- */
    tg_status (*sum_of_squares)(tg_device *device, const float *x, size_t count, double *sum);
    tg_status (*all_finite)(tg_device *device, const float *x, size_t count, bool *finite);
} tg_operations;

/* A device's own state begins with this. */
struct tg_device {
    const tg_operations *operations;
    int threads;
    tg_workers *workers; /* of the host, for work that is split; NULL: the caller alone */
};

/* The CPU (src/cpu/cpu.c): on it device memory is host memory. `threads` as in device.h. */
tg_status tg_cpu_open(int threads, tg_device **device);

/* NVIDIA GPU number `ordinal` (src/cuda/cuda.h). TG_UNSUPPORTED says what is missing. */
tg_status tg_cuda_open(int ordinal, int threads, tg_device **device);

#endif
