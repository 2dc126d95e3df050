/* SPDX-License-Identifier: MIT */
/* What `tigrillo train` can be told, and what the library makes of it. */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "options.h"

enum { MAX_HIDDEN = 16, MAX_HIDDEN_LAYERS = 3 * MAX_HIDDEN, TRAIN_OPTIONS = 28 };

typedef struct settings {
    texts validation;
    const char *hidden, *label, *out, *resume, *log, *report;
    size_t activation, features, optimizer, schedule, monitor, device; /* choices */
    uint64_t size, epochs, batch, warmup, patience, seed, threads;
    double learning_rate, weight_decay, dropout, label_smoothing,
        clip; /* the first two may be NaN */
    bool grey, augment, balance;
} settings;

settings settings_defaults(void);

/* Fills in the table of options, which then write to `set`. */
void settings_options(settings *set, option options[TRAIN_OPTIONS]);

/* The layers before the last two. Returns PARSED or an exit code. */
int settings_hidden(const command *self, const settings *set, tg_layer layers[MAX_HIDDEN_LAYERS],
                    size_t *count);

/* Everything of tg_fit() but its files and callbacks. */
tg_fit_options settings_fit(const settings *set);

tg_features settings_features(const settings *set);
tg_picture_shape settings_shape(const settings *set);

#endif
