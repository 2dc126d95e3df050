/* SPDX-License-Identifier: MIT */
/* The CPU as a device, and its operations, gathered into their table by cpu.c. Signatures and
 * meaning: device.h. */
#ifndef TG_CPU_CPU_H
#define TG_CPU_CPU_H

#include <stdatomic.h>

#include "base/workers.h"
#include "cpu/instructions.h"
#include "device/device.h"

typedef struct tg_cpu_device {
    tg_device device;
    _Atomic(const tg_instructions *) instructions;
} tg_cpu_device;

/* The kernels that a device has chosen. */
static inline const tg_instructions *tg_cpu_instructions(const tg_device *device) {
    return atomic_load_explicit(&((const tg_cpu_device *)device)->instructions,
                                memory_order_relaxed);
}

tg_status tg_cpu_dense_forward(tg_device *device, size_t n, size_t in, size_t out, const float *x,
                               const float *w, const float *b, tg_layer_kind activation,
                               float slope, float *y);
tg_status tg_cpu_dense_backward(tg_device *device, size_t n, size_t in, size_t out, const float *x,
                                const float *w, const float *dy, float *dx, float *dw, float *db);
tg_status tg_cpu_dense_backward_step(tg_device *device, const tg_update_rule *rule, size_t n,
                                     size_t in, size_t out, const float *x, const float *dy,
                                     float *dx, float *w, float *b, float *w_velocity,
                                     float *b_velocity, float *dw, float *db);

tg_status tg_cpu_activation_forward(tg_device *device, tg_layer_kind kind, float slope,
                                    size_t count, const float *x, float *y);
tg_status tg_cpu_activation_backward(tg_device *device, tg_layer_kind kind, float slope,
                                     size_t count, const float *source, const float *dy, float *dx);
tg_status tg_cpu_dropout(tg_device *device, float rate, uint64_t seed, uint64_t stream,
                         size_t count, const float *x, float *y);

tg_status tg_cpu_softmax_forward(tg_device *device, size_t n, size_t k, float temperature,
                                 const float *x, float *y);
tg_status tg_cpu_softmax_backward(tg_device *device, size_t n, size_t k, float temperature,
                                  const float *y, const float *dy, float *dx);
tg_status tg_cpu_softmax_jacobian(tg_device *device, size_t n, size_t k, float temperature,
                                  const float *y, float *jacobian);
tg_status tg_cpu_log_softmax_forward(tg_device *device, size_t n, size_t k, const float *x,
                                     float *y);
tg_status tg_cpu_log_softmax_backward(tg_device *device, size_t n, size_t k, const float *y,
                                      const float *dy, float *dx);
tg_status tg_cpu_sum_normalize_forward(tg_device *device, size_t n, size_t k, const float *x,
                                       float *y);
tg_status tg_cpu_sum_normalize_backward(tg_device *device, size_t n, size_t k, const float *x,
                                        const float *y, const float *dy, float *dx);
tg_status tg_cpu_argmax(tg_device *device, size_t n, size_t k, const float *x, int32_t *labels);
tg_status tg_cpu_count_correct_rows(tg_device *device, size_t n, size_t k, const float *outputs,
                                    tg_device_targets targets, int32_t ignore_index,
                                    size_t *correct);
tg_status tg_cpu_count_correct_elements(tg_device *device, size_t count, const float *outputs,
                                        const float *targets, float threshold, size_t *correct);

tg_status tg_cpu_softmax_cross_entropy(tg_device *device, size_t n, size_t k, const float *logits,
                                       float temperature, tg_device_targets targets,
                                       const tg_loss *options, double scale, double *loss,
                                       float *gradient);
tg_status tg_cpu_cross_entropy(tg_device *device, size_t n, size_t k, const float *probabilities,
                               tg_device_targets targets, const tg_loss *options, double scale,
                               double *loss, float *gradient);
tg_status tg_cpu_binary_cross_entropy(tg_device *device, size_t count, const float *logits,
                                      const float *targets, double scale, double *loss,
                                      float *gradient);
tg_status tg_cpu_mean_squared_error(tg_device *device, size_t count, const float *outputs,
                                    const float *targets, double scale, double *loss,
                                    float *gradient);

tg_status tg_cpu_sgd_step(tg_device *device, const tg_update_rule *rule, size_t count,
                          const float *gradient, float *velocity, float *weight);
tg_status tg_cpu_adam_step(tg_device *device, const tg_update_rule *rule, uint64_t step,
                           size_t count, const float *gradient, float *first, float *second,
                           float *weight);
tg_status tg_cpu_scale(tg_device *device, float factor, float *x, size_t count);
tg_status tg_cpu_sum_of_squares(tg_device *device, const float *x, size_t count, double *sum);
tg_status tg_cpu_all_finite(tg_device *device, const float *x, size_t count, bool *finite);

#endif
