/* SPDX-License-Identifier: MIT */
/* The log of a training. */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "json.h"

/* The numbers of a line. None is negative; what is above `most` is damage. */
static const struct {
    const char *name;
    size_t offset;
    double most;
} numbers[] = {
    {"learning_rate", offsetof(epoch_record, learning_rate), 1e300},
    {"train_loss", offsetof(epoch_record, train_loss), 1e300},
    {"train_accuracy", offsetof(epoch_record, train_accuracy), 1},
    {"validation_loss", offsetof(epoch_record, validation_loss), 1e300},
    {"validation_accuracy", offsetof(epoch_record, validation_accuracy), 1},
    {"validation_balanced_accuracy", offsetof(epoch_record, validation_balanced_accuracy), 1},
};

static double *number_of(epoch_record *record, size_t i) {
    return (double *)(void *)((char *)record + numbers[i].offset);
}

epoch_record log_record(const tg_epoch_report *report) {
    return (epoch_record){.epoch = report->epoch + 1,
                          .learning_rate = report->learning_rate,
                          .train_loss = report->train_loss,
                          .train_accuracy = report->train_accuracy,
                          .validation_loss = report->validation.loss,
                          .validation_accuracy = report->validation.accuracy,
                          .validation_balanced_accuracy = report->validation.balanced_accuracy,
                          .best = report->best};
}

bool log_add(training_log *log, const epoch_record *record) {
    while (log->count > 0 && log->epochs[log->count - 1].epoch >= record->epoch) --log->count;
    if (log->count == log->capacity) {
        const size_t capacity = log->capacity ? 2 * log->capacity : 64;
        epoch_record *grown = realloc(log->epochs, capacity * sizeof *grown);
        if (!grown) return false;
        log->epochs = grown;
        log->capacity = capacity;
    }
    log->epochs[log->count++] = *record;
    return true;
}

void log_end(training_log *log) {
    free(log->epochs);
    *log = (training_log){0};
}

/* Ends a file where it is so long. */
static bool cut(int file, off_t length) {
    return ftruncate(file, length) == 0 && lseek(file, length, SEEK_SET) == length;
}

/* Goes behind the last whole line: one that was begun when a program or a machine stopped goes. */
static bool go_to_end(int file) {
    char bytes[4096];
    off_t whole = 0, at = 0;
    ssize_t got;
    while ((got = read(file, bytes, sizeof bytes)) > 0) {
        for (ssize_t i = 0; i < got; ++i) {
            if (bytes[i] == '\n') whole = at + i + 1;
        }
        at += got;
    }
    return got == 0 && cut(file, whole);
}

int log_open(const char *path, bool add) {
    const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | (add ? 0 : O_TRUNC), 0666);
    if (file < 0 || go_to_end(file)) return file;
    const int problem = errno;
    close(file);
    errno = problem;
    return -1;
}

static bool write_line(int file, const char *text) {
    const off_t before = lseek(file, 0, SEEK_CUR);
    if (before >= 0 && dprintf(file, "%s\n", text) > 0) return true;
    const int problem = errno;
    if (before >= 0) cut(file, before);
    errno = problem;
    return false;
}

bool log_write(int file, const epoch_record *record) {
    epoch_record copy = *record;
    json_t *line = json_pack("{s:I}", "epoch", (json_int_t)record->epoch);
    bool whole = line != NULL;
    for (size_t i = 0; whole && i < TG_COUNT(numbers); ++i) {
        whole = !json_object_set_new(line, numbers[i].name, json_number(*number_of(&copy, i)));
    }
    whole = whole && !json_object_set_new(line, "best", json_boolean(record->best));
    char *text = whole ? json_dumps(line, JSON_REAL_PRECISION(9)) : NULL;
    json_decref(line);
    errno = ENOMEM;
    whole = text && write_line(file, text);
    free(text);
    return whole;
}

static int parse_line(const char *path, size_t number, const char *text, epoch_record *record) {
    json_error_t error;
    json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    int code = line ? DONE
                    : fail("%s: line %zu, column %d: %s", path, number, error.column, error.text);
    const json_t *epoch = json_object_get(line, "epoch"), *best = json_object_get(line, "best");
    if (code == DONE && (!json_is_integer(epoch) || json_integer_value(epoch) < 1 ||
                         json_integer_value(epoch) > MOST_EPOCHS)) {
        code = fail("%s: line %zu: \"epoch\" is not a whole number from 1 to %d: is this a log "
                    "that train --log wrote?",
                    path, number, (int)MOST_EPOCHS);
    }
    if (code == DONE && !json_is_boolean(best)) {
        code = fail("%s: line %zu: \"best\" is neither true nor false", path, number);
    }
    if (code == DONE) {
        record->epoch = (size_t)json_integer_value(epoch);
        record->best = json_is_true(best);
    }
    for (size_t i = 0; code == DONE && i < TG_COUNT(numbers); ++i) {
        const json_t *value = json_object_get(line, numbers[i].name);
        const double found = json_is_null(value) ? (double)NAN : json_number_value(value);
        if ((json_is_number(value) && found >= 0 && found <= numbers[i].most) ||
            json_is_null(value)) {
            *number_of(record, i) = found;
        } else {
            code = fail("%s: line %zu: \"%s\" is neither null nor a number from 0 to %g", path,
                        number, numbers[i].name, numbers[i].most);
        }
    }
    json_decref(line);
    return code;
}

/* One whose writing was cut off is no JSON. */
static bool is_whole(const char *text) {
    json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    json_decref(line);
    return line != NULL;
}

int log_parse(const char *path, char *text, training_log *log) {
    int code = DONE;
    size_t number = 1;
    for (char *line = text; code == DONE && *line; ++number) {
        char *end = line + strcspn(line, "\n");
        const bool last = *end == '\0';
        *end = '\0';
        if (last && log->count > 0 && !is_whole(line)) {
            (void)fail("%s: line %zu is cut off, and left out", path, number);
            break;
        }
        epoch_record record = {0};
        code = parse_line(path, number, line, &record);
        if (code == DONE && !log_add(log, &record)) code = finish(TG_OUT_OF_MEMORY);
        line = last ? end : end + 1;
    }
    if (code == DONE && log->count == 0) code = fail("%s: is empty", path);
    return code;
}
