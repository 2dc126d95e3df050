/* SPDX-License-Identifier: MIT */
/* What a data set is made of; the readers fill one in. */
#ifndef TG_DATA_DATASET_H
#define TG_DATA_DATASET_H

#include <tigrillo/dataset.h>

struct tg_dataset {
    size_t count, columns;
    tg_picture_shape shape; /* all zero unless the samples are pictures */
    uint8_t *pixels;        /* count x columns, when they are pictures */
    float *values;          /* count x columns, when they are not */
    int32_t *labels;        /* count, or NULL when there are targets */
    float *targets;         /* count x target_columns, or NULL when there are labels */
    size_t target_columns;
    size_t classes;
    char **class_names; /* classes */
    size_t skipped;
};

/* More classes than this are a mistake: a column of measurements taken for labels, a broken file.
 */
#define TG_MOST_CLASSES 65536

/* The readers read files up to this size. */
#define TG_MOST_DATA_BYTES ((size_t)(UINT64_C(1) << 33 < SIZE_MAX ? UINT64_C(1) << 33 : SIZE_MAX))

/* An empty data set with room for `count` samples: of pictures when `shape` has a height, else of
 * `columns` floats; with labels when `target_columns` is 0, else with targets. */
tg_status tg_dataset_allocate(size_t count, tg_picture_shape shape, size_t columns,
                              size_t target_columns, tg_dataset **dataset);

/* The end of all that makes one: with TG_OK hands `made` out, else destroys it; returns `status`.
 */
tg_status tg_dataset_finish(tg_status status, tg_dataset *made, tg_dataset **dataset);

/* Class names are UTF-8, not empty, and different; TG_INVALID_ARGUMENT, naming one that is not. */
tg_status tg_check_class_names(const char *const *names, size_t classes);

/* Copies the names, which must be different, into the data set; NULL: "0", "1", ... */
tg_status tg_dataset_set_classes(tg_dataset *dataset, const char *const *names, size_t classes);

/* The label of the class of this name; -1 when there is none. */
int32_t tg_find_class(const char *const *names, size_t classes, const char *name);

/* For files whose labels, already in the data set, are numbers: names the classes as the options
 * ask, else gives them their numbers, `classes` of them or, for 0, as many as the largest label
 * demands; samples that are then all of one class are refused. `path` is that of the labels. */
tg_status tg_dataset_number_classes(tg_dataset *dataset, const tg_read_options *options,
                                    size_t classes, const char *path);

#endif
