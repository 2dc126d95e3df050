/* SPDX-License-Identifier: MIT */
/* src/model/input.c: copying and destroying. */
#include "support/test.h"

#include <string.h>

static float means[] = {1, 2, 3}, deviations[] = {4, 5, 6};

static const tg_input original = {.shape = {8, 9, 3},
                                  .features = TG_FEATURES_HOG,
                                  .hog = {4, true},
                                  .size = 48,
                                  .statistics = 3,
                                  .mean = means,
                                  .deviation = deviations};

static void test_copy_is_deep(void **state) {
    (void)state;
    tg_input copy;
    assert_ok(tg_input_copy(&original, &copy));
    assert_memory_equal(&copy.shape, &original.shape, sizeof copy.shape);
    assert_int_equal(copy.features, TG_FEATURES_HOG);
    assert_int_equal(copy.hog.cell, 4);
    assert_true(copy.hog.colour);
    assert_int_equal(copy.size, 48);
    assert_int_equal(copy.statistics, 3);
    assert_ptr_not_equal(copy.mean, means);
    assert_ptr_not_equal(copy.deviation, deviations);
    assert_memory_equal(copy.mean, means, sizeof means);
    assert_memory_equal(copy.deviation, deviations, sizeof deviations);
    tg_input_destroy(&copy);
    assert_int_equal(copy.size, 0);
    assert_null(copy.mean);
    assert_null(copy.deviation);
    tg_input_destroy(&copy);
}

static void test_copy_without_statistics(void **state) {
    (void)state;
    tg_input zero = {.size = 7}, copy;
    assert_ok(tg_input_copy(&zero, &copy));
    assert_int_equal(copy.size, 7);
    assert_null(copy.mean);
    assert_null(copy.deviation);
    tg_input_destroy(&copy);
    tg_input_destroy(NULL);
}

static void test_misuse(void **state) {
    (void)state;
    tg_input copy = {.size = 5}, lacking = {.statistics = 2, .mean = means};
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_input_copy(NULL, &copy));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_input_copy(&original, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "statistics", tg_input_copy(&lacking, &copy));
    assert_int_equal(copy.size, 5);
}

static tg_status copy_once(void *context) {
    (void)context;
    tg_input copy = {.size = 5};
    tg_status status = tg_input_copy(&original, &copy);
    if (status)
        assert_true(copy.size == 5 && !copy.mean);
    else
        tg_input_destroy(&copy);
    return status;
}

static void test_failing_allocations(void **state) {
    (void)state;
    assert_int_equal(test_every_allocation(copy_once, NULL), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copy_is_deep),
        cmocka_unit_test(test_copy_without_statistics),
        cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
