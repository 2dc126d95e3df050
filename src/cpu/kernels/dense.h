/* SPDX-License-Identifier: MIT */
/* Matrix products for shapes that stay in a core's cache, by one thread. */
#ifndef TG_CPU_KERNELS_DENSE_H
#define TG_CPU_KERNELS_DENSE_H

#include <stddef.h>

typedef struct tg_dense_kernels {
    size_t lanes; /* floats in a vector */
} tg_dense_kernels;

#endif
