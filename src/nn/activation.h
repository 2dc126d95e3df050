/* SPDX-License-Identifier: MIT */
/* Any activation by its kind: what the model's plan calls. */
#ifndef TG_NN_ACTIVATION_H
#define TG_NN_ACTIVATION_H

#include <stdbool.h>

#include <tigrillo/activation.h>
#include <tigrillo/layer.h>

/* Whether the derivative is computed from x (GELU) or from y (the others). */
bool tg_activation_needs_input(tg_layer_kind kind);

tg_status tg_activation_forward(tg_layer_kind kind, float slope, const tg_tensor *x, tg_tensor *y);
/* `source`: x where tg_activation_needs_input(), else y. */
tg_status tg_activation_backward(tg_layer_kind kind, float slope, const tg_tensor *source,
                                 const tg_tensor *dy, tg_tensor *dx);

#endif
