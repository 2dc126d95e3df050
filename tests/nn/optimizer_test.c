/* SPDX-License-Identifier: MIT */
#include "support/device.h"
#include "support/reference.h"
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/optimizer.h"

enum { RULES = 9, STORED = TG_COUNT(optimizer_start), STORED_STEPS = 5 };

static tg_update_rule with_decay(tg_update_rule rule, float decay) {
    rule.weight_decay = decay;
    return rule;
}

/* The rules that PyTorch was asked for, in float32's nearest numbers. */
static tg_update_rule make_rule(size_t index) {
    const tg_update_rule rules[RULES] = {
        tg_sgd(0.125f),
        with_decay(tg_sgd(0.125f), 0.25f),
        tg_momentum(0.125f, 0.875f),
        tg_nesterov(0.125f, 0.875f),
        with_decay(tg_nesterov(0.125f, 0.875f), 0.25f),
        tg_adam(0.125f),
        with_decay(tg_adam(0.125f), 0.25f),
        tg_adamw(0.125f),
        with_decay(tg_adamw(0.125f), 0.25f),
    };
    return rules[index];
}

static const double *const stored[RULES] = {
    optimizer_sgd,        optimizer_sgd_decay,      optimizer_momentum,
    optimizer_nesterov,   optimizer_nesterov_decay, optimizer_adam,
    optimizer_adam_decay, optimizer_adamw,          optimizer_adamw_decay,
};

/* A step by the functions on tensors; the state is a velocity, or two moments. */
static void step_by_hand(const tg_update_rule *rule, uint64_t step, const tg_tensor *gradient,
                         tg_tensor state[2], tg_tensor *weight) {
    if (rule->kind == TG_ADAM)
        assert_ok(tg_adam_step(weight, gradient, rule, step, &state[0], &state[1]));
    else
        assert_ok(tg_sgd_step(weight, gradient, rule, rule->momentum > 0 ? &state[0] : NULL));
}

static void agree_with_pytorch(void **unused) {
    (void)unused;
    for (size_t r = 0; r < RULES; r++) {
        tg_update_rule rule = make_rule(r);
        tg_tensor weight = test_vector(optimizer_start, STORED);
        tg_tensor state[] = {test_vector(NULL, STORED), test_vector(NULL, STORED)};
        for (size_t step = 0; step < STORED_STEPS; step++) {
            tg_tensor gradient = test_vector(optimizer_gradients + step * STORED, STORED);
            step_by_hand(&rule, step + 1, &gradient, state, &weight);
            assert_near(stored[r] + step * STORED, test_read(&weight), NULL, STORED, 1e-6);
            tg_tensor_destroy(&gradient);
        }
        test_destroy(&weight, &state[0], &state[1]);
    }
}

/* Each step by itself: what it makes of float32 numbers, against the reference on the same ones. */
static void agree_with_the_references(void **unused) {
    (void)unused;
    static const size_t counts[] = {0, 1, 7, 1009};
    uint64_t seed = 1;
    for (size_t i = 0; i < RULES * TG_COUNT(counts); i++) {
        size_t count = counts[i / RULES];
        tg_update_rule rule = make_rule(i % RULES);
        tg_tensor weight = reference_matrix(&seed, 1, count, -2, 2), state[2];
        for (size_t j = 0; j < 2; j++) state[j] = reference_matrix(&seed, 1, count, 0, 0);
        for (uint64_t step = 1; step <= 20; step++) {
            tg_tensor gradient = reference_matrix(&seed, 1, count, -1, 1);
            double *wide[] = {reference_widen(test_read(&weight), count),
                              reference_widen(test_read(&gradient), count),
                              reference_widen(test_read(&state[0]), count),
                              reference_widen(test_read(&state[1]), count)};
            double *scale = calloc(count + 1, sizeof *scale);
            assert_non_null(scale);
            for (size_t k = 0; k < 4 * count; k++) scale[k / 4] += fabs(wide[k % 4][k / 4]);
            if (rule.kind == TG_ADAM)
                reference_adam_step(wide[0], wide[1], count, &rule, step, wide[2], wide[3]);
            else
                reference_sgd_step(wide[0], wide[1], count, &rule,
                                   rule.momentum > 0 ? wide[2] : NULL);
            step_by_hand(&rule, step, &gradient, state, &weight);
            for (size_t j = 0; j < count; j++) scale[j] += fabs(wide[0][j]);
            /* A handful of roundings of numbers no larger than those that go in and come out. */
            assert_near(wide[0], test_read(&weight), scale, count, 3e-7);
            assert_near(wide[2], test_read(&state[0]), scale, count, 3e-7);
            assert_near(wide[3], test_read(&state[1]), scale, count, 3e-7);
            free(scale);
            for (size_t j = 0; j < 4; j++) free(wide[j]);
            tg_tensor_destroy(&gradient);
        }
        test_destroy(&weight, &state[0], &state[1]);
    }
}

