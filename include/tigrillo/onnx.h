/* SPDX-License-Identifier: MIT */
/* Models in ONNX, the format that PyTorch, Keras, scikit-learn and ONNX Runtime exchange models in:
 * docs/onnx.md says which models are read, and what becomes of each operator. */
#ifndef TIGRILLO_ONNX_H
#define TIGRILLO_ONNX_H

#include <stddef.h>

#include <tigrillo/api.h>
#include <tigrillo/device.h>
#include <tigrillo/model.h>
#include <tigrillo/status.h>

TG_BEGIN

/* Writes the model as ONNX (opset 13, IR 7), safely as tg_model_save(). Its input is "input", n x
 * inputs floats with any n, which are the network's own input as in tg_model_predict(). Its outputs
 * are "probabilities" behind a softmax or sigmoid, "log_probabilities" behind a log-softmax, and
 * "logits", what goes into these; or else "output". Class names and the input's description are
 * metadata, with the keys and texts of a model file. Dropout is left out. TG_UNSUPPORTED above 2
 * GB, the format's limit. */
TG_API TG_CHECKED tg_status tg_onnx_write(const tg_model *model, const char *path);

/* Reads a model from ONNX: a sequence of dense layers, activations and softmax, as PyTorch, Keras
 * (tf2onnx), scikit-learn (skl2onnx) and tg_onnx_write() write them. TG_UNSUPPORTED, naming node
 * and operator, for any other. Standardisation in front becomes the statistics of the model's
 * input; class names come from the metadata or from scikit-learn's label. Weights that are in a
 * file beside `path` are read from there. The caller destroys the model. */
TG_API TG_CHECKED tg_status tg_onnx_read(tg_device *device, const char *path, tg_model **model);

/* The same from memory, which is only read; `name` stands for the file in messages. There weights
 * cannot be in another file. */
TG_API TG_CHECKED tg_status tg_onnx_read_memory(tg_device *device, const void *bytes, size_t size,
                                                const char *name, tg_model **model);

TG_END

#endif
