/* SPDX-License-Identifier: MIT */
/* An update rule made ready for the kernels. */
#ifndef TG_CPU_OPTIMIZER_H
#define TG_CPU_OPTIMIZER_H

#include <tigrillo/optimizer.h>

#include "cpu/kernels/elementwise.h"

tg_sgd_factors tg_cpu_sgd_factors(const tg_update_rule *rule);

/* `step` counts from 1. */
tg_adam_factors tg_cpu_adam_factors(const tg_update_rule *rule, uint64_t step);

#endif
