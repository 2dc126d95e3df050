/* SPDX-License-Identifier: MIT */
/* src/data/hog.c against the definition: every pixel, cell and bin in float64, with atan2. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 9 };

static const double PI = 3.14159265358979323846;

static size_t clamp(ptrdiff_t i, size_t size) {
    return i < 0 ? 0 : (size_t)i < size ? (size_t)i : size - 1;
}

static double value_at(tg_picture_shape shape, const float *picture, ptrdiff_t y, ptrdiff_t x,
                       size_t channel) {
    size_t pixel = clamp(y, shape.height) * shape.width + clamp(x, shape.width);
    return (double)picture[pixel * shape.channels + channel];
}

/* How much of a pixel's vote a cell gets along one axis. */
static double cell_share(size_t pixel, size_t index, size_t cell, size_t cells) {
    double size = (double)cell, position = (double)pixel + 0.5;
    position = fmin(fmax(position, size / 2), ((double)cells - 0.5) * size);
    return fmax(0, 1 - fabs(position - ((double)index + 0.5) * size) / size);
}

static double bin_share(double degrees, size_t bin) {
    double distance = fabs(degrees - (20.0 * (double)bin + 10));
    return fmax(0, 1 - fmin(distance, 180 - distance) / 20);
}

/* The gradient of the channel where it is largest. */
static void find_gradient(tg_picture_shape shape, const float *picture, size_t row, size_t column,
                          double *magnitude, double *degrees) {
    ptrdiff_t y = (ptrdiff_t)row, x = (ptrdiff_t)column;
    double dx = 0, dy = 0;
    for (size_t c = 0; c < shape.channels; c++) {
        double h = value_at(shape, picture, y, x + 1, c) - value_at(shape, picture, y, x - 1, c);
        double v = value_at(shape, picture, y + 1, x, c) - value_at(shape, picture, y - 1, x, c);
        if (h * h + v * v <= dx * dx + dy * dy) continue;
        dx = h;
        dy = v;
    }
    *magnitude = sqrt(dx * dx + dy * dy);
    *degrees = fmod(atan2(dy, dx) + 2 * PI, PI) * 180 / PI;
}

static void scale_block(double *block) {
    double sum = 1e-4;
    for (size_t i = 0; i < 4 * BINS; i++) sum += block[i] * block[i];
    for (size_t i = 0; i < 4 * BINS; i++) block[i] /= sqrt(sum);
}

static double *compute_histograms(size_t cell, tg_picture_shape shape, const float *picture) {
    size_t rows = shape.height / cell, columns = shape.width / cell;
    double *histograms = calloc(rows * columns * BINS, sizeof *histograms);
    assert_non_null(histograms);
    for (size_t y = 0; y < shape.height; y++) {
        for (size_t x = 0; x < shape.width; x++) {
            double magnitude, degrees;
            find_gradient(shape, picture, y, x, &magnitude, &degrees);
            for (size_t i = 0; i < rows * columns * BINS; i++) {
                size_t bin = i % BINS, column = i / BINS % columns, row = i / BINS / columns;
                double share = cell_share(y, row, cell, rows) *
                               cell_share(x, column, cell, columns);
                if (share > 0) histograms[i] += magnitude * share * bin_share(degrees, bin);
            }
        }
    }
    return histograms;
}

static double mean_of_cell(size_t cell, tg_picture_shape shape, const float *picture, size_t row,
                           size_t column, size_t channel) {
    size_t rows = shape.height / cell, columns = shape.width / cell, count = 0;
    double sum = 0;
    for (size_t y = 0; y < shape.height; y++) {
        for (size_t x = 0; x < shape.width; x++) {
            if (clamp((ptrdiff_t)(y / cell), rows) != row) continue;
            if (clamp((ptrdiff_t)(x / cell), columns) != column) continue;
            sum += value_at(shape, picture, (ptrdiff_t)y, (ptrdiff_t)x, channel);
            count++;
        }
    }
    return sum / (double)count;
}

