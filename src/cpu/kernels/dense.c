/* SPDX-License-Identifier: MIT */
#include "cpu/kernels/dense.h"

#include "cpu/kernels/vector.h"

const tg_dense_kernels TG_KERNEL(tg_dense_kernels) = {.lanes = LANES};
