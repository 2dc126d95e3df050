/* SPDX-License-Identifier: MIT */
/* The report of a training: when it is written, and how. */
#include "page.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "progress.h"

static const double LEAST_SECONDS = 1;

static double now(void) {
    struct timespec time = {0};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

bool page_part(const char *path, char part[PATH_MAX]) {
    return snprintf(part, PATH_MAX, "%s.part", path) < PATH_MAX;
}

/* Beside it first, and then in its place: whoever reads it finds a whole page. */
static void write_page(page *own, const tg_metrics *metrics, const predictions *predicted) {
    char part[PATH_MAX];
    if (!page_part(own->path, part)) {
        own->failed = fail("%s: %s", own->path, strerror(ENAMETOOLONG));
        return;
    }
    FILE *file = fopen(part, "wb");
    if (!file) {
        own->failed = fail("%s: %s", part, strerror(errno));
        return;
    }
    errno = 0;
    const bool whole = page_html(own, metrics, predicted, file);
    const bool broken = ferror(file), closed = fclose(file) == 0;
    if (!whole)
        own->failed = fail("%s: %s", own->path, tg_status_name(TG_OUT_OF_MEMORY));
    else if (broken || !closed || rename(part, own->path) != 0)
        own->failed = fail("%s: %s", own->path, errno ? strerror(errno) : "write error");
    if (own->failed) remove(part);
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
    *own = (page){.path = path, .about = *about};
    if (!path) return PARSED;
    const tg_status status = histograms_open(&own->spread, about->model, about->train, &about->fit);
    if (status) return finish(status);
    write_page(own, NULL, NULL);
    own->written = 0;
    return own->failed ? FAILED : PARSED;
}

void page_epoch(page *own, const tg_epoch_report *report) {
    if (!own->path || own->failed) return;
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
    if (!own->path || own->failed) return;
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
