/* SPDX-License-Identifier: MIT */
/* Random changes to training pictures. */
#include <math.h>
#include <string.h>

#include "base/status.h"
#include "data/picture.h"

enum { LARGEST_SIDE = 4096 };

tg_augmentation tg_augmentation_none(void) {
    return (tg_augmentation){.mirror = false};
}

tg_status tg_augmentation_check(const tg_augmentation *augmentation) {
    const double brightness = (double)augmentation->brightness;
    const double contrast = (double)augmentation->contrast;
    TG_REQUIRE(brightness >= 0 && isfinite(brightness),
               "augmentation: the brightness is %g, but must be finite and not below 0",
               brightness);
    TG_REQUIRE(contrast >= 0 && isfinite(contrast),
               "augmentation: the contrast is %g, but must be finite and not below 0", contrast);
    return TG_OK;
}

bool tg_augmentation_is_none(const tg_augmentation *augmentation) {
    return !augmentation || (!augmentation->mirror && augmentation->shift == 0 &&
                             augmentation->brightness == 0 && augmentation->contrast == 0);
}

/* Uniform in -most .. most. */
static ptrdiff_t draw_shift(tg_random *random, size_t most) {
    /* No picture is larger, and the sum below cannot overflow. */
    if (most > LARGEST_SIDE) most = LARGEST_SIDE;
    return (ptrdiff_t)tg_random_below(random, 2 * most + 1) - (ptrdiff_t)most;
}

static float draw_level(tg_random *random, float most) {
    return most * (2 * tg_random_uniform(random) - 1);
}

/* position + offset, brought back to the border 0 .. size-1. */
static size_t shift_within(size_t position, ptrdiff_t offset, size_t size) {
    ptrdiff_t moved = (ptrdiff_t)position + offset;
    if (moved < 0) return 0;
    return (size_t)moved < size ? (size_t)moved : size - 1;
}

static void move_pixels(tg_picture_shape shape, const float *picture, bool mirror, ptrdiff_t right,
                        ptrdiff_t down, float *changed) {
    for (size_t y = 0; y < shape.height; y++) {
        const float *row = picture +
                           shift_within(y, -down, shape.height) * shape.width * shape.channels;
        for (size_t x = 0; x < shape.width; x++) {
            size_t from = shift_within(x, -right, shape.width);
            if (mirror) from = shape.width - 1 - from;
            for (size_t c = 0; c < shape.channels; c++) *changed++ = row[from * shape.channels + c];
        }
    }
}

static float compute_mean(const float *values, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += (double)values[i];
    return (float)(sum / (double)count);
}

void tg_augment(const tg_augmentation *augmentation, tg_picture_shape shape, const float *picture,
                tg_random *random, float *changed) {
    size_t count = tg_picture_size(shape);
    if (tg_augmentation_is_none(augmentation)) {
        memcpy(changed, picture, count * sizeof *changed);
        return;
    }
    bool mirror = augmentation->mirror && (tg_random_bits(random) & 1) != 0;
    ptrdiff_t right = draw_shift(random, augmentation->shift);
    ptrdiff_t down = draw_shift(random, augmentation->shift);
    move_pixels(shape, picture, mirror, right, down, changed);
    if (augmentation->brightness == 0 && augmentation->contrast == 0) return;
    float brightness = draw_level(random, augmentation->brightness);
    float contrast = 1 + draw_level(random, augmentation->contrast);
    float mean = compute_mean(picture, count);
    for (size_t i = 0; i < count; i++) {
        float value = (changed[i] - mean) * contrast + mean + brightness;
        /* Written so that a NaN becomes 0. */
        value = value > 0 ? value : 0;
        changed[i] = value < 1 ? value : 1;
    }
}
