/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <string.h>

#include "data/dataset.h"

static const char *const names[] = {"cat", "dog", "tiger"};

/* A data set whose sample i has the value i, with `sizes[k]` samples of class k, mixed. */
static tg_dataset *make(const size_t sizes[3]) {
    float values[200];
    int32_t labels[200];
    size_t count = 0, left[3] = {sizes[0], sizes[1], sizes[2]};
    while (left[0] + left[1] + left[2] > 0)
        for (int32_t k = 0; k < 3; k++)
            if (left[k] > 0) {
                left[k]--;
                values[count] = (float)count;
                labels[count++] = k;
            }
    tg_tensor x;
    assert_ok(tg_matrix_view(values, count, 1, &x));
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_from_rows(&x, labels, 3, names, &dataset));
    return dataset;
}

static size_t count_label(const tg_dataset *dataset, int32_t label) {
    size_t count = 0;
    for (size_t i = 0; i < dataset->count; i++) count += dataset->labels[i] == label;
    return count;
}

static void splits_each_class(void **state) {
    (void)state;
    static const struct {
        size_t sizes[3];
        double fraction;
        size_t second[3];
    } cases[] = {
        {{100, 10, 4}, 0.2, {20, 2, 1}}, /* 0.8 becomes 1 */
        {{5, 2, 2}, 0.01, {1, 1, 1}},    /* at least one goes */
        {{5, 2, 3}, 0.99, {4, 1, 2}},    /* at least one stays */
        {{3, 0, 2}, 0.5, {2, 0, 1}},     /* a half is rounded up; no samples, nothing to split */
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_dataset *dataset = make(cases[i].sizes), *first = NULL, *second = NULL;
        assert_ok(tg_dataset_split(dataset, cases[i].fraction, 1, &first, &second));
        bool seen[200] = {false};
        for (int32_t k = 0; k < 3; k++) {
            assert_int_equal(count_label(second, k), cases[i].second[k]);
            assert_int_equal(count_label(first, k), cases[i].sizes[k] - cases[i].second[k]);
            assert_string_equal(tg_dataset_class_name(second, (size_t)k), names[k]);
        }
        const tg_dataset *parts[] = {first, second};
        for (size_t p = 0; p < 2; p++)
            for (size_t s = 0; s < parts[p]->count; s++) {
                size_t original = (size_t)parts[p]->values[s];
                assert_false(seen[original]);
                seen[original] = true;
                assert_int_equal(parts[p]->labels[s], dataset->labels[original]);
                /* Each part keeps the order of the whole. */
                if (s > 0) assert_true(parts[p]->values[s] > parts[p]->values[s - 1]);
            }
        assert_int_equal(first->count + second->count, dataset->count);
        tg_dataset_destroy(dataset);
        tg_dataset_destroy(first);
        tg_dataset_destroy(second);
    }
}

static bool same_values(const tg_dataset *a, const tg_dataset *b) {
    return a->count == b->count && memcmp(a->values, b->values, a->count * sizeof(float)) == 0;
}

static void the_seed_decides(void **state) {
    (void)state;
    tg_dataset *dataset = make((size_t[]){60, 60, 60}), *first[3], *second[3];
    for (size_t i = 0; i < 3; i++)
        assert_ok(tg_dataset_split(dataset, 0.25, i / 2, &first[i], &second[i]));
    assert_true(same_values(second[0], second[1]));
    assert_false(same_values(second[0], second[2]));
    for (size_t i = 0; i < 3; i++) {
        tg_dataset_destroy(first[i]);
        tg_dataset_destroy(second[i]);
    }
    tg_dataset_destroy(dataset);
}

static void splits_target_values(void **state) {
    (void)state;
    float values[10] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    tg_tensor x;
    assert_ok(tg_matrix_view(values, 10, 1, &x));
    tg_dataset *dataset = NULL, *first = NULL, *second = NULL;
    assert_ok(tg_dataset_from_targets(&x, &x, &dataset));
    assert_ok(tg_dataset_split(dataset, 0.3, 1, &first, &second));
    assert_int_equal(second->count, 3);
    assert_int_equal(first->count, 7);
    assert_memory_equal(second->values, second->targets, 3 * sizeof(float));
    tg_dataset_destroy(dataset);
    tg_dataset_destroy(first);
    tg_dataset_destroy(second);

    assert_ok(tg_matrix_view(values, 1, 1, &x));
    assert_ok(tg_dataset_from_targets(&x, &x, &dataset));
    first = second = NULL;
    assert_fails(TG_INVALID_ARGUMENT, "one sample",
                 tg_dataset_split(dataset, 0.3, 1, &first, &second));
    assert_true(!first && !second);
    tg_dataset_destroy(dataset);
}

