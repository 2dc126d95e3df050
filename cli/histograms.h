/* SPDX-License-Identifier: MIT */
/* How the weights of each dense layer, and the loss's gradients by them, spread as epochs go by. */
#ifndef CLI_HISTOGRAMS_H
#define CLI_HISTOGRAMS_H

#include <stdio.h>

#include <tigrillo/tigrillo.h>

enum { HISTOGRAM_EPOCHS = 40, HISTOGRAM_BINS = 40, GRADIENT_SAMPLES = 256 };

/* One tensor in the epochs that are kept, and figures of the last of them. */
typedef struct histogram {
    double range; /* weights: the bins go from -range to range. Gradients: 0; see histograms.c */
    size_t bins[HISTOGRAM_EPOCHS][HISTOGRAM_BINS];
    size_t count, zeros;
    double mean, deviation, largest; /* of the values; of their sizes */
} histogram;

/* Of a training. Where there are more epochs than are kept, one in `stride` is. */
typedef struct histograms {
    size_t layers; /* dense ones */
    size_t *layer; /* their places in the model */
    histogram *weights, *gradients;
    size_t epochs, stride, epoch[HISTOGRAM_EPOCHS]; /* how many are kept, and which, from 1 */
    size_t samples;                                 /* of the training data, for the gradients */
    /* With what the gradients are made. */
    tg_plan *plan;
    tg_tensor x;
    int32_t *labels;
    tg_loss loss;
    float *class_weights, *values;
    uint64_t seed;
} histograms;

/* `model` is borrowed until histograms_close(), which is due in any case. */
tg_status histograms_open(histograms *own, const tg_model *model, const tg_dataset *train,
                          const tg_fit_options *fit);
void histograms_close(histograms *own);

/* Looks at the model after an epoch, counted from 1. Gradients are those of the training's loss on
 * samples spread evenly over the training data, without augmentation, with the same dropout every
 * time. */
tg_status histograms_add(histograms *own, const tg_model *model, size_t epoch);

/* Draws them for dense layer `which` of own->layers; `id` as for chart_svg(). */
void histograms_svg(const histograms *own, size_t which, bool gradients, const char *id,
                    FILE *file);

#endif
