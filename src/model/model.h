/* SPDX-License-Identifier: MIT */
/* What a model is made of. */
#ifndef TG_MODEL_MODEL_H
#define TG_MODEL_MODEL_H

#include <stdbool.h>

#include <tigrillo/model.h>

struct tg_model {
    tg_device *device;
    size_t inputs;
    size_t layer_count;
    tg_layer *layers;
    size_t *columns; /* columns[i]: of the input of layer i; columns[layer_count]: of the output */
    size_t *offsets; /* offsets[i]: where the parameters of layer i begin */
    tg_tensor parameters; /* all of them, layer by layer, the weight before the bias */
    size_t classes;
    char **class_names;
    bool has_input;
    tg_input input;
};

/* Views into a vector laid out like model->parameters: the parameters themselves, their gradients,
 * or an optimiser's state. `layer` must be a dense layer. */
tg_status tg_model_weight_in(const tg_model *model, const tg_tensor *vector, size_t layer,
                             tg_tensor *view);
tg_status tg_model_bias_in(const tg_model *model, const tg_tensor *vector, size_t layer,
                           tg_tensor *view);

/* A model whose parameters are all 0: what loading fills. Checks the layers as tg_model_create().
 */
tg_status tg_model_create_empty(tg_device *device, size_t inputs, const tg_layer *layers,
                                size_t count, tg_model **model);

#endif