static void what_cannot_be_split(void **state) {
    (void)state;
    tg_dataset *dataset = make((size_t[]){5, 5, 1}), *first = NULL, *second = NULL;
    assert_fails(
        TG_INVALID_ARGUMENT,
        "\"tiger\" has only one sample, which cannot be in both parts: give a validation set",
        tg_dataset_split(dataset, 0.5, 1, &first, &second));
    const double fractions[] = {0, 1, -0.5, 2, (double)NAN};
    for (size_t i = 0; i < TG_COUNT(fractions); i++)
        assert_fails(TG_INVALID_ARGUMENT, "fraction",
                     tg_dataset_split(dataset, fractions[i], 1, &first, &second));
    assert_true(!first && !second);
    tg_dataset_destroy(dataset);
}

static void subsets(void **state) {
    (void)state;
    tg_dataset *dataset = make((size_t[]){3, 3, 3}), *subset = NULL;
    static const size_t chosen[] = {8, 0, 0};
    assert_ok(tg_dataset_subset(dataset, chosen, 3, &subset));
    assert_int_equal(subset->count, 3);
    assert_true(subset->values[0] == 8 && subset->values[1] == 0 && subset->values[2] == 0);
    assert_int_equal(subset->labels[0], dataset->labels[8]);
    assert_int_equal(subset->classes, 3);
    tg_dataset_destroy(subset);
    subset = NULL;
    static const size_t outside[] = {0, 9};
    assert_fails(TG_INVALID_ARGUMENT, "samples[1] is 9",
                 tg_dataset_subset(dataset, outside, 2, &subset));
    assert_fails(TG_INVALID_ARGUMENT, "at least one",
                 tg_dataset_subset(dataset, chosen, 0, &subset));
    assert_null(subset);
    tg_dataset_destroy(dataset);
}

static void concatenates(void **state) {
    (void)state;
    static const uint8_t pixels[6] = {1, 2, 3, 4, 5, 6};
    static const int32_t labels[] = {0, 1};
    static const char *const others[] = {"cat", "lion", "tiger"};
    tg_picture_shape wide = {1, 3, 1};
    tg_dataset *a = NULL, *b = NULL, *both = NULL;
    assert_ok(tg_dataset_from_pictures(pixels, 2, wide, labels, 3, names, &a));
    assert_ok(tg_dataset_from_pictures(pixels, 1, wide, labels + 1, 3, names, &b));
    a->skipped = 3;
    b->skipped = 4;
    assert_ok(tg_dataset_concat(a, b, &both));
    assert_int_equal(both->count, 3);
    assert_memory_equal(both->pixels, pixels, 6);
    assert_memory_equal(both->pixels + 6, pixels, 3);
    assert_int_equal(both->labels[2], 1);
    assert_int_equal(tg_dataset_skipped(both), 7);
    tg_dataset_destroy(both);
    tg_dataset_destroy(b);
    both = NULL;

    static const struct {
        tg_picture_shape shape;
        size_t classes;
        const char *const *names;
        const char *reason;
    } cases[] = {{{3, 1, 1}, 3, names, "3 x 1 x 1"},
                 {{1, 3, 1}, 2, names, "2 in the second"},
                 {{1, 3, 1}, 3, others, "\"lion\" in the second"}};
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        assert_ok(tg_dataset_from_pictures(pixels, 2, cases[i].shape, labels, cases[i].classes,
                                           cases[i].names, &b));
        assert_fails(TG_INVALID_ARGUMENT, cases[i].reason, tg_dataset_concat(a, b, &both));
        tg_dataset_destroy(b);
    }
    assert_null(both);
    tg_dataset_destroy(a);
}

static void weights_balance_classes(void **state) {
    (void)state;
    tg_dataset *dataset = make((size_t[]){6, 3, 0});
    float weights[3];
    assert_ok(tg_dataset_class_weights(dataset, weights));
    assert_close(9.0 / (3 * 6), (double)weights[0], 1e-6, 0);
    assert_close(9.0 / (3 * 3), (double)weights[1], 1e-6, 0);
    assert_close(0, (double)weights[2], 0, 0);
    tg_dataset_destroy(dataset);
}

static tg_status split_and_join(void *context) {
    const tg_dataset *dataset = context;
    tg_dataset *first = NULL, *second = NULL, *both = NULL;
    float weights[3];
    tg_status status = tg_dataset_split(dataset, 0.5, 1, &first, &second);
    if (!status) status = tg_dataset_concat(first, second, &both);
    if (!status) status = tg_dataset_class_weights(dataset, weights);
    tg_dataset_destroy(first);
    tg_dataset_destroy(second);
    tg_dataset_destroy(both);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    tg_dataset *dataset = make((size_t[]){3, 3, 3});
    assert_true(test_every_allocation(split_and_join, dataset) > 20);
    tg_dataset_destroy(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_each_class),
        cmocka_unit_test(the_seed_decides),
        cmocka_unit_test(splits_target_values),
        cmocka_unit_test(what_cannot_be_split),
        cmocka_unit_test(subsets),
        cmocka_unit_test(concatenates),
        cmocka_unit_test(weights_balance_classes),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
