/* SPDX-License-Identifier: MIT */
/* Sums, scaling, filling, and the search for what is not finite. */
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"
#include "support/kernels.h"

enum { MANY = 300007, SMALL = 200 };

static const size_t counts[] = {0,  1,  3,  4,  7,   8,    15,    16,    17,
                                31, 33, 64, 65, 200, 1009, 32768, 40000, MANY};

static float x[MANY];

/* ---- The sum of squares ---- */

/* Of the first `count`, in long double. */
static double sum_of_squares(size_t count) {
    long double sum = 0;
    for (size_t i = 0; i < count; i++) sum += (long double)x[i] * (long double)x[i];
    return (double)sum;
}

static void check_sums(tg_device *device) {
    double worst = 0;
    for (size_t i = 0; i < TG_COUNT(counts); i++) {
        double sum = -1, again = -2;
        assert_ok(tg_cpu_sum_of_squares(device, x, counts[i], &sum));
        assert_ok(tg_cpu_sum_of_squares(device, x, counts[i], &again));
        assert_true(sum == again);
        const double exact = sum_of_squares(counts[i]);
        if (exact > 0) worst = fmax(worst, fabs(sum - exact) / exact);
    }
    print_message("sum of squares, %s: %.2g relative\n", tg_device_instructions(device), worst);
    assert_true(worst <= 1e-14);
    /* Far beyond float32, and NaN. */
    double sum = 0;
    assert_ok(tg_cpu_sum_of_squares(device, (const float[]){3e38f, -1e-40f}, 2, &sum));
    assert_true(sum == (double)3e38f * (double)3e38f);
    assert_ok(tg_cpu_sum_of_squares(device, (const float[]){1, NAN, 3}, 3, &sum));
    assert_true(isnan(sum));
}

static void sums_are_exact(void **state) {
    (void)state;
    uint64_t seed = 1;
    test_fill(&seed, x, MANY, -3, 5);
    for (int threads = 1; threads <= 3; threads++) test_each_instructions(threads, check_sums);
}

/* The sum is the same, bit for bit, with any number of threads. */
static void sums_do_not_depend_on_threads(void **state) {
    (void)state;
    double sums[3] = {0};
    for (int threads = 1; threads <= 3; threads++) {
        tg_device *device = NULL;
        assert_ok(tg_device_open("cpu", threads, &device));
        assert_ok(tg_cpu_sum_of_squares(device, x, MANY, &sums[threads - 1]));
        tg_device_close(device);
    }
    assert_true(sums[0] == sums[1] && sums[0] == sums[2]);
}

/* ---- Finite or not ---- */

static void check_finite(tg_device *device) {
    static const float wrong[] = {NAN, INFINITY, -INFINITY};
    static const float right[] = {FLT_MAX, -FLT_MAX, 1e-45f, -0.0f};
    bool finite = false;
    for (size_t count = 0; count <= SMALL; count++) {
        assert_ok(tg_cpu_all_finite(device, x, count, &finite));
        assert_true(finite);
        /* Each place, and the one behind, which does not count. */
        for (size_t i = 0; i <= count; i++) {
            const float kept = x[i];
            x[i] = wrong[i % TG_COUNT(wrong)];
            assert_ok(tg_cpu_all_finite(device, x, count, &finite));
            assert_int_equal(finite, i == count);
            x[i] = right[i % TG_COUNT(right)];
            assert_ok(tg_cpu_all_finite(device, x, count, &finite));
            assert_true(finite);
            x[i] = kept;
        }
    }
    for (size_t i = 0; i < MANY; i += 7919) {
        const float kept = x[i];
        x[i] = wrong[i % TG_COUNT(wrong)];
        assert_ok(tg_cpu_all_finite(device, x, MANY, &finite));
        assert_false(finite);
        x[i] = kept;
    }
}

static void finds_what_is_not_finite(void **state) {
    (void)state;
    for (int threads = 1; threads <= 2; threads++) test_each_instructions(threads, check_finite);
}

/* ---- Scaling and filling ---- */

static void check_scale(tg_device *device) {
    float *y = malloc((MANY + 1) * sizeof *y);
    assert_non_null(y);
    for (size_t i = 0; i < TG_COUNT(counts); i++) {
        const size_t count = counts[i];
        memcpy(y, x, MANY * sizeof *y);
        y[count] = 7;
        assert_ok(tg_cpu_scale(device, -0.3f, y, count));
        for (size_t j = 0; j < count; j++) assert_true(y[j] == -0.3f * x[j]);
        assert_true(y[count] == 7);
        tg_cpu_instructions(device)->elementwise->fill(2.5f, count, y);
        for (size_t j = 0; j < count; j++) assert_true(y[j] == 2.5f);
        assert_true(y[count] == 7);
    }
    free(y);
}

static void scales_and_fills(void **state) {
    (void)state;
    for (int threads = 1; threads <= 3; threads++) test_each_instructions(threads, check_scale);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_exact),
        cmocka_unit_test(sums_do_not_depend_on_threads),
        cmocka_unit_test(finds_what_is_not_finite),
        cmocka_unit_test(scales_and_fills),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
