/* SPDX-License-Identifier: MIT */
/* Data sets in memory: samples, and for each a label or target values.
 *
 * Samples are rows of floats or pictures (bytes, see picture.h). Every reader names the file, the
 * place and the reason when it refuses one, and reads nothing by halves. A data set has at least
 * one sample; classes are at most 65536, and their names are UTF-8, not empty, and different. It
 * does not change after it was made and may be used from several threads. The caller destroys it.
 */
#ifndef TIGRILLO_DATASET_H
#define TIGRILLO_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tigrillo/api.h>
#include <tigrillo/picture.h>
#include <tigrillo/status.h>
#include <tigrillo/tensor.h>

TG_BEGIN

typedef struct tg_dataset tg_dataset;

TG_API void tg_dataset_destroy(tg_dataset *dataset);

/* ---- From memory; everything is copied. ---- */

/* samples: n x columns, on the CPU, all finite; labels: n, each in 0 .. classes-1. `class_names`
 * has `classes` entries, or is NULL: the classes are then called "0", "1", ... */
TG_API TG_CHECKED tg_status tg_dataset_from_rows(const tg_tensor *samples, const int32_t *labels,
                                                 size_t classes, const char *const *class_names,
                                                 tg_dataset **dataset);

/* pixels: n x tg_picture_size(shape) bytes. */
TG_API TG_CHECKED tg_status tg_dataset_from_pictures(const uint8_t *pixels, size_t count,
                                                     tg_picture_shape shape, const int32_t *labels,
                                                     size_t classes, const char *const *class_names,
                                                     tg_dataset **dataset);

/* samples: n x columns, targets: n x k, both on the CPU and finite: for soft or several labels, and
 * for regression. Such a data set has no labels and no classes. */
TG_API TG_CHECKED tg_status tg_dataset_from_targets(const tg_tensor *samples,
                                                    const tg_tensor *targets, tg_dataset **dataset);

/* ---- From files. ---- */

typedef struct tg_read_options {
    tg_picture_shape shape; /* folders: what pictures are resized to; default 32 x 32 x 3 */
    int threads;            /* folders: decoding threads, at least 1; 0: one per processor */
    /* csv: the label column's name or its number, counted from 0 (-1 is the last); NULL: the column
     * called "label", "class" or "target" when there is a header with one, else the last */
    const char *label_column;
    /* Files that cannot be read, or are no pictures by their names, are skipped; each is reported
     * here (from one thread at a time). NULL: reported nowhere but in tg_dataset_skipped(). */
    void (*on_skip)(void *user, const char *message);
    void *user;
    /* Class names in the order of their labels, to give a second data set the labels of the first;
     * a class that is not among them is then an error. NULL: as the data set itself has them. */
    const char *const *class_names;
    size_t classes;
} tg_read_options;

TG_API tg_read_options tg_read_defaults(void);

/* A folder with a subfolder per class, each with PNG, JPEG or BMP files (*.png, *.jpg, *.jpeg,
 * *.bmp, in any case). Other files and deeper folders are left out and count as skipped; on_skip is
 * told once for each class. Hidden files are ignored. Classes and files are taken in the order of
 * their names' bytes. At least two classes, each with a readable picture. `options` may be NULL
 * here and below. */
TG_API TG_CHECKED tg_status tg_dataset_read_folder(const char *path, const tg_read_options *options,
                                                   tg_dataset **dataset);

/* IDX, MNIST's format: unsigned bytes, images n x height x width and labels n, plain or gzip. The
 * number of classes is the largest label + 1. Here and below, samples that are all of one class are
 * refused, unless the class names are given. */
TG_API TG_CHECKED tg_status tg_dataset_read_idx(const char *images, const char *labels,
                                                const tg_read_options *options,
                                                tg_dataset **dataset);

