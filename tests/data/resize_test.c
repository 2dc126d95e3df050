/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/resize.h"

/* How much of the unit interval that begins at `pixel` lies in begin .. end. */
static double coverage(double pixel, double begin, double end) {
    return fmax(0, fmin(pixel + 1, end) - fmax(pixel, begin));
}

/* The mean of what one pixel of the result covers, in plain float64. */
static double reference(const uint8_t *from, tg_picture_shape from_shape, tg_picture_shape to_shape,
                        size_t row, size_t column, size_t channel) {
    double tall = (double)from_shape.height / (double)to_shape.height;
    double wide = (double)from_shape.width / (double)to_shape.width;
    double sum = 0;
    for (size_t y = 0; y < from_shape.height; y++)
        for (size_t x = 0; x < from_shape.width; x++)
            sum += coverage((double)y, (double)row * tall, (double)(row + 1) * tall) *
                   coverage((double)x, (double)column * wide, (double)(column + 1) * wide) *
                   from[(y * from_shape.width + x) * from_shape.channels + channel];
    return sum / (tall * wide);
}

static void check_size(uint64_t *state, tg_picture_shape from_shape, tg_picture_shape to_shape) {
    size_t count = tg_picture_size(from_shape);
    uint8_t *from = malloc(count), *to = malloc(tg_picture_size(to_shape));
    assert_true(from && to);
    for (size_t i = 0; i < count; i++) from[i] = (uint8_t)test_uniform(state, 0, 256);
    assert_ok(tg_resize(from, from_shape, to, to_shape));
    for (size_t i = 0; i < tg_picture_size(to_shape); i++) {
        size_t channel = i % to_shape.channels, pixel = i / to_shape.channels;
        double exact = reference(from, from_shape, to_shape, pixel / to_shape.width,
                                 pixel % to_shape.width, channel);
        /* Rounded correctly; only where two are equally near may the reference's own rounding
         * decide. */
        assert_true(fabs(exact - to[i]) <= 0.5 + 1e-9);
    }
    free(from);
    free(to);
}

static void agrees_with_the_reference(void **context) {
    (void)context;
    uint64_t state = 1;
    for (int i = 0; i < 60; i++) {
        size_t sides[4];
        for (size_t k = 0; k < 4; k++) sides[k] = (size_t)test_uniform(&state, 1, 40);
        size_t channels = i % 2 ? 1 : 3;
        check_size(&state, (tg_picture_shape){sides[0], sides[1], channels},
                   (tg_picture_shape){sides[2], sides[3], channels});
    }
}

static void the_same_size_is_copied(void **context) {
    (void)context;
    uint8_t from[5 * 7 * 3], to[sizeof from] = {0};
    for (size_t i = 0; i < sizeof from; i++) from[i] = (uint8_t)(i * 37);
    tg_picture_shape shape = {5, 7, 3};
    assert_ok(tg_resize(from, shape, to, shape));
    assert_memory_equal(from, to, sizeof from);
}

static void known_pictures(void **context) {
    (void)context;
    static const struct {
        tg_picture_shape from_shape, to_shape;
        uint8_t from[8], to[8];
    } cases[] = {
        {{2, 2, 1}, {1, 1, 1}, {0, 10, 20, 31}, {15}},         /* 15.25 */
        {{1, 2, 1}, {1, 1, 1}, {0, 1}, {1}},                   /* a half is rounded up */
        {{1, 3, 1}, {1, 2, 1}, {0, 90, 255}, {30, 200}},       /* half pixels */
        {{1, 1, 3}, {2, 1, 3}, {1, 2, 3}, {1, 2, 3, 1, 2, 3}}, /* grown */
        {{1, 2, 1}, {1, 3, 1}, {0, 100}, {0, 50, 100}},        /* grown, between pixels */
        {{2, 2, 1}, {1, 1, 1}, {255, 255, 255, 255}, {255}},   /* no overflow */
        {{2, 1, 3}, {1, 1, 3}, {0, 100, 200, 2, 102, 255}, {1, 101, 228}}, /* channels apart */
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        uint8_t to[8] = {0};
        assert_ok(tg_resize(cases[i].from, cases[i].from_shape, to, cases[i].to_shape));
        assert_memory_equal(to, cases[i].to, sizeof to);
    }
}

/* The sums of a long row of white pixels are the largest there are. */
static void long_rows_do_not_overflow(void **context) {
    (void)context;
    enum { LONG = 1 << 22 };
    uint8_t *from = malloc(LONG), to[3] = {0};
    assert_non_null(from);
    memset(from, 255, LONG);
    assert_ok(tg_resize(from, (tg_picture_shape){1, LONG, 1}, to, (tg_picture_shape){1, 3, 1}));
    assert_int_equal(to[0], 255);
    assert_int_equal(to[1], 255);
    assert_int_equal(to[2], 255);
    free(from);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_reference),
        cmocka_unit_test(the_same_size_is_copied),
        cmocka_unit_test(known_pictures),
        cmocka_unit_test(long_rows_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
