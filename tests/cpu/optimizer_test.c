/* SPDX-License-Identifier: MIT */
/* The optimisers' kernels: each instruction set against float64, at every length, over threads. */
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"
#include "support/kernels.h"
#include "support/reference.h"

enum { RULES = 9, MANY = 200003 };

static tg_update_rule make_rule(size_t index) {
    tg_update_rule rules[RULES] = {
        tg_sgd(0.125f),       tg_sgd(0.1f),      tg_momentum(0.125f, 0.9f),
        tg_momentum(1, 0.5f), tg_nesterov(1, 1), tg_nesterov(0.01f, 0.875f),
        tg_adam(0.125f),      tg_adam(1e-3f),    tg_adamw(0.125f),
    };
    rules[4].momentum = 0.9f;
    static const float decays[RULES] = {0, 0.25f, 0, 0.25f, 0.01f, 0, 0, 0.25f, 0.25f};
    rules[index].weight_decay = decays[index];
    rules[index].decoupled_decay = index % 2 == 0;
    return rules[index];
}

/* Weight, gradient and the two states. */
typedef struct vectors {
    float w[MANY], g[MANY], first[MANY], second[MANY];
} vectors;

static void fill(vectors *v, const tg_update_rule *rule) {
    uint64_t seed = 3;
    test_fill(&seed, v->w, MANY, -2, 2);
    test_fill(&seed, v->g, MANY, -1, 1);
    test_fill(&seed, v->first, MANY, -1, 1);
    /* A second moment is a mean of squares. */
    test_fill(&seed, v->second, MANY, rule->kind == TG_ADAM ? 0 : -1, 1);
}

/* A step of the elements begin .. begin + count - 1. */
static void step(tg_device *device, const tg_update_rule *rule, size_t begin, size_t count,
                 vectors *v) {
    if (rule->kind == TG_ADAM)
        assert_ok(tg_cpu_adam_step(device, rule, 7, count, v->g + begin, v->first + begin,
                                   v->second + begin, v->w + begin));
    else
        assert_ok(tg_cpu_sgd_step(device, rule, count, v->g + begin,
                                  rule->momentum > 0 ? v->first + begin : NULL, v->w + begin));
}

/* ---- Accuracy ---- */

/* In units in the last place of the largest term. */
static double worst_ulps(const float *actual, const double *exact, const double *largest) {
    double worst = 0;
    for (size_t i = 0; i < MANY; i++) {
        const double unit = ldexp(1, ilogb(fmax(largest[i], (double)FLT_MIN)) - 23);
        worst = fmax(worst, fabs((double)actual[i] - exact[i]) / unit);
    }
    return worst;
}

static void check_accuracy(tg_device *device) {
    vectors *v = malloc(sizeof *v);
    double *largest = malloc(MANY * sizeof *largest);
    assert_true(v && largest);
    for (size_t r = 0; r < RULES; r++) {
        const tg_update_rule rule = make_rule(r);
        fill(v, &rule);
        double *wide[] = {reference_widen(v->w, MANY), reference_widen(v->g, MANY),
                          reference_widen(v->first, MANY), reference_widen(v->second, MANY)};
        for (size_t i = 0; i < MANY; i++)
            largest[i] = fabs(wide[0][i]) + fabs(wide[2][i]) + fabs(wide[3][i]);
        if (rule.kind == TG_ADAM)
            reference_adam_step(wide[0], wide[1], MANY, &rule, 7, wide[2], wide[3]);
        else
            reference_sgd_step(wide[0], wide[1], MANY, &rule, rule.momentum > 0 ? wide[2] : NULL);
        step(device, &rule, 0, MANY, v);
        for (size_t i = 0; i < MANY; i++) largest[i] += fabs(wide[0][i]) + fabs(wide[1][i]);
        const double ulps = worst_ulps(v->w, wide[0], largest);
        print_message("rule %zu, %s: %.2f ulp\n", r, tg_device_instructions(device), ulps);
        assert_true(ulps <= 2);
        assert_true(worst_ulps(v->first, wide[2], largest) <= 2);
        assert_true(worst_ulps(v->second, wide[3], largest) <= 2);
        for (size_t j = 0; j < 4; j++) free(wide[j]);
    }
    free(v);
    free(largest);
}

