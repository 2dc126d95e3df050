/* SPDX-License-Identifier: MIT */
#include "support/device.h"
#include "support/reference.h"
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/activation.h"

static const float SLOPE = 0.125f;

static tg_status leaky_forward(const tg_tensor *x, tg_tensor *y) {
    return tg_leaky_relu_forward(x, SLOPE, y);
}

static tg_status leaky_backward(const tg_tensor *y, const tg_tensor *dy, tg_tensor *dx) {
    return tg_leaky_relu_backward(y, dy, SLOPE, dx);
}

static double leaky_value(double x) {
    return reference_leaky_relu(x, (double)SLOPE);
}

static double leaky_derivative(double y) {
    return reference_leaky_relu_derivative(y, (double)SLOPE);
}

/* How much a relative error of x in float32 is magnified: only in the tails of GELU, where the
 * exponents x^2/2 and 2u of tiny results are themselves rounded. */
static double no_magnification(double x) {
    (void)x;
    return 1;
}

static double gelu_magnification(double x) {
    return 1 + x * x;
}

static double gelu_tanh_magnification(double x) {
    return 1 + 2 * fabs(x) + 0.25 * fabs(x * x * x);
}

typedef struct activation {
    const char *name;
    tg_status (*forward)(const tg_tensor *x, tg_tensor *y);
    tg_status (*backward)(const tg_tensor *source, const tg_tensor *dy, tg_tensor *dx);
    double (*value)(double x);
    double (*derivative)(double source);
    bool from_input; /* the source of backward is x, not y */
    double (*magnification)(double x);
    const double *stored_y, *stored_dx;
} activation;

static const activation activations[] = {
    {"sigmoid", tg_sigmoid_forward, tg_sigmoid_backward, reference_sigmoid,
     reference_sigmoid_derivative, false, no_magnification, sigmoid_y, sigmoid_dx},
    {"tanh", tg_tanh_forward, tg_tanh_backward, tanh, reference_tanh_derivative, false,
     no_magnification, tanh_y, tanh_dx},
    {"relu", tg_relu_forward, tg_relu_backward, reference_relu, reference_relu_derivative, false,
     no_magnification, relu_y, relu_dx},
    {"leaky_relu", leaky_forward, leaky_backward, leaky_value, leaky_derivative, false,
     no_magnification, leaky_relu_y, leaky_relu_dx},
    {"gelu", tg_gelu_forward, tg_gelu_backward, reference_gelu, reference_gelu_derivative, true,
     gelu_magnification, gelu_y, gelu_dx},
    {"gelu_tanh", tg_gelu_tanh_forward, tg_gelu_tanh_backward, reference_gelu_tanh,
     reference_gelu_tanh_derivative, true, gelu_tanh_magnification, gelu_tanh_y, gelu_tanh_dx},
};

/* Four roundings of half a unit in the last place and the errors of expf, tanhf and erfcf. */
static const double TOLERANCE = 5e-7;

typedef struct probe {
    const activation *a;
    const double *x, *dy;
    size_t count;
} probe;

static double weighted_sum(void *context) {
    const probe *p = context;
    double sum = 0;
    for (size_t i = 0; i < p->count; i++) sum += p->dy[i] * p->a->value(p->x[i]);
    return sum;
}

static void references_agree_with_central_differences(void **state) {
    (void)state;
    enum { COUNT = 101 };
    uint64_t seed = 1;
    for (size_t i = 0; i < TG_COUNT(activations); i++) {
        const activation *a = &activations[i];
        double *x = reference_numbers(&seed, COUNT, -4, 4), dx[COUNT];
        double *dy = reference_numbers(&seed, COUNT, -1, 1);
        for (size_t j = 0; j < COUNT; j++) {
            if (fabs(x[j]) < 1e-3) x[j] = 0.5; /* not at the kink of ReLU */
            dx[j] = dy[j] * a->derivative(a->from_input ? x[j] : a->value(x[j]));
        }
        probe p = {a, x, dy, COUNT};
        double error = reference_gradient_error(weighted_sum, &p, x, COUNT, dx);
        if (!(error < 1e-7)) fail_msg("%s: %g", a->name, error);
        free(x);
        free(dy);
    }
}

