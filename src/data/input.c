/* SPDX-License-Identifier: MIT */
/* The description of a model's input as an object: copied, destroyed, checked. */
#include "data/input.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "data/picture.h"

tg_status tg_input_copy(const tg_input *from, tg_input *to) {
    TG_REQUIRE(from && to, "tg_input_copy: an argument is NULL");
    tg_input copy = *from;
    copy.mean = copy.deviation = NULL;
    if (from->statistics > 0) {
        TG_REQUIRE(from->mean && from->deviation, "the input has no statistics, but counts %zu",
                   from->statistics);
        copy.mean = tg_allocate(from->statistics, sizeof *copy.mean);
        copy.deviation = copy.mean ? tg_allocate(from->statistics, sizeof *copy.deviation) : NULL;
        if (!copy.deviation) {
            tg_input_destroy(&copy);
            return TG_OUT_OF_MEMORY;
        }
        memcpy(copy.mean, from->mean, from->statistics * sizeof *copy.mean);
        memcpy(copy.deviation, from->deviation, from->statistics * sizeof *copy.deviation);
    }
    *to = copy;
    return TG_OK;
}

void tg_input_destroy(tg_input *input) {
    if (!input) return;
    tg_release(input->mean);
    tg_release(input->deviation);
    *input = (tg_input){.size = 0};
}

tg_status tg_input_check(const tg_input *input) {
    const tg_picture_shape *shape = &input->shape;
    bool picture = shape->height > 0, hog = input->features == TG_FEATURES_HOG;
    TG_REQUIRE(hog || input->features == TG_FEATURES_PLAIN, "there are no features %d",
               (int)input->features);
    if (picture) TG_TRY(tg_picture_shape_check(*shape));
    TG_REQUIRE(picture || !hog, "hog features need a picture's shape, not rows of numbers");
    size_t needed = !picture ? input->size
                    : hog    ? tg_hog_size(&input->hog, *shape)
                             : tg_picture_size(*shape);
    TG_REQUIRE(needed > 0 || !hog, "the hog settings do not fit the shape: %s", tg_error_message());
    TG_REQUIRE(needed > 0, "the size is 0");
    TG_REQUIRE(input->size == needed, "the size is %zu, but the shape gives %zu", input->size,
               needed);
    TG_REQUIRE(input->statistics == 0 || input->statistics == needed ||
                   (picture && !hog && input->statistics == shape->channels),
               "%zu statistics do not fit the size %zu", input->statistics, needed);
    TG_REQUIRE(input->statistics == 0 || (input->mean && input->deviation),
               "the input has no statistics, but counts %zu", input->statistics);
    for (size_t i = 0; i < input->statistics; i++)
        TG_REQUIRE(isfinite(input->mean[i]) && isfinite(input->deviation[i]) &&
                       input->deviation[i] > 0,
                   "the mean %g and the deviation %g of statistic %zu are not finite and positive",
                   (double)input->mean[i], (double)input->deviation[i], i);
    return TG_OK;
}
