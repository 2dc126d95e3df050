/* SPDX-License-Identifier: MIT */
/* The members of tg_softmax_kernels (softmax.h) that other files than softmax.c define. */
#ifndef TG_CPU_KERNELS_SOFTMAX_PARTS_H
#define TG_CPU_KERNELS_SOFTMAX_PARTS_H

#include "cpu/kernels/softmax.h"
#include "cpu/kernels/vector.h"

/* Whether a result of so many bytes is written past the caches; not by code that must be small. */
TG_INLINE bool streams(size_t bytes) {
#ifdef __OPTIMIZE_SIZE__
    (void)bytes;
    return false;
#else
    return bytes > tg_stream_bytes;
#endif
}

double TG_KERNEL(tg_cross_entropy)(size_t n, size_t k, const float *x,
                                   const tg_label_targets *targets, float *dx);
tg_row_part TG_KERNEL(tg_part_exps)(size_t k, const float *x, float *e);
void TG_KERNEL(tg_part_scale)(size_t k, double factor, float *e);
void TG_KERNEL(tg_part_write)(size_t k, const float *x, float max, double unit, double factor,
                              float *y);
void TG_KERNEL(tg_softmax_backward)(size_t n, size_t k, const float *y, const float *dy, float *dx);
void TG_KERNEL(tg_softmax_jacobian)(size_t n, size_t k, float temperature, const float *y,
                                    float *jacobian);
void TG_KERNEL(tg_log_softmax)(size_t n, size_t k, const float *x, float *y);
void TG_KERNEL(tg_log_softmax_backward)(size_t n, size_t k, const float *y, const float *dy,
                                        float *dx);
void TG_KERNEL(tg_argmax)(size_t n, size_t k, const float *x, int32_t *labels);

#endif
