/* SPDX-License-Identifier: MIT */
#include "support/device.h"
#include "support/reference.h"
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/dense.h"

typedef struct sizes {
    size_t n, in, out;
} sizes;

/* Rows, inputs, outputs; the last ones make long sums of each of the three. */
static const sizes cases[] = {
    {1, 1, 1},  {2, 3, 4},   {5, 7, 3},     {13, 17, 11},  {32, 64, 10},  {0, 4, 3},
    {4, 0, 3},  {4, 3, 0},   {0, 0, 0},     {0, 0, 5},     {1, 1000, 1},  {3, 1, 257},
    {8, 97, 8}, {64, 31, 5}, {2, 20011, 3}, {10007, 3, 2}, {3, 2, 10007},
};

typedef struct probe {
    sizes s;
    const double *x, *weight, *bias, *dy;
    double *y;
} probe;

static double weighted_sum(void *context) {
    const probe *p = context;
    reference_dense_forward(p->x, p->weight, p->bias, p->s.n, p->s.in, p->s.out, p->y);
    return reference_dot(p->dy, p->y, p->s.n * p->s.out);
}

static void reference_agrees_with_central_differences(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (size_t i = 0; i < 5; i++) {
        sizes s = cases[i];
        double *x = reference_numbers(&seed, s.n * s.in, -1, 1);
        double *weight = reference_numbers(&seed, s.out * s.in, -1, 1);
        double *bias = reference_numbers(&seed, s.out, -1, 1);
        double *dy = reference_numbers(&seed, s.n * s.out, -1, 1);
        double *y = calloc(s.n * s.out, sizeof *y);
        double *dx = calloc(s.n * s.in, sizeof *dx);
        double *dweight = calloc(s.out * s.in, sizeof *dweight);
        double *dbias = calloc(s.out, sizeof *dbias);
        probe p = {s, x, weight, bias, dy, y};
        reference_dense_backward(x, weight, dy, s.n, s.in, s.out, dx, dweight, dbias);
        assert_true(reference_gradient_error(weighted_sum, &p, x, s.n * s.in, dx) < 1e-7);
        assert_true(reference_gradient_error(weighted_sum, &p, weight, s.out * s.in, dweight) <
                    1e-7);
        assert_true(reference_gradient_error(weighted_sum, &p, bias, s.out, dbias) < 1e-7);
        double *all[] = {x, weight, bias, dy, y, dx, dweight, dbias};
        for (size_t j = 0; j < TG_COUNT(all); j++) free(all[j]);
    }
}

static double *absolute(const double *values, size_t count) {
    double *result = calloc(count + 1, sizeof *result);
    assert_non_null(result);
    for (size_t i = 0; i < count; i++) result[i] = fabs(values[i]);
    return result;
}

/* A sum of `terms` products rounded in float32 is off by some sqrt(terms) half units of the sum of
 * the products' sizes. */
static double tolerance(size_t terms) {
    return (2 + sqrt((double)terms)) * (double)FLT_EPSILON / 2;
}

