/* SPDX-License-Identifier: MIT */
/* Histograms of oriented gradients (Dalal, Triggs, CVPR 2005) and colours.
 *
 * The conventions, where the paper leaves a choice:
 * - Central differences without the factor 1/2; beyond the border the picture repeats its border.
 * - The orientation is the gradient's angle from the right towards the bottom, modulo 180 degrees.
 *   Bins are centred at 10, 30, ... 170 degrees; a vote is shared linearly by the two centres
 *   beside it, and the last bin is a neighbour of the first.
 * - A vote is shared bilinearly by the cells with the nearest centres. Outside the outermost
 *   centres, and so in the rest that no cell covers, the outermost cell gets all of it.
 * - A block v becomes v / sqrt(|v|^2 + EPSILON^2), is clipped at CLIP, and then the same again.
 * - Order: blocks row by row; in a block its cells row by row; in a cell 9 bins. Then colour: cells
 *   row by row; in a cell its channels. */
#include <tigrillo/picture.h>

#include <float.h>
#include <math.h>

#include "base/status.h"
#include "data/picture.h"

enum {
    BINS = 9,
    BLOCK = 4 * BINS, /* 2 x 2 cells */
    /* Bins with a copy of the last before the first and of the first after the last, so that votes
     * need not wrap around; and one for alignment. */
    SLOTS = 12,
    /* The picture is worked on in strips of so many columns, which bounds the working memory. */
    STRIP = 64
};

static const float PI = 3.14159265358979f;

static const float CLIP = 0.2f;

/* The gradients of byte noise in an even area must not look like edges: it is small beside the norm
 * of a block with an edge (about 1), large beside rounding. */
static const float EPSILON = 0.01f;

/* How many whole cells a picture has. */
typedef struct grid {
    size_t cell, rows, columns;
} grid;

static grid make_grid(const tg_hog *hog, tg_picture_shape shape) {
    return (grid){hog->cell, shape.height / hog->cell, shape.width / hog->cell};
}

tg_hog tg_hog_defaults(tg_picture_shape shape) {
    size_t side = shape.height < shape.width ? shape.height : shape.width;
    return (tg_hog){.cell = side / 8 < 2 ? 2 : side / 8, .colour = true};
}

static tg_status check_hog(const tg_hog *hog, tg_picture_shape shape) {
    TG_REQUIRE(hog, "hog is NULL");
    TG_TRY(tg_picture_shape_check(shape));
    TG_REQUIRE(hog->cell > 0 && shape.height / hog->cell >= 2 && shape.width / hog->cell >= 2,
               "HOG with cells of %zu pixels: a picture of %zu x %zu does not hold 2 x 2 of them",
               hog->cell, shape.height, shape.width);
    return TG_OK;
}

static size_t count_block_values(const grid *cells) {
    return (cells->rows - 1) * (cells->columns - 1) * BLOCK;
}

size_t tg_hog_size(const tg_hog *hog, tg_picture_shape shape) {
    if (check_hog(hog, shape) != TG_OK) return 0;
    grid cells = make_grid(hog, shape);
    size_t colours = hog->colour ? cells.rows * cells.columns * shape.channels : 0;
    return count_block_values(&cells) + colours;
}

/* Along one axis, the two cells that share a pixel: `lower` and the next, which gets `share`. */
typedef struct place {
    size_t lower;
    float share;
} place;

static place find_place(size_t pixel, size_t cell, size_t cells) {
    float position = ((float)pixel + 0.5f) / (float)cell - 0.5f, last = (float)(cells - 1);
    if (position < 0) position = 0;
    if (position > last) position = last;
    size_t lower = (size_t)position;
    if (lower > cells - 2) lower = cells - 2;
    return (place){lower, position - (float)lower};
}

/* Some columns of the picture, and the votes of one row of it for the cells they touch. */
typedef struct strip {
    size_t begin, count; /* columns of pixels */
    size_t first, cells; /* columns of cells */
    place places[STRIP];
    float votes[(STRIP + 1) * SLOTS];
} strip;

static void start_strip(strip *s, size_t begin, size_t end, const grid *cells) {
    s->begin = begin;
    s->count = end - begin;
    s->first = find_place(begin, cells->cell, cells->columns).lower;
    for (size_t i = 0; i < s->count; i++) {
        s->places[i] = find_place(begin + i, cells->cell, cells->columns);
        s->places[i].lower -= s->first;
    }
    s->cells = s->places[s->count - 1].lower + 2;
}

/* One row of pixels by channels, with the neighbours at both ends: what lets the compiler compute
 * several gradients at once. */
typedef struct lane {
    float values[3][STRIP + 2];
} lane;

/* Row y of the strip; the border is repeated. */
static void load_lane(tg_picture_shape shape, const float *picture, size_t y, const strip *s,
                      lane *to) {
    for (size_t i = 0; i < s->count + 2; i++) {
        size_t right = s->begin + i, x = right > 0 ? right - 1 : 0;
        if (x > shape.width - 1) x = shape.width - 1;
        const float *pixel = picture + (y * shape.width + x) * shape.channels;
        for (size_t c = 0; c < shape.channels; c++) to->values[c][i] = pixel[c];
    }
}

