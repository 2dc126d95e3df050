/* SPDX-License-Identifier: MIT */
/* Kernels that work on each element alone, and reductions over all of them, by one thread. */
#ifndef TG_CPU_KERNELS_ELEMENTWISE_H
#define TG_CPU_KERNELS_ELEMENTWISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tigrillo/layer.h>

#include "device/update.h"

typedef struct tg_elementwise_kernels {
    /* y_i = exp(x_i); x may be y. */
    void (*exp)(size_t count, const float *x, float *y);

    /* As in the seam (device.h); y may be x, dx may be source or dy. Other kinds do nothing. */
    void (*activation_forward)(tg_layer_kind kind, float slope, size_t count, const float *x,
                               float *y);
    void (*activation_backward)(tg_layer_kind kind, float slope, size_t count, const float *source,
                                const float *dy, float *dx);

    /* y_i = scale x_i where number 4 first_block + i of the Philox stream is at least `dropped`,
     * else 0; y may be x. */
    void (*dropout)(uint32_t dropped, float scale, uint64_t seed, uint64_t stream,
                    uint64_t first_block, size_t count, const float *x, float *y);

    /* velocity may be NULL. */
    void (*sgd)(const tg_sgd_factors *factors, size_t count, const float *gradient, float *velocity,
                float *weight);
    void (*adam)(const tg_adam_factors *factors, size_t count, const float *gradient, float *first,
                 float *second, float *weight);

    void (*fill)(float value, size_t count, float *x);
    void (*scale)(float factor, size_t count, float *x);

    /* Sums in float64. */
    double (*sum_of_squares)(size_t count, const float *x);
    bool (*all_finite)(size_t count, const float *x);

    /* The sum of the losses, unscaled; and unless `gradient` is NULL, the gradients times `scale`.
     * Formulas: loss.h. */
    double (*binary_cross_entropy)(size_t count, const float *logits, const float *targets,
                                   double scale, float *gradient);
    double (*mean_squared_error)(size_t count, const float *outputs, const float *targets,
                                 double scale, float *gradient);
} tg_elementwise_kernels;

#endif
