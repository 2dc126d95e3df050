/* SPDX-License-Identifier: MIT */
/* The dense layer on the CPU: every instruction set, one to three threads, and both ours and BLAS's
 * products, compared with float64. */
#include "support/test.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"
#include "support/kernels.h"
#include "support/reference.h"

/* Rows, inputs, outputs. */
typedef struct sizes {
    size_t n, in, out;
} sizes;

static const sizes cases[] = {
    /* tiny, and the edges of tiles and vectors */
    {1, 1, 1},
    {1, 12, 16},
    {1, 16, 4},
    {2, 3, 5},
    {7, 17, 1},
    {8, 15, 17},
    {9, 16, 16},
    {13, 33, 47},
    {16, 47, 48},
    {17, 49, 49},
    {31, 64, 63},
    {5, 129, 6},
    /* nothing at all */
    {0, 4, 3},
    {4, 0, 3},
    {12, 0, 3},
    {4, 3, 0},
    /* enough for several threads: split by units, by inputs, by rows; long and short in each way */
    {1, 1031, 257},
    {1, 40, 6007},
    {37, 331, 101},
    {64, 784, 128},
    {9, 2500, 70},
    {300, 601, 41},
    {1500, 67, 23},
    {1100, 40, 50},
    {2051, 700, 5},
    {130, 128, 96},
};

/* BLAS's. */
static const sizes large = {600, 701, 647};

static const tg_layer_kind activations[] = {TG_LAYER_DENSE, TG_LAYER_RELU, TG_LAYER_LEAKY_RELU,
                                            TG_LAYER_TANH};

/* ---- Arrays with a guard on both sides ---- */

enum { GUARD = 64 };
static const float guard = 12345;

typedef struct array {
    size_t count;
    float *values;
} array;

static array make(uint64_t *seed, size_t count) {
    float *memory = malloc((count + 2 * GUARD) * sizeof *memory);
    assert_non_null(memory);
    for (size_t i = 0; i < count + 2 * GUARD; i++) memory[i] = guard;
    if (seed) test_fill(seed, memory + GUARD, count, -1, 1);
    return (array){count, memory + GUARD};
}

static void check_and_free(array a) {
    for (size_t i = 0; i < GUARD; i++)
        assert_true(a.values[-1 - (long)i] == guard && a.values[a.count + i] == guard);
    free(a.values - GUARD);
}

static array copy(array a) {
    array b = make(NULL, a.count);
    for (size_t i = 0; i < a.count; i++) b.values[i] = a.values[i];
    return b;
}

static bool same(array a, array b) {
    return memcmp(a.values, b.values, a.count * sizeof *a.values) == 0;
}

/* ---- Errors ---- */

/* Of large results only so many elements are looked at; the step is a prime. */
static size_t stride_of(size_t count) {
    return count > 5000 ? 997 : 1;
}

/* A dot product of rows and columns in float64, of numbers or of their sizes. */
static double dot(const float *a, size_t a_step, const float *b, size_t b_step, size_t count,
                  bool sizes_only) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        const double product = (double)a[i * a_step] * (double)b[i * b_step];
        sum += sizes_only ? fabs(product) : product;
    }
    return sum;
}

typedef struct worst {
    double y, dx, dw, db, step;
} worst;

/* |value - exact| in units of 2^-24 scale, scale being the sum of the terms' sizes. The terms are
 * of either sign at random: a sum of k of them is some sqrt(k) terms large on its way, each of its
 * k roundings is off by half a unit of that at most and again by chance, so that in the end it is
 * sqrt(k) sqrt(k) terms / scale, or a unit, whatever k is; a few times that where chance is bad. */
static void judge(double value, double exact, double scale, double *largest) {
    if (scale == 0) {
        assert_true(value == exact);
        return;
    }
    const double error = fabs(value - exact) / (scale * 0x1p-24);
    if (!(error <= 6)) fail_msg("off by %g units of 2^-24 of %g", error, scale);
    if (error > *largest) *largest = error;
}

/* ---- One case ---- */

typedef struct problem {
    tg_device *device;
    sizes s;
    array x, w, b, dy;
    bool with_bias;
    worst *errors;
} problem;