/* kept[i] = offered[i] where square[i] is larger. One choice a loop, from values already loaded:
 * so gcc and clang both see that it needs no branches. */
static void choose(size_t count, const float *restrict square, const float *restrict largest,
                   const float *restrict offered, float *restrict kept) {
    for (size_t i = 0; i < count; i++) {
        float yes = offered[i], no = kept[i];
        kept[i] = square[i] > largest[i] ? yes : no;
    }
}

/* The gradient of each pixel, of the channel where it is largest. */
static void compute_gradients(size_t count, size_t channels, const lane *above, const lane *row,
                              const lane *below, float *horizontal, float *vertical) {
    float h[STRIP], v[STRIP], square[STRIP], largest[STRIP];
    for (size_t i = 0; i < count; i++) largest[i] = -1;
    for (size_t c = 0; c < channels; c++) {
        const float *left = row->values[c], *right = left + 2;
        const float *up = above->values[c] + 1, *down = below->values[c] + 1;
        for (size_t i = 0; i < count; i++) {
            h[i] = right[i] - left[i];
            v[i] = down[i] - up[i];
            square[i] = h[i] * h[i] + v[i] * v[i];
        }
        choose(count, square, largest, h, horizontal);
        choose(count, square, largest, v, vertical);
        for (size_t i = 0; i < count; i++) {
            float before = largest[i];
            largest[i] = square[i] > before ? square[i] : before;
        }
    }
}

/* atan(x) for x in 0 .. 1, to 2e-8 (Abramowitz, Stegun: "Handbook of Mathematical Functions",
 * 4.4.49). Unlike atanf() it lets the compiler work on several pixels at once. */
static inline float arc_tangent(float x) {
    float s = x * x, sum = 0.0028662257f;
    sum = sum * s - 0.0161657367f;
    sum = sum * s + 0.0429096138f;
    sum = sum * s - 0.0752896400f;
    sum = sum * s + 0.1065626393f;
    sum = sum * s - 0.1420889944f;
    sum = sum * s + 0.1999355085f;
    sum = sum * s - 0.3333314528f;
    return x + x * s * sum;
}

/* Each pixel's vote: `magnitude`, of which slot + 1 gets `share` and slot the rest. */
static void compute_votes(size_t count, const float *restrict horizontal,
                          const float *restrict vertical, float *restrict magnitude,
                          int *restrict slot, float *restrict share) {
    for (size_t i = 0; i < count; i++) {
        float x = horizontal[i], y = vertical[i], width = fabsf(x), height = fabsf(y);
        float larger = width > height ? width : height, smaller = width > height ? height : width;
        /* In bins, from the horizontal: 0 .. 4.5. Obtuse angles are the mirror images of acute
         * ones, so mirrored pictures get mirrored votes, to the bit. */
        float turn = arc_tangent(smaller / (larger + FLT_MIN)) * (BINS / PI);
        turn = height > width ? BINS / 2.0f - turn : turn;
        /* Slot 0 is centred at -10 degrees, slot 10 at 190. A NaN goes to slot 0. */
        float position = turn + 0.5f;
        position = position > 0 ? position : 0;
        int lower = (int)position;
        float part = position - (float)lower;
        bool obtuse = (x < 0) != (y < 0);
        magnitude[i] = sqrtf(x * x + y * y);
        slot[i] = obtuse ? BINS - lower : lower;
        share[i] = obtuse ? 1 - part : part;
    }
}

static void collect_votes(strip *s, const float *magnitude, const int *slot, const float *share) {
    for (size_t i = 0; i < s->cells * SLOTS; i++) s->votes[i] = 0;
    for (size_t i = 0; i < s->count; i++) {
        float *votes = s->votes + s->places[i].lower * SLOTS + slot[i];
        float right = magnitude[i] * s->places[i].share, left = magnitude[i] - right;
        float left_upper = left * share[i], right_upper = right * share[i];
        votes[0] += left - left_upper;
        votes[1] += left_upper;
        votes[SLOTS] += right - right_upper;
        votes[SLOTS + 1] += right_upper;
    }
}

/* Where the histogram of a cell is summed up: at its place in the block that begins with it, or,
 * for the last row and column of cells, in the last block that has it. */
static float *find_home(const grid *cells, float *features, size_t row, size_t column) {
    size_t block_row = row < cells->rows - 1 ? row : row - 1;
    size_t block_column = column < cells->columns - 1 ? column : column - 1;
    size_t block = block_row * (cells->columns - 1) + block_column;
    return features + block * BLOCK + ((row - block_row) * 2 + column - block_column) * BINS;
}

