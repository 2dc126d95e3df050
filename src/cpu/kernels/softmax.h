/* SPDX-License-Identifier: MIT */
/* Kernels that work on rows of logits, by one thread. */
#ifndef TG_CPU_KERNELS_SOFTMAX_H
#define TG_CPU_KERNELS_SOFTMAX_H

#include <stddef.h>
#include <stdint.h>

typedef struct tg_softmax_kernels {
    /* y = softmax(x), n rows of k columns; x may be y. */
    void (*softmax)(size_t n, size_t k, const float *x, float *y);
} tg_softmax_kernels;

#endif
