/* SPDX-License-Identifier: MIT */
#include "cpu/kernels/softmax.h"

#include "cpu/kernels/few_columns.h"
#include "cpu/kernels/many_columns.h"
#include "cpu/kernels/softmax_parts.h"

/* What one group's result is written with. */
TG_INLINE void put(float *y, vec v, bool streaming) {
    if (streaming)
        stream(y, v);
    else
        store(y, v);
}

TG_INLINE void softmax_group(size_t k, size_t vectors, const float *e, float *y, bool streaming) {
    const vec factors = 1 / row_sums(e, k);
    for (size_t j = 0; j < vectors; j++)
        put(y + j * LANES, load(e + j * LANES) * spread(factors, j, k), streaming);
}

/* Fewer rows than a group. */
static void softmax_rest(size_t rows, size_t k, const float *x, float *y) {
    _Alignas(64) float e[GROUP_SIZE] = {0}, padded[GROUP_SIZE] = {0};
    const size_t vectors = (rows * k + LANES - 1) / LANES;
    memcpy(padded, x, rows * k * sizeof *x);
    few_exps(k, vectors, padded, e);
    softmax_group(k, vectors, e, padded, false);
    memcpy(y, padded, rows * k * sizeof *y);
}

/* The exponentials are one group ahead: their rows are read otherwise than they are written, and
 * the processor has to wait for that. */
TG_INLINE void softmax_groups(size_t k, size_t groups, const float *x, float *y, bool streaming) {
    _Alignas(64) float e[2][GROUP_SIZE];
    if (groups > 0) few_exps(k, k, x, e[0]);
    for (size_t g = 0; g < groups; g++, y += k * LANES) {
        x += k * LANES;
        if (g + 1 < groups) few_exps(k, k, x, e[(g + 1) % 2]);
        softmax_group(k, k, e[g % 2], y, streaming);
    }
}

static void softmax_few(size_t n, size_t k, const float *x, float *y, bool streaming) {
    const size_t groups = n / LANES, done = groups * LANES;
    if (streaming && ((uintptr_t)y & (TG_VECTOR_BYTES - 1)) == 0) {
        TG_FOR_FEW(softmax_groups, k, groups, x, y, true)
        stream_end();
    } else {
        TG_FOR_FEW(softmax_groups, k, groups, x, y, false)
    }
    if (done < n) softmax_rest(n - done, k, x + done * k, y + done * k);
}

static inline float softmax_factor(void *context, size_t r, float label, row_shape shape,
                                   row_exps *e) {
    (void)context;
    (void)r;
    (void)label;
    (void)shape;
    return (float)(1 / e->sum);
}

static void softmax(size_t n, size_t k, const float *x, float *y) {
    const bool streaming = x != y && streams(n * k * sizeof *y);
    if (k <= MOST_FEW)
        softmax_few(n, k, x, y, streaming);
    else if (streaming)
        for_rows(n, k, x, y, NULL, true, softmax_factor, NULL);
    else
        for_rows(n, k, x, y, NULL, false, softmax_factor, NULL);
}

const tg_softmax_kernels TG_KERNEL(tg_softmax_kernels) = {
    .softmax = softmax,
    .part_exps = TG_KERNEL(tg_part_exps),
    .part_scale = TG_KERNEL(tg_part_scale),
    .part_write = TG_KERNEL(tg_part_write),
    .log_softmax = TG_KERNEL(tg_log_softmax),
    .argmax = TG_KERNEL(tg_argmax),
#ifndef TG_INFERENCE_ONLY
    .cross_entropy = TG_KERNEL(tg_cross_entropy),
    .softmax_backward = TG_KERNEL(tg_softmax_backward),
    .softmax_jacobian = TG_KERNEL(tg_softmax_jacobian),
    .log_softmax_backward = TG_KERNEL(tg_log_softmax_backward),
#endif
};