static void add_votes(const strip *s, const grid *cells, size_t y, float *features) {
    place vertical = find_place(y, cells->cell, cells->rows);
    for (size_t i = 0; i < s->cells; i++) {
        const float *votes = s->votes + i * SLOTS;
        float bins[BINS];
        for (size_t b = 0; b < BINS; b++) bins[b] = votes[b + 1];
        bins[BINS - 1] += votes[0];
        bins[0] += votes[BINS + 1];
        float *upper = find_home(cells, features, vertical.lower, s->first + i);
        float *lower = find_home(cells, features, vertical.lower + 1, s->first + i);
        for (size_t b = 0; b < BINS; b++) {
            lower[b] += bins[b] * vertical.share;
            upper[b] += bins[b] * (1 - vertical.share);
        }
    }
}

/* All votes of the strip, row by row. */
static void add_strip(strip *s, const grid *cells, tg_picture_shape shape, const float *picture,
                      float *features) {
    float horizontal[STRIP] = {0}, vertical[STRIP] = {0}, magnitude[STRIP], share[STRIP];
    int slot[STRIP];
    lane lanes[3]; /* row y is lanes[y % 3] */
    load_lane(shape, picture, 0, s, &lanes[0]);
    for (size_t y = 0; y < shape.height; y++) {
        size_t above = y > 0 ? y - 1 : 0, below = y + 1 < shape.height ? y + 1 : y;
        if (below > y) load_lane(shape, picture, below, s, &lanes[below % 3]);
        compute_gradients(s->count, shape.channels, &lanes[above % 3], &lanes[y % 3],
                          &lanes[below % 3], horizontal, vertical);
        compute_votes(s->count, horizontal, vertical, magnitude, slot, share);
        collect_votes(s, magnitude, slot, share);
        add_votes(s, cells, y, features);
    }
}

/* 1 / sqrt(|block|^2 + EPSILON^2) */
static float inverse_norm(const float *block) {
    float sums[4] = {0};
    for (size_t i = 0; i < BLOCK; i += 4)
        for (size_t j = 0; j < 4; j++) sums[j] += block[i + j] * block[i + j];
    return 1 / sqrtf(sums[0] + sums[1] + sums[2] + sums[3] + EPSILON * EPSILON);
}

static void normalise_block(float *block) {
    float scale = inverse_norm(block);
    for (size_t i = 0; i < BLOCK; i++) {
        float scaled = block[i] * scale;
        block[i] = scaled > CLIP ? CLIP : scaled;
    }
    scale = inverse_norm(block);
    for (size_t i = 0; i < BLOCK; i++) block[i] *= scale;
}

/* Fills each block with its four cells. The homes of cells that are not at home in this block are
 * in later ones, which still hold them as they were summed up. */
static void make_blocks(const grid *cells, float *features) {
    for (size_t row = 0; row + 1 < cells->rows; row++) {
        for (size_t column = 0; column + 1 < cells->columns; column++) {
            float *block = features + (row * (cells->columns - 1) + column) * BLOCK;
            for (size_t i = 0; i < 4; i++) {
                const float *home = find_home(cells, features, row + i / 2, column + i % 2);
                for (size_t b = 0; b < BINS; b++) block[i * BINS + b] = home[b];
            }
            normalise_block(block);
        }
    }
}

/* The mean of each channel in each cell; the rest beside the last cell counts to it. */
static void compute_colours(const grid *cells, tg_picture_shape shape, const float *picture,
                            float *colours) {
    for (size_t row = 0; row < cells->rows; row++) {
        size_t top = row * cells->cell;
        size_t bottom = row + 1 < cells->rows ? top + cells->cell : shape.height;
        for (size_t column = 0; column < cells->columns; column++) {
            size_t left = column * cells->cell;
            size_t right = column + 1 < cells->columns ? left + cells->cell : shape.width;
            double sums[3] = {0};
            for (size_t y = top; y < bottom; y++)
                for (size_t x = left; x < right; x++)
                    for (size_t c = 0; c < shape.channels; c++)
                        sums[c] += (double)picture[(y * shape.width + x) * shape.channels + c];
            for (size_t c = 0; c < shape.channels; c++)
                *colours++ = (float)(sums[c] / (double)((bottom - top) * (right - left)));
        }
    }
}

tg_status tg_hog_compute(const tg_hog *hog, tg_picture_shape shape, const float *picture,
                         float *features) {
    TG_REQUIRE(picture && features, "tg_hog_compute: an argument is NULL");
    TG_TRY(check_hog(hog, shape));
    grid cells = make_grid(hog, shape);
    size_t blocks = count_block_values(&cells);
    for (size_t i = 0; i < blocks; i++) features[i] = 0;
    for (size_t begin = 0; begin < shape.width; begin += STRIP) {
        strip s;
        start_strip(&s, begin, shape.width - begin > STRIP ? begin + STRIP : shape.width, &cells);
        add_strip(&s, &cells, shape, picture, features);
    }
    make_blocks(&cells, features);
    if (hog->colour) compute_colours(&cells, shape, picture, features + blocks);
    return TG_OK;
}