/* Forward and backward of all of x, compared element by element. `in_place`: into x and dy. */
static void compare(const activation *a, const tg_tensor *x, const tg_tensor *dy, bool in_place) {
    size_t count = x->count;
    tg_tensor y = test_vector(NULL, count), dx = test_vector(NULL, count);
    tg_tensor kept = test_vector(test_read(x), count);
    if (in_place) {
        assert_ok(tg_tensor_write(&y, test_read(x), count));
        assert_ok(a->forward(&y, &y));
        assert_ok(tg_tensor_write(&dx, test_read(dy), count));
        assert_ok(a->backward(a->from_input ? &kept : &y, &dx, &dx));
    } else {
        assert_ok(a->forward(x, &y));
        assert_ok(a->backward(a->from_input ? x : &y, dy, &dx));
        assert_same(x, &kept);
    }
    const float *actual_y = test_read(&y), *actual_dx = test_read(&dx);
    double *expected_y = reference_widen(test_read(x), count);
    double *expected_dx = reference_widen(test_read(dy), count);
    double *scale_y = reference_widen(test_read(x), count);
    double *scale_dx = reference_widen(test_read(dy), count);
    for (size_t i = 0; i < count; i++) {
        double input = expected_y[i], magnification = a->magnification(input);
        double source = a->from_input ? input : (double)actual_y[i];
        double derivative = a->derivative(source);
        expected_y[i] = a->value(input);
        expected_dx[i] *= derivative;
        /* Besides the relative part, what the smallest numbers of float32 cost; and GELU's
         * derivative is a sum of two terms, of size 1 in the middle, that may cancel. */
        scale_y[i] = magnification * (fabs(expected_y[i]) + 0x1p-126);
        scale_dx[i] = fabs(scale_dx[i]);
        scale_dx[i] *= fabs(derivative) + (a->from_input && fabs(input) < 2);
        scale_dx[i] = magnification * (scale_dx[i] + 0x1p-126);
    }
    reference_near(expected_y, actual_y, scale_y, count, TOLERANCE, a->name, __FILE__, __LINE__);
    reference_near(expected_dx, actual_dx, scale_dx, count, TOLERANCE, a->name, __FILE__, __LINE__);
    free(expected_y);
    free(expected_dx);
    free(scale_y);
    free(scale_dx);
    test_destroy(&y, &dx, &kept);
}

static void agree_on_every_shape(void **state) {
    (void)state;
    uint64_t seed = 2;
    for (size_t s = 0; s < REFERENCE_SHAPES; s++) {
        tg_tensor x = reference_tensor(&seed, &reference_shapes[s], -6, 6);
        tg_tensor dy = reference_tensor(&seed, &reference_shapes[s], -1, 1);
        for (size_t i = 0; i < TG_COUNT(activations); i++) {
            compare(&activations[i], &x, &dy, false);
            compare(&activations[i], &x, &dy, true);
        }
        test_destroy(&x, &dy);
    }
}

/* Four elements at a time are for memory that is aligned, which a part of a tensor is not: all that
 * an operation reads and writes may or may not be. */
static void agree_wherever_a_tensor_begins(void **state) {
    (void)state;
    enum { LENGTH = 41, SOURCE = 0, DY, RESULT, TENSORS };
    uint64_t seed = 3;
    tg_tensor whole[TENSORS], part[TENSORS], y = test_vector(NULL, LENGTH);
    tg_tensor x = reference_tensor(&seed, &(reference_shape){1, {LENGTH}}, -3, 3);
    tg_tensor dx = test_vector(NULL, LENGTH);
    for (size_t t = 0; t < TENSORS; t++) whole[t] = test_vector(NULL, LENGTH + 1);
    for (size_t i = 0; i < TG_COUNT(activations) << TENSORS; i++) {
        const activation *a = &activations[i >> TENSORS];
        for (size_t t = 0; t < TENSORS; t++)
            assert_ok(tg_tensor_slice(&whole[t], i >> t & 1, LENGTH, &part[t]));
        assert_ok(tg_tensor_copy(&x, &part[SOURCE]));
        assert_ok(tg_tensor_copy(&x, &part[DY]));
        assert_ok(a->forward(&x, &y));
        assert_ok(a->backward(&x, &x, &dx));
        double *expected_y = reference_widen(test_read(&y), LENGTH);
        double *expected_dx = reference_widen(test_read(&dx), LENGTH);
        assert_ok(a->forward(&part[SOURCE], &part[RESULT]));
        assert_near(expected_y, test_read(&part[RESULT]), NULL, LENGTH, 2 * TOLERANCE);
        assert_ok(a->backward(&part[SOURCE], &part[DY], &part[RESULT]));
        assert_near(expected_dx, test_read(&part[RESULT]), NULL, LENGTH, 2 * TOLERANCE);
        free(expected_y);
        free(expected_dx);
    }
    test_destroy(&whole[SOURCE], &whole[DY], &whole[RESULT], &x, &y, &dx);
}

