/* SPDX-License-Identifier: MIT */
#include "support/device.h"
#include "support/reference.h"
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/softmax.h"

/* The three operations, so that each test is written once. */
typedef enum operation { SOFTMAX, LOG_SOFTMAX, SUM_NORMALIZE, OPERATIONS } operation;
static const char *const names[] = {"softmax", "log-softmax", "normalising by the sum"};

static void reference_forward(operation o, const double *x, size_t n, size_t k, double temperature,
                              double *y) {
    if (o == SOFTMAX) reference_softmax_forward(x, n, k, temperature, y);
    if (o == LOG_SOFTMAX) reference_log_softmax_forward(x, n, k, y);
    if (o == SUM_NORMALIZE) reference_sum_normalize_forward(x, n, k, y);
}

static void reference_backward(operation o, const double *x, const double *y, const double *dy,
                               size_t n, size_t k, double temperature, double *dx) {
    if (o == SOFTMAX) reference_softmax_backward(y, dy, n, k, temperature, dx);
    if (o == LOG_SOFTMAX) reference_log_softmax_backward(y, dy, n, k, dx);
    if (o == SUM_NORMALIZE) reference_sum_normalize_backward(x, y, dy, n, k, dx);
}

static tg_status forward(operation o, const tg_tensor *x, float temperature, tg_tensor *y) {
    if (o == SOFTMAX) return tg_softmax_forward(x, temperature, y);
    return o == LOG_SOFTMAX ? tg_log_softmax_forward(x, y) : tg_sum_normalize_forward(x, y);
}

static tg_status backward(operation o, const tg_tensor *x, const tg_tensor *y, const tg_tensor *dy,
                          float temperature, tg_tensor *dx) {
    if (o == SOFTMAX) return tg_softmax_backward(y, dy, temperature, dx);
    return o == LOG_SOFTMAX ? tg_log_softmax_backward(y, dy, dx)
                            : tg_sum_normalize_backward(x, y, dy, dx);
}

static const float temperatures[] = {1, 0.25f, 3.5f, 100};

typedef struct probe {
    operation o;
    size_t n, k;
    double temperature;
    const double *x, *dy;
    double *y;
} probe;

static double weighted_sum(void *context) {
    const probe *p = context;
    reference_forward(p->o, p->x, p->n, p->k, p->temperature, p->y);
    return reference_dot(p->dy, p->y, p->n * p->k);
}

static void references_agree_with_central_differences(void **state) {
    (void)state;
    static const size_t shapes[][2] = {{1, 2}, {2, 3}, {5, 7}, {3, 11}};
    uint64_t seed = 1;
    for (size_t i = 0; i < OPERATIONS * TG_COUNT(shapes) * TG_COUNT(temperatures); i++) {
        const size_t *shape = shapes[i / OPERATIONS % TG_COUNT(shapes)];
        size_t n = shape[0], k = shape[1], count = n * k;
        operation o = (operation)(i % OPERATIONS);
        double temperature = (double)temperatures[i / OPERATIONS / TG_COUNT(shapes)];
        double *x = reference_numbers(&seed, count, 0.5, 2), *y = calloc(count, sizeof *y);
        double *dy = reference_numbers(&seed, count, -1, 1), *dx = calloc(count, sizeof *dx);
        probe p = {o, n, k, temperature, x, dy, y};
        (void)weighted_sum(&p);
        reference_backward(o, x, y, dy, n, k, temperature, dx);
        double error = reference_gradient_error(weighted_sum, &p, x, count, dx);
        if (!(error < 1e-7)) fail_msg("%s, %zu x %zu: %g", names[o], n, k, error);
        free(x);
        free(y);
        free(dy);
        free(dx);
    }
}

/* What the errors of each result are measured by. Softmax: each probability itself, however small,
 * down to the smallest numbers of float32. Log-softmax: itself, down to what 1 + (the others) loses
 * in float64. The gradients and sums: the size of the terms that they are the difference of. `y`
 * is replaced, `dx` made. */
