/* SPDX-License-Identifier: MIT */
/* Area averaging in whole numbers: the sums are exact, so the one rounding at the end is right.
 *
 * Along a side of `from` pixels that becomes `to`, both are cut into from x to units: a pixel of
 * the source is `to` units long, one of the result `from`, and the overlaps are whole numbers. */
#include "data/resize.h"

#include <string.h>

#include "base/memory.h"

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* How many units pixel `source` of the source and pixel `target` of the result share. */
static size_t overlap(size_t source, size_t target, size_t from, size_t to) {
    size_t begin = source * to > target * from ? source * to : target * from;
    return smaller((source + 1) * to, (target + 1) * from) - begin;
}

/* The last source pixel that `target` touches; the first is target * from / to. */
static size_t last_touched(size_t target, size_t from, size_t to) {
    return ((target + 1) * from - 1) / to;
}

/* Adds a row of the source, each pixel weighted by its overlap times `weight`, to the sums. */
static void add_row(const uint8_t *row, size_t from, size_t to, size_t channels, uint64_t weight,
                    uint64_t *sums) {
    for (size_t x = 0; x < to; x++) {
        size_t last = last_touched(x, from, to);
        for (size_t source = x * from / to; source <= last; source++) {
            uint64_t share = weight * overlap(source, x, from, to);
            for (size_t c = 0; c < channels; c++)
                sums[x * channels + c] += share * row[source * channels + c];
        }
    }
}

tg_status tg_resize(const uint8_t *from, tg_picture_shape from_shape, uint8_t *to,
                    tg_picture_shape to_shape) {
    size_t channels = from_shape.channels;
    size_t from_row = from_shape.width * channels, to_row = to_shape.width * channels;
    if (from_shape.height == to_shape.height && from_shape.width == to_shape.width) {
        memcpy(to, from, from_shape.height * from_row);
        return TG_OK;
    }
    uint64_t *sums = tg_allocate(to_row, sizeof *sums);
    if (!sums) return TG_OUT_OF_MEMORY;
    uint64_t area = (uint64_t)from_shape.height * from_shape.width;
    for (size_t y = 0; y < to_shape.height; y++) {
        memset(sums, 0, to_row * sizeof *sums);
        size_t last = last_touched(y, from_shape.height, to_shape.height);
        for (size_t source = y * from_shape.height / to_shape.height; source <= last; source++)
            add_row(from + source * from_row, from_shape.width, to_shape.width, channels,
                    overlap(source, y, from_shape.height, to_shape.height), sums);
        for (size_t i = 0; i < to_row; i++)
            to[y * to_row + i] = (uint8_t)((sums[i] + area / 2) / area);
    }
    tg_release(sums);
    return TG_OK;
}