/* Every 9973rd float there is: all sizes from denormals to FLT_MAX, infinities, many NaNs. */
static void agree_on_all_kinds_of_floats(void **state) {
    (void)state;
    enum { STEP = 9973 };
    static const float ends[] = {0.0f,    -0.0f,    INFINITY, -INFINITY, NAN,     1e30f,   -1e30f,
                                 FLT_MAX, -FLT_MAX, FLT_MIN,  -FLT_MIN,  1e-45f,  -1e-45f, 1e-20f,
                                 -1e-20f, 88.8f,    -88.8f,   -103.9f,   -104.1f, -5.5f,   -8.3f,
                                 -13.1f,  -14.5f,   -1e4f,    1e4f};
    size_t count = (size_t)(UINT32_MAX / STEP);
    float *values = malloc(count * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = (uint32_t)(i * STEP);
        memcpy(&values[i], &bits, sizeof bits);
    }
    memcpy(values, ends, sizeof ends);
    tg_tensor x = test_vector(values, count), dy = test_vector(NULL, count);
    assert_ok(tg_tensor_fill(&dy, -1.75f));
    for (size_t i = 0; i < TG_COUNT(activations); i++) compare(&activations[i], &x, &dy, false);
    free(values);
    test_destroy(&x, &dy);
}

static float one(tg_status (*operation)(const tg_tensor *, tg_tensor *), float x) {
    tg_tensor number = test_tensor(&x, NULL, 0);
    assert_ok(operation(&number, &number));
    float y = *test_read(&number);
    tg_tensor_destroy(&number);
    return y;
}

static void meet_their_limits(void **state) {
    (void)state;
    static const struct {
        tg_status (*forward)(const tg_tensor *x, tg_tensor *y);
        float x, y;
    } cases[] = {
        {tg_sigmoid_forward, INFINITY, 1},     {tg_sigmoid_forward, -INFINITY, 0},
        {tg_sigmoid_forward, 1e30f, 1},        {tg_sigmoid_forward, -1e30f, 0},
        {tg_sigmoid_forward, 1e-45f, 0.5f},    {tg_tanh_forward, INFINITY, 1},
        {tg_tanh_forward, -INFINITY, -1},      {tg_tanh_forward, 1e-20f, 1e-20f},
        {tg_tanh_forward, -1e-45f, -1e-45f},   {tg_relu_forward, INFINITY, INFINITY},
        {tg_relu_forward, -INFINITY, 0},       {leaky_forward, -INFINITY, -INFINITY},
        {tg_gelu_forward, INFINITY, INFINITY}, {tg_gelu_forward, -INFINITY, 0},
        {tg_gelu_forward, FLT_MAX, FLT_MAX},   {tg_gelu_forward, -FLT_MAX, 0},
        {tg_gelu_forward, 1e-30f, 0.5e-30f},   {tg_gelu_tanh_forward, INFINITY, INFINITY},
        {tg_gelu_tanh_forward, -INFINITY, 0},  {tg_gelu_tanh_forward, FLT_MAX, FLT_MAX},
        {tg_gelu_tanh_forward, -FLT_MAX, 0},   {tg_gelu_tanh_forward, 1e-30f, 0.5e-30f},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        float y = one(cases[i].forward, cases[i].x);
        if (y != cases[i].y)
            fail_msg("case %zu: f(%g) = %.9g, not %.9g", i, (double)cases[i].x, (double)y,
                     (double)cases[i].y);
    }
    for (size_t i = 0; i < TG_COUNT(activations); i++)
        assert_true(isnan(one(activations[i].forward, NAN)));
}

