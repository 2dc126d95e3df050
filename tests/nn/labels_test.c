/* SPDX-License-Identifier: MIT */
#include "support/device.h"
#include "support/reference.h"
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <string.h>

static void finds_the_largest(void **state) {
    (void)state;
    const float inf = INFINITY;
    const struct {
        float row[4];
        int32_t label, order[4]; /* order: of all four, by top-k */
    } cases[] = {
        {{1, 2, 3, 4}, 3, {3, 2, 1, 0}},
        {{4, 3, 2, 1}, 0, {0, 1, 2, 3}},
        {{1, 5, 5, 2}, 1, {1, 2, 3, 0}},
        {{0, 0, 0, 0}, 0, {0, 1, 2, 3}},
        {{-0.0f, 0, -0.0f, 0}, 0, {0, 1, 2, 3}},
        {{-inf, -inf, -inf, -inf}, 0, {0, 1, 2, 3}},
        {{-inf, -FLT_MAX, inf, 3}, 2, {2, 3, 1, 0}},
        {{inf, inf, 1, inf}, 0, {0, 1, 3, 2}},
        {{1, NAN, 3, 2}, -1, {2, 3, 0, 1}},
        {{NAN, -inf, -inf, 1}, -1, {3, 1, 2, 0}},
        {{NAN, NAN, NAN, NAN}, -1, {0, 1, 2, 3}},
        {{NAN, 1, NAN, 2}, -1, {3, 1, 0, 2}},
    };
    float x[TG_COUNT(cases)][4];
    int32_t labels[TG_COUNT(cases)], order[TG_COUNT(cases) * 4];
    for (size_t r = 0; r < TG_COUNT(cases); r++) memcpy(x[r], cases[r].row, sizeof x[r]);
    tg_tensor tx = test_matrix(x[0], TG_COUNT(cases), 4);
    assert_ok(tg_argmax(&tx, labels));
    for (size_t r = 0; r < TG_COUNT(cases); r++) assert_int_equal(labels[r], cases[r].label);
    for (size_t top = 1; top <= 4; top++) {
        assert_ok(tg_top_k(&tx, top, order));
        for (size_t i = 0; i < TG_COUNT(cases) * top; i++)
            assert_int_equal(order[i], cases[i / top].order[i % top]);
    }
    tg_tensor_destroy(&tx);
}

static void sorts_random_rows(void **state) {
    (void)state;
    enum { N = 11, K = 101, TOP = 23 };
    uint64_t seed = 1;
    float values[N * K];
    test_fill(&seed, values, N * K, -5, 5);
    for (size_t i = 0; i < N * K; i++) values[i] = floorf(values[i] * 4); /* many equals */
    tg_tensor x = test_matrix(values, N, K);
    int32_t labels[N], order[N * TOP];
    assert_ok(tg_argmax(&x, labels));
    assert_ok(tg_top_k(&x, TOP, order));
    for (size_t r = 0; r < N; r++) {
        const float *row = values + r * K;
        const int32_t *found = order + r * TOP;
        assert_int_equal(found[0], labels[r]);
        for (size_t i = 0; i < TOP; i++) {
            /* So many columns come before this one, as many as its place says. */
            size_t before = 0, own = (size_t)found[i];
            for (size_t c = 0; c < K; c++)
                before += row[c] > row[own] || (row[c] == row[own] && c < own);
            assert_int_equal(before, i);
        }
    }
    tg_tensor_destroy(&x);
}

/* Many numbers are compared at a time, in turns. */
static void finds_a_nan_in_any_column(void **state) {
    (void)state;
    enum { K = 101 };
    uint64_t seed = 2;
    tg_tensor x = reference_matrix(&seed, K, K, -5, 5);
    int32_t labels[K];
    for (size_t c = 0; c < K; c++) test_set(&x, c * K + c, NAN); /* of row c */
    assert_ok(tg_argmax(&x, labels));
    for (size_t r = 0; r < K; r++) assert_int_equal(labels[r], -1);
    tg_tensor_destroy(&x);
}