static void measure(operation o, const double *x, const double *dy, size_t n, size_t k,
                    double temperature, double *y, double *dx) {
    for (size_t r = 0; r < n; r++, x += k, dy += k, y += k, dx += k) {
        double sum = 0, size = 0, dot = 0, total = 0;
        for (size_t c = 0; c < k; c++) {
            sum += x[c];
            size += fabs(x[c]);
            dot += fabs(dy[c] * y[c]);
            total += fabs(dy[c]);
        }
        for (size_t c = 0; c < k; c++) {
            if (o == SOFTMAX) dx[c] = fabs(y[c]) * (fabs(dy[c]) + dot) / temperature + 0x1p-126;
            if (o == LOG_SOFTMAX) dx[c] = fabs(dy[c]) + exp(y[c]) * (1 + fabs(y[c])) * total;
            if (o == SUM_NORMALIZE) dx[c] = (fabs(dy[c]) + dot) / fabs(sum) * size / fabs(sum);
        }
        for (size_t c = 0; c < k; c++)
            y[c] = fabs(y[c]) * (o == SUM_NORMALIZE ? size / fabs(sum) : 1) +
                   (o == LOG_SOFTMAX ? 2e-9 : 0x1p-126);
    }
}

/* With a temperature, and normalising by the sum, the sums are float64 and only the results are
 * rounded. Else exponentials and sums are float32: 5 units in the last place. */
static double tolerance(operation o, float temperature) {
    return o == SUM_NORMALIZE || temperature != 1 ? 2e-7 : 6e-7;
}

static void compare(operation o, tg_tensor *x, tg_tensor *dy, float temperature, bool in_place) {
    size_t n = tg_tensor_rows(x), k = tg_tensor_columns(x), count = x->count;
    double *wide_x = reference_widen(test_read(x), count);
    double *wide_dy = reference_widen(test_read(dy), count);
    double *expected_y = calloc(count + 1, sizeof(double));
    double *expected_dx = calloc(count + 1, sizeof(double));
    tg_tensor y = test_tensor(NULL, x->shape, x->rank), dx = test_tensor(NULL, x->shape, x->rank);
    if (in_place) {
        assert_ok(tg_tensor_copy(x, &y));
        assert_ok(tg_tensor_copy(dy, &dx));
    }
    assert_ok(forward(o, in_place ? &y : x, temperature, &y));
    assert_ok(backward(o, x, &y, in_place ? &dx : dy, temperature, &dx));
    reference_forward(o, wide_x, n, k, (double)temperature, expected_y);
    /* Backward is judged on the y it was given, rounded as it is. */
    double *wide_y = reference_widen(test_read(&y), count);
    reference_backward(o, wide_x, wide_y, wide_dy, n, k, (double)temperature, expected_dx);
    double *scale_y = wide_y, *scale_dx = calloc(count + 1, sizeof(double));
    measure(o, wide_x, wide_dy, n, k, (double)temperature, scale_y, scale_dx);
    reference_near(expected_y, test_read(&y), scale_y, count, tolerance(o, temperature), names[o],
                   __FILE__, __LINE__);
    reference_near(expected_dx, test_read(&dx), scale_dx, count, tolerance(o, temperature),
                   names[o], __FILE__, __LINE__);
    double *all[] = {wide_x, wide_dy, expected_y, expected_dx, wide_y, scale_dx};
    for (size_t i = 0; i < TG_COUNT(all); i++) free(all[i]);
    test_destroy(&y, &dx);
}

static void agree_on_every_shape(void **state) {
    (void)state;
    uint64_t seed = 2;
    for (size_t s = 0; s < REFERENCE_SHAPES; s++) {
        if (test_is_too_large(&reference_shapes[s])) continue;
        for (operation o = SOFTMAX; o < OPERATIONS; o++) {
            tg_tensor dy = reference_tensor(&seed, &reference_shapes[s], -1, 1);
            /* Sums near 0 are tried elsewhere. */
            double low = o == SUM_NORMALIZE ? 0.1 : -15;
            tg_tensor x = reference_tensor(&seed, &reference_shapes[s], low, 15);
            for (size_t t = 0; t < (o == SOFTMAX ? TG_COUNT(temperatures) : 1); t++) {
                compare(o, &x, &dy, temperatures[t], false);
                compare(o, &x, &dy, temperatures[t], true);
            }
            test_destroy(&x, &dy);
        }
    }
}

