/* SPDX-License-Identifier: MIT */
/* CIFAR-10's and CIFAR-100's binary format (https://www.cs.toronto.edu/~kriz/cifar.html). */
#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "data/dataset.h"

enum { SIDE = 32, PIXELS = SIDE * SIDE, CHANNELS = 3, COARSE_CLASSES = 20 };

/* The two variants: bytes of labels before the picture; the last of them counts. */
typedef struct variant {
    const char *name;
    size_t labels, classes;
} variant;

static const variant variants[] = {{"CIFAR-10", 1, 10}, {"CIFAR-100", 2, 100}};

static size_t record_size(const variant *v) {
    return v->labels + (size_t)PIXELS * CHANNELS;
}

/* The first record whose labels are out of range; `count` if there is none. */
static size_t find_bad_label(const variant *v, const unsigned char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const unsigned char *record = bytes + i * record_size(v);
        if (v->labels == 2 && record[0] >= COARSE_CLASSES) return i;
        if (record[v->labels - 1] >= v->classes) return i;
    }
    return count;
}

/* The variant whose size and labels fit. */
static tg_status recognise(const char *path, const unsigned char *bytes, size_t size,
                           const variant **found) {
    if (size == 0) return tg_fail(TG_BAD_FORMAT, "%s: the file is empty", path);
    tg_status status = TG_OK;
    for (size_t i = 0; i < TG_COUNT(variants); i++) {
        const variant *v = &variants[i];
        if (size % record_size(v) != 0) continue;
        size_t count = size / record_size(v), bad = find_bad_label(v, bytes, count);
        if (bad == count) {
            *found = v;
            return TG_OK;
        }
        status = tg_fail(TG_BAD_FORMAT, "%s: byte %zu: record %zu: not a label of %s", path,
                         bad * record_size(v), bad, v->name);
    }
    if (status) return status;
    return tg_fail(TG_BAD_FORMAT,
                   "%s: %zu bytes are not whole records of CIFAR-10 (%zu bytes) or CIFAR-100 (%zu)",
                   path, size, record_size(&variants[0]), record_size(&variants[1]));
}

/* Channel after channel becomes pixel after pixel. */
static void interleave(const unsigned char *planes, uint8_t *pixels) {
    for (size_t c = 0; c < CHANNELS; c++)
        for (size_t i = 0; i < PIXELS; i++) pixels[i * CHANNELS + c] = planes[c * PIXELS + i];
}

static tg_status parse(const char *path, const unsigned char *bytes, size_t size,
                       const tg_read_options *options, tg_dataset **dataset) {
    const variant *v = NULL;
    TG_TRY(recognise(path, bytes, size, &v));
    tg_dataset *made = NULL;
    TG_TRY(tg_dataset_allocate(size / record_size(v), (tg_picture_shape){SIDE, SIDE, CHANNELS}, 0,
                               0, &made));
    for (size_t i = 0; i < made->count; i++) {
        const unsigned char *record = bytes + i * record_size(v);
        made->labels[i] = record[v->labels - 1];
        interleave(record + v->labels, made->pixels + i * made->columns);
    }
    return tg_dataset_finish(tg_dataset_number_classes(made, options, v->classes, path), made,
                             dataset);
}

tg_status tg_dataset_read_cifar(const char *path, const tg_read_options *options,
                                tg_dataset **dataset) {
    TG_REQUIRE(path && dataset, "path or dataset is NULL");
    unsigned char *bytes = NULL;
    size_t size = 0;
    TG_TRY(tg_file_read(path, TG_MOST_DATA_BYTES, &bytes, &size));
    tg_status status = parse(path, bytes, size, options, dataset);
    tg_release(bytes);
    return status;
}
