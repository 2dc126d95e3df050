/* SPDX-License-Identifier: MIT */
/* Training steps as the device knows them (src/device/steps.h): what its memory holds, for the
 * kernels and for src/cuda/steps.c. */
#ifndef KERNELS_STEP_H
#define KERNELS_STEP_H

/* What the host gives for each step of an epoch. */
typedef struct step_numbers {
    double scale;               /* of the loss */
    unsigned long long dropout; /* is added to dropout's stream */
    unsigned long long first;   /* sample of the step, in the epoch's order */
    float rate, root, keep;     /* of the update (src/device/update.h) */
} step_numbers;

/* What is left of each step for the host. */
typedef struct step_result {
    double loss, norm, correct;
} step_result;

/* Where an epoch is. Kernels that are given NULL for it are not part of a step. */
typedef struct step_state {
    const step_numbers *numbers;
    step_result *results;
    unsigned long long at; /* the present step's index in both */
    float factor;          /* of the gradients, whose norm is limited; else 1 */
    int stopped;           /* the loss was not finite: no weight changes any more, and the next step
                            * is this one again */
} step_state;

#endif
