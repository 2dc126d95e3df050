/* SPDX-License-Identifier: MIT */
/* Checkpoints: a model file with the state of its training beside it.
 *
 * Tensors "train.best" (parameters of the best epoch) and "train.state.0", "train.state.1" (the
 * optimiser's), laid out as tg_model_parameters(); "train.confusion", the confusion matrices of all
 * epochs; the rest is JSON in the metadata key
 * "tigrillo.train": the position, the history, and the options, which must be the same to go on. */
#ifndef TG_TRAIN_CHECKPOINT_H
#define TG_TRAIN_CHECKPOINT_H

#include "train/trainer.h"

tg_status tg_checkpoint_write(const tg_trainer *trainer, const char *path);

/* Into a trainer that was set up with the same model, data and options. On failure the model is as
 * it was; the trainer is to be given up. */
tg_status tg_checkpoint_read(tg_trainer *trainer, const char *path);

#endif
