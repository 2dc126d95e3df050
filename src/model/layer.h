/* SPDX-License-Identifier: MIT */
#ifndef TG_MODEL_LAYER_H
#define TG_MODEL_LAYER_H

#include <stdbool.h>

#include <tigrillo/layer.h>

/* What `value` means for this kind ("slope", "rate", "temperature"); NULL when it means nothing. */
const char *tg_layer_value_name(tg_layer_kind kind);

/* The kinds of src/nn/activation.h. */
bool tg_layer_is_activation(tg_layer_kind kind);

/* TG_OK, or what is wrong with layer number `index`. */
tg_status tg_layer_check(const tg_layer *layer, size_t index);

#endif
