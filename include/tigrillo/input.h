/* SPDX-License-Identifier: MIT */
/* How a sample becomes a row of the network's input: the step that the model file remembers.
 *
 *     picture, bytes -> 0 .. 1 -> (training: augmented) -> pixels or HOG -> standardised
 *     row of floats                                                      -> standardised
 */
#ifndef TIGRILLO_INPUT_H
#define TIGRILLO_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include <tigrillo/api.h>
#include <tigrillo/dataset.h>
#include <tigrillo/picture.h>
#include <tigrillo/status.h>
#include <tigrillo/tensor.h>

TG_BEGIN

typedef enum tg_features {
    TG_FEATURES_PLAIN, /* the values or pixels themselves */
    TG_FEATURES_HOG    /* pictures only */
} tg_features;

/* A plain struct that owns its statistics. Zero it, or make it with tg_input_fit(). */
typedef struct tg_input {
    tg_picture_shape shape; /* all zero when samples are rows of floats */
    tg_features features;
    tg_hog hog;
    size_t size; /* columns of the network's input */
    /* Value i is standardised to (value - mean[i % statistics]) / deviation[i % statistics]: one
     * pair per channel for pixels, one per column for everything else. 0: not standardised. */
    size_t statistics;
    float *mean, *deviation;
} tg_input;

/* Describes the input for `dataset` and computes the statistics on it: call it with the training
 * split only. A column that never varies gets deviation 1. `hog` may be NULL (defaults). `threads`
 * as in tg_device_open(). The caller destroys it. */
TG_API TG_CHECKED tg_status tg_input_fit(const tg_dataset *dataset, tg_features features,
                                         const tg_hog *hog, int threads, tg_input *input);

TG_API TG_CHECKED tg_status tg_input_copy(const tg_input *from, tg_input *to);
TG_API void tg_input_destroy(tg_input *input);

/* Fills row i of `x` (count x input->size) from sample samples[i] of the data set, and
 * labels[i] with its label (`labels` may be NULL). `input` may be NULL: the values as they are,
 * bytes as 0 .. 1. With `augmentation`, which may be NULL, pictures are changed at random by stream
 * (seed, (epoch, sample)): the result does not depend on `threads`. */
TG_API TG_CHECKED tg_status tg_dataset_batch(const tg_dataset *dataset, const tg_input *input,
                                             const tg_augmentation *augmentation, uint64_t seed,
                                             uint64_t epoch, const size_t *samples, size_t count,
                                             int threads, tg_tensor *x, int32_t *labels);

/* The target values of the samples, count x tg_dataset_target_columns(). */
TG_API TG_CHECKED tg_status tg_dataset_batch_targets(const tg_dataset *dataset,
                                                     const size_t *samples, size_t count,
                                                     tg_tensor *targets);

/* One picture of bytes, of input->shape, into input->size floats. Thread-safe. */
TG_API TG_CHECKED tg_status tg_input_apply(const tg_input *input, const uint8_t *pixels,
                                           float *row);

/* One sample that is a row of floats, standardised into input->size floats; may be in place.
 * TG_INVALID_ARGUMENT for an input of pictures. Thread-safe. */
TG_API TG_CHECKED tg_status tg_input_apply_row(const tg_input *input, const float *values,
                                               float *row);

TG_END

#endif