/* Devices take short, longer and long rows in different ways; around the bounds between these. */
static void agree_on_every_length(void **state) {
    (void)state;
    static const size_t lengths[] = {2,   3,   4,   5,    9,    16,   32,   33,   63,   64,  100,
                                     127, 128, 129, 160,  161,  255,  256,  257,  511,  512, 513,
                                     600, 769, 999, 1000, 1023, 1024, 1025, 1028, 2051, 4099};
    uint64_t seed = 3;
    for (size_t i = 0; i < TG_COUNT(lengths); i++)
        for (operation o = SOFTMAX; o < OPERATIONS; o++) {
            const reference_shape shape = {2, {3, lengths[i]}};
            tg_tensor dy = reference_tensor(&seed, &shape, -1, 1);
            /* Also rows so far below 0 that with 0 as their maximum nothing would be left of them.
             */
            const double middle = o != SUM_NORMALIZE && i % 3 == 1 ? -300 : 0;
            const double low = o == SUM_NORMALIZE ? 0.1 : middle - 15;
            tg_tensor x = reference_tensor(&seed, &shape, low, middle + 15);
            compare(o, &x, &dy, 1, i % 2);
            if (o == SOFTMAX) compare(o, &x, &dy, 1.5f, i % 2);
            test_destroy(&x, &dy);
        }
}

/* Four elements at a time are for memory that is aligned, which a part of a tensor is not. */
static void agree_wherever_a_tensor_begins(void **state) {
    (void)state;
    static const size_t lengths[] = {8, 100, 256, 512, 1000, 1028, 4100};
    uint64_t seed = 5;
    for (size_t i = 0; i < TG_COUNT(lengths) * OPERATIONS; i++) {
        const size_t k = lengths[i / OPERATIONS];
        const operation o = (operation)(i % OPERATIONS);
        const reference_shape shape = {1, {k + 1}};
        tg_tensor whole_x = reference_tensor(&seed, &shape, o == SUM_NORMALIZE ? 0.1 : -15, 15), x;
        tg_tensor whole_dy = reference_tensor(&seed, &shape, -1, 1), dy;
        tg_tensor whole_y = test_vector(NULL, k + 1), y;
        tg_tensor aligned_x = test_vector(NULL, k), aligned_y = test_vector(NULL, k);
        assert_ok(tg_tensor_slice(&whole_x, 1, k, &x));
        assert_ok(tg_tensor_slice(&whole_dy, 1, k, &dy));
        assert_ok(tg_tensor_slice(&whole_y, 1, k, &y));
        compare(o, &x, &dy, 1, false);
        assert_ok(tg_tensor_copy(&x, &aligned_x));
        assert_ok(forward(o, &aligned_x, 1, &aligned_y));
        assert_ok(forward(o, &aligned_x, 1, &y));
        double *expected = reference_widen(test_read(&aligned_y), k);
        double *scale = calloc(k, sizeof *scale);
        for (size_t c = 0; c < k; c++)
            scale[c] = fabs(expected[c]) + (o == LOG_SOFTMAX ? 2e-9 : 0x1p-126);
        assert_near(expected, test_read(&y), scale, k, 2 * tolerance(o, 1));
        free(expected);
        free(scale);
        test_destroy(&whole_x, &whole_dy, &whole_y, &aligned_x, &aligned_y);
    }
}

