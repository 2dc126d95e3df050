/* SPDX-License-Identifier: MIT */
/* How far training is, on standard error. The bar is drawn over itself with carriage returns and
 * spaces alone, which every terminal understands; there are no colours to turn off. */
#include "progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

enum { BAR = 20, LONGEST = 200 };
static const double REDRAW_SECONDS = 0.1;

static double now(void) {
    struct timespec time = {0};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Columns that may be written without the terminal starting a new line. */
static size_t columns(void) {
    struct winsize size = {0};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2) return 79;
    return size.ws_col - 1u;
}

/* Columns of the notice on the screen; 0: none. */
static int noticed;

void notice(const char *format, ...) {
    char line[LONGEST];
    va_list arguments;
    notice_end();
    if (isatty(STDERR_FILENO) != 1) return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    /* Bytes, of which a character may have several: the line may come out shorter than it could. */
    size_t room = columns();
    if (strlen(line) > room) line[room] = '\0';
    noticed = (int)strlen(line);
    fprintf(stderr, "\r%s", line);
}

void notice_end(void) {
    if (noticed) fprintf(stderr, "\r%*s\r", noticed, "");
    noticed = 0;
}

progress progress_start(size_t epochs) {
    double time = now();
    return (progress){.terminal = isatty(STDERR_FILENO) == 1,
                      .epochs = epochs,
                      .started = time,
                      .epoch_started = time,
                      .drawn = -HUGE_VAL};
}

void progress_clear(progress *bar) {
    if (bar->width) fprintf(stderr, "\r%*s\r", (int)bar->width, "");
    bar->width = 0;
}

/* "1:02:03", "2:03" */
static void duration(double seconds, char text[32]) {
    unsigned long whole = (unsigned long)fmin(seconds + 0.5, 359999.0);
    unsigned long hours = whole / 3600, minutes = whole / 60 % 60;
    if (hours)
        snprintf(text, 32, "%lu:%02lu:%02lu", hours, minutes, whole % 60);
    else
        snprintf(text, 32, "%lu:%02lu", minutes, whole % 60);
}

static void draw(progress *bar, const tg_step_report *report, double time) {
    size_t done = report->step + 1, of = report->steps_per_epoch;
    size_t filled = BAR * done / of;
    char track[BAR + 1] = "....................";
    memset(track, '#', filled);
    double left = (double)((report->epochs - report->epoch) * of - done);
    char remaining[32], line[LONGEST];
    duration(left * (time - bar->started) / (double)bar->steps, remaining);
    snprintf(line, sizeof line, "epoch %zu/%zu %s %zu/%zu  loss %.4f  %.0f samples/s  %s left",
             report->epoch + 1, report->epochs, track, done, of, unsigned_nan(report->loss),
             (double)bar->samples / fmax(time - bar->epoch_started, 1e-6), remaining);
    size_t length = strlen(line), room = columns();
    if (length > room) line[length = room] = '\0';
    size_t rest = bar->width > length ? bar->width - length : 0;
    fprintf(stderr, "\r%s%*s", line, (int)rest, "");
    bar->width = length;
    bar->drawn = time;
}

void progress_step(progress *bar, const tg_step_report *report) {
    ++bar->steps;
    bar->samples += report->samples;
    double time = now();
    if (bar->terminal && time - bar->drawn >= REDRAW_SECONDS) {
        draw(bar, report, time);
    }
}

void progress_epoch(progress *bar, const tg_epoch_report *report) {
    progress_clear(bar);
    fprintf(stderr, "epoch %zu/%zu: loss %.4f, accuracy %.4f", report->epoch + 1, bar->epochs,
            unsigned_nan(report->train_loss), unsigned_nan(report->train_accuracy));
    if (!isnan(report->validation.balanced_accuracy)) {
        fprintf(stderr, "; validation: loss %.4f, accuracy %.4f, balanced accuracy %.4f%s",
                unsigned_nan(report->validation.loss), unsigned_nan(report->validation.accuracy),
                report->validation.balanced_accuracy, report->best ? ", the best so far" : "");
    }
    fputc('\n', stderr);
    bar->epoch_started = now();
    bar->samples = 0;
}
