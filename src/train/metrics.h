/* SPDX-License-Identifier: MIT */
#ifndef TG_TRAIN_METRICS_H
#define TG_TRAIN_METRICS_H

#include <tigrillo/metrics.h>
#include <tigrillo/plan.h>

#include "train/source.h"

/* How many of the outputs (on the CPU) are right, of how many: rows, by the largest output against
 * the label or the largest target; for binary cross-entropy elements, by the side of 0 and 1/2. For
 * the mean squared error nothing is counted. Both are added to. */
void tg_count_right(tg_loss_kind kind, const tg_tensor *outputs, tg_targets targets, size_t *right,
                    size_t *counted);

/* tg_evaluate() with an inference plan and a source that are there already. `metrics` is created,
 * also when this fails. */
tg_status tg_evaluate_source(tg_plan *plan, tg_source *source, size_t rows, const tg_loss *loss,
                             tg_metrics *metrics);

/* So many rows are evaluated at a time. */
enum { TG_EVALUATION_ROWS = 256 };

#endif
