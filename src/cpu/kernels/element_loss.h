/* SPDX-License-Identifier: MIT */
/* Losses of single elements; the table of elementwise.h gathers them. */
#ifndef TG_CPU_KERNELS_ELEMENT_LOSS_H
#define TG_CPU_KERNELS_ELEMENT_LOSS_H

#include <stddef.h>

#include "cpu/kernels/vector.h"

double TG_KERNEL(tg_binary_cross_entropy)(size_t count, const float *logits, const float *targets,
                                          double scale, float *gradient);
double TG_KERNEL(tg_mean_squared_error)(size_t count, const float *outputs, const float *targets,
                                        double scale, float *gradient);

#endif
