/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <string.h>

static float values[] = {1, 2, 3, 4, 5, 6};
static const int32_t labels[] = {1, 0, 1};
static const char *const names[] = {"cat", "dog"};

/* The values as 3 samples of 2 columns. */
static tg_tensor samples(void) {
    tg_tensor view;
    assert_ok(tg_matrix_view(values, 3, 2, &view));
    return view;
}

static void rows(void **state) {
    (void)state;
    tg_tensor x = samples();
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_from_rows(&x, labels, 2, names, &dataset));
    assert_int_equal(tg_dataset_count(dataset), 3);
    assert_int_equal(tg_dataset_columns(dataset), 2);
    assert_int_equal(tg_dataset_shape(dataset).height, 0);
    assert_int_equal(tg_dataset_classes(dataset), 2);
    assert_string_equal(tg_dataset_class_name(dataset, 1), "dog");
    assert_null(tg_dataset_class_name(dataset, 2));
    assert_memory_equal(tg_dataset_labels(dataset), labels, sizeof labels);
    assert_int_equal(tg_dataset_target_columns(dataset), 0);
    assert_int_equal(tg_dataset_skipped(dataset), 0);
    tg_dataset_destroy(dataset);

    assert_ok(tg_dataset_from_rows(&x, labels, 12, NULL, &dataset));
    assert_string_equal(tg_dataset_class_name(dataset, 0), "0");
    assert_string_equal(tg_dataset_class_name(dataset, 11), "11");
    tg_dataset_destroy(dataset);
    tg_dataset_destroy(NULL);
}

static void pictures(void **state) {
    (void)state;
    const uint8_t pixels[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_from_pictures(pixels, 2, (tg_picture_shape){1, 2, 3}, labels, 2, names,
                                       &dataset));
    assert_int_equal(tg_dataset_columns(dataset), 6);
    assert_int_equal(tg_dataset_shape(dataset).width, 2);
    assert_int_equal(tg_dataset_labels(dataset)[0], 1);
    tg_dataset_destroy(dataset);
    dataset = NULL;
    assert_fails(TG_INVALID_ARGUMENT, "2 channels",
                 tg_dataset_from_pictures(pixels, 2, (tg_picture_shape){1, 2, 2}, labels, 2, names,
                                          &dataset));
    assert_fails(TG_INVALID_ARGUMENT, "at least one sample",
                 tg_dataset_from_pictures(pixels, 0, (tg_picture_shape){1, 2, 3}, labels, 2, names,
                                          &dataset));
    assert_null(dataset);
}

static void targets(void **state) {
    (void)state;
    tg_tensor x = samples(), y;
    float wanted[] = {0.25f, 0.5f, 1};
    assert_ok(tg_matrix_view(wanted, 3, 1, &y));
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_from_targets(&x, &y, &dataset));
    assert_int_equal(tg_dataset_target_columns(dataset), 1);
    assert_int_equal(tg_dataset_classes(dataset), 0);
    assert_null(tg_dataset_labels(dataset));
    float weights[1];
    assert_fails(TG_INVALID_ARGUMENT, "target values", tg_dataset_class_weights(dataset, weights));
    tg_dataset_destroy(dataset);
    dataset = NULL;

    wanted[2] = NAN;
    assert_fails(TG_INVALID_ARGUMENT, "targets: row 2, column 0",
                 tg_dataset_from_targets(&x, &y, &dataset));
    assert_ok(tg_matrix_view(wanted, 2, 1, &y));
    assert_fails(TG_INVALID_ARGUMENT, "2 rows of targets for 3",
                 tg_dataset_from_targets(&x, &y, &dataset));
    assert_ok(tg_matrix_view(wanted, 3, 0, &y));
    assert_fails(TG_INVALID_ARGUMENT, "no columns", tg_dataset_from_targets(&x, &y, &dataset));
    assert_null(dataset);
}

static void bad_rows(void **state) {
    (void)state;
    static const int32_t negative[] = {0, -1, 0}, large[] = {0, 0, 2};
    static const char *const twice[] = {"cat", "cat"}, *const nameless[] = {"cat", NULL},
                             *const empty[] = {"cat", ""};
    static const struct {
        const int32_t *labels;
        size_t classes;
        const char *const *names;
        const char *reason;
    } cases[] = {
        {negative, 2, NULL, "sample 1: label -1"}, {large, 2, NULL, "sample 2: label 2"},
        {labels, 0, NULL, "sample 0: label 1"},    {labels, 65537, NULL, "65537 classes"},
        {labels, 2, twice, "called \"cat\""},      {labels, 2, nameless, "class 1 has no name"},
        {labels, 2, empty, "class 1 has no name"}, {NULL, 2, NULL, "NULL"},
    };
    tg_tensor x = samples();
    tg_dataset *dataset = NULL;
    for (size_t i = 0; i < TG_COUNT(cases); i++)
        assert_fails(
            TG_INVALID_ARGUMENT, cases[i].reason,
            tg_dataset_from_rows(&x, cases[i].labels, cases[i].classes, cases[i].names, &dataset));
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < TG_COUNT(bad); i++) {
        values[3] = bad[i];
        assert_fails(TG_INVALID_ARGUMENT, "samples: row 1, column 1",
                     tg_dataset_from_rows(&x, labels, 2, names, &dataset));
    }
    values[3] = 4;
    assert_ok(tg_matrix_view(values, 0, 2, &x));
    assert_fails(TG_INVALID_ARGUMENT, "at least one sample",
                 tg_dataset_from_rows(&x, labels, 2, names, &dataset));
    assert_ok(tg_matrix_view(values, 3, 0, &x));
    assert_fails(TG_INVALID_ARGUMENT, "at least one value",
                 tg_dataset_from_rows(&x, labels, 2, names, &dataset));
    assert_null(dataset);
}

static tg_status make_both(void *context) {
    (void)context;
    tg_tensor x = samples();
    tg_dataset *labelled = NULL, *targeted = NULL;
    tg_status status = tg_dataset_from_rows(&x, labels, 2, names, &labelled);
    if (!status) status = tg_dataset_from_targets(&x, &x, &targeted);
    tg_dataset_destroy(labelled);
    tg_dataset_destroy(targeted);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    assert_int_equal(test_every_allocation(make_both, NULL), 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
        cmocka_unit_test(pictures),
        cmocka_unit_test(targets),
        cmocka_unit_test(bad_rows),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
