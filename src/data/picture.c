/* SPDX-License-Identifier: MIT */
/* A picture file becomes pixels of the wanted shape: decoded, made grey, resized. */
#include "data/picture.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "data/decode.h"
#include "data/resize.h"

enum { MOST_SIDE = 4096, MOST_BYTES = 256 << 20 };

size_t tg_picture_size(tg_picture_shape shape) {
    return shape.height * shape.width * shape.channels;
}

tg_status tg_picture_shape_check(tg_picture_shape shape) {
    TG_REQUIRE(shape.height >= 1 && shape.height <= MOST_SIDE && shape.width >= 1 &&
                   shape.width <= MOST_SIDE,
               "a picture of %zu x %zu: each side must be 1 to %d", shape.height, shape.width,
               MOST_SIDE);
    TG_REQUIRE(shape.channels == 1 || shape.channels == 3,
               "a picture of %zu channels: it must be 1 or 3", shape.channels);
    return TG_OK;
}

/* Red, green and blue to one grey, in place. */
static void make_grey(uint8_t *pixels, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const uint8_t *colour = pixels + 3 * i;
        pixels[i] = (uint8_t)((299u * colour[0] + 587u * colour[1] + 114u * colour[2] + 500) /
                              1000);
    }
}

/* Grey to three equal channels, in place, from the end. */
static void make_colours(uint8_t *pixels, size_t count) {
    for (size_t i = count; i-- > 0;)
        pixels[3 * i] = pixels[3 * i + 1] = pixels[3 * i + 2] = pixels[i];
}

tg_status tg_picture_decode(const void *bytes, size_t size, const char *name,
                            tg_picture_shape shape, uint8_t *pixels) {
    TG_REQUIRE(bytes && name && pixels, "bytes, name or pixels is NULL");
    TG_TRY(tg_picture_shape_check(shape));
    if (size > MOST_BYTES)
        return tg_fail(TG_UNSUPPORTED, "%s: larger than %d bytes", name, MOST_BYTES);
    tg_picture_shape decoded_shape = {0};
    uint8_t *decoded = NULL;
    TG_TRY(tg_decode(bytes, size, name, &decoded_shape, &decoded));
    if (shape.channels == 1 && decoded_shape.channels == 3) {
        make_grey(decoded, decoded_shape.height * decoded_shape.width);
        decoded_shape.channels = 1;
    }
    tg_status status = tg_resize(decoded, decoded_shape, pixels, shape);
    tg_release(decoded);
    if (!status && shape.channels == 3 && decoded_shape.channels == 1)
        make_colours(pixels, shape.height * shape.width);
    return status;
}

tg_status tg_picture_read(const char *path, tg_picture_shape shape, uint8_t *pixels) {
    TG_REQUIRE(path && pixels, "path or pixels is NULL");
    TG_TRY(tg_picture_shape_check(shape));
    unsigned char *bytes = NULL;
    size_t size = 0;
    TG_TRY(tg_file_read(path, MOST_BYTES, &bytes, &size));
    tg_status status = tg_picture_decode(bytes, size, path, shape, pixels);
    tg_release(bytes);
    return status;
}