/* Rows of three logits and what softmax and log-softmax make of them. */
static void meet_their_limits(void **state) {
    (void)state;
    const float inf = INFINITY, big = FLT_MAX, third = (float)(1.0 / 3);
    const float log_third = (float)log(1.0 / 3);
    const struct {
        float x[3], softmax[3], log_softmax[3];
    } rows[] = {
        {{1e30f, -1e30f, 0}, {1, 0, 0}, {0, -2e30f, -1e30f}},
        {{-1e30f, -1e30f, -1e30f}, {third, third, third}, {log_third, log_third, log_third}},
        {{big, big, big}, {third, third, third}, {log_third, log_third, log_third}},
        {{big, -big, 0}, {1, 0, 0}, {0, -inf, -big}},
        {{-inf, 5, -inf}, {0, 1, 0}, {-inf, 0, -inf}},
        {{-inf, -big, -inf}, {0, 1, 0}, {-inf, 0, -inf}},
        {{-inf, -inf, -inf}, {NAN, NAN, NAN}, {NAN, NAN, NAN}},
        {{inf, 0, 0}, {NAN, NAN, NAN}, {NAN, NAN, NAN}},
        {{inf, inf, -inf}, {NAN, NAN, NAN}, {NAN, NAN, NAN}},
        {{NAN, 1, 2}, {NAN, NAN, NAN}, {NAN, NAN, NAN}},
        {{1, 2, NAN}, {NAN, NAN, NAN}, {NAN, NAN, NAN}},
        {{-inf, NAN, -inf}, {NAN, NAN, NAN}, {NAN, NAN, NAN}},
        {{1e-45f, -1e-45f, 0}, {third, third, third}, {log_third, log_third, log_third}},
        {{1000, 1000, -1000}, {0.5f, 0.5f, 0}, {-0.693147181f, -0.693147181f, -2000.69315f}},
        {{90, 0, 0}, {1, 8.194013e-40f, 8.194013e-40f}, {-1.6388025e-39f, -90, -90}},
        {{0, 0, 0}, {third, third, third}, {log_third, log_third, log_third}},
    };
    float logits[TG_COUNT(rows)][3];
    for (size_t r = 0; r < TG_COUNT(rows); r++) memcpy(logits[r], rows[r].x, sizeof logits[r]);
    tg_tensor x = test_matrix(logits[0], TG_COUNT(rows), 3);
    tg_tensor y = test_matrix(NULL, TG_COUNT(rows), 3);
    for (int log_form = 0; log_form < 2; log_form++) {
        /* All rows in one call: a bad one must not touch the others. */
        assert_ok(log_form ? tg_log_softmax_forward(&x, &y) : tg_softmax_forward(&x, 1, &y));
        const float *results = test_read(&y);
        for (size_t r = 0; r < TG_COUNT(rows); r++) {
            double *expected = reference_widen(log_form ? rows[r].log_softmax : rows[r].softmax, 3);
            double scale[3];
            for (size_t c = 0; c < 3; c++) scale[c] = fabs(expected[c]) + 0x1p-126;
            assert_near(expected, results + r * 3, scale, 3, 6e-7);
            free(expected);
        }
    }
    /* Any temperature above 0 and finite is possible. */
    static const float extreme[] = {1e-45f, FLT_MIN, FLT_MAX};
    tg_tensor row = test_matrix((const float[]){3, 2, 3}, 1, 3);
    tg_tensor probabilities = test_matrix(NULL, 1, 3);
    for (size_t i = 0; i < TG_COUNT(extreme); i++) {
        assert_ok(tg_softmax_forward(&row, extreme[i], &probabilities));
        const float *p = test_read(&probabilities);
        float first = extreme[i] < 1 ? 0.5f : third;
        assert_true(fabsf(p[0] - first) < 1e-7f && p[0] == p[2]);
        assert_true(extreme[i] < 1 ? p[1] == 0 : fabsf(p[1] - third) < 1e-7f);
    }
    test_destroy(&x, &y, &row, &probabilities);
}

static void softmax_is_a_distribution(void **state) {
    (void)state;
    uint64_t seed = 3;
    tg_tensor x = reference_matrix(&seed, 20, 997, -30, 30);
    assert_ok(tg_softmax_forward(&x, 1, &x));
    const float *probabilities = test_read(&x);
    for (size_t r = 0; r < 20; r++) {
        double sum = 0;
        for (size_t c = 0; c < 997; c++) sum += (double)probabilities[r * 997 + c];
        assert_close(1, sum, 1e-6, 1);
    }
    tg_tensor_destroy(&x);
}

static void jacobian_agrees_with_the_products(void **state) {
    (void)state;
    static const size_t shapes[][2] = {{1, 1}, {1, 4}, {5, 3}, {7, 13}, {0, 3}, {3, 0}};
    uint64_t seed = 4;
    for (size_t i = 0; i < TG_COUNT(shapes) * TG_COUNT(temperatures); i++) {
        size_t n = shapes[i % TG_COUNT(shapes)][0], k = shapes[i % TG_COUNT(shapes)][1];
        float temperature = temperatures[i / TG_COUNT(shapes)];
        tg_tensor x = reference_matrix(&seed, n, k, -5, 5);
        tg_tensor dy = reference_matrix(&seed, n, k, -1, 1);
        tg_tensor y = reference_matrix(&seed, n, k, 0, 0), dx = reference_matrix(&seed, n, k, 0, 0);
        tg_tensor jacobian = reference_tensor(&seed, &(reference_shape){3, {n, k, k}}, 0, 0);
        assert_ok(tg_softmax_forward(&x, temperature, &y));
        assert_ok(tg_softmax_backward(&y, &dy, temperature, &dx));
        assert_ok(tg_softmax_jacobian(&y, temperature, &jacobian));

        double *wide = reference_widen(test_read(&y), y.count);
        double *expected = calloc(jacobian.count + 1, sizeof *expected);
        double *scale = calloc(jacobian.count + 1, sizeof *scale);
        reference_softmax_jacobian(wide, n, k, (double)temperature, expected);
        for (size_t j = 0; j < jacobian.count; j++) {
            double yi = wide[j / k], yj = wide[j / k / k * k + j % k];
            scale[j] = yi / (double)temperature * (j / k % k == j % k ? 1 : yj) + 0x1p-126;
        }
        assert_near(expected, test_read(&jacobian), scale, jacobian.count, 2e-7);

        /* dx_j = sum_i dy_i dy_i/dx_j */
        const float *matrix = test_read(&jacobian), *upstream = test_read(&dy);
        const float *downstream = test_read(&dx);
        for (size_t j = 0; j < n * k; j++) {
            double sum = 0, size = 0;
            for (size_t c = 0; c < k; c++) {
                double term = (double)upstream[j / k * k + c] *
                              (double)matrix[(j / k * k + c) * k + j % k];
                sum += term;
                size += fabs(term);
            }
            assert_near(&sum, downstream + j, &size, 1, 4e-7);
        }
        free(wide);
        free(expected);
        free(scale);
        test_destroy(&x, &dy, &y, &dx, &jacobian);
    }
}

