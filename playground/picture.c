/* SPDX-License-Identifier: MIT */
/* A picture file, what the animals' network says of it, and which pixels it says so for.
 *
 * Which pixels: by occlusion. The network sees histograms of gradients, through whose orientations
 * and clipping a derivative by a pixel says little; so a square of the picture's mean colour is
 * laid on each place in turn, and where the answer suffers most, there is what it rests on (Zeiler,
 * Fergus: "Visualizing and Understanding Convolutional Networks", 2014). */
#include <math.h>
#include <string.h>

#include <tigrillo/tigrillo.h>

#include "animals.h"
#include "base/memory.h"
#include "base/status.h"
#include "page.h"

enum {
    WIDTH = ANIMALS_WIDTH,
    HEIGHT = ANIMALS_HEIGHT,
    CHANNELS = ANIMALS_CHANNELS,
    SQUARE = 6, /* the side of what is laid on, */
    STRIDE = 2  /* and how far it moves */
};

static struct {
    unsigned char *file;
    uint8_t pixels[ANIMALS_PIXELS];
    float probabilities[ANIMALS_OUTPUTS];
    float importance[WIDTH * HEIGHT];
} picture;

uint8_t *PAGE(picture_pixels)(void) {
    return picture.pixels;
}

float *PAGE(picture_probabilities)(void) {
    return picture.probabilities;
}

/* For each pixel by how much the log-odds of the most probable class fall, in the mean of the
 * squares that cover it. */
float *PAGE(picture_importance)(void) {
    return picture.importance;
}

int PAGE(picture_width)(void) {
    return WIDTH;
}

int PAGE(picture_height)(void) {
    return HEIGHT;
}

int PAGE(picture_classes)(void) {
    return ANIMALS_OUTPUTS;
}

const char *PAGE(picture_class)(int label) {
    return animals_class(label);
}

/* Room for a file, which the page fills before it calls page_picture_read(); NULL where there is
 * no memory. */
unsigned char *PAGE(picture_file)(int size) {
    tg_release(picture.file);
    picture.file = tg_allocate((size_t)size, 1);
    return picture.file;
}

static tg_status predict(const uint8_t *pixels, float *probabilities) {
    if (animals_predict_pixels(pixels, probabilities) == 0) return TG_OK;
    return tg_fail(TG_NOT_FINITE, "the network's outputs are not finite");
}

/* Decodes the PNG, JPEG or BMP file and asks the network. */
tg_status PAGE(picture_read)(int size) {
    const tg_picture_shape shape = {HEIGHT, WIDTH, CHANNELS};
    TG_REQUIRE(picture.file, "there is no file");
    const tg_status status = tg_picture_decode(picture.file, (size_t)size, "picture", shape,
                                               picture.pixels);
    tg_release(picture.file);
    picture.file = NULL;
    TG_TRY(status);
    return predict(picture.pixels, picture.probabilities);
}

/* log(p / (1 - p)) of one class; 1 - p as the sum of the others, which keeps it where p is near 1.
 */
static double log_odds(const float *probabilities, size_t label) {
    const double least = 1e-30;
    double others = 0;
    for (size_t i = 0; i < ANIMALS_OUTPUTS; i++)
        if (i != label) others += (double)probabilities[i];
    return log(fmax((double)probabilities[label], least)) - log(fmax(others, least));
}

static void find_mean(uint8_t mean[CHANNELS]) {
    size_t sums[CHANNELS] = {0};
    for (size_t i = 0; i < ANIMALS_PIXELS; i++) sums[i % CHANNELS] += picture.pixels[i];
    for (size_t c = 0; c < CHANNELS; c++) mean[c] = (uint8_t)(sums[c] / (WIDTH * HEIGHT));
}

/* The network's probabilities with a square on the picture. */
static tg_status predict_covered(size_t top, size_t left, const uint8_t *mean,
                                 float *probabilities) {
    uint8_t covered[ANIMALS_PIXELS];
    memcpy(covered, picture.pixels, sizeof covered);
    for (size_t y = top; y < top + SQUARE; y++)
        for (size_t x = left; x < left + SQUARE; x++)
            memcpy(covered + (y * WIDTH + x) * CHANNELS, mean, CHANNELS);
    return predict(covered, probabilities);
}

/* Fills the importance for the picture that was read last. */
tg_status PAGE(picture_explain)(void) {
    float probabilities[ANIMALS_OUTPUTS];
    int squares[WIDTH * HEIGHT] = {0};
    uint8_t mean[CHANNELS];
    size_t label = 0;
    for (size_t i = 1; i < ANIMALS_OUTPUTS; i++)
        if (picture.probabilities[i] > picture.probabilities[label]) label = i;
    const double before = log_odds(picture.probabilities, label);
    find_mean(mean);
    memset(picture.importance, 0, sizeof picture.importance);
    for (size_t top = 0; top + SQUARE <= HEIGHT; top += STRIDE)
        for (size_t left = 0; left + SQUARE <= WIDTH; left += STRIDE) {
            TG_TRY(predict_covered(top, left, mean, probabilities));
            const float fall = (float)(before - log_odds(probabilities, label));
            for (size_t y = top; y < top + SQUARE; y++)
                for (size_t x = left; x < left + SQUARE; x++) {
                    picture.importance[y * WIDTH + x] += fall;
                    squares[y * WIDTH + x]++;
                }
        }
    for (size_t i = 0; i < WIDTH * HEIGHT; i++) picture.importance[i] /= (float)squares[i];
    return TG_OK;
}
