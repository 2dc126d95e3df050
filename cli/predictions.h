/* SPDX-License-Identifier: MIT */
/* What a classifier says of each sample of a data set, and how sure it is. */
#ifndef CLI_PREDICTIONS_H
#define CLI_PREDICTIONS_H

#include <tigrillo/tigrillo.h>

enum { CALIBRATION_BINS = 10, MOST_SHOWN = 8 };

/* Owns its arrays of `count`. */
typedef struct predictions {
    size_t count;
    int32_t *predicted; /* the most probable class */
    float *confidence;  /* its probability */
    float *right;       /* the probability of the right class */
} predictions;

/* Of a model that ends in softmax, on data with labels. The caller releases it with
 * predictions_end(). */
tg_status predictions_make(const tg_model *model, const tg_dataset *dataset, predictions *made);
void predictions_end(predictions *made);

/* Samples whose confidence is between (i / CALIBRATION_BINS) and the next. */
typedef struct calibration {
    size_t count[CALIBRATION_BINS];
    double confidence[CALIBRATION_BINS], accuracy[CALIBRATION_BINS]; /* means; 0 without samples */
    /* The expected calibration error: the mean over all samples of |accuracy - confidence| of their
     * bin (Naeini, Cooper and Hauskrecht, 2015). */
    double error;
} calibration;

calibration calibrate(const predictions *from, const tg_dataset *dataset);

/* The samples whose right class got the least probability, or the most, in that order; none is
 * both. Returns how many. */
size_t predictions_extreme(const predictions *from, bool best, size_t samples[MOST_SHOWN]);

#endif