static void check_forward(const problem *p) {
    const sizes s = p->s;
    array plain = make(NULL, s.n * s.out), again = copy(plain);
    const float *bias = p->with_bias ? p->b.values : NULL;
    assert_ok(tg_cpu_dense_forward(p->device, s.n, s.in, s.out, p->x.values, p->w.values, bias,
                                   TG_LAYER_DENSE, 0, plain.values));
    for (size_t i = 0; i < plain.count; i += stride_of(plain.count)) {
        const float *x = p->x.values + i / s.out * s.in, *w = p->w.values + i % s.out * s.in;
        const double b = bias ? (double)bias[i % s.out] : 0;
        judge((double)plain.values[i], dot(x, 1, w, 1, s.in, false) + b,
              dot(x, 1, w, 1, s.in, true) + fabs(b), &p->errors->y);
    }
    /* With an activation it is the same as without and the activation behind; TG_LAYER_DENSE, in
     * the list too, must give the same bits again. */
    for (size_t i = 0; i < TG_COUNT(activations); i++) {
        array expected = copy(plain);
        if (activations[i] != TG_LAYER_DENSE)
            assert_ok(tg_cpu_activation_forward(p->device, activations[i], 0.25f, plain.count,
                                                plain.values, expected.values));
        assert_ok(tg_cpu_dense_forward(p->device, s.n, s.in, s.out, p->x.values, p->w.values, bias,
                                       activations[i], 0.25f, again.values));
        assert_true(same(expected, again));
        check_and_free(expected);
    }
    check_and_free(plain);
    check_and_free(again);
}

/* The element i of dW = dy^T x, or the sum of its terms' sizes. */
static double weight_gradient(const problem *p, size_t i, bool sizes_only) {
    return dot(p->dy.values + i / p->s.in, p->s.out, p->x.values + i % p->s.in, p->s.in, p->s.n,
               sizes_only);
}

static double bias_gradient(const problem *p, size_t i, bool sizes_only) {
    static const float one = 1;
    return dot(p->dy.values + i, p->s.out, &one, 0, p->s.n, sizes_only);
}

static void check_backward(const problem *p) {
    const sizes s = p->s;
    array dx = make(NULL, s.n * s.in), dw = make(NULL, s.out * s.in), db = make(NULL, s.out);
    array again[] = {copy(dx), copy(dw), copy(db)};
    assert_ok(tg_cpu_dense_backward(p->device, s.n, s.in, s.out, p->x.values, p->w.values,
                                    p->dy.values, dx.values, dw.values, db.values));
    for (size_t i = 0; i < dx.count; i += stride_of(dx.count)) {
        const float *dy = p->dy.values + i / s.in * s.out, *w = p->w.values + i % s.in;
        judge((double)dx.values[i], dot(dy, 1, w, s.in, s.out, false),
              dot(dy, 1, w, s.in, s.out, true), &p->errors->dx);
    }
    for (size_t i = 0; i < dw.count; i += stride_of(dw.count))
        judge((double)dw.values[i], weight_gradient(p, i, false), weight_gradient(p, i, true),
              &p->errors->dw);
    for (size_t i = 0; i < db.count; i += stride_of(db.count))
        judge((double)db.values[i], bias_gradient(p, i, false), bias_gradient(p, i, true),
              &p->errors->db);
    assert_ok(tg_cpu_dense_backward(p->device, s.n, s.in, s.out, p->x.values, p->w.values,
                                    p->dy.values, again[0].values, again[1].values,
                                    again[2].values));
    assert_true(same(dx, again[0]) && same(dw, again[1]) && same(db, again[2]));
    array all[] = {dx, dw, db, again[0], again[1], again[2]};
    for (size_t i = 0; i < TG_COUNT(all); i++) check_and_free(all[i]);
}

/* The element i of a parameter and its velocity after the step, by the reference. */
static void judge_step(const problem *p, const tg_update_rule *rule, double gradient, double terms,
                       float before, float velocity_before, float after, float velocity_after) {
    double weight = (double)before, velocity = (double)velocity_before;
    const double decay = (double)rule->weight_decay * fabs(weight);
    const double momentum = (double)rule->momentum * fabs(velocity);
    reference_sgd_step(&weight, &gradient, 1, rule, &velocity);
    const double scale = terms + decay + momentum, rate = (double)rule->learning_rate;
    judge((double)after, weight, fabs((double)before) * (1 + rate) + rate * (2 * scale + momentum),
          &p->errors->step);
    if (rule->momentum > 0) judge((double)velocity_after, velocity, scale, &p->errors->step);
}