enum { COUNT = 1009, STEPS = 12 };

/* The whole-vector optimiser does the same, at a rate that changes from step to step. */
static void whole_vectors_are_stepped_alike(void **unused) {
    (void)unused;
    for (size_t r = 0; r < RULES; r++) {
        uint64_t seed = r;
        tg_update_rule rule = make_rule(r);
        tg_tensor start = reference_tensor(&seed, &(reference_shape){1, {COUNT}}, -1, 1);
        tg_tensor by_hand = start, whole = test_vector(test_read(&start), COUNT);
        tg_tensor state[] = {test_vector(NULL, COUNT), test_vector(NULL, COUNT)};
        tg_optimizer *optimizer = NULL;
        assert_ok(tg_optimizer_create(test_device(), COUNT, &rule, &optimizer));
        assert_int_equal(tg_optimizer_steps(optimizer), 0);
        for (uint64_t step = 1; step <= STEPS; step++) {
            tg_tensor gradient = reference_tensor(&seed, &(reference_shape){1, {COUNT}}, -1, 1);
            rule.learning_rate = 0.1f / (float)step;
            step_by_hand(&rule, step, &gradient, state, &by_hand);
            assert_ok(tg_optimizer_step(optimizer, rule.learning_rate, &gradient, &whole));
            assert_int_equal(tg_optimizer_steps(optimizer), step);
            assert_same(&by_hand, &whole);
            tg_tensor_destroy(&gradient);
        }
        for (size_t i = 0; i < tg_optimizer_state_count(optimizer); i++) {
            tg_tensor view;
            assert_ok(tg_optimizer_state(optimizer, i, &view));
            assert_false(view.owned);
            assert_same(&view, &state[i]);
        }
        tg_optimizer_destroy(optimizer);
        test_destroy(&start, &whole, &state[0], &state[1]);
    }
}

/* Steps first .. last-1 of a run whose gradients depend on the step alone. */
static void run(tg_optimizer *optimizer, uint64_t first, uint64_t last, tg_tensor *weight) {
    for (uint64_t step = first; step < last; step++) {
        uint64_t seed = step * 77;
        tg_tensor gradient = reference_tensor(&seed, &(reference_shape){1, {COUNT}}, -1, 1);
        assert_ok(tg_optimizer_step(optimizer, 0.05f, &gradient, weight));
        tg_tensor_destroy(&gradient);
    }
}

static void goes_on_bit_identically_after_a_restore(void **unused) {
    (void)unused;
    static const size_t state_counts[RULES] = {0, 0, 1, 1, 1, 2, 2, 2, 2};
    for (size_t r = 0; r < RULES; r++) {
        tg_update_rule rule = make_rule(r);
        tg_tensor straight = test_vector(NULL, COUNT), stopped = test_vector(NULL, COUNT);
        tg_optimizer *optimizer, *before, *after;
        assert_ok(tg_optimizer_create(test_device(), COUNT, &rule, &optimizer));
        assert_ok(tg_optimizer_create(test_device(), COUNT, &rule, &before));
        assert_ok(tg_optimizer_create(test_device(), COUNT, &rule, &after));
        run(optimizer, 0, STEPS, &straight);
        run(before, 0, STEPS / 2, &stopped);
        size_t count = tg_optimizer_state_count(before);
        assert_int_equal(count, state_counts[r]);
        for (size_t i = 0; i < count; i++) {
            tg_tensor from, to;
            assert_ok(tg_optimizer_state(before, i, &from));
            assert_ok(tg_optimizer_state(after, i, &to));
            assert_ok(tg_tensor_copy(&from, &to));
        }
        tg_optimizer_set_steps(after, tg_optimizer_steps(before));
        tg_optimizer_destroy(before);
        run(after, STEPS / 2, STEPS, &stopped);
        assert_int_equal(tg_optimizer_steps(after), STEPS);
        assert_same(&straight, &stopped);
        tg_optimizer_destroy(optimizer);
        tg_optimizer_destroy(after);
        test_destroy(&straight, &stopped);
    }
}

static void clips_as_pytorch(void **unused) {
    (void)unused;
    static const struct {
        float limit;
        const double *norm, *clipped;
    } cases[] = {{1, clip_small_norm, clip_small}, {1000, clip_large_norm, clip_large}};
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_tensor gradient = test_vector(optimizer_start, STORED);
        double norm = 0;
        assert_ok(tg_clip_norm(&gradient, cases[i].limit, &norm));
        assert_close(*cases[i].norm, norm, 1e-11, 0);
        const float *numbers = test_read(&gradient);
        assert_near(cases[i].clipped, numbers, NULL, STORED, 1e-7);
        if (norm < (double)cases[i].limit)
            assert_memory_equal(numbers, optimizer_start, sizeof optimizer_start);
        assert_ok(tg_clip_norm(&gradient, cases[i].limit, NULL));
        tg_tensor_destroy(&gradient);
    }
}

