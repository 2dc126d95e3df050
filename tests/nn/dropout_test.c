/* SPDX-License-Identifier: MIT */
#include "support/device.h"
#include "support/reference.h"
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { COUNT = 100003 };

static tg_tensor ones(size_t count) {
    tg_tensor x = test_vector(NULL, count);
    assert_ok(tg_tensor_fill(&x, 1));
    return x;
}

static size_t kept(const tg_tensor *y) {
    const float *values = test_read(y);
    size_t sum = 0;
    for (size_t i = 0; i < y->count; i++) sum += values[i] != 0;
    return sum;
}

static void keeps_the_right_share_scaled(void **state) {
    (void)state;
    static const float rates[] = {0, 0.1f, 0.5f, 0.9f, 0.999f};
    uint64_t seed = 1;
    tg_tensor x = reference_tensor(&seed, &(reference_shape){1, {COUNT}}, 0.5, 2), y = ones(COUNT);
    for (size_t i = 0; i < TG_COUNT(rates); i++) {
        double keep = 1 - (double)rates[i];
        assert_ok(tg_dropout_forward(&x, rates[i], 11, i, &y));
        const float *before = test_read(&x), *after = test_read(&y);
        for (size_t j = 0; j < COUNT; j++)
            if (after[j] != 0) assert_close((double)before[j] / keep, (double)after[j], 2e-7, 0);
        /* Five standard deviations of the binomial distribution. */
        double deviation = sqrt(COUNT * keep * (1 - keep));
        assert_true(fabs((double)kept(&y) - COUNT * keep) <= 5 * deviation);
        if (rates[i] == 0) assert_same(&x, &y);
    }
    test_destroy(&x, &y);
}

/* Number i of the stream decides on element i: there is a bound between the numbers of the kept
 * elements and those of the dropped ones, and it is where the rate puts it. */
static void lets_number_i_decide(void **state) {
    (void)state;
    const float rate = 0.3f;
    const uint64_t seed = 0x123456789abcdef0, stream = 0xfedcba9876543210;
    tg_tensor x = ones(COUNT);
    assert_ok(tg_dropout_forward(&x, rate, seed, stream, &x));
    const float *values = test_read(&x);
    tg_random random = tg_random_start(seed, stream);
    uint32_t largest_dropped = 0, smallest_kept = UINT32_MAX;
    for (size_t i = 0; i < COUNT; i++) {
        uint32_t bits = tg_random_bits(&random);
        if (values[i] == 0) {
            if (bits > largest_dropped) largest_dropped = bits;
        } else if (bits < smallest_kept) {
            smallest_kept = bits;
        }
    }
    assert_true(largest_dropped < smallest_kept);
    assert_close((double)rate, largest_dropped * 0x1p-32, 1e-3, 0);
    tg_tensor_destroy(&x);
}

static void drops_the_same_again(void **state) {
    (void)state;
    enum { SOME = 1001 };
    tg_tensor x = ones(SOME), y = ones(SOME), dy = ones(SOME), dx = ones(SOME), part;
    assert_ok(tg_dropout_forward(&x, 0.4f, 5, 6, &y));
    assert_ok(tg_dropout_backward(&dy, 0.4f, 5, 6, &dx));
    assert_same(&y, &dx);
    /* In place. */
    assert_ok(tg_dropout_backward(&dy, 0.4f, 5, 6, &dy));
    assert_same(&y, &dy);
    /* A shorter tensor is dropped like the beginning of a longer one, whatever its length. */
    for (size_t length = 0; length < 20; length++) {
        assert_ok(tg_tensor_fill(&dx, 1));
        assert_ok(tg_tensor_slice(&dx, 0, length, &part));
        assert_ok(tg_dropout_forward(&part, 0.4f, 5, 6, &part));
        const float *values = test_read(&dx);
        assert_memory_equal(test_read(&y), values, length * sizeof(float));
        assert_true(values[length] == 1);
    }
    /* Wherever in memory it begins. */
    assert_ok(tg_tensor_fill(&dx, 1));
    assert_ok(tg_tensor_slice(&dx, 1, SOME - 1, &part));
    assert_ok(tg_dropout_forward(&part, 0.4f, 5, 6, &part));
    assert_memory_equal(test_read(&y), test_read(&part), (SOME - 1) * sizeof(float));
    /* Another seed or stream drops others. */
    static const uint64_t others[][2] = {
        {4, 6}, {5, 7}, {6, 5}, {5 + (1ull << 32), 6}, {5, 6 + (1ull << 32)}};
    for (size_t i = 0; i < TG_COUNT(others); i++) {
        assert_ok(tg_dropout_forward(&x, 0.4f, others[i][0], others[i][1], &dx));
        assert_memory_not_equal(test_read(&y), test_read(&dx), SOME * sizeof(float));
    }
    test_destroy(&x, &y, &dy, &dx);
}

static void refuses_what_does_not_fit(void **state) {
    (void)state;
    tg_tensor x = test_matrix((const float[]){1, 2, 3, 4, 5, 6}, 2, 3);
    tg_tensor y = test_matrix((const float[]){7, 7, 7, 7, 7, 7}, 3, 2);
    tg_tensor shorter = test_vector((const float[]){7, 7, 7, 7, 7}, 5), cleared = {0};
    tg_status (*const functions[])(const tg_tensor *, float, uint64_t, uint64_t,
                                   tg_tensor *) = {tg_dropout_forward, tg_dropout_backward};
    static const float wrong[] = {1, -0.1f, 2, NAN, INFINITY, -INFINITY};
    for (size_t f = 0; f < TG_COUNT(functions); f++) {
        assert_fails(TG_INVALID_ARGUMENT, "NULL", functions[f](NULL, 0.5f, 1, 2, &y));
        assert_fails(TG_INVALID_ARGUMENT, "NULL", functions[f](&x, 0.5f, 1, 2, NULL));
        assert_fails(TG_INVALID_ARGUMENT, "NULL", functions[f](&cleared, 0.5f, 1, 2, &y));
        assert_fails(TG_INVALID_ARGUMENT, "6 elements, but the output has 5",
                     functions[f](&x, 0.5f, 1, 2, &shorter));
        for (size_t i = 0; i < TG_COUNT(wrong); i++)
            assert_fails(TG_INVALID_ARGUMENT, "rate", functions[f](&x, wrong[i], 1, 2, &y));
    }
    assert_true(test_all(&y, 7) && test_all(&shorter, 7));
    /* The largest rate there is. */
    assert_ok(tg_dropout_forward(&x, 1 - FLT_EPSILON / 2, 1, 2, &y));
    assert_true(test_all(&y, 0));
    test_destroy(&x, &y, &shorter);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_right_share_scaled),
        cmocka_unit_test(lets_number_i_decide),
        cmocka_unit_test(drops_the_same_again),
        cmocka_unit_test(refuses_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
