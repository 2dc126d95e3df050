/* SPDX-License-Identifier: MIT */
/* What a model file says in words beside the tensors, as three JSON texts:
 *
 *     layers    {"inputs":784,"layers":[{"type":"dense","units":10},{"type":"softmax",
 *               "temperature":1.0}]}; "slope", "temperature" and "rate" where the layer has one
 *     classes   ["cat","dog"]
 *     input     {"size":324,"shape":[32,32,3],"features":"hog","hog":{"cell":8,"colour":true},
 *               "mean":[...],"deviation":[...]}; without "shape" for rows of floats, without "hog"
 *               for plain features, without the last two when nothing is standardised
 *
 * How the weights were initialised is not kept. Messages name the place inside the text. */
#ifndef TG_IO_DESCRIPTION_H
#define TG_IO_DESCRIPTION_H

#include <tigrillo/model.h>

/* tg_release() the text. */
tg_status tg_describe_layers(const tg_model *model, char **text);
tg_status tg_describe_classes(const tg_model *model, char **text);
tg_status tg_describe_input(const tg_model *model, char **text);

/* tg_release() the layers. They are read, not yet checked as tg_model_create() does. */
tg_status tg_parse_layers(const char *text, size_t *inputs, tg_layer **layers, size_t *count);

/* Into a model. */
tg_status tg_parse_classes(const char *text, tg_model *model);
tg_status tg_parse_input(const char *text, tg_model *model);

#endif
