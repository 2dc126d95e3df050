/* SPDX-License-Identifier: MIT */
/* Dropout; the table of elementwise.h gathers it. */
#ifndef TG_CPU_KERNELS_DROPOUT_H
#define TG_CPU_KERNELS_DROPOUT_H

#include <stddef.h>
#include <stdint.h>

#include "cpu/kernels/vector.h"

void TG_KERNEL(tg_dropout)(uint32_t dropped, float scale, uint64_t seed, uint64_t stream,
                           uint64_t first_block, size_t count, const float *x, float *y);

#endif
