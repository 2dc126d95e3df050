/* SPDX-License-Identifier: MIT */
/* Data sets: made from memory, looked into, destroyed. */
#include "data/dataset.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "base/utf8.h"
#include "data/picture.h"

void tg_dataset_destroy(tg_dataset *dataset) {
    if (!dataset) return;
    for (size_t i = 0; dataset->class_names && i < dataset->classes; i++)
        tg_release(dataset->class_names[i]);
    tg_release(dataset->class_names);
    tg_release(dataset->pixels);
    tg_release(dataset->values);
    tg_release(dataset->labels);
    tg_release(dataset->targets);
    tg_release(dataset);
}

/* ---- Room ---- */

static void *allocate_rows(size_t count, size_t columns, size_t size) {
    size_t row = 0;
    if (!tg_multiply(columns, size, &row)) row = SIZE_MAX;
    return tg_allocate(count, row);
}

tg_status tg_dataset_allocate(size_t count, tg_picture_shape shape, size_t columns,
                              size_t target_columns, tg_dataset **dataset) {
    TG_REQUIRE(count > 0, "a data set needs at least one sample");
    if (shape.height > 0) {
        TG_TRY(tg_picture_shape_check(shape));
        columns = tg_picture_size(shape);
    }
    TG_REQUIRE(columns > 0, "a sample needs at least one value");
    tg_dataset *made = tg_allocate(1, sizeof *made);
    if (!made) return TG_OUT_OF_MEMORY;
    made->count = count;
    made->columns = columns;
    made->target_columns = target_columns;
    if (shape.height > 0) {
        made->shape = shape;
        made->pixels = allocate_rows(count, columns, sizeof *made->pixels);
    } else {
        made->values = allocate_rows(count, columns, sizeof *made->values);
    }
    if (target_columns > 0)
        made->targets = allocate_rows(count, target_columns, sizeof *made->targets);
    else
        made->labels = tg_allocate(count, sizeof *made->labels);
    if (!(made->pixels || made->values) || !(made->labels || made->targets)) {
        tg_dataset_destroy(made);
        return TG_OUT_OF_MEMORY;
    }
    *dataset = made;
    return TG_OK;
}

tg_status tg_dataset_finish(tg_status status, tg_dataset *made, tg_dataset **dataset) {
    if (status)
        tg_dataset_destroy(made);
    else
        *dataset = made;
    return status;
}

/* ---- Class names ---- */

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

