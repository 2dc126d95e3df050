/* SPDX-License-Identifier: MIT */
/* How good a classifier is. */
#ifndef TIGRILLO_METRICS_H
#define TIGRILLO_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include <tigrillo/api.h>
#include <tigrillo/dataset.h>
#include <tigrillo/loss.h>
#include <tigrillo/model.h>
#include <tigrillo/status.h>

TG_BEGIN

/* A plain struct that owns its arrays. Zero it or make it with tg_metrics_create(). */
typedef struct tg_metrics {
    size_t samples;           /* without those of the ignored label */
    double loss;              /* mean, whatever the reduction (N of loss.h) */
    double accuracy;          /* right / samples */
    double balanced_accuracy; /* mean recall of the classes that have samples */
    /* 0 when the targets are values. `accuracy` then counts, for cross-entropy, the rows whose
     * largest output is where the largest target is; for binary cross-entropy, the labels that are
     * on the right side of 0 (of 1/2 behind a sigmoid); for the mean squared error it is NaN.
     * Balanced accuracy is then NaN. */
    size_t classes;
    size_t *confusion; /* classes x classes: [true][predicted]; a row of NaN counts as no prediction
                        * and is in `samples` alone */
    double *precision; /* per class: right / predicted as it; 0 when nothing was */
    double *recall;    /* right / samples of it; 0 when there are none */
    double *f1;        /* 2 precision recall / (precision + recall); 0 when both are 0 */
} tg_metrics;

TG_API TG_CHECKED tg_status tg_metrics_create(size_t classes, tg_metrics *metrics);
TG_API void tg_metrics_destroy(tg_metrics *metrics);

/* Counts n predictions: outputs n x classes (any scores whose largest is the answer), labels n.
 */
TG_API TG_CHECKED tg_status tg_metrics_add(tg_metrics *metrics, const tg_tensor *outputs,
                                           const int32_t *labels);

/* Computes everything else from the confusion matrix and `samples`. */
TG_API void tg_metrics_finish(tg_metrics *metrics);

/* Runs the model over the data set, with the model's input (model.h), and fills *metrics, which the
 * caller destroys. `loss` may be NULL: cross-entropy. */
TG_API TG_CHECKED tg_status tg_evaluate(const tg_model *model, const tg_dataset *dataset,
                                        const tg_loss *loss, tg_metrics *metrics);

TG_END

#endif
