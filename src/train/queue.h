/* SPDX-License-Identifier: MIT */
/* Training on a device that takes steps by itself (device/steps.h). Where the samples fit into its
 * memory and stay the same, they go there once; else batch by batch, made while others are trained
 * on. */
#ifndef TG_TRAIN_QUEUE_H
#define TG_TRAIN_QUEUE_H

#include <tigrillo/tensor.h>

#include "device/device.h"

struct tg_trainer;

typedef struct tg_queue {
    const tg_step_operations *operations;
    tg_steps *steps;            /* NULL: the device does not take steps by itself */
    bool resident;              /* all samples are in the device's memory */
    tg_tensor samples, values;  /* they, and their target values, */
    int32_t *labels;            /* or labels; */
    int32_t *batch_labels;      /* and the labels of a step */
    tg_step_numbers *numbers;   /* of an epoch */
    tg_step_result *results;    /* of the steps taken together */
    size_t batch;               /* samples of the step that is asked for */
    uint64_t updates, dropouts; /* before the epoch */
} tg_queue;

/* Leaves the queue empty where the device takes no steps by itself. Destroy it also when this
 * failed. */
tg_status tg_queue_open(struct tg_trainer *t);
void tg_queue_destroy(struct tg_trainer *t);

/* Before an epoch's first step, or the first after it was resumed. */
tg_status tg_queue_begin(struct tg_trainer *t);

/* Takes `count` steps from t->step on. So many of the epoch are *done then; of those, and of one
 * more whose loss was not finite, the results are in t->queue.results. */
tg_status tg_queue_take(struct tg_trainer *t, size_t count, size_t *done);

/* Computes step t->step, whose loss was not finite, so that t->plan can be asked where that began.
 */
tg_status tg_queue_repeat(struct tg_trainer *t);

#endif
