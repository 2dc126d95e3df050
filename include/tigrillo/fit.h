/* SPDX-License-Identifier: MIT */
/* The trainer.
 *
 *     tg_fit_options options = tg_fit_defaults();
 *     options.epochs = 20;
 *     options.rule = tg_adamw(1e-3f);
 *     status = tg_fit(model, train, validation, &options, &history);
 */
#ifndef TIGRILLO_FIT_H
#define TIGRILLO_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tigrillo/api.h>
#include <tigrillo/dataset.h>
#include <tigrillo/loss.h>
#include <tigrillo/metrics.h>
#include <tigrillo/model.h>
#include <tigrillo/optimizer.h>
#include <tigrillo/picture.h>
#include <tigrillo/schedule.h>
#include <tigrillo/status.h>

TG_BEGIN

/* After each step. */
typedef struct tg_step_report {
    size_t epoch, epochs;         /* epoch counts from 0 */
    size_t step, steps_per_epoch; /* step counts from 0 within the epoch */
    size_t samples;               /* of this batch */
    double loss;                  /* of this batch, before the step */
    double learning_rate;
    double gradient_norm; /* before clipping; 0 when clipping is off */
} tg_step_report;

/* After each epoch. */
typedef struct tg_epoch_report {
    size_t epoch;         /* from 0 */
    double learning_rate; /* of the last step */
    double train_loss;    /* means over the epoch, while the weights changed */
    double train_accuracy;
    tg_metrics validation; /* owned by the history; without a validation set it has no classes, and
                            * loss, accuracy and balanced accuracy are NaN */
    bool best;             /* the best epoch so far */
} tg_epoch_report;

/* Of each epoch; with a validation set that has labels, a confusion matrix too: classes x classes
 * numbers an epoch. */
typedef struct tg_history {
    tg_epoch_report *epochs;
    size_t count;
    size_t best_epoch; /* index; of the monitored value */
    bool stopped_early;
} tg_history;

TG_API void tg_history_destroy(tg_history *history);

/* What decides which epoch is the best; of equal balanced accuracies, the loss. */
typedef enum tg_monitor { TG_MONITOR_LOSS, TG_MONITOR_BALANCED_ACCURACY } tg_monitor;

typedef struct tg_fit_options {
    size_t epochs;        /* default 10 */
    size_t batch_size;    /* default 64; the last batch of an epoch may be smaller */
    uint64_t seed;        /* shuffling, augmentation and dropout; default 1 */
    tg_update_rule rule;  /* default AdamW, 1e-3 */
    tg_schedule schedule; /* default constant */
    tg_loss loss;         /* default cross-entropy */
    bool balance_classes; /* weigh the classes by tg_dataset_class_weights(); needs labels */
    float clip_norm;      /* limit of the global gradient norm; 0: none */
    tg_augmentation augmentation; /* default none; pictures only */
    /* With a validation set: keep the weights of the best epoch and restore them at the end
     * (keep_best), and stop when so many epochs brought nothing better (patience, 0: never). */
    tg_monitor monitor;
    bool keep_best;
    size_t patience;
    /* Written after each epoch, and when training is cancelled; NULL: none. It is a model file with
     * the state of training beside the weights. */
    const char *checkpoint;
    /* Goes on from this checkpoint, with bit-identical results. Model, data and options must be
     * those of the run that wrote it; what can be compared is, and a difference is an error. Epochs
     * may be more, unless the schedule depends on them (cosine, one-cycle), and patience
     * another. */
    const char *resume;
    /* Called in the thread of tg_fit(); false ends training with TG_CANCELLED, after the checkpoint
     * was written. Either may be NULL. A GPU takes `report_every` steps (default 1) before it is
     * waited for and on_step is called for each of them; without on_step, an epoch. */
    size_t report_every;
    bool (*on_step)(void *user, const tg_step_report *report);
    bool (*on_epoch)(void *user, const tg_epoch_report *report);
    void *user;
} tg_fit_options;

TG_API tg_fit_options tg_fit_defaults(void);

/* Trains `model` on `train`, judged after each epoch on `validation` (may be NULL).
 *
 * Samples go through the model's input (tg_model_set_input); statistics are not computed here. Each
 * epoch visits all samples once, in an order drawn from the seed.
 *
 * On TG_CANCELLED the model has the weights of the last step. A loss, in training or validation, or
 * a weight that is NaN or infinite ends training with TG_NOT_FINITE; the message names the epoch,
 * the step and the first layer with bad values, and the model has the weights of the best epoch
 * where those are kept, else those of the last step, which may be bad. (A checkpoint is never
 * written of an epoch that ended so.) `history`, which may be NULL, is filled in these two cases as
 * well; the caller destroys it.
 *
 * With the same model, data, options, instructions (tg_device_instructions) and number of threads
 * the weights are the same, bit for bit. Only products so large that BLAS computes them
 * (architecture.md) may then differ between machines, and while another thread computes such on a
 * device with another number of threads: BLAS has one number for the whole process, and the first
 * to compute sets it. */
TG_API TG_CHECKED tg_status tg_fit(tg_model *model, const tg_dataset *train,
                                   const tg_dataset *validation, const tg_fit_options *options,
                                   tg_history *history);

TG_END

#endif
