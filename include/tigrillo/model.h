/* SPDX-License-Identifier: MIT */
/* The sequential model: layers one after another, their parameters, and what its user must know to
 * use it (class names, input). A model is only read by plans and predictions, so any number of
 * threads may share one; training and the tg_model_set_... functions need it alone. */
#ifndef TIGRILLO_MODEL_H
#define TIGRILLO_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include <tigrillo/api.h>
#include <tigrillo/device.h>
#include <tigrillo/input.h>
#include <tigrillo/layer.h>
#include <tigrillo/status.h>
#include <tigrillo/tensor.h>

TG_BEGIN

typedef struct tg_model tg_model;

/* Builds a model of `count` layers (copied) for inputs of `inputs` columns. The weight of layer i
 * is initialised from stream i of the seed, the biases are 0. The caller destroys it. */
TG_API TG_CHECKED tg_status tg_model_create(tg_device *device, size_t inputs,
                                            const tg_layer *layers, size_t count, uint64_t seed,
                                            tg_model **model);
TG_API void tg_model_destroy(tg_model *model);

TG_API tg_device *tg_model_device(const tg_model *model);
TG_API size_t tg_model_inputs(const tg_model *model);
TG_API size_t tg_model_outputs(const tg_model *model);
TG_API size_t tg_model_layer_count(const tg_model *model);
/* Owned by the model; NULL when there is no such layer. */
TG_API const tg_layer *tg_model_layer(const tg_model *model, size_t index);
/* Number of parameters: all weights and biases. */
TG_API size_t tg_model_parameter_count(const tg_model *model);

/* Views of the parameters, which live as long as the model: of dense layer `layer` its weight
 * (units x columns of its input) and bias (units), or all of them as one vector: layer by layer,
 * the weight before the bias. */
TG_API TG_CHECKED tg_status tg_model_weight(const tg_model *model, size_t layer, tg_tensor *view);
TG_API TG_CHECKED tg_status tg_model_bias(const tg_model *model, size_t layer, tg_tensor *view);
TG_API TG_CHECKED tg_status tg_model_parameters(const tg_model *model, tg_tensor *view);

/* Names of the classes (copied), one per output: UTF-8, not empty, different; count 0 takes them
 * away. */
TG_API TG_CHECKED tg_status tg_model_set_classes(tg_model *model, const char *const *names,
                                                 size_t count);
/* How many there are: tg_model_outputs() or 0. */
TG_API size_t tg_model_classes(const tg_model *model);
/* Owned by the model; NULL when there is no such class. */
TG_API const char *tg_model_class_name(const tg_model *model, size_t label);

/* How samples become this model's input (copied); input->size must be tg_model_inputs(). */
TG_API TG_CHECKED tg_status tg_model_set_input(tg_model *model, const tg_input *input);
/* Owned by the model; NULL when none was set. */
TG_API const tg_input *tg_model_input(const tg_model *model);

/* A table of layers, shapes and parameters as text. Like snprintf: writes at most `size` bytes, the
 * closing zero included, and returns the length of the whole text. `text` may be NULL if size is
 * 0. */
TG_API size_t tg_model_summary(const tg_model *model, char *text, size_t size);

/* y = the model's outputs for the rows of x, which are the network's own input: features,
 * standardised (tg_input_apply() makes them; this function does not). x: n x inputs, y: n x
 * outputs, on the model's device. Allocates working memory for the call; a plan (plan.h) keeps it.
 * Thread-safe. */
TG_API TG_CHECKED tg_status tg_model_predict(const tg_model *model, const tg_tensor *x,
                                             tg_tensor *y);

/* ---- Files: safetensors, tensors named as in PyTorch's nn.Sequential ("0.weight"). ---- */

/* Writes to a temporary file beside `path`, flushes it to the disk and renames it, so that a crash
 * leaves the old file or the new one. */
TG_API TG_CHECKED tg_status tg_model_save(const tg_model *model, const char *path);

/* Reads a model that tg_model_save() wrote. The caller destroys it. */
TG_API TG_CHECKED tg_status tg_model_load(tg_device *device, const char *path, tg_model **model);

/* The same from memory, which is only read; `name` stands for the file in messages. */
TG_API TG_CHECKED tg_status tg_model_load_memory(tg_device *device, const void *bytes, size_t size,
                                                 const char *name, tg_model **model);

/* Replaces the parameters of an existing model by those of a safetensors file, which may come from
 * elsewhere (PyTorch's state_dict): each parameter must be there with its shape as F32, and nothing
 * else may. On failure the model is as before. */
TG_API TG_CHECKED tg_status tg_model_load_weights(tg_model *model, const char *path);

TG_END

#endif
