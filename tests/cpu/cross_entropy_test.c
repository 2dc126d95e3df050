/* SPDX-License-Identifier: MIT */
/* The kernels of softmax cross-entropy of labels against float64, for every instruction set, number
 * of threads, and shape that is taken another way. The errors of gradients are printed and bounded
 * in units in the last place, also where the label's probability is nearly 1 or 0. */
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"
#include "support/kernels.h"

static const size_t shapes[][2] = {
    {0, 3},       {1, 1},      {5, 1},     {33, 2},     {17, 3},     {64, 4},   {31, 7},
    {100, 8},     {1, 10},     {999, 10},  {50, 16},    {37, 17},    {15, 64},  {3, 65},
    {41, 70},     {7, 256},    {1, 257},   {9, 300},    {100, 1000}, {3, 9001}, {1, 33003},
    {2000, 1000}, {33, 50257}, {3, 70001}, {1, 500009},
};

typedef struct problem {
    size_t n, k;
    float *logits, *weights;
    int32_t *labels;
    tg_loss options;
} problem;

/* A row of one of several kinds: usual, far apart, masked, sure of its label, sure of another. */
static void fill_row(uint64_t *seed, float *x, size_t k, size_t label) {
    const int kind = (int)test_uniform(seed, 0, 5);
    const double reach = kind == 1 ? 60 : 4;
    for (size_t c = 0; c < k; c++) {
        x[c] = (float)test_uniform(seed, -reach, reach);
        if (kind == 2 && c != label && test_uniform(seed, 0, 1) < 0.5) x[c] = -INFINITY;
    }
    if (kind == 3) x[label] = (float)test_uniform(seed, 10, 90);
    if (kind == 4) x[label] = (float)test_uniform(seed, -300, -10);
}

static problem make_problem(uint64_t *seed, size_t n, size_t k, bool unusual) {
    problem p = {n,
                 k,
                 calloc(n * k + 1, sizeof(float)),
                 calloc(k, sizeof(float)),
                 calloc(n + 1, sizeof(int32_t)),
                 tg_loss_defaults(TG_CROSS_ENTROPY)};
    assert_true(p.logits && p.weights && p.labels);
    for (size_t c = 0; c < k; c++) p.weights[c] = (float)test_uniform(seed, 0.5, 3);
    for (size_t r = 0; r < n; r++) {
        const size_t label = (size_t)test_uniform(seed, 0, (double)k);
        p.labels[r] = (int32_t)label;
        fill_row(seed, p.logits + r * k, k, label);
    }
    if (!unusual) return p;
    p.options.class_weights = p.weights;
    p.weights[0] = 0;
    for (size_t r = 1; r < n; r += 3) { /* ignored, whatever is there */
        p.labels[r] = TG_NO_IGNORE_INDEX;
        p.logits[r * k + r % k] = r % 2 ? NAN : INFINITY;
    }
    return p;
}

static void free_problem(problem *p) {
    free(p->logits);
    free(p->weights);
    free(p->labels);
}

/* The loss of a row and the logarithm of the sum relative to the largest logit. */
static double row_loss(const float *x, size_t k, size_t label, double *max, double *others) {
    *max = -HUGE_VAL;
    *others = 0;
    for (size_t c = 0; c < k; c++) *max = fmax(*max, (double)x[c]);
    for (size_t c = 0; c < k; c++)
        if (c != label) *others += exp((double)x[c] - *max);
    const double at_label = (double)x[label] - *max;
    return at_label > -50 ? log1p(*others / exp(at_label)) : log(*others) - at_label;
}