static void check_step(const problem *p, const tg_update_rule *rule, uint64_t *seed) {
    const sizes s = p->s;
    const bool moves = rule->momentum > 0;
    array parameters[2][4]; /* twice: w, b, and their velocities */
    array start[] = {p->w, p->b, make(seed, s.out * s.in), make(seed, s.out)};
    array work[2][3], dx = make(NULL, s.n * s.in); /* dx, dw, db */
    for (size_t j = 0; j < 2; j++) {
        for (size_t i = 0; i < 4; i++) parameters[j][i] = copy(start[i]);
        work[j][0] = make(NULL, s.n * s.in);
        work[j][1] = make(NULL, s.out * s.in);
        work[j][2] = make(NULL, s.out);
        array *a = parameters[j];
        assert_ok(tg_cpu_dense_backward_step(
            p->device, rule, s.n, s.in, s.out, p->x.values, p->dy.values,
            j == 0 ? work[j][0].values : NULL, a[0].values, p->with_bias ? a[1].values : NULL,
            moves ? a[2].values : NULL, moves && p->with_bias ? a[3].values : NULL,
            work[j][1].values, p->with_bias ? work[j][2].values : NULL));
    }
    /* The same bits twice, also without dx; which is by the weights from before the step. */
    for (size_t i = 0; i < 4; i++) assert_true(same(parameters[0][i], parameters[1][i]));
    assert_ok(tg_cpu_dense_backward(p->device, s.n, s.in, s.out, p->x.values, p->w.values,
                                    p->dy.values, dx.values, NULL, NULL));
    assert_true(same(dx, work[0][0]));
    const array *a = parameters[0];
    for (size_t i = 0; i < a[0].count; i += stride_of(a[0].count))
        judge_step(p, rule, weight_gradient(p, i, false), weight_gradient(p, i, true),
                   start[0].values[i], moves ? start[2].values[i] : 0, a[0].values[i],
                   a[2].values[i]);
    for (size_t i = 0; p->with_bias && i < a[1].count; i += stride_of(a[1].count))
        judge_step(p, rule, bias_gradient(p, i, false), bias_gradient(p, i, true),
                   start[1].values[i], moves ? start[3].values[i] : 0, a[1].values[i],
                   a[3].values[i]);
    if (!p->with_bias) assert_true(same(a[1], start[1]) && same(a[3], start[3]));
    if (!moves) assert_true(same(a[2], start[2]) && same(a[3], start[3]));
    for (size_t j = 0; j < 2; j++) {
        for (size_t i = 0; i < 4; i++) check_and_free(parameters[j][i]);
        for (size_t i = 0; i < 3; i++) check_and_free(work[j][i]);
    }
    check_and_free(start[2]);
    check_and_free(start[3]);
    check_and_free(dx);
}

static void check_case(tg_device *device, sizes s, bool with_bias, uint64_t *seed, worst *errors) {
    const problem p = {device,
                       s,
                       make(seed, s.n * s.in),
                       make(seed, s.out * s.in),
                       make(seed, s.out),
                       make(seed, s.n * s.out),
                       with_bias,
                       errors};
    check_forward(&p);
    check_backward(&p);
    tg_update_rule rules[] = {tg_sgd(0.125f), tg_sgd(0.125f), tg_momentum(0.1f, 0.9f),
                              tg_nesterov(0.1f, 0.5f), tg_sgd(0)};
    rules[1].weight_decay = 0.25f;
    rules[3].weight_decay = 0.25f;
    rules[3].decoupled_decay = true;
    for (size_t i = 0; i < TG_COUNT(rules); i++) check_step(&p, &rules[i], seed);
    check_and_free(p.x);
    check_and_free(p.w);
    check_and_free(p.b);
    check_and_free(p.dy);
}

static void print_worst(const tg_device *device, const char *what, const worst *w) {
    print_message("%s, %s, %d threads: y %.1f, dx %.1f, dW %.1f, db %.1f, step %.1f units of 2^-24 "
                  "of the sum of the terms' sizes\n",
                  what, tg_device_instructions(device), device->threads, w->y, w->dx, w->dw, w->db,
                  w->step);
}