static void clips_extremes(void **unused) {
    (void)unused;
    /* The squares of these are beyond float32. */
    tg_tensor large = test_vector((const float[]){3e30f, -4e30f}, 2);
    tg_tensor small = test_vector((const float[]){3e-30f, 4e-30f}, 2);
    tg_tensor zeros = test_vector(NULL, 2), none = test_vector(NULL, 0);
    double norm = -1;
    assert_ok(tg_clip_norm(&large, 5, &norm));
    assert_close(5e30, norm, 1e-6, 0);
    const float *clipped = test_read(&large);
    assert_close(3, (double)clipped[0], 1e-6, 0);
    assert_close(-4, (double)clipped[1], 1e-6, 0);
    assert_ok(tg_clip_norm(&small, 5, &norm));
    assert_close(5e-30, norm, 1e-6, 0);
    assert_true(test_read(&small)[0] == 3e-30f);
    assert_ok(tg_clip_norm(&zeros, 5, &norm));
    assert_true(norm == 0 && test_all(&zeros, 0));
    assert_ok(tg_clip_norm(&none, 5, &norm));
    assert_true(norm == 0);
    test_destroy(&large, &small, &zeros, &none);
}

static void refuse_wrong_rules(void **unused) {
    (void)unused;
    tg_tensor weight = test_vector((const float[]){7, 7}, 2);
    tg_tensor gradient = test_vector((const float[]){3, 4}, 2);
    tg_tensor first = test_vector((const float[]){5, 5}, 2);
    tg_tensor second = test_vector((const float[]){6, 6}, 2);
    tg_update_rule wrong[16];
    const char *messages[TG_COUNT(wrong)];
    size_t count = 0;
#define WRONG(start, field, value, text)                                                           \
    do {                                                                                           \
        wrong[count] = start(0.1f);                                                                \
        wrong[count].field = value;                                                                \
        messages[count++] = text;                                                                  \
    } while (0)
    WRONG(tg_sgd, learning_rate, -1, "learning rate");
    WRONG(tg_sgd, learning_rate, NAN, "learning rate");
    WRONG(tg_adam, learning_rate, INFINITY, "learning rate");
    WRONG(tg_sgd, weight_decay, -1, "decay");
    WRONG(tg_adamw, weight_decay, NAN, "decay");
    WRONG(tg_sgd, momentum, 1, "momentum");
    WRONG(tg_sgd, momentum, -0.1f, "momentum");
    WRONG(tg_sgd, momentum, NAN, "momentum");
    WRONG(tg_sgd, nesterov, true, "momentum");
    WRONG(tg_adam, beta1, 1, "betas");
    WRONG(tg_adam, beta2, -0.5f, "betas");
    WRONG(tg_adam, beta2, NAN, "betas");
    WRONG(tg_adam, epsilon, 0, "epsilon");
    WRONG(tg_adam, epsilon, NAN, "epsilon");
    WRONG(tg_adam, epsilon, -1, "epsilon");
    WRONG(tg_sgd, kind, (tg_optimizer_kind)9, "kind 9");
#undef WRONG
    assert_int_equal(count, TG_COUNT(wrong));
    for (size_t i = 0; i < count; i++) {
        tg_optimizer *optimizer = NULL;
        assert_fails(TG_INVALID_ARGUMENT, messages[i],
                     wrong[i].kind == TG_ADAM
                         ? tg_adam_step(&weight, &gradient, &wrong[i], 1, &first, &second)
                         : tg_sgd_step(&weight, &gradient, &wrong[i], &first));
        assert_fails(TG_INVALID_ARGUMENT, messages[i],
                     tg_optimizer_create(test_device(), 2, &wrong[i], &optimizer));
        assert_null(optimizer);
    }
    assert_true(test_all(&weight, 7) && test_all(&first, 5) && test_all(&second, 6));
    test_destroy(&weight, &gradient, &first, &second);
}

