/* SPDX-License-Identifier: MIT */
/* Learning-rate schedules. */
#include <tigrillo/schedule.h>

#include <math.h>

#include "base/status.h"

static const double pi = 3.14159265358979323846;

tg_schedule tg_schedule_constant(void) {
    tg_schedule schedule = {.kind = TG_CONSTANT};
    return schedule;
}

tg_schedule tg_schedule_step(size_t every, float factor) {
    tg_schedule schedule = {.kind = TG_STEP_DECAY, .every = every, .factor = factor};
    return schedule;
}

tg_schedule tg_schedule_cosine(float final) {
    tg_schedule schedule = {.kind = TG_COSINE, .final = final};
    return schedule;
}

tg_schedule tg_schedule_one_cycle(void) {
    tg_schedule schedule = {.kind = TG_ONE_CYCLE};
    return schedule;
}

tg_status tg_schedule_check(const tg_schedule *schedule) {
    TG_REQUIRE(schedule, "schedule is NULL");
    switch (schedule->kind) {
    case TG_CONSTANT:
    case TG_ONE_CYCLE:
        return TG_OK;
    case TG_STEP_DECAY:
        TG_REQUIRE(schedule->every >= 1, "schedule: steps need at least 1 epoch each");
        TG_REQUIRE(schedule->factor > 0 && schedule->factor <= 1,
                   "schedule: the factor is %g, but must be in (0, 1]", (double)schedule->factor);
        return TG_OK;
    case TG_COSINE:
        TG_REQUIRE(schedule->final >= 0 && schedule->final <= 1,
                   "schedule: the final factor is %g, but must be in [0, 1]",
                   (double)schedule->final);
        return TG_OK;
    }
    return tg_fail(TG_INVALID_ARGUMENT, "schedule: there is no kind %d", (int)schedule->kind);
}

/* From `start` to `end` along half a cosine, as `part` goes from 0 to 1. */
static double anneal(double start, double end, double part) {
    return end + (start - end) * (1 + cos(pi * part)) / 2;
}

double tg_schedule_factor(const tg_schedule *schedule, size_t step, size_t steps_per_epoch,
                          size_t epochs) {
    const size_t warmup = schedule->warmup_steps;
    const double total = (double)steps_per_epoch * (double)epochs;
    if (step < warmup) return (double)(step + 1) / (double)warmup;
    /* What the schedule itself sees: its own step, and the last one it will see. */
    const double at = (double)(step - warmup);
    const double last = fmax(total - (double)warmup - 1, 1);
    const double part = at < last ? at / last : 1;
    switch (schedule->kind) {
    case TG_CONSTANT:
        return 1;
    case TG_STEP_DECAY: {
        const double epochs_done = steps_per_epoch > 0 ? floor(at / (double)steps_per_epoch) : 0;
        return pow((double)schedule->factor, floor(epochs_done / (double)schedule->every));
    }
    case TG_COSINE:
        return anneal(1, (double)schedule->final, part);
    case TG_ONE_CYCLE: {
        /* PyTorch's places: the top is reached at step 0.3 total - 1. */
        const double rise = 0.3 * (last + 1) - 1;
        if (rise > 0 && at <= rise) return anneal(1.0 / 25, 1, at / rise);
        return anneal(1, 1.0 / 250000, at < last ? (at - rise) / (last - rise) : 1);
    }
    }
    return 1;
}