static void check_cases(tg_device *device) {
    uint64_t seed = 1;
    worst errors = {0};
    for (size_t i = 0; i < TG_COUNT(cases); i++)
        check_case(device, cases[i], i % 4 != 3, &seed, &errors);
    for (size_t i = 0; i < 60; i++) {
        const sizes s = {(size_t)test_uniform(&seed, 1, 70), (size_t)test_uniform(&seed, 1, 70),
                         (size_t)test_uniform(&seed, 1, 70)};
        check_case(device, s, i % 2 == 0, &seed, &errors);
    }
    print_worst(device, "our products", &errors);
}

static void is_accurate(void **state) {
    (void)state;
    test_each_instructions(1, check_cases);
    test_each_instructions(3, check_cases);
}

static void is_accurate_by_blas(void **state) {
    (void)state;
    const int before = openblas_get_num_threads();
    for (int threads = 1; threads <= 2; threads++) {
        uint64_t seed = 2;
        worst errors = {0};
        tg_device *device = NULL;
        assert_ok(tg_device_open("cpu", threads, &device));
        openblas_set_num_threads(2);
        check_case(device, large, threads == 1, &seed, &errors);
        assert_int_equal(openblas_get_num_threads(), 2);
        print_worst(device, "BLAS's products", &errors);
        tg_device_close(device);
    }
    openblas_set_num_threads(before);
}

/* ---- What is not finite ---- */

static size_t count_nan(array a) {
    size_t count = 0;
    for (size_t i = 0; i < a.count; i++) count += isnan(a.values[i]) != 0;
    return count;
}

/* One NaN or infinity meets zeros only, which nothing may skip. */
static void check_not_finite(tg_device *device) {
    static const sizes shapes[] = {{3, 5, 7}, {20, 200, 33}, {40, 30, 50}, {200, 300, 20}};
    static const float specials[] = {NAN, INFINITY};
    for (size_t i = 0; i < TG_COUNT(shapes) * 2; i++) {
        const sizes s = shapes[i / 2];
        array x = make(NULL, s.n * s.in), w = make(NULL, s.out * s.in), y = make(NULL, s.n * s.out);
        array dx = copy(x), dw = copy(w), db = make(NULL, s.out);
        memset(x.values, 0, x.count * sizeof(float));
        memset(w.values, 0, w.count * sizeof(float));
        x.values[s.in * (s.n - 1) + s.in / 2] = specials[i % 2];
        assert_ok(tg_cpu_dense_forward(device, s.n, s.in, s.out, x.values, w.values, NULL,
                                       TG_LAYER_RELU, 0, y.values));
        assert_int_equal(count_nan(y), s.out);
        memset(y.values, 0, y.count * sizeof(float)); /* now dy */
        assert_ok(tg_cpu_dense_backward(device, s.n, s.in, s.out, x.values, w.values, y.values,
                                        dx.values, dw.values, db.values));
        assert_int_equal(count_nan(dx), 0);
        assert_int_equal(count_nan(dw), s.out);
        assert_int_equal(count_nan(db), 0);
        const tg_update_rule rule = tg_sgd(0);
        assert_ok(tg_cpu_dense_backward_step(device, &rule, s.n, s.in, s.out, x.values, y.values,
                                             dx.values, w.values, NULL, NULL, NULL, dw.values,
                                             NULL));
        assert_int_equal(count_nan(dx), 0);
        assert_int_equal(count_nan(w), s.out);
        assert_ok(tg_cpu_dense_backward(device, s.n, s.in, s.out, x.values, w.values, y.values,
                                        dx.values, NULL, NULL));
        assert_int_equal(count_nan(dx), s.n);
        array all[] = {x, w, y, dx, dw, db};
        for (size_t j = 0; j < TG_COUNT(all); j++) check_and_free(all[j]);
    }
}

static void passes_on_what_is_not_finite(void **state) {
    (void)state;
    test_each_instructions(1, check_not_finite);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_accurate),
        cmocka_unit_test(is_accurate_by_blas),
        cmocka_unit_test(passes_on_what_is_not_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
