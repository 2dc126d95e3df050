/* SPDX-License-Identifier: MIT */
/* The report of a training: when it is written, and how. */
#define _XOPEN_SOURCE 700 /* realpath() */
#include "page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "progress.h"

static const double LEAST_SECONDS = 1;

static double now(void) {
    struct timespec time = {0};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int page_files_of(const char *given, page_files *files) {
    char *target = realpath(given, NULL);
    const int length = snprintf(files->path, PATH_MAX, "%s", target ? target : given);
    free(target);
    const int longer = snprintf(files->part, PATH_MAX, "%.*s.part", PATH_MAX - 1, files->path);
    return length < PATH_MAX && longer < PATH_MAX ? PARSED
                                                  : fail("%s: %s", given, strerror(ENAMETOOLONG));
}

/* Why not, if so. */
static int put_page(const page *own, const tg_metrics *metrics, const predictions *predicted) {
    const page_files *files = &own->files;
    FILE *file = fopen(files->part, "wbx");
    if (!file) return fail("%s: %s", files->part, strerror(errno));
    errno = 0;
    const int code = finish(page_html(own, metrics, predicted, file));
    const bool broken = ferror(file), closed = fclose(file) == 0;
    if (code == DONE && !broken && closed && rename(files->part, files->path) == 0) return DONE;
    const int problem = errno;
    remove(files->part);
    return code == DONE ? fail("%s: %s", own->given, problem ? strerror(problem) : "write error")
                        : code;
}

/* Beside it first, and then in its place: whoever reads it finds a whole page. */
static void write_page(page *own, const tg_metrics *metrics, const predictions *predicted) {
    own->failed = put_page(own, metrics, predicted) != DONE;
    own->written = now();
}

/* With what the model says of the validation data. */
static void judge(page *own, const tg_metrics *metrics) {
    predictions predicted = {0};
    const tg_status status = predictions_make(own->about.model, own->about.validation, &predicted);
    if (status) {
        own->failed = true;
        finish(status);
        return;
    }
    write_page(own, metrics, &predicted);
    predictions_end(&predicted);
}

int page_open(page *own, const char *path, const page_subject *about) {
    *own = (page){.given = path, .about = *about};
    if (!path) return PARSED;
    const int code = page_files_of(path, &own->files);
    if (code != PARSED) return code;
    remove(own->files.part); /* a report that another training did not finish: train looked */
    const tg_status status = histograms_open(&own->spread, about->model, about->train, &about->fit);
    if (status) return finish(status);
    write_page(own, NULL, NULL);
    own->written = 0;
    return own->failed ? FAILED : PARSED;
}

void page_epoch(page *own, const tg_epoch_report *report) {
    if (!own->given || own->failed) return;
    const epoch_record record = log_record(report);
    tg_status status = log_add(&own->log, &record) ? TG_OK : TG_OUT_OF_MEMORY;
    if (!status) status = histograms_add(&own->spread, own->about.model, record.epoch);
    if (status) {
        own->failed = true;
        finish(status);
    } else if (now() - own->written >= LEAST_SECONDS) {
        judge(own, &report->validation);
    }
}

/* All epochs, also those before a training was interrupted and resumed. */
static tg_status take_history(page *own, const tg_history *history) {
    if (history->count == 0) return TG_OK;
    log_end(&own->log);
    for (size_t i = 0; i < history->count; ++i) {
        const epoch_record record = log_record(&history->epochs[i]);
        if (!log_add(&own->log, &record)) return TG_OUT_OF_MEMORY;
    }
    return TG_OK;
}

void page_finish(page *own, page_state state, const tg_history *history,
                 const tg_metrics *metrics) {
    if (!own->given || own->failed) return;
    tg_metrics made = {0};
    own->state = state;
    tg_status status = take_history(own, history);
    if (!status && !metrics && state != PAGE_FAILED) {
        status = tg_evaluate(own->about.model, own->about.validation, NULL, &made);
        metrics = &made;
    }
    if (status) {
        own->failed = true;
        finish(status);
    } else if (state == PAGE_FAILED) {
        write_page(own, NULL, NULL);
    } else {
        judge(own, metrics);
    }
    tg_metrics_destroy(&made);
}

void page_close(page *own) {
    histograms_close(&own->spread);
    log_end(&own->log);
}
