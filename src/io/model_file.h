/* SPDX-License-Identifier: MIT */
/* A model in a safetensors file, and the same with more beside it (a checkpoint).
 *
 * __metadata__ holds "format" ("pt", for Python's loaders), "tigrillo.version" ("1"; a file of
 * another version is refused), "tigrillo.model" and, where the model has them,
 * "tigrillo.model.classes" and "tigrillo.model.input": see description.h. Parameters are read bit
 * by bit; a NaN or an infinity among them is no error, since the file of a training that went wrong
 * should still open. */
#ifndef TG_IO_MODEL_FILE_H
#define TG_IO_MODEL_FILE_H

#include <tigrillo/model.h>

#include "io/safetensors.h"

/* Keys of the metadata. */
#define TG_KEY_LAYERS "tigrillo.model"
#define TG_KEY_CLASSES "tigrillo.model.classes"
#define TG_KEY_INPUT "tigrillo.model.input"

/* Tensors whose names begin so are the state of training: a reader of models passes over them, and
 * refuses all others that are not the model's. */
#define TG_TRAINING_PREFIX "train."

/* tg_model_save() with further tensors, whose names begin with TG_TRAINING_PREFIX, and further
 * metadata, whose keys must not begin with "tigrillo.model". */
tg_status tg_model_write(const tg_model *model, const char *path, const tg_named_tensor *tensors,
                         size_t tensor_count, const tg_text_pair *metadata, size_t pairs);

/* The model of a parsed file. */
tg_status tg_model_parse(tg_device *device, const tg_safetensors *file, tg_model **model);

/* The parameters of a parsed file into a model, all or nothing. */
tg_status tg_model_parse_weights(tg_model *model, const tg_safetensors *file);

#endif
