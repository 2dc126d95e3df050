/* SPDX-License-Identifier: MIT */
/* src/data/augment.c: each change alone against its definition, and how often it comes. */
#include "support/test.h"

#include <math.h>
#include <string.h>

enum { HEIGHT = 5, WIDTH = 7, CHANNELS = 3, SIZE = HEIGHT * WIDTH * CHANNELS, DRAWS = 5000 };

static const tg_picture_shape shape = {HEIGHT, WIDTH, CHANNELS};

static size_t clamp(long i, size_t size) {
    return i < 0 ? 0 : (size_t)i < size ? (size_t)i : size - 1;
}

/* The picture moved to the right and down, then perhaps mirrored. */
static void move(const float *picture, long right, long down, bool mirror, float *moved) {
    for (size_t i = 0; i < SIZE; i++) {
        size_t y = i / (WIDTH * CHANNELS), x = i / CHANNELS % WIDTH, c = i % CHANNELS;
        size_t from = clamp((long)x - right, WIDTH);
        if (mirror) from = WIDTH - 1 - from;
        moved[i] = picture[(clamp((long)y - down, HEIGHT) * WIDTH + from) * CHANNELS + c];
    }
}

static bool equal(const float *a, const float *b) {
    return memcmp(a, b, SIZE * sizeof *a) == 0;
}

static void fill(float *picture, double low, double high) {
    uint64_t seed = 1;
    test_fill(&seed, picture, SIZE, low, high);
}

/* Chi-squared over equally likely outcomes stays below a value that chance passes once in 10^5. */
static void assert_even(const size_t *counts, size_t outcomes, double limit) {
    double expected = (double)DRAWS / (double)outcomes, sum = 0;
    for (size_t i = 0; i < outcomes; i++)
        sum += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
    assert_true(sum < limit);
}

static void test_none_changes_nothing(void **state) {
    (void)state;
    float picture[SIZE], changed[SIZE];
    fill(picture, 0, 1);
    tg_augmentation none = tg_augmentation_none();
    const tg_augmentation *settings[] = {&none, NULL};
    for (size_t i = 0; i < TG_COUNT(settings); i++) {
        assert_true(tg_augmentation_is_none(settings[i]));
        tg_random random = tg_random_start(1, 2);
        memset(changed, 0, sizeof changed);
        tg_augment(settings[i], shape, picture, &random, changed);
        assert_true(equal(picture, changed));
        assert_int_equal(random.position, 0);
    }
}

static void test_each_setting_is_something(void **state) {
    (void)state;
    const tg_augmentation settings[] = {
        {.mirror = true}, {.shift = 1}, {.brightness = 0.1f}, {.contrast = 0.1f}};
    for (size_t i = 0; i < TG_COUNT(settings); i++)
        assert_false(tg_augmentation_is_none(&settings[i]));
}

/* All positions and both directions come, equally often, and nothing else comes. */
static void test_moves(void **state) {
    (void)state;
    static const struct {
        tg_augmentation augmentation;
        double limit;
    } cases[] = {
        {{.mirror = true}, 20},
        {{.shift = 2}, 70},
        {{.mirror = true, .shift = 1}, 58},
    };
    float picture[SIZE], changed[SIZE], moved[SIZE];
    fill(picture, 0, 1);
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        const tg_augmentation *augmentation = &cases[i].augmentation;
        long most = (long)augmentation->shift;
        size_t side = 2 * augmentation->shift + 1, ways = augmentation->mirror ? 2 : 1;
        size_t counts[50] = {0}, outcomes = side * side * ways;
        tg_random random = tg_random_start(3, i);
        for (size_t draw = 0; draw < DRAWS; draw++) {
            tg_augment(augmentation, shape, picture, &random, changed);
            size_t found = 0;
            for (size_t way = 0; way < outcomes; way++) {
                long right = (long)(way / ways % side) - most,
                     down = (long)(way / ways / side) - most;
                move(picture, right, down, ways == 2 && way % 2, moved);
                if (!equal(moved, changed)) continue;
                counts[way]++;
                found++;
            }
            assert_int_equal(found, 1);
        }
        assert_even(counts, outcomes, cases[i].limit);
    }
}

