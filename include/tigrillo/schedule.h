/* SPDX-License-Identifier: MIT */
/* Learning-rate schedules: the factor by which the learning rate is multiplied at each step. */
#ifndef TIGRILLO_SCHEDULE_H
#define TIGRILLO_SCHEDULE_H

#include <stddef.h>

#include <tigrillo/api.h>
#include <tigrillo/status.h>

TG_BEGIN

typedef enum tg_schedule_kind {
    TG_CONSTANT,   /* 1 */
    TG_STEP_DECAY, /* factor^(epochs done / every), whole numbers */
    TG_COSINE,     /* from 1 to `final` along half a cosine (Loshchilov, Hutter, 2017) */
    TG_ONE_CYCLE   /* from 1/25 up to 1 over the first 30%, then down to 1/250000, both along half
                    * a cosine (Smith, Topin, 2018; PyTorch's OneCycleLR without its momentum) */
} tg_schedule_kind;

typedef struct tg_schedule {
    tg_schedule_kind kind;
    size_t warmup_steps; /* first rise in a line from 1/warmup_steps to 1; the schedule itself then
                          * runs over the steps that remain */
    float factor;        /* step decay: in (0, 1] */
    size_t every;        /* step decay: in epochs, at least 1 */
    float final;         /* cosine: in [0, 1] */
} tg_schedule;

TG_API tg_schedule tg_schedule_constant(void);
TG_API tg_schedule tg_schedule_step(size_t every, float factor);
TG_API tg_schedule tg_schedule_cosine(float final);
TG_API tg_schedule tg_schedule_one_cycle(void);

/* TG_OK, or TG_INVALID_ARGUMENT with the reason. */
TG_API TG_CHECKED tg_status tg_schedule_check(const tg_schedule *schedule);

/* The factor at `step` (0 is the first) of `steps_per_epoch` x `epochs` steps. Thread-safe. */
TG_API double tg_schedule_factor(const tg_schedule *schedule, size_t step, size_t steps_per_epoch,
                                 size_t epochs);

TG_END

#endif