/* One case, with the bias or without. */
static void compare(sizes s, bool with_bias, uint64_t *seed) {
    tg_tensor x = reference_matrix(seed, s.n, s.in, -1, 1);
    tg_tensor weight = reference_matrix(seed, s.out, s.in, -1, 1);
    tg_tensor bias = reference_tensor(seed, &(reference_shape){1, {s.out}}, -1, 1);
    tg_tensor dy = reference_matrix(seed, s.n, s.out, -1, 1);
    /* Results are overwritten, not added to. */
    tg_tensor y = reference_matrix(seed, s.n, s.out, -1, 1);
    tg_tensor dx = reference_matrix(seed, s.n, s.in, -1, 1);
    tg_tensor dweight = reference_matrix(seed, s.out, s.in, -1, 1);
    tg_tensor dbias = reference_tensor(seed, &(reference_shape){1, {s.out}}, -1, 1);
    assert_ok(tg_dense_forward(&x, &weight, with_bias ? &bias : NULL, &y));
    assert_ok(tg_dense_backward(&x, &weight, &dy, &dx, &dweight, &dbias));

    double *inputs[2][4]; /* x, weight, bias, dy; and their absolute values */
    const tg_tensor *given[] = {&x, &weight, &bias, &dy};
    double *results[2][4]; /* y, dx, dweight, dbias; and the sums of the products' sizes */
    const tg_tensor *made[] = {&y, &dx, &dweight, &dbias};
    for (size_t i = 0; i < 4; i++) {
        inputs[0][i] = reference_widen(test_read(given[i]), given[i]->count);
        inputs[1][i] = absolute(inputs[0][i], given[i]->count);
    }
    for (size_t j = 0; j < 2; j++) {
        for (size_t i = 0; i < 4; i++) {
            results[j][i] = calloc(made[i]->count + 1, sizeof(double));
            assert_non_null(results[j][i]);
        }
        reference_dense_forward(inputs[j][0], inputs[j][1], with_bias ? inputs[j][2] : NULL, s.n,
                                s.in, s.out, results[j][0]);
        reference_dense_backward(inputs[j][0], inputs[j][1], inputs[j][3], s.n, s.in, s.out,
                                 results[j][1], results[j][2], results[j][3]);
    }
    static const char *const names[] = {"y", "dx", "dweight", "dbias"};
    const size_t terms[] = {s.in + 1, s.out, s.n, s.n};
    for (size_t i = 0; i < 4; i++)
        reference_near(results[0][i], test_read(made[i]), results[1][i], made[i]->count,
                       tolerance(terms[i]), names[i], __FILE__, __LINE__);
    for (size_t i = 0; i < 8; i++) {
        free(inputs[i / 4][i % 4]);
        free(results[i / 4][i % 4]);
    }
    test_destroy(&x, &weight, &bias, &dy, &y, &dx, &dweight, &dbias);
}

static void agrees_with_the_reference(void **state) {
    (void)state;
    uint64_t seed = 2;
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        compare(cases[i], true, &seed);
        compare(cases[i], false, &seed);
    }
    for (size_t i = 0; i < 50; i++) {
        sizes s;
        s.n = (size_t)test_uniform(&seed, 0, 40);
        s.in = (size_t)test_uniform(&seed, 0, 40);
        s.out = (size_t)test_uniform(&seed, 0, 40);
        compare(s, i % 2 == 0, &seed);
    }
}

static void computes_only_what_is_asked(void **state) {
    (void)state;
    uint64_t seed = 3;
    tg_tensor x = reference_matrix(&seed, 5, 3, -1, 1),
              weight = reference_matrix(&seed, 4, 3, -1, 1);
    tg_tensor dy = reference_matrix(&seed, 5, 4, -1, 1);
    tg_tensor all[] = {test_matrix(NULL, 5, 3), test_matrix(NULL, 4, 3), test_vector(NULL, 4)};
    assert_ok(tg_dense_backward(&x, &weight, &dy, &all[0], &all[1], &all[2]));
    for (int wanted = 0; wanted < 8; wanted++) {
        tg_tensor some[] = {test_matrix(NULL, 5, 3), test_matrix(NULL, 4, 3), test_vector(NULL, 4)};
        assert_ok(tg_dense_backward(&x, &weight, &dy, wanted & 1 ? &some[0] : NULL,
                                    wanted & 2 ? &some[1] : NULL, wanted & 4 ? &some[2] : NULL));
        for (size_t i = 0; i < 3; i++)
            if (wanted & 1 << i) assert_same(&some[i], &all[i]);
        test_destroy(&some[0], &some[1], &some[2]);
    }
    test_destroy(&x, &weight, &dy, &all[0], &all[1], &all[2]);
}

