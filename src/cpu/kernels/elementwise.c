/* SPDX-License-Identifier: MIT */
#include "cpu/kernels/elementwise.h"

#include "cpu/kernels/activation.h"
#include "cpu/kernels/dropout.h"
#include "cpu/kernels/element_loss.h"
#include "cpu/kernels/exp.h"
#include "cpu/kernels/reduce.h"
#include "cpu/kernels/update.h"

static void exp_all(size_t count, const float *x, float *y) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) store(y + i, exp_full(load(x + i)));
    store_first(y + i, count - i, exp_full(load_first(x + i, count - i)));
}

static void fill(float value, size_t count, float *x) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) store(x + i, all(value));
    store_first(x + i, count - i, all(value));
}

static void scale(float factor, size_t count, float *x) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) store(x + i, factor * load(x + i));
    store_first(x + i, count - i, factor * load_first(x + i, count - i));
}

const tg_elementwise_kernels TG_KERNEL(tg_elementwise_kernels) = {
    .exp = exp_all,
    .activation_forward = TG_KERNEL(tg_activation_forward),
    .fill = fill,
    .scale = scale,
    .all_finite = TG_KERNEL(tg_all_finite),
#ifndef TG_INFERENCE_ONLY
    .activation_backward = TG_KERNEL(tg_activation_backward),
    .dropout = TG_KERNEL(tg_dropout),
    .sgd = TG_KERNEL(tg_sgd),
    .adam = TG_KERNEL(tg_adam),
    .sum_of_squares = TG_KERNEL(tg_sum_of_squares),
    .binary_cross_entropy = TG_KERNEL(tg_binary_cross_entropy),
    .mean_squared_error = TG_KERNEL(tg_mean_squared_error),
#endif
};