tg_status tg_check_class_names(const char *const *names, size_t classes) {
    for (size_t i = 0; i < classes; i++) {
        TG_REQUIRE(names[i] && names[i][0], "class %zu has no name", i);
        TG_REQUIRE(tg_is_utf8(names[i]), "the name of class %zu is not valid UTF-8", i);
    }
    const char **sorted = tg_allocate(classes, sizeof *sorted);
    if (!sorted) return TG_OUT_OF_MEMORY;
    memcpy(sorted, names, classes * sizeof *sorted);
    qsort(sorted, classes, sizeof *sorted, compare_texts);
    tg_status status = TG_OK;
    for (size_t i = 1; !status && i < classes; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            status = tg_fail(TG_INVALID_ARGUMENT, "two classes are called \"%.80s\"", sorted[i]);
    tg_release(sorted);
    return status;
}

tg_status tg_dataset_set_classes(tg_dataset *dataset, const char *const *names, size_t classes) {
    TG_REQUIRE(classes >= 1 && classes <= TG_MOST_CLASSES, "%zu classes: there must be 1 to %d",
               classes, TG_MOST_CLASSES);
    if (names) TG_TRY(tg_check_class_names(names, classes));
    dataset->class_names = tg_allocate(classes, sizeof *dataset->class_names);
    if (!dataset->class_names) return TG_OUT_OF_MEMORY;
    dataset->classes = classes;
    for (size_t i = 0; i < classes; i++) {
        char number[32];
        snprintf(number, sizeof number, "%zu", i);
        dataset->class_names[i] = tg_copy_string(names ? names[i] : number);
        if (!dataset->class_names[i]) return TG_OUT_OF_MEMORY;
    }
    return TG_OK;
}

int32_t tg_find_class(const char *const *names, size_t classes, const char *name) {
    for (size_t i = 0; i < classes; i++)
        if (strcmp(names[i], name) == 0) return (int32_t)i;
    return -1;
}

tg_status tg_dataset_number_classes(tg_dataset *dataset, const tg_read_options *options,
                                    size_t classes, const char *path) {
    const char *const *names = options ? options->class_names : NULL;
    size_t largest = 0, other = 0;
    for (size_t i = 1; i < dataset->count; i++) {
        if (dataset->labels[i] > dataset->labels[largest]) largest = i;
        if (dataset->labels[i] != dataset->labels[0]) other = i;
    }
    if (!names && other == 0)
        return tg_fail(TG_BAD_FORMAT, "%s: only one class, %d; there must be at least two", path,
                       dataset->labels[0]);
    size_t needed = (size_t)dataset->labels[largest] + 1;
    if (names) classes = options->classes;
    if (classes == 0) classes = needed;
    if (needed > classes)
        return tg_fail(TG_BAD_FORMAT, "%s: sample %zu: label %d, but there are only %zu classes",
                       path, largest, dataset->labels[largest], classes);
    if (classes > TG_MOST_CLASSES)
        return tg_fail(TG_UNSUPPORTED, "%s: sample %zu: label %d: at most %d classes", path,
                       largest, dataset->labels[largest], TG_MOST_CLASSES);
    return tg_dataset_set_classes(dataset, names, classes);
}

tg_read_options tg_read_defaults(void) {
    return (tg_read_options){.shape = {32, 32, 3}};
}

/* ---- From memory ---- */

static tg_status check_labels(const int32_t *labels, size_t count, size_t classes) {
    for (size_t i = 0; i < count; i++)
        TG_REQUIRE(labels[i] >= 0 && (size_t)labels[i] < classes,
                   "sample %zu: label %d is not one of %zu classes", i, labels[i], classes);
    return TG_OK;
}

/* The tensor's values, which must be on the CPU and finite. */
static tg_status get_values(const tg_tensor *tensor, const char *what, const float **values) {
    const float *data = tg_tensor_data(tensor);
    TG_REQUIRE(data, "the %s are not on the CPU", what);
    size_t columns = tg_tensor_columns(tensor);
    for (size_t i = 0; i < tensor->count; i++)
        TG_REQUIRE(isfinite(data[i]), "the %s: row %zu, column %zu: %g is not finite", what,
                   i / columns, i % columns, (double)data[i]);
    *values = data;
    return TG_OK;
}

static tg_status finish_labelled(tg_dataset *made, const int32_t *labels, size_t classes,
                                 const char *const *class_names, tg_dataset **dataset) {
    memcpy(made->labels, labels, made->count * sizeof *labels);
    return tg_dataset_finish(tg_dataset_set_classes(made, class_names, classes), made, dataset);
}

tg_status tg_dataset_from_rows(const tg_tensor *samples, const int32_t *labels, size_t classes,
                               const char *const *class_names, tg_dataset **dataset) {
    TG_REQUIRE(samples && labels && dataset, "samples, labels or dataset is NULL");
    const float *values = NULL;
    TG_TRY(get_values(samples, "samples", &values));
    size_t count = tg_tensor_rows(samples), columns = tg_tensor_columns(samples);
    TG_TRY(check_labels(labels, count, classes));
    tg_dataset *made = NULL;
    TG_TRY(tg_dataset_allocate(count, (tg_picture_shape){0}, columns, 0, &made));
    memcpy(made->values, values, count * columns * sizeof *values);
    return finish_labelled(made, labels, classes, class_names, dataset);
}

tg_status tg_dataset_from_pictures(const uint8_t *pixels, size_t count, tg_picture_shape shape,
                                   const int32_t *labels, size_t classes,
                                   const char *const *class_names, tg_dataset **dataset) {
    TG_REQUIRE(pixels && labels && dataset, "pixels, labels or dataset is NULL");
    TG_TRY(tg_picture_shape_check(shape));
    TG_TRY(check_labels(labels, count, classes));
    tg_dataset *made = NULL;
    TG_TRY(tg_dataset_allocate(count, shape, 0, 0, &made));
    memcpy(made->pixels, pixels, count * made->columns);
    return finish_labelled(made, labels, classes, class_names, dataset);
}

tg_status tg_dataset_from_targets(const tg_tensor *samples, const tg_tensor *targets,
                                  tg_dataset **dataset) {
    TG_REQUIRE(samples && targets && dataset, "samples, targets or dataset is NULL");
    const float *values = NULL, *wanted = NULL;
    TG_TRY(get_values(samples, "samples", &values));
    TG_TRY(get_values(targets, "targets", &wanted));
    size_t count = tg_tensor_rows(samples), target_columns = tg_tensor_columns(targets);
    TG_REQUIRE(tg_tensor_rows(targets) == count, "%zu rows of targets for %zu samples",
               tg_tensor_rows(targets), count);
    TG_REQUIRE(target_columns > 0, "the targets have no columns");
    tg_dataset *made = NULL;
    TG_TRY(tg_dataset_allocate(count, (tg_picture_shape){0}, tg_tensor_columns(samples),
                               target_columns, &made));
    memcpy(made->values, values, samples->count * sizeof *values);
    memcpy(made->targets, wanted, targets->count * sizeof *wanted);
    *dataset = made;
    return TG_OK;
}

/* ---- What is in it ---- */

size_t tg_dataset_count(const tg_dataset *dataset) {
    return dataset ? dataset->count : 0;
}

size_t tg_dataset_columns(const tg_dataset *dataset) {
    return dataset ? dataset->columns : 0;
}

tg_picture_shape tg_dataset_shape(const tg_dataset *dataset) {
    return dataset ? dataset->shape : (tg_picture_shape){0};
}

size_t tg_dataset_classes(const tg_dataset *dataset) {
    return dataset ? dataset->classes : 0;
}

const char *tg_dataset_class_name(const tg_dataset *dataset, size_t label) {
    return dataset && label < dataset->classes ? dataset->class_names[label] : NULL;
}

const int32_t *tg_dataset_labels(const tg_dataset *dataset) {
    return dataset ? dataset->labels : NULL;
}

size_t tg_dataset_target_columns(const tg_dataset *dataset) {
    return dataset ? dataset->target_columns : 0;
}

size_t tg_dataset_skipped(const tg_dataset *dataset) {
    return dataset ? dataset->skipped : 0;
}