static void compute_reference(const tg_hog *hog, tg_picture_shape shape, const float *picture,
                              double *features) {
    size_t rows = shape.height / hog->cell, columns = shape.width / hog->cell;
    double *histograms = compute_histograms(hog->cell, shape, picture);
    for (size_t row = 0; row + 1 < rows; row++) {
        for (size_t column = 0; column + 1 < columns; column++, features += 4 * BINS) {
            for (size_t i = 0; i < 4 * BINS; i++) {
                size_t cell = (row + i / 18) * columns + column + i / 9 % 2;
                features[i] = histograms[cell * BINS + i % BINS];
            }
            scale_block(features);
            for (size_t i = 0; i < 4 * BINS; i++) features[i] = fmin(features[i], 0.2);
            scale_block(features);
        }
    }
    free(histograms);
    for (size_t i = 0; hog->colour && i < rows * columns * shape.channels; i++)
        features[i] = mean_of_cell(hog->cell, shape, picture, i / shape.channels / columns,
                                   i / shape.channels % columns, i % shape.channels);
}

/* A picture and its features; everything has its exact size, for the sanitizers. */
typedef struct sample {
    tg_hog hog;
    tg_picture_shape shape;
    size_t size;
    float *picture, *features;
} sample;

static sample make_sample(size_t height, size_t width, size_t channels, size_t cell, bool colour) {
    sample s = {.hog = {cell, colour}, .shape = {height, width, channels}};
    s.size = tg_hog_size(&s.hog, s.shape);
    s.picture = calloc(tg_picture_size(s.shape), sizeof *s.picture);
    s.features = calloc(s.size, sizeof *s.features);
    assert_non_null(s.picture);
    assert_non_null(s.features);
    return s;
}

static void compute(sample *s) {
    /* What was there before must not matter. */
    for (size_t i = 0; i < s->size; i++) s->features[i] = NAN;
    assert_ok(tg_hog_compute(&s->hog, s->shape, s->picture, s->features));
}

static void free_sample(sample *s) {
    free(s->picture);
    free(s->features);
}

static const struct {
    size_t height, width, channels, cell, size; /* without colour */
} shapes[] = {
    {32, 32, 3, 4, 7 * 7 * 36},
    {32, 32, 3, 8, 3 * 3 * 36},
    {32, 32, 1, 4, 7 * 7 * 36},
    {8, 8, 1, 4, 36},
    {2, 2, 1, 1, 36},
    {2, 3, 3, 1, 2 * 36},
    {4, 4, 3, 2, 36},
    {33, 47, 3, 5, 5 * 8 * 36},
    {17, 9, 1, 3, 4 * 2 * 36},
    {7, 11, 3, 3, 2 * 36},
    {65, 64, 1, 16, 3 * 3 * 36},
    {19, 131, 3, 7, 1 * 17 * 36},
    {6, 200, 1, 1, 5 * 199 * 36},
    {130, 5, 1, 2, 64 * 36},
    {40, 129, 3, 20, 5 * 36},
};

static void test_agrees_with_the_definition(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (size_t i = 0; i < 2 * TG_COUNT(shapes); i++) {
        bool colour = i % 2 == 1;
        size_t height = shapes[i / 2].height, width = shapes[i / 2].width;
        size_t channels = shapes[i / 2].channels, cell = shapes[i / 2].cell;
        sample s = make_sample(height, width, channels, cell, colour);
        size_t colours = colour ? (height / cell) * (width / cell) * channels : 0;
        assert_int_equal(s.size, shapes[i / 2].size + colours);
        test_fill(&seed, s.picture, tg_picture_size(s.shape), 0, 1);
        compute(&s);
        double *expected = calloc(s.size, sizeof *expected);
        compute_reference(&s.hog, s.shape, s.picture, expected);
        for (size_t j = 0; j < s.size; j++)
            assert_close(expected[j], (double)s.features[j], 1e-5, 0.1);
        free(expected);
        free_sample(&s);
    }
}

static void test_even_pictures_have_no_gradients(void **state) {
    (void)state;
    const float values[] = {0, 0.3f, 1};
    for (size_t i = 0; i < TG_COUNT(values); i++) {
        sample s = make_sample(20, 24, 3, 4, true);
        for (size_t j = 0; j < tg_picture_size(s.shape); j++) s.picture[j] = values[i];
        compute(&s);
        size_t blocks = 4 * 5 * 36;
        for (size_t j = 0; j < s.size; j++)
            assert_true(s.features[j] == (j < blocks ? 0 : values[i]));
        free_sample(&s);
    }
}

