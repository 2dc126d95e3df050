/* SPDX-License-Identifier: MIT */
/* Kernels that work on each element alone, and reductions over all of them, by one thread. */
#ifndef TG_CPU_KERNELS_ELEMENTWISE_H
#define TG_CPU_KERNELS_ELEMENTWISE_H

#include <stdbool.h>
#include <stddef.h>

/* A tg_update_rule of SGD, made ready. */
typedef struct tg_sgd_factors {
    float rate, momentum;
    float l2;   /* weight decay that goes into the gradient, */
    float keep; /* or that shrinks the weights: 1 - rate * decay */
    bool nesterov;
} tg_sgd_factors;

typedef struct tg_elementwise_kernels {
    /* y_i = exp(x_i); x may be y. */
    void (*exp)(size_t count, const float *x, float *y);
} tg_elementwise_kernels;

#endif
