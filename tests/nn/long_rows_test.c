/* SPDX-License-Identifier: MIT */
/* Softmax, log-softmax and cross-entropy of rows so long that a GPU gives each to several blocks
 * (src/cuda/launch.c): few, or, if it has many multiprocessors, more than a warp has lanes. */
#include "support/device.h"
#include "support/reference.h"
#include "support/test.h"

#include <math.h>
#include <stdlib.h>

typedef struct problem {
    size_t n, k;
    tg_tensor x;
    double *wide, *expected, *scale; /* for each element */
} problem;

/* The next shape that is not too large; false after the last. `*i` begins with 0. */
static bool next_problem(size_t *i, uint64_t *seed, problem *p) {
    static const reference_shape shapes[] = {{2, {3, 32771}}, {2, {1, 560003}}};
    while (*i < TG_COUNT(shapes) && test_is_too_large(&shapes[*i])) ++*i;
    if (*i == TG_COUNT(shapes)) return false;
    const reference_shape *shape = &shapes[(*i)++];
    *p = (problem){.n = shape->sizes[0], .k = shape->sizes[1]};
    p->x = reference_tensor(seed, shape, -15, 15);
    p->wide = reference_widen(test_read(&p->x), p->x.count);
    p->expected = calloc(p->x.count, sizeof *p->expected);
    p->scale = calloc(p->x.count, sizeof *p->scale);
    assert_true(p->expected && p->scale);
    return true;
}

static void free_problem(problem *p) {
    free(p->wide);
    free(p->expected);
    free(p->scale);
    tg_tensor_destroy(&p->x);
}

/* Each element within 5 units in the last place, as for short rows, or within `least`. */
static void check(problem *p, const tg_tensor *result, double least) {
    for (size_t j = 0; j < p->x.count; j++) p->scale[j] = fabs(p->expected[j]) + least;
    assert_near(p->expected, test_read(result), p->scale, p->x.count, 6e-7);
}

/* Nothing waits between the two, of which the second needs more of the GPU's memory for its parts.
 * To be run first: later there is more than enough. */
static void one_follows_the_other(void **state) {
    (void)state;
    uint64_t seed = 4;
    problem problems[2];
    tg_tensor y[2];
    size_t count = 0;
    for (size_t i = 0; next_problem(&i, &seed, &problems[count]); count++)
        y[count] = test_matrix(NULL, problems[count].n, problems[count].k);
    for (size_t i = 0; i < count; i++) assert_ok(tg_softmax_forward(&problems[i].x, 1, &y[i]));
    for (size_t i = 0; i < count; i++) {
        problem *p = &problems[i];
        reference_softmax_forward(p->wide, p->n, p->k, 1, p->expected);
        check(p, &y[i], 0x1p-126);
        tg_tensor_destroy(&y[i]);
        free_problem(p);
    }
}

static void softmax_agrees(void **state) {
    (void)state;
    uint64_t seed = 1;
    problem p;
    for (size_t i = 0; next_problem(&i, &seed, &p); free_problem(&p)) {
        tg_tensor y = test_matrix(NULL, p.n, p.k);
        reference_softmax_forward(p.wide, p.n, p.k, 1, p.expected);
        assert_ok(tg_softmax_forward(&p.x, 1, &y));
        check(&p, &y, 0x1p-126);
        assert_ok(tg_softmax_forward(&p.x, 1, &p.x));
        assert_same(&p.x, &y);
        tg_tensor_destroy(&y);
    }
}

static void log_softmax_agrees(void **state) {
    (void)state;
    uint64_t seed = 2;
    problem p;
    for (size_t i = 0; next_problem(&i, &seed, &p); free_problem(&p)) {
        tg_tensor y = test_matrix(NULL, p.n, p.k);
        reference_log_softmax_forward(p.wide, p.n, p.k, p.expected);
        assert_ok(tg_log_softmax_forward(&p.x, &y));
        check(&p, &y, 2e-9);
        assert_ok(tg_log_softmax_forward(&p.x, &p.x));
        assert_same(&p.x, &y);
        tg_tensor_destroy(&y);
    }
}

static void cross_entropy_agrees(void **state) {
    (void)state;
    const tg_loss options = tg_loss_defaults(TG_CROSS_ENTROPY);
    uint64_t seed = 3;
    problem p;
    for (size_t i = 0; next_problem(&i, &seed, &p); free_problem(&p)) {
        const int32_t labels[] = {(int32_t)p.k - 2, 5, 20000};
        const tg_targets targets = tg_labels(labels, p.n);
        tg_tensor gradient = test_matrix(NULL, p.n, p.k);
        double value = -1, again = -2;
        const double expected = reference_softmax_cross_entropy(
            p.wide, (reference_targets){labels, NULL}, p.n, p.k, &options, p.expected);
        assert_ok(tg_softmax_cross_entropy(&p.x, targets, &options, &value, &gradient));
        assert_close(expected, value, 5e-7, 1e-3);
        check(&p, &gradient, 0x1p-126);
        assert_ok(tg_softmax_cross_entropy(&p.x, targets, &options, &again, &p.x));
        /* The CPU sums in another order where it has no room for the row's exponentials. */
        if (test_is_cuda()) {
            assert_true(value == again);
            assert_same(&p.x, &gradient);
        }
        tg_tensor_destroy(&gradient);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_follows_the_other),
        cmocka_unit_test(softmax_agrees),
        cmocka_unit_test(log_softmax_agrees),
        cmocka_unit_test(cross_entropy_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
