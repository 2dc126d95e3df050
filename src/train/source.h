/* SPDX-License-Identifier: MIT */
/* Where batches come from: a data set, seen through a model's input. */
#ifndef TG_TRAIN_SOURCE_H
#define TG_TRAIN_SOURCE_H

#include <tigrillo/input.h>
#include <tigrillo/loss.h>
#include <tigrillo/model.h>

#include "data/batch.h"

typedef struct tg_source {
    const tg_dataset *dataset;
    uint64_t seed; /* of the augmentation */
    tg_batch_maker maker;
    tg_tensor prepared; /* all samples as rows, where making them is dear and they stay the same */
    /* The present batch, on the model's device: */
    tg_tensor x;      /* up to `rows` x inputs */
    int32_t *labels;  /* rows, or NULL when the data set has target values; in host memory */
    tg_tensor values; /* rows x target columns, when it has */
    /* Where it is made, in host memory: rooms of the two (nn/host.h). */
    tg_tensor x_room, values_room;
} tg_source;

/* Checks that the data set fits the model and makes room for batches of up to `rows`. Everything is
 * borrowed. tg_source_destroy() it, also when this failed. */
tg_status tg_source_open(tg_source *source, const tg_model *model, const tg_dataset *dataset,
                         const tg_augmentation *augmentation, uint64_t seed, size_t rows);
void tg_source_destroy(tg_source *source);

/* Writes samples[0 .. count-1] into host memory: count rows of the model's inputs to `x`, and their
 * targets: to source->labels or, rows of target values, to `values`. */
tg_status tg_source_fill(tg_source *source, uint64_t epoch, const size_t *samples, size_t count,
                         float *x, float *values);

/* The targets alone: labels, now in source->labels; or values, which are not
 * read yet. */
tg_targets tg_source_targets(tg_source *source, const size_t *samples, size_t count);

/* Gathers samples[0 .. count-1]: `x` becomes a view of count rows, `targets` what belongs to them,
 * both valid until the next batch. `values` holds the target values where there are some. */
tg_status tg_source_batch(tg_source *source, uint64_t epoch, const size_t *samples, size_t count,
                          tg_tensor *x, tg_tensor *values, tg_targets *targets);

#endif
