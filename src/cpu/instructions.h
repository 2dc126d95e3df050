/* SPDX-License-Identifier: MIT */
/* The instruction sets that the kernels (src/cpu/kernels) are compiled for. */
#ifndef TG_CPU_INSTRUCTIONS_H
#define TG_CPU_INSTRUCTIONS_H

#include <stdbool.h>

#include <tigrillo/status.h>

#include "cpu/kernels/dense.h"
#include "cpu/kernels/elementwise.h"
#include "cpu/kernels/softmax.h"

typedef struct tg_instructions {
    const char *name; /* "avx512", "avx2", "baseline" */
    const tg_softmax_kernels *softmax;
    const tg_dense_kernels *dense;
    const tg_elementwise_kernels *elementwise;
} tg_instructions;

/* The best that this processor has. */
const tg_instructions *tg_instructions_best(void);

/* By name. TG_UNSUPPORTED when this build or this processor does not have it. */
tg_status tg_instructions_find(const char *name, const tg_instructions **found);

#endif
