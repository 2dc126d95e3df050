/* SPDX-License-Identifier: MIT */
/* Reductions of all elements; the table of elementwise.h gathers them. */
#ifndef TG_CPU_KERNELS_REDUCE_H
#define TG_CPU_KERNELS_REDUCE_H

#include <stdbool.h>
#include <stddef.h>

#include "cpu/kernels/vector.h"

double TG_KERNEL(tg_sum_of_squares)(size_t count, const float *x);
bool TG_KERNEL(tg_all_finite)(size_t count, const float *x);

#endif
