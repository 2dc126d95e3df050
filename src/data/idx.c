/* SPDX-License-Identifier: MIT */
/* IDX, the format of MNIST (http://yann.lecun.com/exdb/mnist/): two zero bytes, the type of the
 * values, the number of dimensions, the dimensions as big-endian 32-bit numbers, the values. */
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "data/bytes.h"
#include "data/dataset.h"

enum { UNSIGNED_BYTE = 8, MOST_DIMENSIONS = 3 };

typedef struct idx_file {
    unsigned char *bytes; /* the whole file, unpacked */
    const unsigned char *values;
    size_t header, count; /* bytes of the header, and of the values that it promises */
    size_t shape[MOST_DIMENSIONS];
} idx_file;

static tg_status parse_header(const char *path, const unsigned char *bytes, size_t size,
                              size_t dimensions, idx_file *file) {
    if (size == 0) return tg_fail(TG_BAD_FORMAT, "%s: the file is empty", path);
    size_t header = 4 + 4 * dimensions;
    if (size < 4 || bytes[0] != 0 || bytes[1] != 0)
        return tg_fail(TG_BAD_FORMAT, "%s: byte 0: not an IDX file", path);
    if (bytes[2] != UNSIGNED_BYTE)
        return tg_fail(TG_UNSUPPORTED,
                       "%s: byte 2: values of type 0x%02x; only unsigned bytes (0x08) "
                       "are read",
                       path, bytes[2]);
    if (bytes[3] != dimensions)
        return tg_fail(TG_BAD_FORMAT, "%s: byte 3: %u dimensions, expected %zu", path, bytes[3],
                       dimensions);
    if (size < header)
        return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: the header ends too early", path, size);
    size_t count = 1;
    for (size_t i = 0; i < dimensions; i++) {
        file->shape[i] = tg_big_32(bytes + 4 + 4 * i);
        if (!tg_multiply(count, file->shape[i], &count))
            return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: the dimensions are too large", path,
                           4 + 4 * i);
    }
    file->header = header;
    file->count = count;
    return TG_OK;
}

/* Replaces the packed bytes. The header first, then what it promises and one byte more: a small
 * file could unpack to gigabytes. */
static tg_status unpack(const char *path, size_t dimensions, idx_file *file, size_t *size) {
    unsigned char *head = NULL, *bytes = NULL;
    size_t head_size = 0;
    TG_TRY(tg_unpack_gzip(path, file->bytes, *size, 4 + 4 * dimensions, &head, &head_size));
    tg_status status = parse_header(path, head, head_size, dimensions, file);
    tg_release(head);
    TG_TRY(status);
    if (file->count > TG_MOST_DATA_BYTES)
        return tg_fail(TG_UNSUPPORTED, "%s: larger than %zu bytes", path, TG_MOST_DATA_BYTES);
    TG_TRY(tg_unpack_gzip(path, file->bytes, *size, file->header + file->count + 1, &bytes, size));
    tg_release(file->bytes);
    file->bytes = bytes;
    return TG_OK;
}

static tg_status read_file(const char *path, size_t dimensions, idx_file *file) {
    size_t size = 0;
    TG_TRY(tg_file_read(path, TG_MOST_DATA_BYTES, &file->bytes, &size));
    bool packed = tg_is_gzip(file->bytes, size);
    if (packed) TG_TRY(unpack(path, dimensions, file, &size));
    TG_TRY(parse_header(path, file->bytes, size, dimensions, file));
    size_t count = size - file->header;
    if (count != file->count)
        return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: %s%zu bytes of values, expected %zu", path,
                       file->header, packed && count > file->count ? "at least " : "", count,
                       file->count);
    if (count == 0) return tg_fail(TG_BAD_FORMAT, "%s: byte 4: it holds no values", path);
    file->values = file->bytes + file->header;
    return TG_OK;
}

static tg_status fill(const idx_file *images, const idx_file *labels, const char *images_path,
                      const char *labels_path, const tg_read_options *options,
                      tg_dataset **dataset) {
    size_t count = images->shape[0];
    if (labels->shape[0] != count)
        return tg_fail(TG_BAD_FORMAT, "%s: byte 4: %zu labels for the %zu images of %s",
                       labels_path, labels->shape[0], count, images_path);
    tg_picture_shape shape = {images->shape[1], images->shape[2], 1};
    tg_dataset *made = NULL;
    tg_status status = tg_dataset_allocate(count, shape, 0, 0, &made);
    if (status == TG_INVALID_ARGUMENT)
        return tg_fail(TG_UNSUPPORTED, "%s: byte 8: %s", images_path, tg_error_message());
    if (status) return status;
    memcpy(made->pixels, images->values, count * made->columns);
    for (size_t i = 0; i < count; i++) made->labels[i] = labels->values[i];
    return tg_dataset_finish(tg_dataset_number_classes(made, options, 0, labels_path), made,
                             dataset);
}

tg_status tg_dataset_read_idx(const char *images, const char *labels,
                              const tg_read_options *options, tg_dataset **dataset) {
    TG_REQUIRE(images && labels && dataset, "images, labels or dataset is NULL");
    idx_file image_file = {0}, label_file = {0};
    tg_status status = read_file(images, 3, &image_file);
    if (!status) status = read_file(labels, 1, &label_file);
    if (!status) status = fill(&image_file, &label_file, images, labels, options, dataset);
    tg_release(image_file.bytes);
    tg_release(label_file.bytes);
    return status;
}