/* A slope in one direction, whose inner cells hold nothing but votes for that direction. */
static void test_directions_fall_into_their_bins(void **state) {
    (void)state;
    for (int degrees = 0; degrees < 360; degrees += 5) {
        sample s = make_sample(24, 24, 1, 4, false);
        double x = cos(degrees * PI / 180), y = sin(degrees * PI / 180);
        for (size_t i = 0; i < 24 * 24; i++)
            s.picture[i] = (float)(0.5 + ((double)(i % 24) - 12) * x * 0.02 +
                                   ((double)(i / 24) - 12) * y * 0.02);
        compute(&s);
        const float *block = s.features + (2 * 5 + 2) * 36;
        /* Each of the four cells has the same shares; they are clipped as parts of the block. */
        double shares[BINS], squares = 0, actual = 0, expected = 0;
        for (size_t bin = 0; bin < BINS; bin++) {
            shares[bin] = bin_share(degrees % 180, bin);
            squares += 4 * shares[bin] * shares[bin];
        }
        for (size_t bin = 0; bin < BINS; bin++) {
            shares[bin] = fmin(shares[bin] / sqrt(squares), 0.2);
            expected += shares[bin];
            actual += (double)block[bin];
        }
        for (size_t bin = 0; bin < BINS; bin++)
            assert_close(shares[bin] / expected, (double)block[bin] / actual, 1e-3, 1);
        free_sample(&s);
    }
}

/* Edges between dark and bright, and the two bins at their directions. */
static void test_edges(void **state) {
    (void)state;
    static const struct {
        int x, y; /* the direction from dark to bright */
        size_t bins[2];
        double ratio; /* of the first to the second; before clipping, which these shares escape */
    } edges[] = {
        {1, 0, {8, 0}, 1},           {-1, 0, {8, 0}, 1},           {0, 1, {4, 4}, 1},
        {1, 1, {1, 2}, 0.25 / 0.75}, {1, -1, {7, 6}, 0.25 / 0.75},
    };
    for (size_t i = 0; i < TG_COUNT(edges); i++) {
        sample s = make_sample(16, 16, 1, 8, false);
        for (int y = 0; y < 16; y++)
            for (int x = 0; x < 16; x++)
                s.picture[y * 16 + x] = (2 * x - 15) * edges[i].x + (2 * y - 15) * edges[i].y > 0
                                            ? 1
                                            : 0;
        compute(&s);
        double bins[BINS] = {0};
        for (size_t j = 0; j < 36; j++) bins[j % BINS] += (double)s.features[j];
        for (size_t bin = 0; bin < BINS; bin++)
            if (bin != edges[i].bins[0] && bin != edges[i].bins[1])
                assert_true(bins[bin] < 0.35 * bins[edges[i].bins[1]]);
        double first = bins[edges[i].bins[0]], second = bins[edges[i].bins[1]];
        if (edges[i].ratio == 1)
            assert_close(first, second, 1e-5, 0);
        else
            assert_true(first < second && first > edges[i].ratio * second);
        free_sample(&s);
    }
}

static void test_mirrored_pictures_have_mirrored_features(void **state) {
    (void)state;
    enum { HEIGHT = 12, WIDTH = 20, CELL = 4, ROWS = HEIGHT / CELL, COLUMNS = WIDTH / CELL };
    uint64_t seed = 2;
    sample s = make_sample(HEIGHT, WIDTH, 3, CELL, true);
    sample mirrored = make_sample(HEIGHT, WIDTH, 3, CELL, true);
    test_fill(&seed, s.picture, HEIGHT * WIDTH * 3, 0, 1);
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++)
            memcpy(mirrored.picture + (y * WIDTH + x) * 3,
                   s.picture + (y * WIDTH + WIDTH - 1 - x) * 3, 3 * sizeof(float));
    compute(&s);
    compute(&mirrored);
    size_t blocks = (ROWS - 1) * (COLUMNS - 1) * 36;
    for (size_t i = 0; i < blocks; i++) {
        size_t bin = i % 9, cell = i / 9 % 4, column = i / 36 % (COLUMNS - 1);
        size_t row = i / 36 / (COLUMNS - 1);
        size_t block = row * (COLUMNS - 1) + (COLUMNS - 2 - column);
        assert_close((double)s.features[i],
                     (double)mirrored.features[block * 36 + (cell ^ 1) * 9 + 8 - bin], 1e-5, 0.1);
    }
    for (size_t i = 0; i < ROWS * COLUMNS * 3; i++) {
        size_t cell = i / 3 / COLUMNS * COLUMNS + COLUMNS - 1 - i / 3 % COLUMNS;
        assert_close((double)s.features[blocks + i],
                     (double)mirrored.features[blocks + cell * 3 + i % 3], 1e-6, 1);
    }
    free_sample(&s);
    free_sample(&mirrored);
}