static void refuse_what_does_not_fit(void **unused) {
    (void)unused;
    static const float sevens[] = {7, 7, 7};
    tg_tensor w = test_vector(sevens, 3), g = test_vector((const float[]){3, 4, 5}, 3), shorter;
    tg_tensor first = test_vector(sevens, 3), second = test_vector(sevens, 3);
    assert_ok(tg_tensor_slice(&g, 0, 2, &shorter));
    const tg_update_rule sgd = tg_sgd(0.1f), momentum = tg_momentum(0.1f, 0.9f);
    const tg_update_rule adam = tg_adam(0.1f);
    assert_fails(TG_INVALID_ARGUMENT, "weight", tg_sgd_step(NULL, &g, &sgd, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "gradient", tg_sgd_step(&w, NULL, &sgd, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "gradient", tg_sgd_step(&w, &shorter, &sgd, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_sgd_step(&w, &g, NULL, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "SGD", tg_sgd_step(&w, &g, &adam, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "velocity", tg_sgd_step(&w, &g, &momentum, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "velocity", tg_sgd_step(&w, &g, &momentum, &shorter));
    assert_fails(TG_INVALID_ARGUMENT, "weight", tg_adam_step(NULL, &g, &adam, 1, &first, &second));
    assert_fails(TG_INVALID_ARGUMENT, "gradient",
                 tg_adam_step(&w, NULL, &adam, 1, &first, &second));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_adam_step(&w, &g, NULL, 1, &first, &second));
    assert_fails(TG_INVALID_ARGUMENT, "Adam", tg_adam_step(&w, &g, &sgd, 1, &first, &second));
    assert_fails(TG_INVALID_ARGUMENT, "from 1", tg_adam_step(&w, &g, &adam, 0, &first, &second));
    assert_fails(TG_INVALID_ARGUMENT, "first", tg_adam_step(&w, &g, &adam, 1, NULL, &second));
    assert_fails(TG_INVALID_ARGUMENT, "second", tg_adam_step(&w, &g, &adam, 1, &first, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "second", tg_adam_step(&w, &g, &adam, 1, &first, &shorter));
    double norm = 7;
    assert_fails(TG_INVALID_ARGUMENT, "gradient", tg_clip_norm(NULL, 1, &norm));
    static const float wrong_limits[] = {0, -1, NAN};
    for (size_t i = 0; i < TG_COUNT(wrong_limits); i++)
        assert_fails(TG_INVALID_ARGUMENT, "limit", tg_clip_norm(&w, wrong_limits[i], &norm));

    tg_optimizer *optimizer = NULL;
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_optimizer_create(NULL, 3, &adam, &optimizer));
    assert_fails(TG_INVALID_ARGUMENT, "NULL",
                 tg_optimizer_create(test_device(), 3, NULL, &optimizer));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_optimizer_create(test_device(), 3, &adam, NULL));
    assert_fails(TG_OUT_OF_MEMORY, "",
                 tg_optimizer_create(test_device(), SIZE_MAX, &adam, &optimizer));
    assert_null(optimizer);
    assert_ok(tg_optimizer_create(test_device(), 3, &adam, &optimizer));
    tg_tensor view;
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_optimizer_step(NULL, 0.1f, &g, &w));
    assert_fails(TG_INVALID_ARGUMENT, "gradient", tg_optimizer_step(optimizer, 0.1f, NULL, &w));
    assert_fails(TG_INVALID_ARGUMENT, "weight", tg_optimizer_step(optimizer, 0.1f, &g, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "gradient", tg_optimizer_step(optimizer, 0.1f, &shorter, &w));
    assert_fails(TG_INVALID_ARGUMENT, "", tg_optimizer_step(optimizer, 0.1f, &shorter, &shorter));
    assert_fails(TG_INVALID_ARGUMENT, "learning rate", tg_optimizer_step(optimizer, NAN, &g, &w));
    assert_fails(TG_INVALID_ARGUMENT, "state 2 of 2", tg_optimizer_state(optimizer, 2, &view));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_optimizer_state(NULL, 0, &view));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_optimizer_state(optimizer, 0, NULL));
    assert_int_equal(tg_optimizer_steps(optimizer), 0);
    tg_optimizer_destroy(optimizer);
    tg_optimizer_destroy(NULL);
    assert_true(norm == 7);
    assert_true(test_all(&w, 7) && test_all(&first, 7) && test_all(&second, 7));
    test_destroy(&w, &g, &first, &second);
}

static tg_status create_one(void *rule) {
    tg_optimizer *optimizer = NULL;
    tg_status status = tg_optimizer_create(test_device(), 5, rule, &optimizer);
    if (status) assert_null(optimizer);
    tg_optimizer_destroy(optimizer);
    return status;
}

static void survives_want_of_memory(void **unused) {
    (void)unused;
    tg_update_rule rule = tg_adam(0.1f);
    /* The moments of a GPU are not the host's. */
    assert_int_equal(test_every_allocation(create_one, &rule), test_is_cuda() ? 1 : 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agree_with_pytorch),
        cmocka_unit_test(agree_with_the_references),
        cmocka_unit_test(whole_vectors_are_stepped_alike),
        cmocka_unit_test(goes_on_bit_identically_after_a_restore),
        cmocka_unit_test(clips_as_pytorch),
        cmocka_unit_test(clips_extremes),
        cmocka_unit_test(refuse_wrong_rules),
        cmocka_unit_test(refuse_what_does_not_fit),
        cmocka_unit_test(survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
