/* SPDX-License-Identifier: MIT */
/* Optimiser steps; the table of elementwise.h gathers them. */
#ifndef TG_CPU_KERNELS_UPDATE_H
#define TG_CPU_KERNELS_UPDATE_H

#include "cpu/kernels/elementwise.h"
#include "cpu/kernels/vector.h"

void TG_KERNEL(tg_sgd)(const tg_sgd_factors *factors, size_t count, const float *gradient,
                       float *velocity, float *weight);
void TG_KERNEL(tg_adam)(const tg_adam_factors *factors, size_t count, const float *gradient,
                        float *first, float *second, float *weight);

#endif