static void steps_are_accurate(void **state) {
    (void)state;
    test_each_instructions(1, check_accuracy);
}

/* ---- Lengths, places, threads ---- */

static void check_lengths(tg_device *device) {
    static const size_t counts[] = {0, 1, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 64, 1009};
    vectors *whole = malloc(sizeof *whole), *part = malloc(sizeof *part);
    assert_true(whole && part);
    for (size_t r = 0; r < RULES; r++) {
        const tg_update_rule rule = make_rule(r);
        fill(whole, &rule);
        step(device, &rule, 0, 1100, whole);
        for (size_t i = 0; i < TG_COUNT(counts); i++) {
            const size_t count = counts[i], begin = i % 5;
            fill(part, &rule);
            float before[3][2] = {{part->w[begin + count], 0},
                                  {part->first[begin + count], 0},
                                  {part->second[begin + count], 0}};
            step(device, &rule, begin, count, part);
            assert_memory_equal(whole->w + begin, part->w + begin, count * sizeof(float));
            assert_memory_equal(whole->first + begin, part->first + begin, count * sizeof(float));
            assert_memory_equal(whole->second + begin, part->second + begin, count * sizeof(float));
            assert_true(before[0][0] == part->w[begin + count]);
            assert_true(before[1][0] == part->first[begin + count]);
            assert_true(before[2][0] == part->second[begin + count]);
        }
    }
    free(whole);
    free(part);
}

static void every_length_does_the_same(void **state) {
    (void)state;
    test_each_instructions(1, check_lengths);
}

static void check_threads(tg_device *device) {
    vectors *alone = malloc(sizeof *alone), *together = malloc(sizeof *together);
    assert_true(alone && together);
    tg_device *single = NULL;
    assert_ok(tg_device_open("cpu", 1, &single));
    assert_ok(tg_device_set_instructions(single, tg_device_instructions(device)));
    for (size_t r = 0; r < RULES; r++) {
        const tg_update_rule rule = make_rule(r);
        fill(alone, &rule);
        fill(together, &rule);
        step(single, &rule, 0, MANY, alone);
        step(device, &rule, 0, MANY, together);
        assert_memory_equal(alone, together, sizeof *alone);
    }
    tg_device_close(single);
    free(alone);
    free(together);
}

static void threads_change_no_bit(void **state) {
    (void)state;
    for (int threads = 2; threads <= 3; threads++) test_each_instructions(threads, check_threads);
}

/* NaN and infinity reach the weight, and only their own. */
static void check_odd_numbers(tg_device *device) {
    vectors *v = malloc(sizeof *v);
    assert_non_null(v);
    for (size_t r = 0; r < RULES; r++) {
        const tg_update_rule rule = make_rule(r);
        fill(v, &rule);
        v->g[5] = NAN;
        v->g[40] = INFINITY;
        step(device, &rule, 0, 50, v);
        for (size_t i = 0; i < 50; i++) assert_int_equal(isfinite(v->w[i]), i != 5 && i != 40);
        /* Nothing known of the gradient yet: no step, and no 0 / 0. */
        v->g[0] = v->first[0] = v->second[0] = v->w[0] = 0;
        step(device, &rule, 0, 1, v);
        assert_true(v->w[0] == 0);
    }
    free(v);
}

static void odd_numbers_stay_where_they_are(void **state) {
    (void)state;
    test_each_instructions(1, check_odd_numbers);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_accurate),
        cmocka_unit_test(every_length_does_the_same),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(odd_numbers_stay_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
