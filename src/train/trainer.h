/* SPDX-License-Identifier: MIT */
/* Everything a training run knows: what tg_fit() works on and what a checkpoint keeps. */
#ifndef TG_TRAIN_TRAINER_H
#define TG_TRAIN_TRAINER_H

#include <tigrillo/fit.h>
#include <tigrillo/plan.h>

#include "train/queue.h"
#include "train/source.h"

typedef struct tg_trainer {
    const tg_fit_options *options;
    tg_model *model;
    tg_plan *plan;
    tg_optimizer *optimizer;
    tg_source train;
    tg_loss loss;         /* options->loss, with the balancing class weights */
    float *class_weights; /* when classes are balanced */
    size_t batch_size, steps_per_epoch;
    size_t *order; /* the samples in the order of this epoch */
    tg_queue queue;
    /* Validation; the plan is NULL without it. */
    tg_plan *validation_plan;
    tg_source validation;

    /* ---- What a checkpoint keeps, beside weights and optimiser ---- */
    size_t epoch, step;      /* of the next step */
    double loss_sum, weight; /* of this epoch so far: the mean loss is loss_sum / weight */
    size_t correct, counted;
    double learning_rate; /* of the last step */
    tg_tensor best;       /* parameters of the best epoch; created when they are kept */
    double best_value;    /* the monitored value, of which smaller is better */
    size_t epochs_since_best;
    tg_history history;
    size_t history_capacity;
} tg_trainer;

/* Step `step` of the epoch: its samples and their number, and its learning rate. */
const size_t *tg_trainer_samples(const tg_trainer *t, size_t step, size_t *count);
double tg_trainer_learning_rate(const tg_trainer *t, size_t step);

#endif