/* One probability, as a function of the row's logits. */
typedef struct entry {
    const double *x;
    size_t k, index;
    double temperature;
} entry;

static double probability(void *context) {
    const entry *e = context;
    double y[16];
    reference_softmax_forward(e->x, 1, e->k, e->temperature, y);
    return y[e->index];
}

static void jacobian_agrees_with_central_differences(void **state) {
    (void)state;
    enum { K = 6 };
    uint64_t seed = 5;
    double *x = reference_numbers(&seed, K, -2, 2), y[K], jacobian[K * K];
    for (size_t t = 0; t < TG_COUNT(temperatures); t++) {
        double temperature = (double)temperatures[t];
        reference_softmax_forward(x, 1, K, temperature, y);
        reference_softmax_jacobian(y, 1, K, temperature, jacobian);
        for (size_t i = 0; i < K; i++) {
            entry e = {x, K, i, temperature};
            assert_true(reference_gradient_error(probability, &e, x, K, jacobian + i * K) < 1e-7);
        }
    }
    free(x);
}

static void normalising_by_the_sum_fails_as_it_does(void **state) {
    (void)state;
    static const float numbers[] = {1, 3, 0, 3, -1, 2, 1, -1, 0, 0, 0, 0};
    static const float expected[] = {0.25f,    0.75f,     0,   0.75f, -0.25f, 0.5f,
                                     INFINITY, -INFINITY, NAN, NAN,   NAN,    NAN};
    tg_tensor x = test_matrix(numbers, 4, 3), y = test_matrix(NULL, 4, 3);
    assert_ok(tg_sum_normalize_forward(&x, &y));
    double *wide = reference_widen(expected, 12);
    assert_near(wide, test_read(&y), NULL, 12, 0);
    free(wide);
    test_destroy(&x, &y);
}

static void agree_with_pytorch(void **state) {
    (void)state;
    enum { N = 4, K = 5 };
    static const struct {
        operation o;
        float temperature;
        const double *y, *dx;
    } stored[] = {
        {SOFTMAX, 1, softmax_y, softmax_dx},
        {SOFTMAX, 0.5f, softmax_cold_y, softmax_cold_dx},
        {SOFTMAX, 3, softmax_warm_y, softmax_warm_dx},
        {LOG_SOFTMAX, 1, log_softmax_y, log_softmax_dx},
        {SUM_NORMALIZE, 1, sum_normalize_y, sum_normalize_dx},
    };
    tg_tensor x = test_matrix(softmax_x, N, K), dy = test_matrix(softmax_dy, N, K);
    tg_tensor y = test_matrix(NULL, N, K), dx = test_matrix(NULL, N, K);
    tg_tensor jacobian = test_tensor(NULL, (const size_t[]){N, K, K}, 3);
    for (size_t i = 0; i < TG_COUNT(stored); i++) {
        assert_ok(forward(stored[i].o, &x, stored[i].temperature, &y));
        assert_ok(backward(stored[i].o, &x, &y, &dy, stored[i].temperature, &dx));
        const float *rows = test_read(&y);
        for (size_t r = 0; r < N; r++)
            assert_near(stored[i].y + r * K, rows + r * K, NULL, K, 1e-6);
        /* Gradients are differences, and y has been rounded: not row by row. */
        assert_near(stored[i].dx, test_read(&dx), NULL, N * K, 1e-6);
    }
    assert_ok(tg_softmax_forward(&x, 3, &y));
    assert_ok(tg_softmax_jacobian(&y, 3, &jacobian));
    assert_near(softmax_warm_jacobian, test_read(&jacobian), NULL, N * K * K, 1e-6);
    test_destroy(&x, &dy, &y, &dx, &jacobian);
}