/* Beyond the picture there is only its border. */
static void test_shifts_larger_than_the_picture(void **state) {
    (void)state;
    const size_t shifts[] = {100, 5000, SIZE_MAX / 2, SIZE_MAX};
    float picture[SIZE], changed[SIZE];
    fill(picture, 0, 1);
    for (size_t i = 0; i < TG_COUNT(shifts); i++) {
        tg_augmentation augmentation = {.shift = shifts[i]};
        tg_random random = tg_random_start(4, i);
        size_t corners = 0;
        for (size_t draw = 0; draw < 200; draw++) {
            tg_augment(&augmentation, shape, picture, &random, changed);
            bool even = true;
            for (size_t j = CHANNELS; j < SIZE; j++) even &= changed[j] == changed[j % CHANNELS];
            if (even) corners++;
        }
        assert_true(corners > 150);
    }
}

/* One number for the whole picture, uniform over its range. */
static void test_brightness_and_contrast(void **state) {
    (void)state;
    static const tg_augmentation cases[] = {{.brightness = 0.2f}, {.contrast = 0.4f}};
    float picture[SIZE], changed[SIZE];
    fill(picture, 0.4, 0.6); /* so that nothing is clipped */
    double mean = 0;
    for (size_t i = 0; i < SIZE; i++) mean += (double)picture[i] / SIZE;
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        double most = (double)(cases[i].brightness + cases[i].contrast);
        size_t counts[10] = {0};
        tg_random random = tg_random_start(5, i);
        for (size_t draw = 0; draw < DRAWS; draw++) {
            tg_augment(&cases[i], shape, picture, &random, changed);
            double first = (double)picture[0], u = (double)changed[0] - first;
            if (cases[i].contrast > 0) u /= first - mean;
            assert_true(u > -most - 1e-5 && u < most + 1e-5);
            for (size_t j = 0; j < SIZE; j++) {
                double x = (double)picture[j];
                double expected = cases[i].contrast > 0 ? (x - mean) * (1 + u) + mean : x + u;
                assert_close(expected, (double)changed[j], 1e-5, 1);
            }
            counts[(size_t)fmin(fmax((u / most + 1) * 5, 0), 9)]++;
        }
        assert_even(counts, 10, 42);
    }
}

static void test_values_stay_within_their_range(void **state) {
    (void)state;
    static const tg_augmentation cases[] = {
        {.brightness = 3},
        {.contrast = 20},
        {.brightness = 1, .contrast = 1, .mirror = true},
        {.brightness = 1e38f, .contrast = 1e38f},
        {.brightness = INFINITY},
        {.contrast = NAN},
        {.brightness = -1, .contrast = -2},
    };
    float picture[SIZE], changed[SIZE];
    fill(picture, 0, 1);
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_random random = tg_random_start(6, i);
        for (size_t draw = 0; draw < 100; draw++) {
            tg_augment(&cases[i], shape, picture, &random, changed);
            for (size_t j = 0; j < SIZE; j++) assert_true(changed[j] >= 0 && changed[j] <= 1);
        }
    }
}

/* Clipping cuts off what is outside, and only that. */
static void test_clipping(void **state) {
    (void)state;
    float picture[SIZE], changed[SIZE];
    fill(picture, 0, 1);
    picture[0] = 0.5f; /* never clipped by a shift of up to 0.4: shows it */
    tg_augmentation augmentation = {.brightness = 0.4f};
    tg_random random = tg_random_start(7, 0);
    for (size_t draw = 0; draw < 200; draw++) {
        tg_augment(&augmentation, shape, picture, &random, changed);
        double u = (double)changed[0] - 0.5;
        for (size_t j = 0; j < SIZE; j++)
            assert_close(fmin(fmax((double)picture[j] + u, 0), 1), (double)changed[j], 1e-6, 1);
    }
}

static void test_the_stream_decides(void **state) {
    (void)state;
    tg_augmentation augmentation = {
        .mirror = true, .shift = 2, .brightness = 0.1f, .contrast = 0.1f};
    float picture[SIZE], first[SIZE], second[SIZE];
    fill(picture, 0, 1);
    tg_random random = tg_random_start(8, 1), same = tg_random_start(8, 1);
    tg_random other = tg_random_start(8, 2);
    tg_augment(&augmentation, shape, picture, &random, first);
    tg_augment(&augmentation, shape, picture, &same, second);
    assert_true(equal(first, second));
    tg_augment(&augmentation, shape, picture, &other, second);
    assert_false(equal(first, second));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_changes_nothing),
        cmocka_unit_test(test_each_setting_is_something),
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_shifts_larger_than_the_picture),
        cmocka_unit_test(test_brightness_and_contrast),
        cmocka_unit_test(test_values_stay_within_their_range),
        cmocka_unit_test(test_clipping),
        cmocka_unit_test(test_the_stream_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
