/* SPDX-License-Identifier: MIT */
/* How far training is, on standard error: a bar that moves when that is a terminal, and a line for
 * each epoch. And for all that has no bar, a line that says what is going on. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>

#include <tigrillo/tigrillo.h>

typedef struct progress {
    bool terminal;
    size_t epochs;
    double started; /* training; in seconds of a clock that only goes forward */
    double epoch_started;
    double drawn;   /* the last bar */
    size_t steps;   /* done since `started` */
    size_t samples; /* seen since `epoch_started` */
    size_t width;   /* columns of the bar on the screen; 0: none */
} progress;

progress progress_start(size_t epochs);

/* For tg_fit_options.on_step and .on_epoch. */
void progress_step(progress *bar, const tg_step_report *report);
void progress_epoch(progress *bar, const tg_epoch_report *report);

/* Takes the bar away, so that something else can be written. */
void progress_clear(progress *bar);

/* Says on standard error, if that is a terminal, what takes time now, in the place of what it said
 * before. notice_end() takes the line away; so does any message. */
void notice(const char *format, ...) __attribute__((format(printf, 1, 2)));
void notice_end(void);

#endif
