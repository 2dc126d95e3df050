/* SPDX-License-Identifier: MIT */
#include "support/device.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

enum { OUT = 401, IN = 263 };

static const struct {
    tg_init init;
    bool normal;
    double variance;
} schemes[] = {
    {TG_INIT_XAVIER_UNIFORM, false, 2.0 / (IN + OUT)},
    {TG_INIT_XAVIER_NORMAL, true, 2.0 / (IN + OUT)},
    {TG_INIT_KAIMING_UNIFORM, false, 2.0 / IN},
    {TG_INIT_KAIMING_NORMAL, true, 2.0 / IN},
};

/* Mean and variance within 5 standard deviations; the uniform ones up to their bounds. */
static void has_the_variance_of_its_scheme(void **state) {
    (void)state;
    tg_tensor weight = test_matrix(NULL, OUT, IN);
    for (size_t s = 0; s < TG_COUNT(schemes); s++) {
        tg_random random = tg_random_start(5, s);
        assert_ok(tg_initialize(&weight, schemes[s].init, &random));
        const float *values = test_read(&weight);
        double mean = 0, square = 0, largest = 0, count = (double)weight.count;
        for (size_t i = 0; i < weight.count; i++) {
            double w = (double)values[i];
            mean += w / count;
            square += w * w / count;
            largest = fmax(largest, fabs(w));
        }
        double variance = schemes[s].variance, bound = sqrt(3 * variance);
        double fourth = (schemes[s].normal ? 2 : 0.8) * variance * variance; /* less variance^2 */
        assert_true(fabs(mean) < 5 * sqrt(variance / count));
        assert_true(fabs(square - variance) < 5 * sqrt(fourth / count));
        if (schemes[s].normal)
            assert_true(largest > 4 * sqrt(variance) && largest < 6 * sqrt(variance));
        else
            assert_true(largest <= bound * (1 + 1e-7) && largest > bound * 0.999);
    }
    tg_tensor_destroy(&weight);
}

static void zeros_are_zeros(void **state) {
    (void)state;
    tg_tensor weight = test_matrix(NULL, 3, 5);
    tg_random random = tg_random_start(6, 0);
    assert_ok(tg_tensor_fill(&weight, 7));
    assert_ok(tg_initialize(&weight, TG_INIT_ZEROS, &random));
    assert_true(test_all(&weight, 0));
    assert_true(random.position == 0);
    tg_tensor_destroy(&weight);
}

/* The numbers are those of the generator in their order, scaled, so that they are the same on every
 * platform; and the generator moves on. */
static void takes_the_generators_numbers(void **state) {
    (void)state;
    tg_tensor weight = test_matrix(NULL, 7, 5), more = test_matrix(NULL, 7, 5);
    for (size_t s = 0; s < TG_COUNT(schemes); s++) {
        tg_random random = tg_random_start(7, 8), same = random;
        assert_ok(tg_initialize(&weight, schemes[s].init, &random));
        bool xavier = schemes[s].init == TG_INIT_XAVIER_UNIFORM ||
                      schemes[s].init == TG_INIT_XAVIER_NORMAL;
        double deviation = sqrt(xavier ? 2.0 / (5 + 7) : 2.0 / 5);
        const float *values = test_read(&weight);
        for (size_t i = 0; i < weight.count; i++) {
            double expected = schemes[s].normal ? deviation * (double)tg_random_normal(&same)
                                                : deviation * sqrt(3) *
                                                      (2 * (double)tg_random_uniform(&same) - 1);
            assert_close(expected, (double)values[i], 2e-7, 0);
        }
        assert_true(random.position == same.position);
        assert_ok(tg_initialize(&more, schemes[s].init, &random));
        assert_memory_not_equal(values, test_read(&more), 35 * sizeof(float));
        random = tg_random_start(7, 8);
        assert_ok(tg_initialize(&more, schemes[s].init, &random));
        assert_same(&weight, &more);
    }
    test_destroy(&weight, &more);
}

static void allows_empty_weights(void **state) {
    (void)state;
    static const size_t shapes[][2] = {{0, 0}, {0, 3}, {3, 0}};
    for (size_t i = 0; i < TG_COUNT(shapes); i++) {
        tg_tensor weight = test_matrix(NULL, shapes[i][0], shapes[i][1]);
        tg_random random = tg_random_start(9, 0);
        for (tg_init init = TG_INIT_ZEROS; init <= TG_INIT_KAIMING_NORMAL; init++)
            assert_ok(tg_initialize(&weight, init, &random));
        tg_tensor_destroy(&weight);
    }
}

static tg_status initialize_once(void *context) {
    tg_random random = tg_random_start(10, 0);
    return tg_initialize(context, TG_INIT_KAIMING_NORMAL, &random);
}

static void refuses_what_is_wrong(void **state) {
    (void)state;
    tg_tensor weight = test_matrix((const float[]){7, 7, 7, 7}, 2, 2), cleared = {0};
    tg_random random = tg_random_start(11, 0);
    assert_fails(TG_INVALID_ARGUMENT, "weight", tg_initialize(NULL, TG_INIT_ZEROS, &random));
    assert_fails(TG_INVALID_ARGUMENT, "weight", tg_initialize(&cleared, TG_INIT_ZEROS, &random));
    assert_fails(TG_INVALID_ARGUMENT, "random", tg_initialize(&weight, TG_INIT_ZEROS, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "initialisation",
                 tg_initialize(&weight, TG_INIT_AUTO, &random));
    assert_fails(TG_INVALID_ARGUMENT, "initialisation 99",
                 tg_initialize(&weight, (tg_init)99, &random));
    assert_true(test_all(&weight, 7));
    assert_true(random.position == 0);
    (void)test_every_allocation(initialize_once, &weight);
    tg_tensor_destroy(&weight);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_variance_of_its_scheme), cmocka_unit_test(zeros_are_zeros),
        cmocka_unit_test(takes_the_generators_numbers),   cmocka_unit_test(allows_empty_weights),
        cmocka_unit_test(refuses_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
