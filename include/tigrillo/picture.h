/* SPDX-License-Identifier: MIT */
/* Pictures: files into pixels, and pixels into features.
 *
 * Pixels are bytes, row by row from the top, the channels of a pixel side by side: height x width x
 * channels, with 1 channel (grey) or 3 (red, green, blue). */
#ifndef TIGRILLO_PICTURE_H
#define TIGRILLO_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tigrillo/api.h>
#include <tigrillo/random.h>
#include <tigrillo/status.h>

TG_BEGIN

/* The size into which every picture is brought. */
typedef struct tg_picture_shape {
    size_t height, width; /* 1 to 4096 */
    size_t channels;      /* 1 or 3 */
} tg_picture_shape;

/* height x width x channels */
TG_API size_t tg_picture_size(tg_picture_shape shape);

/* Reads a PNG, JPEG or BMP file (stb_image), and resizes it by area averaging to `shape`; the
 * sides are scaled each by its own factor. Grey is 0.299 R + 0.587 G + 0.114 B, transparency is
 * ignored. `pixels` has tg_picture_size(shape) bytes. Refused, with the file's name and the reason:
 * other formats, damaged files, files above 256 MiB, pictures without or above 64 million pixels
 * (checked before anything is decoded). Thread-safe. */
TG_API TG_CHECKED tg_status tg_picture_read(const char *path, tg_picture_shape shape,
                                            uint8_t *pixels);

/* The same from memory; `name` stands for the file in messages. */
TG_API TG_CHECKED tg_status tg_picture_decode(const void *bytes, size_t size, const char *name,
                                              tg_picture_shape shape, uint8_t *pixels);

/* Random changes to training pictures, so that the network meets each one in many forms. */
typedef struct tg_augmentation {
    bool mirror;      /* left and right exchanged, every other time */
    size_t shift;     /* moved by up to so many pixels each way; the border is repeated */
    float brightness; /* + u, u uniform in -brightness .. brightness, on values in 0 .. 1 */
    float contrast;   /* (x - mean) (1 + u) + mean, u uniform in -contrast .. contrast; the mean is
                       * that of the whole picture, all channels together */
} tg_augmentation;

/* Nothing changed. */
TG_API tg_augmentation tg_augmentation_none(void);
TG_API bool tg_augmentation_is_none(const tg_augmentation *augmentation);

/* Writes a changed copy of `picture` (values in 0 .. 1, height x width x channels) to `changed`,
 * which must not overlap it; values are clipped to 0 .. 1. Thread-safe. */
TG_API void tg_augment(const tg_augmentation *augmentation, tg_picture_shape shape,
                       const float *picture, tg_random *random, float *changed);

/* Histograms of oriented gradients (Dalal, Triggs: "Histograms of Oriented Gradients for Human
 * Detection", CVPR 2005) and colours, for networks without convolutions.
 *
 * Gradients by central differences, of the channel where it is largest; 9 orientations of 0 to 180
 * degrees; each pixel votes with its magnitude into the two nearest orientations and the four
 * nearest cells (of `cell` x `cell` pixels); blocks of 2 x 2 cells, one cell apart, are normalised
 * by their L2 norm, clipped at 0.2 and normalised again. With `colour`, the mean of each channel in
 * each cell follows.
 *
 * Order: blocks row by row; in a block its 4 cells row by row; in a cell 9 orientations, centred at
 * 10, 30, ... 170 degrees from the right towards the bottom. Then colour: cells row by row; in a
 * cell its channels. */
typedef struct tg_hog {
    size_t cell; /* pixels; the picture must hold at least 2 x 2 cells; a rest at the right and
                  * bottom border votes into the last cell */
    bool colour;
} tg_hog;

/* Cells of an eighth of the smaller side, at least 2 pixels; with colour. */
TG_API tg_hog tg_hog_defaults(tg_picture_shape shape);

/* How many features one picture has; 0, and tg_error_message() says why, if the settings do not fit
 * the shape. */
TG_API size_t tg_hog_size(const tg_hog *hog, tg_picture_shape shape);

/* picture: height x width x channels values in 0 .. 1. `features` has tg_hog_size() floats.
 * TG_INVALID_ARGUMENT where the settings do not fit the shape. Thread-safe. */
TG_API TG_CHECKED tg_status tg_hog_compute(const tg_hog *hog, tg_picture_shape shape,
                                           const float *picture, float *features);

TG_END

#endif