/* The largest error of the gradient; the loss is checked here. */
static double error_of(const problem *p, double scale, double loss, const float *gradient) {
    double worst = 0, total = 0;
    for (size_t r = 0; r < p->n; r++) {
        const float *x = p->logits + r * p->k, *dx = gradient + r * p->k;
        const int32_t label = p->labels[r];
        if (label == p->options.ignore_index) {
            for (size_t c = 0; c < p->k; c++) assert_true(dx[c] == 0);
            continue;
        }
        double max = 0, others = 0;
        const double weight = p->options.class_weights ? (double)p->weights[label] : 1;
        total += weight * row_loss(x, p->k, (size_t)label, &max, &others);
        const double sum = others + exp((double)x[label] - max);
        for (size_t c = 0; c < p->k; c++) {
            const double e = c == (size_t)label ? -others : exp((double)x[c] - max);
            const double error = test_ulps(dx[c], weight * scale * e / sum);
            if (!(error <= worst)) worst = error;
        }
    }
    assert_close(total * scale, loss, 4e-7, 1e-30);
    return worst;
}

static tg_status run(tg_device *device, const problem *p, double scale, const float *logits,
                     double *loss, float *gradient) {
    return tg_cpu_softmax_cross_entropy(device, p->n, p->k, logits, 1,
                                        (tg_device_targets){.labels = p->labels}, &p->options,
                                        scale, loss, gradient);
}

static float *make_aligned(size_t count) {
    float *made = aligned_alloc(64, (count + 15) / 16 * 64);
    assert_non_null(made);
    return memset(made, 0, count * sizeof *made);
}

static double check_shape(tg_device *device, size_t n, size_t k, bool unusual, uint64_t *seed) {
    const size_t count = n * k, margin = 16;
    problem p = make_problem(seed, n, k, unusual);
    /* Results are the same, bit for bit, where they lie alike in the lines of the cache. */
    float *made = make_aligned(count + 2 * margin), *again = make_aligned(count + 2 * margin);
    const double scale = unusual ? 1 : 1 / ((double)n + 0.25);
    double loss = -1, second = -2, alone = -3, in_place = -4;
    assert_ok(run(device, &p, scale, p.logits, &loss, made + margin));
    assert_ok(run(device, &p, scale, p.logits, &second, again + margin));
    assert_ok(run(device, &p, scale, p.logits, &alone, NULL));
    assert_true(loss == second);
    assert_int_equal(memcmp(made, again, (count + 2 * margin) * sizeof *made), 0);
    assert_close(loss, alone, 4e-7, 1e-30);
    double worst = error_of(&p, scale, loss, made + margin);

    memcpy(again + margin, p.logits, count * sizeof *again);
    assert_ok(run(device, &p, scale, again + margin, &in_place, again + margin));
    worst = fmax(worst, error_of(&p, scale, in_place, again + margin));
    for (size_t i = 0; i < margin; i++)
        assert_true(made[i] == 0 && made[margin + count + i] == 0 && again[i] == 0 &&
                    again[margin + count + i] == 0);
    free_problem(&p);
    free(made);
    free(again);
    return worst;
}

static void check_accuracy(tg_device *device) {
    uint64_t seed = 1;
    double worst = 0;
    for (size_t s = 0; s < TG_COUNT(shapes) * 2; s++) {
        const size_t n = shapes[s / 2][0], k = shapes[s / 2][1];
        const double error = check_shape(device, n, k, s % 2, &seed);
        if (!(error <= 5))
            fail_msg("%s, %zu x %zu: %.2f ulp", tg_device_instructions(device), n, k, error);
        if (error > worst) worst = error;
    }
    print_message("gradient, %s, %d threads: %.2f ulp\n", tg_device_instructions(device),
                  device->threads, worst);
}

static void are_accurate(void **state) {
    (void)state;
    test_each_instructions(1, check_accuracy);
    test_each_instructions(3, check_accuracy);
}

