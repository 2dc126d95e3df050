/* SPDX-License-Identifier: MIT */
#include "support/reference.h"
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { COUNT = 100003 };

static tg_tensor ones(size_t count) {
    tg_tensor x;
    assert_ok(tg_vector_create(tg_cpu(), count, &x));
    assert_ok(tg_tensor_fill(&x, 1));
    return x;
}

static size_t kept(const tg_tensor *y) {
    size_t sum = 0;
    for (size_t i = 0; i < y->count; i++) sum += tg_tensor_data(y)[i] != 0;
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
        for (size_t j = 0; j < COUNT; j++) {
            float value = tg_tensor_data(&y)[j];
            if (value != 0)
                assert_close((double)tg_tensor_data(&x)[j] / keep, (double)value, 2e-7, 0);
        }
        /* Five standard deviations of the binomial distribution. */
        double deviation = sqrt(COUNT * keep * (1 - keep));
        assert_true(fabs((double)kept(&y) - COUNT * keep) <= 5 * deviation);
        if (rates[i] == 0)
            assert_memory_equal(tg_tensor_data(&x), tg_tensor_data(&y), COUNT * sizeof(float));
    }
    tg_tensor_destroy(&x);
    tg_tensor_destroy(&y);
}

/* Number i of the stream decides on element i: there is a bound between the numbers of the kept
 * elements and those of the dropped ones, and it is where the rate puts it. */
static void lets_number_i_decide(void **state) {
    (void)state;
    const float rate = 0.3f;
    const uint64_t seed = 0x123456789abcdef0, stream = 0xfedcba9876543210;
    tg_tensor x = ones(COUNT);
    assert_ok(tg_dropout_forward(&x, rate, seed, stream, &x));
    tg_random random = tg_random_start(seed, stream);
    uint32_t largest_dropped = 0, smallest_kept = UINT32_MAX;
    for (size_t i = 0; i < COUNT; i++) {
        uint32_t bits = tg_random_bits(&random);
        if (tg_tensor_data(&x)[i] == 0) {
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
    assert_memory_equal(tg_tensor_data(&y), tg_tensor_data(&dx), SOME * sizeof(float));
    /* In place. */
    assert_ok(tg_dropout_backward(&dy, 0.4f, 5, 6, &dy));
    assert_memory_equal(tg_tensor_data(&y), tg_tensor_data(&dy), SOME * sizeof(float));
    /* A shorter tensor is dropped like the beginning of a longer one, whatever its length. */
    for (size_t length = 0; length < 20; length++) {
        assert_ok(tg_tensor_fill(&dx, 1));
        assert_ok(tg_tensor_slice(&dx, 0, length, &part));
        assert_ok(tg_dropout_forward(&part, 0.4f, 5, 6, &part));
        assert_memory_equal(tg_tensor_data(&y), tg_tensor_data(&dx), length * sizeof(float));
        assert_true(tg_tensor_data(&dx)[length] == 1);
    }
    /* Another seed or stream drops others. */
    static const uint64_t others[][2] = {
        {4, 6}, {5, 7}, {6, 5}, {5 + (1ull << 32), 6}, {5, 6 + (1ull << 32)}};
    for (size_t i = 0; i < TG_COUNT(others); i++) {
        assert_ok(tg_dropout_forward(&x, 0.4f, others[i][0], others[i][1], &dx));
        assert_memory_not_equal(tg_tensor_data(&y), tg_tensor_data(&dx), SOME * sizeof(float));
    }
    tg_tensor *all[] = {&x, &y, &dy, &dx};
    for (size_t i = 0; i < TG_COUNT(all); i++) tg_tensor_destroy(all[i]);
}

static void refuses_what_does_not_fit(void **state) {
    (void)state;
    float in[6] = {1, 2, 3, 4, 5, 6}, out[6] = {7, 7, 7, 7, 7, 7};
    tg_tensor x, y, shorter, cleared = {0};
    assert_ok(tg_matrix_view(in, 2, 3, &x));
    assert_ok(tg_matrix_view(out, 3, 2, &y));
    assert_ok(tg_matrix_view(out, 1, 5, &shorter));
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
    for (size_t i = 0; i < 6; i++) assert_true(out[i] == 7);
    /* The largest rate there is. */
    assert_ok(tg_dropout_forward(&x, 1 - FLT_EPSILON / 2, 1, 2, &y));
    for (size_t i = 0; i < 6; i++) assert_true(out[i] == 0);
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