/* CIFAR's binary format: records of 1 label byte (CIFAR-10) or 2 (CIFAR-100: coarse and fine; the
 * fine one counts) and 3072 bytes of a 32 x 32 picture, by channels. Which of the two follows from
 * the size of the file, and where both fit, from the labels' ranges. */
TG_API TG_CHECKED tg_status tg_dataset_read_cifar(const char *path, const tg_read_options *options,
                                                  tg_dataset **dataset);

/* CSV (RFC 4180: commas, quotes, LF or CRLF). The first line is a header when the label column is
 * chosen by a name in it, or when none of its fields outside the label column is a number (and not
 * all are empty, NaN or infinite). All columns but the label's are numbers, read without regard to
 * the locale; NaN, infinities, empty fields, and lines that are empty or of another length are
 * refused with their line and column, both counted from 1. Labels may be any text: classes are the
 * distinct ones, in the order of their numbers if all are numbers, else of their bytes. */
TG_API TG_CHECKED tg_status tg_dataset_read_csv(const char *path, const tg_read_options *options,
                                                tg_dataset **dataset);

/* NumPy's .npy, versions 1 to 3, C order, little-endian: samples n x ... (float32, float64, or
 * uint8; uint8 of n x h x w or n x h x w x 1 or 3 are pictures), labels n (int32, int64 or uint8).
 */
TG_API TG_CHECKED tg_status tg_dataset_read_npy(const char *samples, const char *labels,
                                                const tg_read_options *options,
                                                tg_dataset **dataset);

/* Whatever `data` names: a folder, "IMAGES:LABELS" (two IDX or two .npy files), a .csv file, or a
 * CIFAR .bin file. */
TG_API TG_CHECKED tg_status tg_dataset_read(const char *data, const tg_read_options *options,
                                            tg_dataset **dataset);

/* ---- What is in it. ---- */

TG_API size_t tg_dataset_count(const tg_dataset *dataset);
TG_API size_t tg_dataset_columns(const tg_dataset *dataset); /* values a sample */
/* All zero unless the samples are pictures. */
TG_API tg_picture_shape tg_dataset_shape(const tg_dataset *dataset);
TG_API size_t tg_dataset_classes(const tg_dataset *dataset); /* 0 when it has target values */
TG_API const char *tg_dataset_class_name(const tg_dataset *dataset, size_t label);
/* count labels, owned by the data set; NULL when it has target values. */
TG_API const int32_t *tg_dataset_labels(const tg_dataset *dataset);
/* Columns of the target values; 0 when it has labels. */
TG_API size_t tg_dataset_target_columns(const tg_dataset *dataset);
/* How many files, and folders beside them, were skipped when it was read. */
TG_API size_t tg_dataset_skipped(const tg_dataset *dataset);

/* ---- Parts of it. ---- */

/* A new data set of the given samples (indices, in this order), all copied. */
TG_API TG_CHECKED tg_status tg_dataset_subset(const tg_dataset *dataset, const size_t *samples,
                                              size_t count, tg_dataset **subset);

/* Splits at random, class by class: `fraction` (in (0, 1)) of each class goes to `second`, rounded,
 * but at least one sample, and at least one stays. A class of one sample is an error, named: it
 * needs a second data set. Target values: split as if of one class. The same seed gives the same
 * split. */
TG_API TG_CHECKED tg_status tg_dataset_split(const tg_dataset *dataset, double fraction,
                                             uint64_t seed, tg_dataset **first,
                                             tg_dataset **second);

/* `first` and `second` behind one another; shapes and class names must be equal. */
TG_API TG_CHECKED tg_status tg_dataset_concat(const tg_dataset *first, const tg_dataset *second,
                                              tg_dataset **both);

/* Writes weights[label] = count / (classes count_of_label), which balance unequal classes; 0 for a
 * class without samples. `weights` has tg_dataset_classes() entries. */
TG_API TG_CHECKED tg_status tg_dataset_class_weights(const tg_dataset *dataset, float *weights);

TG_END

#endif
