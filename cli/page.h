/* SPDX-License-Identifier: MIT */
/* The report of a training: one HTML file, written again and again while it goes on. */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include <tigrillo/tigrillo.h>

#include "histograms.h"
#include "log.h"
#include "options.h"
#include "predictions.h"

/* What each report begins with. */
#define PAGE_START "<!DOCTYPE html>\n<!-- tigrillo's report of a training -->\n"

typedef enum page_state {
    PAGE_TRAINING,
    PAGE_DONE,
    PAGE_INTERRUPTED,
    PAGE_FAILED /* there is nothing to judge */
} page_state;

/* What the report is about. Everything is borrowed. */
typedef struct page_subject {
    const tg_model *model;
    const tg_dataset *train, *validation;
    const command_line *line;
    const option *options;
    size_t option_count;
    tg_fit_options fit;
} page_subject;

typedef struct page {
    const char *path; /* NULL: no report */
    page_subject about;
    page_state state;
    training_log log;
    histograms spread;
    double written; /* when, in seconds of a clock that only goes forward */
    bool failed;    /* it could not be written, which was told */
} page;

/* The name under which a page is written before it takes the place of the one before; false, and
 * what fits of it, when it is too long. */
bool page_part(const char *path, char part[PATH_MAX]);

/* Writes the first page, which tells the configuration. Returns PARSED or an exit code;
 * page_close() is due in any case. */
int page_open(page *own, const char *path, const page_subject *about);

/* After each epoch: writes the page, unless that was done less than a second ago. Where it cannot
 * be written, that is told once. */
void page_epoch(page *own, const tg_epoch_report *report);

/* The last page, of the model as it is now. `metrics` are those of the validation data, or NULL:
 * they are then computed where there is something to judge. */
void page_finish(page *own, page_state state, const tg_history *history, const tg_metrics *metrics);

void page_close(page *own);

/* The page itself. `metrics` and `predicted` may be NULL. False: out of memory. */
bool page_html(const page *own, const tg_metrics *metrics, const predictions *predicted,
               FILE *file);

#endif
