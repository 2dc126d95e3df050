/* SPDX-License-Identifier: MIT */
#include "cpu/kernels/softmax.h"

#include "cpu/kernels/exp.h"

const tg_softmax_kernels TG_KERNEL(tg_softmax_kernels) = {0};
