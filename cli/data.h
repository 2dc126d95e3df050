/* SPDX-License-Identifier: MIT */
/* Reading what DATA on the command line names. */
#ifndef CLI_DATA_H
#define CLI_DATA_H

#include "options.h"

/* The option --label. */
option label_option(const char **label);

/* tg_read_defaults(), with a line on standard error for each file that is skipped.
 * `label`: what label_option() read. */
tg_read_options data_options(const char *label);

/* Reads `count` data sets as one. The classes are those of `options`, or else of the first. */
tg_status data_read(const char *const *names, size_t count, const tg_read_options *options,
                    tg_dataset **dataset);

/* The same, with the classes of another data set. */
tg_status data_read_like(const tg_dataset *like, const char *const *names, size_t count,
                         const tg_read_options *options, tg_dataset **dataset);

/* Reads the data as the model wants it: pictures of its size, labels in the order of its classes.
 * `label`: what label_option() read. */
tg_status data_read_for(const tg_model *model, const char *const *names, size_t count,
                        const char *label, tg_dataset **dataset);

/* The names of the classes, which the data set owns, in an array that the caller frees; NULL: out
 * of memory. */
const char **data_class_names(const tg_dataset *dataset);

#endif