static void agree_with_pytorch(void **state) {
    (void)state;
    enum { COUNT = TG_COUNT(activation_x) };
    tg_tensor x = test_vector(activation_x, COUNT), dy = test_vector(activation_dy, COUNT);
    tg_tensor y = test_vector(NULL, COUNT), dx = test_vector(NULL, COUNT);
    for (size_t i = 0; i < TG_COUNT(activations); i++) {
        const activation *a = &activations[i];
        assert_ok(a->forward(&x, &y));
        assert_ok(a->backward(a->from_input ? &x : &y, &dy, &dx));
        const float *actual = test_read(&y);
        for (size_t j = 0; j < COUNT; j++)
            assert_close(a->stored_y[j], (double)actual[j], 1e-6, 1e-3);
        /* 1 - y^2 is no more accurate than y, so the largest gradient is the measure. */
        assert_near(a->stored_dx, test_read(&dx), NULL, COUNT, 1e-6);
    }
    test_destroy(&x, &dy, &y, &dx);
}

static void refuse_what_does_not_fit(void **state) {
    (void)state;
    tg_tensor x = test_matrix((const float[]){1, 2, 3, 4, 5, 6}, 2, 3);
    tg_tensor y = test_matrix((const float[]){7, 7, 7, 7, 7, 7}, 3, 2);
    tg_tensor shorter = test_vector((const float[]){7, 7, 7, 7, 7}, 5), cleared = {0};
    for (size_t i = 0; i < TG_COUNT(activations); i++) {
        const activation *f = &activations[i];
        const char *source = f->from_input ? "x" : "y";
        assert_fails(TG_INVALID_ARGUMENT, "x is NULL", f->forward(NULL, &y));
        assert_fails(TG_INVALID_ARGUMENT, "y is NULL", f->forward(&x, NULL));
        assert_fails(TG_INVALID_ARGUMENT, "x is NULL or was", f->forward(&cleared, &y));
        assert_fails(TG_INVALID_ARGUMENT, "y has 5", f->forward(&x, &shorter));
        assert_fails(TG_INVALID_ARGUMENT, source, f->backward(NULL, &x, &y));
        assert_fails(TG_INVALID_ARGUMENT, "dy is NULL", f->backward(&x, NULL, &y));
        assert_fails(TG_INVALID_ARGUMENT, "dx is NULL", f->backward(&x, &x, NULL));
        assert_fails(TG_INVALID_ARGUMENT, source, f->backward(&shorter, &x, &y));
        assert_fails(TG_INVALID_ARGUMENT, "dy has 5", f->backward(&x, &shorter, &y));
        assert_fails(TG_INVALID_ARGUMENT, "dx has 5", f->backward(&x, &x, &shorter));
    }
    static const float slopes[] = {-0.1f, 1.5f, NAN, INFINITY};
    for (size_t i = 0; i < TG_COUNT(slopes); i++) {
        assert_fails(TG_INVALID_ARGUMENT, "slope", tg_leaky_relu_forward(&x, slopes[i], &y));
        assert_fails(TG_INVALID_ARGUMENT, "slope", tg_leaky_relu_backward(&x, &x, slopes[i], &y));
    }
    assert_true(test_all(&y, 7) && test_all(&shorter, 7));
    /* Equal numbers of elements are enough. */
    assert_ok(tg_relu_forward(&x, &y));
    assert_same(&x, &y);
    test_destroy(&x, &y, &shorter);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_agree_with_central_differences),
        cmocka_unit_test(agree_on_every_shape),
        cmocka_unit_test(agree_wherever_a_tensor_begins),
        cmocka_unit_test(agree_on_all_kinds_of_floats),
        cmocka_unit_test(meet_their_limits),
        cmocka_unit_test(agree_with_pytorch),
        cmocka_unit_test(refuse_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
