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

/* The file itself, where the name is a link, and the one that is written before it takes its place.
 */
typedef struct page_files {
    char path[PATH_MAX], part[PATH_MAX];
} page_files;

typedef struct page {
    const char *given; /* its name; NULL: no report */
    page_files files;
    page_subject about;
    page_state state;
    training_log log;
    histograms spread;
    double written; /* when, in seconds of a clock that only goes forward */
    bool failed;    /* it could not be written, which was told */
} page;

/* The files of the report that is so named. PARSED, or FAILED after saying why not. */
int page_files_of(const char *given, page_files *files);

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

/* The page itself. `metrics` and `predicted` may be NULL. Errors of `file` are for the caller to
 * see. */
tg_status page_html(const page *own, const tg_metrics *metrics, const predictions *predicted,
                    FILE *file);

#endif
