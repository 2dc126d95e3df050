/* SPDX-License-Identifier: MIT */
#include "cpu/kernels/elementwise.h"

#include "cpu/kernels/exp.h"

static void exp_all(size_t count, const float *x, float *y) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) store(y + i, exp_full(load(x + i)));
    store_first(y + i, count - i, exp_full(load_first(x + i, count - i)));
}

const tg_elementwise_kernels TG_KERNEL(tg_elementwise_kernels) = {.exp = exp_all};