static void answers_for_rows_without_columns(void **state) {
    (void)state;
    tg_tensor empty = test_matrix(NULL, 3, 0), nothing = test_matrix(NULL, 0, 3);
    int32_t labels[3] = {7, 7, 7};
    assert_ok(tg_argmax(&empty, labels));
    for (size_t i = 0; i < 3; i++) assert_int_equal(labels[i], -1);
    assert_ok(tg_argmax(&nothing, NULL));
    assert_ok(tg_top_k(&nothing, 2, NULL));
    assert_ok(tg_one_hot(NULL, 0, &nothing));
    test_destroy(&empty, &nothing);
}

static void makes_distributions(void **state) {
    (void)state;
    static const float smoothings[] = {0, 0.1f, 0.5f, 1};
    static const int32_t labels[] = {2, 0, 1, 2};
    for (size_t s = 0; s < TG_COUNT(smoothings); s++) {
        tg_tensor ty = test_matrix(NULL, 4, 3);
        assert_ok(tg_tensor_fill(&ty, 7));
        assert_ok(tg_one_hot(labels, smoothings[s], &ty));
        const float *y = test_read(&ty);
        double smoothing = (double)smoothings[s];
        for (size_t i = 0; i < 12; i++) {
            bool own = labels[i / 3] == (int32_t)(i % 3);
            double expected = smoothing / 3 + (own ? 1 - smoothing : 0);
            if (smoothing == 0)
                assert_true(y[i] == (own ? 1 : 0));
            else
                assert_close(expected, (double)y[i], 2e-7, 0);
        }
        tg_tensor_destroy(&ty);
    }
}

static void refuses_what_does_not_fit(void **state) {
    (void)state;
    tg_tensor x = test_matrix((const float[]){1, 2, 3, 4, 5, 6}, 2, 3), cleared = {0};
    tg_tensor y = test_matrix((const float[]){7, 7, 7, 7, 7, 7}, 2, 3);
    int32_t labels[6] = {9, 9, 9, 9, 9, 9};
    const int32_t right[] = {0, 2};
    assert_fails(TG_INVALID_ARGUMENT, "x is NULL", tg_argmax(NULL, labels));
    assert_fails(TG_INVALID_ARGUMENT, "x is NULL", tg_argmax(&cleared, labels));
    assert_fails(TG_INVALID_ARGUMENT, "labels is NULL", tg_argmax(&x, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "x is NULL", tg_top_k(NULL, 1, labels));
    assert_fails(TG_INVALID_ARGUMENT, "labels is NULL", tg_top_k(&x, 1, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "top 0 of 3", tg_top_k(&x, 0, labels));
    assert_fails(TG_INVALID_ARGUMENT, "top 4 of 3", tg_top_k(&x, 4, labels));
    assert_fails(TG_INVALID_ARGUMENT, "y is NULL", tg_one_hot(right, 0, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "labels is NULL", tg_one_hot(NULL, 0, &y));
    static const float wrong_smoothing[] = {-0.5f, 1.5f, NAN};
    for (size_t i = 0; i < TG_COUNT(wrong_smoothing); i++)
        assert_fails(TG_INVALID_ARGUMENT, "smoothing", tg_one_hot(right, wrong_smoothing[i], &y));
    static const int32_t wrong_labels[] = {3, -1, INT32_MAX, INT32_MIN, -100};
    for (size_t i = 0; i < TG_COUNT(wrong_labels); i++) {
        const int32_t wrong[] = {0, wrong_labels[i]};
        assert_fails(TG_INVALID_ARGUMENT, "row 1", tg_one_hot(wrong, 0, &y));
    }
    for (size_t i = 0; i < 6; i++) assert_int_equal(labels[i], 9);
    assert_true(test_all(&y, 7));
    test_destroy(&x, &y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_largest),
        cmocka_unit_test(sorts_random_rows),
        cmocka_unit_test(finds_a_nan_in_any_column),
        cmocka_unit_test(answers_for_rows_without_columns),
        cmocka_unit_test(makes_distributions),
        cmocka_unit_test(refuses_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
