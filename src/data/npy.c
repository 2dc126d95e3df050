/* SPDX-License-Identifier: MIT */
/* NumPy's format (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). */
#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "data/bytes.h"
#include "data/dataset.h"
#include "data/npy_header.h"

typedef struct npy_file {
    const char *path;
    unsigned char *bytes; /* the whole file */
    tg_npy_header header;
    const unsigned char *values;
    size_t row; /* values a sample: the product of the dimensions behind the first */
} npy_file;

static tg_status read_file(const char *path, npy_file *file) {
    size_t size = 0, bytes = 0;
    file->path = path;
    TG_TRY(tg_file_read(path, TG_MOST_DATA_BYTES, &file->bytes, &size));
    tg_npy_header *header = &file->header;
    TG_TRY(tg_npy_parse_header(path, file->bytes, size, header));
    file->row = 1;
    bool fits = true;
    for (size_t i = 1; i < header->rank; i++)
        fits = fits && tg_multiply(file->row, header->shape[i], &file->row);
    fits = fits && tg_multiply(file->row, header->shape[0], &bytes) &&
           tg_multiply(bytes, tg_npy_size(header->type), &bytes);
    if (!fits || bytes != size - header->size)
        return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: %zu bytes of values do not fit the shape",
                       path, header->size, size - header->size);
    if (bytes == 0) return tg_fail(TG_BAD_FORMAT, "%s: the array is empty", path);
    file->values = file->bytes + header->size;
    return TG_OK;
}

/* ---- Samples ---- */

static float get_float(const unsigned char *bytes) {
    uint32_t bits = tg_little_32(bytes);
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double get_double(const unsigned char *bytes) {
    uint64_t bits = tg_little_64(bytes);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float get_value(const npy_file *file, size_t i) {
    switch (file->header.type) {
    case TG_NPY_FLOAT32:
        return get_float(file->values + 4 * i);
    case TG_NPY_FLOAT64:
        return (float)get_double(file->values + 8 * i);
    default:
        return file->values[i];
    }
}

static tg_status copy_values(const npy_file *file, tg_dataset *dataset) {
    for (size_t i = 0; i < dataset->count * file->row; i++) {
        float value = get_value(file, i);
        if (!isfinite(value))
            return tg_fail(TG_BAD_FORMAT, "%s: row %zu, column %zu: not a finite 32-bit float",
                           file->path, i / file->row, i % file->row);
        dataset->values[i] = value;
    }
    return TG_OK;
}

/* The shape of pictures where the array holds pictures, else all zero. */
static tg_picture_shape picture_shape(const tg_npy_header *header) {
    const size_t *shape = header->shape;
    bool bytes = header->type == TG_NPY_UINT8;
    if (bytes && header->rank == 3) return (tg_picture_shape){shape[1], shape[2], 1};
    if (bytes && header->rank == 4 && (shape[3] == 1 || shape[3] == 3))
        return (tg_picture_shape){shape[1], shape[2], shape[3]};
    return (tg_picture_shape){0};
}

static tg_status make_samples(const npy_file *file, tg_dataset **dataset) {
    const tg_npy_header *header = &file->header;
    if (header->type == TG_NPY_INT32 || header->type == TG_NPY_INT64)
        return tg_fail(TG_UNSUPPORTED,
                       "%s: samples are whole numbers; save them with .astype('float32')",
                       file->path);
    tg_picture_shape shape = picture_shape(header);
    tg_dataset *made = NULL;
    tg_status status = tg_dataset_allocate(header->shape[0], shape, file->row, 0, &made);
    if (status == TG_INVALID_ARGUMENT)
        return tg_fail(TG_UNSUPPORTED, "%s: %s", file->path, tg_error_message());
    if (status) return status;
    if (made->pixels)
        memcpy(made->pixels, file->values, made->count * made->columns);
    else
        status = copy_values(file, made);
    return tg_dataset_finish(status, made, dataset);
}

/* ---- Labels ---- */

static int64_t get_label(const npy_file *file, size_t i) {
    switch (file->header.type) {
    case TG_NPY_INT32:
        return (int32_t)tg_little_32(file->values + 4 * i);
    case TG_NPY_INT64:
        return (int64_t)tg_little_64(file->values + 8 * i);
    default:
        return file->values[i];
    }
}

static tg_status copy_labels(const npy_file *file, tg_dataset *dataset) {
    const tg_npy_header *header = &file->header;
    if (header->type == TG_NPY_FLOAT32 || header->type == TG_NPY_FLOAT64)
        return tg_fail(TG_UNSUPPORTED,
                       "%s: labels are not whole numbers; save them with .astype('int64')",
                       file->path);
    if (header->rank != 1)
        return tg_fail(TG_BAD_FORMAT, "%s: labels of %zu dimensions, expected 1", file->path,
                       header->rank);
    if (header->shape[0] != dataset->count)
        return tg_fail(TG_BAD_FORMAT, "%s: %zu labels for %zu samples", file->path,
                       header->shape[0], dataset->count);
    for (size_t i = 0; i < dataset->count; i++) {
        int64_t label = get_label(file, i);
        if (label < 0 || label >= TG_MOST_CLASSES)
            return tg_fail(TG_BAD_FORMAT, "%s: row %zu: label %lld is not in 0 .. %d", file->path,
                           i, (long long)label, TG_MOST_CLASSES - 1);
        dataset->labels[i] = (int32_t)label;
    }
    return TG_OK;
}

static tg_status combine(const npy_file *samples, const npy_file *labels,
                         const tg_read_options *options, tg_dataset **dataset) {
    tg_dataset *made = NULL;
    TG_TRY(make_samples(samples, &made));
    tg_status status = copy_labels(labels, made);
    if (!status) status = tg_dataset_number_classes(made, options, 0, labels->path);
    return tg_dataset_finish(status, made, dataset);
}

tg_status tg_dataset_read_npy(const char *samples, const char *labels,
                              const tg_read_options *options, tg_dataset **dataset) {
    TG_REQUIRE(samples && labels && dataset, "samples, labels or dataset is NULL");
    npy_file sample_file = {0}, label_file = {0};
    tg_status status = read_file(samples, &sample_file);
    if (!status) status = read_file(labels, &label_file);
    if (!status) status = combine(&sample_file, &label_file, options, dataset);
    tg_release(sample_file.bytes);
    tg_release(label_file.bytes);
    return status;
}
