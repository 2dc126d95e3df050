/* SPDX-License-Identifier: MIT */
/* Training steps that a device takes by itself, while the host goes on.
 *
 * At the beginning of an epoch the host gives the order of the samples and, for each step, the
 * numbers that change. Then it asks for one step after another. What a step computes, a function of
 * the caller's says by calling the device's operations; the device may record these calls and
 * repeat them, so they must be the same for all steps of as many samples. Within that function
 *
 *     - the targets' labels are in the device's memory;
 *     - losses take their scale from the step's numbers, optimisers the learning rate and Adam the
 *       number of its step, and dropout adds a number to its stream;
 *     - losses and counts of what is correct get NULL for their result. It stays on the device
 * until the host reads it;
 *     - after a loss that is not finite no weight changes any more, and all further steps are this
 *       one again.
 *
 * One thread at a time uses a tg_steps. */
#ifndef TG_DEVICE_STEPS_H
#define TG_DEVICE_STEPS_H

#include <stddef.h>
#include <stdint.h>

#include <tigrillo/device.h>
#include <tigrillo/optimizer.h>

typedef struct tg_steps tg_steps;

/* Half of a batch: the samples, or their targets. Rows of `words` floats or int32_t. */
typedef struct tg_step_part {
    size_t words;
    void *batch;     /* where a step finds its rows, in the device's memory */
    const void *all; /* the rows of all samples, there too; NULL: the host sends each batch */
} tg_step_part;

typedef struct tg_steps_setup {
    size_t samples;    /* of an epoch */
    size_t batch_size; /* the most samples of a step; step i of an epoch begins at i batch_size */
    size_t steps;      /* the most of an epoch */
    tg_step_part parts[2];
    const tg_update_rule *rule;
    const float *class_weights; /* `classes` of them, or NULL; in host memory */
    size_t classes;
} tg_steps_setup;

typedef struct tg_step_numbers {
    double scale; /* of the loss: 1 / N of loss.h */
    double learning_rate;
    uint64_t update;  /* the optimiser's step, from 1 */
    uint64_t dropout; /* for dropout's stream */
} tg_step_numbers;

/* What the host reads. */
typedef struct tg_step_result {
    double loss;
    double norm; /* of the gradients, where it is limited */
    size_t correct;
} tg_step_result;

typedef tg_status tg_step_body(void *context);

typedef struct tg_step_operations {
    /* Everything in `setup` but the setup itself is borrowed. */
    tg_status (*create)(tg_device *device, const tg_steps_setup *setup, tg_steps **steps);
    void (*destroy)(tg_steps *steps);

    /* Bytes of the device's memory that nobody has. */
    tg_status (*free_memory)(tg_device *device, size_t *bytes);

    /* numbers[first .. count - 1] are those of the epoch's steps to come: the next is step `first`.
     * `order` tells all its samples. */
    tg_status (*begin_epoch)(tg_steps *steps, const tg_step_numbers *numbers, size_t first,
                             size_t count, const size_t *order);

    /* Where the host writes the next step's rows of each part, if it sends them; valid until that
     * step is taken. Waits until there is room. */
    tg_status (*rooms)(tg_steps *steps, void *rooms[2]);

    /* The next step, of `count` samples. */
    tg_status (*take)(tg_steps *steps, size_t count, tg_step_body *body, void *context);

    /* Within a step: the gradients are to be scaled as tg_clip_norm() does. */
    tg_status (*clip)(tg_steps *steps, float limit, size_t count, const float *gradients);

    /* Waits for all steps so far and reads what steps first .. first + count - 1 left. *done is the
     * number of the epoch's steps that are done: fewer where a loss was not finite, whose result is
     * then the last. */
    tg_status (*read)(tg_steps *steps, size_t first, size_t count, tg_step_result *results,
                      size_t *done);

    /* The step that is not done, once more and not recorded, so that the host can look at what it
     * computes. */
    tg_status (*repeat)(tg_steps *steps, size_t count, tg_step_body *body, void *context);
} tg_step_operations;

#endif