/* One unusual row between usual ones, in each of the ways that rows are taken. */
static void check_limits(tg_device *device) {
    static const size_t columns[] = {2, 3, 10, 70, 300, 9000, 70000};
    const float inf = INFINITY;
    const struct {
        float label, other, rest; /* the logits: at the label, at another, at the others */
        double loss;
    } rows[] = {
        {-inf, 0, -inf, (double)INFINITY},
        {-inf, -inf, -inf, (double)NAN},
        {inf, 0, 0, (double)NAN},
        {0, inf, 0, (double)NAN},
        {NAN, 0, 0, (double)NAN},
        {0, NAN, 0, (double)NAN},
        {-1000, 0, -inf, 1000},
        {-1e30f, 0, -inf, 1e30},
        {0, 1e6f, -inf, 1e6},
        {-FLT_MAX, FLT_MAX, 0, 2 * (double)FLT_MAX},
        {3e5f, 0, 0, 0},
        {1e30f, -1e30f, 0, 0},
        {5, -inf, -inf, 0},
        {95, 10, 9, 0},
        {1e5f, 1e5f, -inf, 0.69314718055994531},
        {-2e5f, -2e5f, -inf, 0.69314718055994531},
    };
    for (size_t i = 0; i < TG_COUNT(columns) * TG_COUNT(rows); i++) {
        enum { ROWS = 18 };
        const size_t k = columns[i / TG_COUNT(rows)], which = i % TG_COUNT(rows), odd = which;
        float *x = calloc(ROWS * k, sizeof *x), *dx = calloc(ROWS * k, sizeof *dx);
        assert_true(x && dx);
        int32_t labels[ROWS] = {0};
        labels[odd] = (int32_t)(k - 1);
        for (size_t c = 0; c < k; c++) x[odd * k + c] = rows[which].rest;
        x[odd * k + k - 1] = rows[which].label;
        x[odd * k] = rows[which].other;
        const tg_loss options = tg_loss_defaults(TG_CROSS_ENTROPY);
        const problem p = {ROWS, k, x, NULL, labels, options};
        double loss = 0;
        assert_ok(run(device, &p, 1, x, &loss, dx));
        const double expected = rows[which].loss + (ROWS - 1) * log((double)k);
        if (isnan(expected))
            assert_true(isnan(loss));
        else
            assert_close(expected, loss, 1e-6, 0);
        double max = 0, others = 0;
        const double alone = row_loss(x + odd * k, k, k - 1, &max, &others);
        for (size_t r = 0; r < ROWS; r++)
            for (size_t c = 0; c < k; c++) {
                const bool at_label = c == (size_t)labels[r];
                const double share = 1 / (double)k;
                double exact = at_label ? share - 1 : share;
                if (r == odd) {
                    const double sum = others + exp((double)x[odd * k + k - 1] - max);
                    exact = (at_label ? -others : exp((double)x[r * k + c] - max)) / sum;
                    if (isnan(rows[which].loss)) exact = (double)NAN;
                }
                const double error = test_ulps(dx[r * k + c], exact);
                if (!(error <= 6))
                    fail_msg("%s, %zu columns, row %zu (loss %g), column %zu: %g for %g",
                             tg_device_instructions(device), k, r, alone, c, (double)dx[r * k + c],
                             exact);
            }
        free(x);
        free(dx);
    }
}

static void meets_its_limits(void **state) {
    (void)state;
    test_each_instructions(1, check_limits);
    test_each_instructions(3, check_limits);
}

/* Scales and weights that float32 kernels cannot take go another way. */
static void check_scales(tg_device *device) {
    static const double scales[] = {1e-30, 1e-16, 1, 1e16, 1e30};
    uint64_t seed = 3;
    for (size_t i = 0; i < TG_COUNT(scales) * 2; i++) {
        problem p = make_problem(&seed, 20, 7, false);
        float gradient[20 * 7];
        double loss = 0;
        p.options.class_weights = p.weights;
        for (size_t c = 0; i % 2 && c < 7; c++) p.weights[c] *= 1e-7f;
        assert_ok(run(device, &p, scales[i / 2], p.logits, &loss, gradient));
        assert_true(error_of(&p, scales[i / 2], loss, gradient) <= 6);
        free_problem(&p);
    }
}

static void takes_any_scale(void **state) {
    (void)state;
    test_each_instructions(1, check_scales);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_accurate),
        cmocka_unit_test(meets_its_limits),
        cmocka_unit_test(takes_any_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
