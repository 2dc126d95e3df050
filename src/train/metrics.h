/* SPDX-License-Identifier: MIT */
#ifndef TG_TRAIN_METRICS_H
#define TG_TRAIN_METRICS_H

#include <tigrillo/metrics.h>
#include <tigrillo/plan.h>

#include "device/device.h"
#include "train/source.h"

/* How many of the outputs of `model` are correct: rows, by the largest output against the label
 * (the ignored one does not count) or the largest target; for binary cross-entropy elements, by the
 * side of 0 (of 1/2 behind a sigmoid) against that of 1/2. For the mean squared error none. In a
 * step (device/steps.h) `correct` is NULL. */
tg_status tg_count_correct(const tg_loss *loss, const tg_model *model, const tg_tensor *outputs,
                           tg_device_targets targets, size_t *correct);

/* Of how many, for n rows of k outputs. */
size_t tg_count_judged(const tg_loss *loss, tg_targets targets, size_t n, size_t k);

/* tg_evaluate() with an inference plan of the model and a source that are there already, into
 * created metrics. */
tg_status tg_evaluate_source(const tg_model *model, tg_plan *plan, tg_source *source, size_t rows,
                             const tg_loss *loss, tg_metrics *metrics);

/* So many rows are evaluated at a time. */
enum { TG_EVALUATION_ROWS = 256 };

#endif