static void passes_on_what_is_not_finite(void **state) {
    (void)state;
    tg_tensor x = test_matrix((const float[]){1, 2, NAN, 2, 1, INFINITY}, 3, 2);
    tg_tensor weight = test_matrix((const float[]){1, 1}, 1, 2), y = test_matrix(NULL, 3, 1);
    assert_ok(tg_dense_forward(&x, &weight, NULL, &y));
    const float *results = test_read(&y);
    assert_true(results[0] == 3 && isnan(results[1]) && results[2] == INFINITY);
    test_destroy(&x, &weight, &y);
}

static void agrees_with_pytorch(void **state) {
    (void)state;
    static const struct {
        sizes s;
        const float *x, *weight, *bias, *dy;
        const double *y, *dx, *dweight, *dbias;
    } stored[] = {
        {{2, 3, 4},
         dense_small_x,
         dense_small_weight,
         dense_small_bias,
         dense_small_dy,
         dense_small_y,
         dense_small_dx,
         dense_small_dweight,
         dense_small_dbias},
        {{5, 7, 3},
         dense_odd_x,
         dense_odd_weight,
         dense_odd_bias,
         dense_odd_dy,
         dense_odd_y,
         dense_odd_dx,
         dense_odd_dweight,
         dense_odd_dbias},
        {{1, 1, 1},
         dense_single_x,
         dense_single_weight,
         dense_single_bias,
         dense_single_dy,
         dense_single_y,
         dense_single_dx,
         dense_single_dweight,
         dense_single_dbias},
    };
    for (size_t i = 0; i < TG_COUNT(stored); i++) {
        sizes s = stored[i].s;
        tg_tensor x = test_matrix(stored[i].x, s.n, s.in);
        tg_tensor weight = test_matrix(stored[i].weight, s.out, s.in);
        tg_tensor bias = test_vector(stored[i].bias, s.out);
        tg_tensor dy = test_matrix(stored[i].dy, s.n, s.out), y = test_matrix(NULL, s.n, s.out);
        tg_tensor dx = test_matrix(NULL, s.n, s.in), dweight = test_matrix(NULL, s.out, s.in);
        tg_tensor dbias = test_vector(NULL, s.out);
        assert_ok(tg_dense_forward(&x, &weight, &bias, &y));
        assert_ok(tg_dense_backward(&x, &weight, &dy, &dx, &dweight, &dbias));
        assert_near(stored[i].y, test_read(&y), NULL, y.count, 1e-6);
        assert_near(stored[i].dx, test_read(&dx), NULL, dx.count, 1e-6);
        assert_near(stored[i].dweight, test_read(&dweight), NULL, dweight.count, 1e-6);
        assert_near(stored[i].dbias, test_read(&dbias), NULL, dbias.count, 1e-6);
        test_destroy(&x, &weight, &bias, &dy, &y, &dx, &dweight, &dbias);
    }
}

