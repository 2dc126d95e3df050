/* SPDX-License-Identifier: MIT */
/* Activations forward and backward; the table of elementwise.h gathers them. */
#ifndef TG_CPU_KERNELS_ACTIVATION_H
#define TG_CPU_KERNELS_ACTIVATION_H

#include <stddef.h>

#include <tigrillo/layer.h>

#include "cpu/kernels/vector.h"

void TG_KERNEL(tg_activation_forward)(tg_layer_kind kind, float slope, size_t count, const float *x,
                                      float *y);
void TG_KERNEL(tg_activation_backward)(tg_layer_kind kind, float slope, size_t count,
                                       const float *source, const float *dy, float *dx);

#endif
