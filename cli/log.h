/* SPDX-License-Identifier: MIT */
/* The log of a training: JSON Lines, an object for each epoch. */
#ifndef CLI_LOG_H
#define CLI_LOG_H

#include <stdbool.h>

#include <tigrillo/tigrillo.h>

/* What each log begins with. */
#define LOG_START "{\"epoch\": "

enum { MOST_EPOCHS = 1000000 };

/* What a line holds; NaN is null in it. */
typedef struct epoch_record {
    size_t epoch; /* from 1 */
    double learning_rate, train_loss, train_accuracy, validation_loss, validation_accuracy,
        validation_balanced_accuracy;
    bool best; /* when it ended, the best so far */
} epoch_record;

/* Zero it to begin; log_end() releases it. */
typedef struct training_log {
    epoch_record *epochs;
    size_t count, capacity;
} training_log;

epoch_record log_record(const tg_epoch_report *report);

/* Adds an epoch. Where it is not later than those there, as after --resume, it takes the place of
 * the epochs from it on. False: out of memory. */
bool log_add(training_log *log, const epoch_record *record);
void log_end(training_log *log);

/* Opens a log to be written, for close(): an empty one, or behind the last whole line of the one
 * that is there. -1, with errno, when that fails. */
int log_open(const char *path, bool add);

/* Writes one line to what log_open() returned. False, with errno: that failed, and there are whole
 * lines still. */
bool log_write(int file, const epoch_record *record);

/* Reads what log_write() wrote from `text`, which is changed. Returns DONE, or says what is wrong
 * in which line of `path` and returns FAILED; call log_end() in either case. */
int log_parse(const char *path, char *text, training_log *log);

#endif