/* Finite for everything in 0 .. 1; for anything else it need only not crash. */
static void test_extreme_values(void **state) {
    (void)state;
    const float inside[] = {0, 1, 1e-45f, 1e-38f, 1e-30f, 1e-20f, 1e-10f, 0.5f};
    const float outside[] = {NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 1e19f, 0.5f};
    uint64_t seed = 3;
    for (int round = 0; round < 40; round++) {
        sample s = make_sample(12, 14, round % 2 ? 1 : 3, 3, true);
        for (size_t i = 0; i < tg_picture_size(s.shape); i++)
            s.picture[i] = inside[(size_t)test_uniform(&seed, 0, TG_COUNT(inside))];
        compute(&s);
        for (size_t i = 0; i < s.size; i++) assert_true(s.features[i] >= 0 && s.features[i] <= 1);
        for (size_t i = 0; i < tg_picture_size(s.shape); i++)
            s.picture[i] = outside[(size_t)test_uniform(&seed, 0, TG_COUNT(outside))];
        compute(&s);
        free_sample(&s);
    }
}

static void test_defaults(void **state) {
    (void)state;
    static const struct {
        tg_picture_shape shape;
        size_t cell;
    } cases[] = {
        {{32, 32, 3}, 4},  {{28, 28, 1}, 3}, {{64, 200, 3}, 8},
        {{200, 64, 1}, 8}, {{5, 9, 1}, 2},   {{1, 1, 1}, 2},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_hog hog = tg_hog_defaults(cases[i].shape);
        assert_int_equal(hog.cell, cases[i].cell);
        assert_true(hog.colour);
    }
}

static void test_settings_that_do_not_fit(void **state) {
    (void)state;
    static const struct {
        tg_picture_shape shape;
        size_t cell;
        const char *message;
    } cases[] = {
        {{8, 8, 3}, 0, "cells of 0 pixels"},
        {{8, 8, 3}, 5, "8 x 8 does not hold 2 x 2"},
        {{3, 8, 3}, 2, "3 x 8 does not hold"},
        {{8, 3, 3}, 2, "8 x 3 does not hold"},
        {{8, 8, 3}, SIZE_MAX, "does not hold"},
        {{8, 8, 2}, 4, "channels"},
        {{8, 8, 0}, 4, "channels"},
        {{0, 8, 3}, 1, "0 x 8"},
        {{8, 4097, 3}, 4, "8 x 4097"},
        {{SIZE_MAX, 8, 1}, 4, ""},
    };
    float picture[8 * 8 * 3] = {0}, features[4] = {7, 7, 7, 7};
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_hog hog = {cases[i].cell, true};
        assert_int_equal(tg_hog_size(&hog, cases[i].shape), 0);
        assert_fails(TG_INVALID_ARGUMENT, cases[i].message,
                     tg_hog_compute(&hog, cases[i].shape, picture, features));
    }
    tg_hog hog = {4, true};
    tg_picture_shape shape = {8, 8, 3};
    assert_int_equal(tg_hog_size(NULL, shape), 0);
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_hog_compute(NULL, shape, picture, features));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_hog_compute(&hog, shape, NULL, features));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_hog_compute(&hog, shape, picture, NULL));
    assert_true(features[0] == 7 && features[3] == 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agrees_with_the_definition),
        cmocka_unit_test(test_even_pictures_have_no_gradients),
        cmocka_unit_test(test_directions_fall_into_their_bins),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_mirrored_pictures_have_mirrored_features),
        cmocka_unit_test(test_extreme_values),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_settings_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