/* The classic example: cat, dog, tiger, none. */
static void computes_the_worked_example(void **state) {
    (void)state;
    static const float x[] = {1.25f, 2.44f, 0.78f, 0.12f};
    static const double expected[] = {0.19101771, 0.62789072, 0.11938650, 0.06170507};
    tg_tensor row = test_vector(x, 4);
    assert_ok(tg_softmax_forward(&row, 1, &row));
    const float *y = test_read(&row);
    for (size_t i = 0; i < 4; i++) assert_close(expected[i], (double)y[i], 4e-7, 0);
    tg_tensor_destroy(&row);
}

static void refuse_what_does_not_fit(void **state) {
    (void)state;
    tg_tensor x = test_matrix(NULL, 2, 3), cleared = {0};
    tg_tensor cube = test_tensor(NULL, (const size_t[]){2, 3, 3}, 3), flat, y, turned;
    assert_ok(tg_tensor_fill(&cube, 7));
    assert_ok(tg_tensor_reshape(&cube, (const size_t[]){6, 3}, 2, &flat));
    assert_ok(tg_tensor_slice(&flat, 0, 2, &y));
    assert_ok(tg_tensor_reshape(&y, (const size_t[]){3, 2}, 2, &turned));
    for (operation o = SOFTMAX; o < OPERATIONS; o++) {
        assert_fails(TG_INVALID_ARGUMENT, "x is NULL", forward(o, NULL, 1, &y));
        assert_fails(TG_INVALID_ARGUMENT, "y is NULL", forward(o, &x, 1, NULL));
        assert_fails(TG_INVALID_ARGUMENT, "x is NULL or was", forward(o, &cleared, 1, &y));
        assert_fails(TG_INVALID_ARGUMENT, "y is 3 x 2", forward(o, &x, 1, &turned));
        assert_fails(TG_INVALID_ARGUMENT, "y is NULL", backward(o, &x, NULL, &x, 1, &y));
        assert_fails(TG_INVALID_ARGUMENT, "dy is NULL", backward(o, &x, &x, NULL, 1, &y));
        assert_fails(TG_INVALID_ARGUMENT, "dx is NULL", backward(o, &x, &x, &x, 1, NULL));
        assert_fails(TG_INVALID_ARGUMENT, "dy is 3 x 2", backward(o, &x, &x, &turned, 1, &y));
        assert_fails(TG_INVALID_ARGUMENT, "dx is 3 x 2", backward(o, &x, &x, &x, 1, &turned));
    }
    assert_fails(TG_INVALID_ARGUMENT, "x is NULL", backward(SUM_NORMALIZE, NULL, &x, &x, 1, &y));
    assert_fails(TG_INVALID_ARGUMENT, "y is NULL", tg_softmax_jacobian(NULL, 1, &cube));
    assert_fails(TG_INVALID_ARGUMENT, "jacobian is NULL", tg_softmax_jacobian(&x, 1, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "2 x 3 x 3", tg_softmax_jacobian(&x, 1, &flat));
    assert_fails(TG_INVALID_ARGUMENT, "2 x 3 x 3", tg_softmax_jacobian(&x, 1, &y));
    static const float wrong[] = {0, -1, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < TG_COUNT(wrong); i++) {
        assert_fails(TG_INVALID_ARGUMENT, "temperature", tg_softmax_forward(&x, wrong[i], &y));
        assert_fails(TG_INVALID_ARGUMENT, "temperature", tg_softmax_backward(&x, &x, wrong[i], &y));
        assert_fails(TG_INVALID_ARGUMENT, "temperature", tg_softmax_jacobian(&x, wrong[i], &cube));
    }
    assert_true(test_all(&cube, 7));
    test_destroy(&x, &cube);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_agree_with_central_differences),
        cmocka_unit_test(agree_on_every_shape),
        cmocka_unit_test(agree_on_every_length),
        cmocka_unit_test(agree_wherever_a_tensor_begins),
        cmocka_unit_test(meet_their_limits),
        cmocka_unit_test(softmax_is_a_distribution),
        cmocka_unit_test(jacobian_agrees_with_the_products),
        cmocka_unit_test(jacobian_agrees_with_central_differences),
        cmocka_unit_test(normalising_by_the_sum_fails_as_it_does),
        cmocka_unit_test(agree_with_pytorch),
        cmocka_unit_test(computes_the_worked_example),
        cmocka_unit_test(refuse_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