static void refuses_what_does_not_fit(void **state) {
    (void)state;
    tg_tensor x = test_matrix(NULL, 5, 3), weight = test_matrix(NULL, 4, 3);
    tg_tensor bias = test_vector(NULL, 4), cleared = {0};
    tg_tensor y = test_matrix(NULL, 5, 4), dx = test_matrix(NULL, 5, 3);
    tg_tensor dweight = test_matrix(NULL, 4, 3), dbias = test_vector(NULL, 4);
    tg_tensor odd = test_matrix(NULL, 2, 6);
    tg_tensor *results[] = {&y, &dx, &dweight, &dbias, &odd};
    for (size_t i = 0; i < TG_COUNT(results); i++) assert_ok(tg_tensor_fill(results[i], 7));
    assert_fails(TG_INVALID_ARGUMENT, "x is NULL", tg_dense_forward(NULL, &weight, &bias, &y));
    assert_fails(TG_INVALID_ARGUMENT, "weight is NULL", tg_dense_forward(&x, NULL, &bias, &y));
    assert_fails(TG_INVALID_ARGUMENT, "y is NULL", tg_dense_forward(&x, &weight, &bias, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "x is NULL", tg_dense_forward(&cleared, &weight, &bias, &y));
    assert_fails(TG_INVALID_ARGUMENT, "weight is 2 x 6", tg_dense_forward(&x, &odd, &bias, &y));
    assert_fails(TG_INVALID_ARGUMENT, "bias is", tg_dense_forward(&x, &weight, &odd, &y));
    assert_fails(TG_INVALID_ARGUMENT, "y is 2 x 6", tg_dense_forward(&x, &weight, &bias, &odd));
    assert_fails(TG_INVALID_ARGUMENT, "x is NULL",
                 tg_dense_backward(NULL, &weight, &y, &dx, &dweight, &dbias));
    assert_fails(TG_INVALID_ARGUMENT, "weight is NULL",
                 tg_dense_backward(&x, NULL, &y, &dx, &dweight, &dbias));
    assert_fails(TG_INVALID_ARGUMENT, "dy is NULL",
                 tg_dense_backward(&x, &weight, NULL, &dx, &dweight, &dbias));
    assert_fails(TG_INVALID_ARGUMENT, "dy is 2 x 6",
                 tg_dense_backward(&x, &weight, &odd, &dx, &dweight, &dbias));
    assert_fails(TG_INVALID_ARGUMENT, "dx is 2 x 6",
                 tg_dense_backward(&x, &weight, &y, &odd, &dweight, &dbias));
    assert_fails(TG_INVALID_ARGUMENT, "dweight is 2 x 6",
                 tg_dense_backward(&x, &weight, &y, &dx, &odd, &dbias));
    assert_fails(TG_INVALID_ARGUMENT, "dbias is 2 x 6",
                 tg_dense_backward(&x, &weight, &y, &dx, &dweight, &odd));
    for (size_t i = 0; i < TG_COUNT(results); i++) assert_true(test_all(results[i], 7));
    test_destroy(&x, &weight, &bias, &y, &dx, &dweight, &dbias, &odd);
}

static void takes_tensors_of_any_rank_as_matrices(void **state) {
    (void)state;
    uint64_t seed = 4;
    tg_tensor deep = reference_tensor(&seed, &(reference_shape){4, {2, 3, 1, 5}}, -1, 1);
    tg_tensor weight = reference_matrix(&seed, 2, 5, -1, 1), flat;
    tg_tensor y = test_tensor(NULL, (const size_t[]){2, 3, 2}, 3), z = test_matrix(NULL, 6, 2);
    assert_ok(tg_tensor_reshape(&deep, (const size_t[]){6, 5}, 2, &flat));
    assert_ok(tg_dense_forward(&deep, &weight, NULL, &y));
    assert_ok(tg_dense_forward(&flat, &weight, NULL, &z));
    assert_same(&y, &z);
    test_destroy(&deep, &weight, &y, &z);
}

/* The bias's gradient is a sum over the batch: float32 sums would lose a percent of this one. */
static void sums_large_batches(void **state) {
    (void)state;
    enum { ROWS = 1000000, COLUMNS = 2 };
    tg_tensor x = test_matrix(NULL, ROWS, 1), weight = test_matrix(NULL, COLUMNS, 1);
    tg_tensor dy = test_matrix(NULL, ROWS, COLUMNS), dbias = test_vector(NULL, COLUMNS);
    assert_ok(tg_tensor_fill(&dy, 0.1f));
    assert_ok(tg_dense_backward(&x, &weight, &dy, NULL, NULL, &dbias));
    const float *sums = test_read(&dbias);
    for (size_t c = 0; c < COLUMNS; c++)
        assert_close(ROWS * (double)0.1f, (double)sums[c], 1e-7, 0);
    test_destroy(&x, &weight, &dy, &dbias);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_agrees_with_central_differences),
        cmocka_unit_test(agrees_with_the_reference),
        cmocka_unit_test(computes_only_what_is_asked),
        cmocka_unit_test(passes_on_what_is_not_finite),
        cmocka_unit_test(agrees_with_pytorch),
        cmocka_unit_test(refuses_what_does_not_fit),
        cmocka_unit_test(takes_tensors_of_any_rank_as_matrices),
        cmocka_unit_test(sums_large_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
