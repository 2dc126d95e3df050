/* SPDX-License-Identifier: MIT */
/* The activations of the kernels over all floats, at every length, and split over threads. */
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "cpu/cpu.h"
#include "support/kernels.h"
#include "support/reference.h"

static const float SLOPE = 0.125f;

static double leaky_value(double x) {
    return reference_leaky_relu(x, (double)SLOPE);
}

static double leaky_derivative(double y) {
    return reference_leaky_relu_derivative(y, (double)SLOPE);
}

/* One of the two terms of a derivative that may cancel, or 0. */
static double itself(double source) {
    (void)source;
    return 0;
}

static double gelu_term(double x) {
    return x == 0 ? 0.5 : reference_gelu(x) / x;
}

static double gelu_tanh_term(double x) {
    return x == 0 ? 0.5 : reference_gelu_tanh(x) / x;
}

static const struct {
    const char *name;
    tg_layer_kind kind;
    double (*value)(double x), (*derivative)(double source), (*term)(double source);
    double value_ulps, derivative_ulps; /* at most */
} activations[] = {
    {"sigmoid", TG_LAYER_SIGMOID, reference_sigmoid, reference_sigmoid_derivative, itself, 2.5,
     1.5},
    {"tanh", TG_LAYER_TANH, tanh, reference_tanh_derivative, itself, 1.6, 2},
    {"relu", TG_LAYER_RELU, reference_relu, reference_relu_derivative, itself, 0, 0},
    {"leaky relu", TG_LAYER_LEAKY_RELU, leaky_value, leaky_derivative, itself, 0.5, 0},
    {"gelu", TG_LAYER_GELU, reference_gelu, reference_gelu_derivative, gelu_term, 4.5, 4.5},
    {"gelu_tanh", TG_LAYER_GELU_TANH, reference_gelu_tanh, reference_gelu_tanh_derivative,
     gelu_tanh_term, 3.3, 6},
};

/* ---- Accuracy ---- */

enum { BATCH = 4096, STRIDE = 1999 };

static void next_floats(uint64_t first, float *x) {
    for (uint32_t i = 0; i < BATCH; i++) {
        const uint32_t bits = (uint32_t)first + i * STRIDE;
        memcpy(&x[i], &bits, sizeof bits);
    }
}

static void check_values(tg_device *device) {
    static float x[BATCH], y[BATCH];
    for (size_t a = 0; a < TG_COUNT(activations); a++) {
        double worst = 0, at = 0;
        for (uint64_t first = 0; first <= UINT32_MAX; first += (uint64_t)BATCH * STRIDE) {
            next_floats(first, x);
            tg_cpu_instructions(device)->elementwise->activation_forward(activations[a].kind, SLOPE,
                                                                         BATCH, x, y);
            for (size_t i = 0; i < BATCH; i++) {
                const double ulps = test_ulps(y[i], activations[a].value((double)x[i]));
                if (ulps > worst) worst = ulps, at = (double)x[i];
            }
        }
        print_message("%s, %s: %.2f ulp, at %g\n", activations[a].name,
                      tg_device_instructions(device), worst, at);
        assert_true(worst <= activations[a].value_ulps);
    }
}

static void values_are_accurate_everywhere(void **state) {
    (void)state;
    test_each_instructions(1, check_values);
}

/* The error of a derivative in units in the last place of the largest of it and its two terms. */
static double derivative_ulps(float value, double exact, double term) {
    const double scale = fmax(fabs(term), fabs(exact - term));
    if (!(scale > fabs(exact))) return test_ulps(value, exact);
    return fabs((double)value - exact) / ldexp(1, ilogb(fmax(scale, (double)FLT_MIN)) - 23);
}

static void check_derivatives(tg_device *device) {
    static float source[BATCH], dy[BATCH], dx[BATCH];
    for (size_t i = 0; i < BATCH; i++) dy[i] = i % 2 ? 1 : -1;
    for (size_t a = 0; a < TG_COUNT(activations); a++) {
        double worst = 0, at = 0;
        for (uint64_t first = 0; first <= UINT32_MAX; first += (uint64_t)BATCH * STRIDE) {
            next_floats(first, source);
            tg_cpu_instructions(device)->elementwise->activation_backward(
                activations[a].kind, SLOPE, BATCH, source, dy, dx);
            for (size_t i = 0; i < BATCH; i++) {
                const double x = (double)source[i];
                /* What sigmoid and tanh give back is between -1 and 1. */
                if (activations[a].kind <= TG_LAYER_TANH && !(fabs(x) <= 1)) continue;
                const double ulps = derivative_ulps(dx[i] * dy[i], activations[a].derivative(x),
                                                    activations[a].term(x));
                if (ulps > worst) worst = ulps, at = x;
            }
        }
        print_message("derivative of %s, %s: %.2f ulp, at %g\n", activations[a].name,
                      tg_device_instructions(device), worst, at);
        assert_true(worst <= activations[a].derivative_ulps);
    }
}

static void derivatives_are_accurate_everywhere(void **state) {
    (void)state;
    test_each_instructions(1, check_derivatives);
}

/* ---- Lengths and places ---- */

enum { LENGTH = 1100, MARGIN = 3 };

/* An element's result is the same wherever it stands, and nothing beside the range is written. */
static void check_lengths(tg_device *device) {
    static const size_t counts[] = {0,  1,  2,  3,  4,  5,  7,  8,  9,  10,  15,
                                    16, 17, 31, 32, 33, 47, 63, 64, 65, 127, 1009};
    const tg_elementwise_kernels *kernels = tg_cpu_instructions(device)->elementwise;
    static float x[LENGTH], dy[LENGTH], y[LENGTH], dx[LENGTH], result[LENGTH], expected[LENGTH];
    uint64_t seed = 1;
    test_fill(&seed, x, LENGTH, -6, 6);
    test_fill(&seed, dy, LENGTH, -2, 2);
    for (size_t a = 0; a < TG_COUNT(activations); a++) {
        const tg_layer_kind kind = activations[a].kind;
        kernels->activation_forward(kind, SLOPE, LENGTH, x, y);
        kernels->activation_backward(kind, SLOPE, LENGTH, x, dy, dx);
        for (size_t i = 0; i < TG_COUNT(counts) * MARGIN * 5; i++) {
            const size_t count = counts[i / 5 / MARGIN], place = i / 5 % MARGIN, way = i % 5;
            const float *before = way == 0 || way == 3 ? x : way == 1 ? dy : way == 2 ? x : dy;
            memcpy(result, before, sizeof result);
            memcpy(expected, before, sizeof expected);
            memcpy(expected + place, (way == 0 || way == 1 ? y : dx) + place,
                   count * sizeof *expected);
            float *to = result + place;
            if (way == 0) kernels->activation_forward(kind, SLOPE, count, to, to);
            if (way == 1) kernels->activation_forward(kind, SLOPE, count, x + place, to);
            if (way == 2) kernels->activation_backward(kind, SLOPE, count, to, dy + place, to);
            if (way == 3)
                kernels->activation_backward(kind, SLOPE, count, x + place, dy + place, to);
            if (way == 4) kernels->activation_backward(kind, SLOPE, count, x + place, to, to);
            assert_memory_equal(expected, result, sizeof expected);
        }
    }
}

static void every_length_does_the_same(void **state) {
    (void)state;
    test_each_instructions(1, check_lengths);
}

/* ---- The device's operations ---- */

enum { MANY = 200003 };

static void check_threads(tg_device *device) {
    static float x[MANY], dy[MANY], expected[MANY], result[MANY];
    const tg_elementwise_kernels *kernels = tg_cpu_instructions(device)->elementwise;
    uint64_t seed = 2;
    test_fill(&seed, x, MANY, -6, 6);
    test_fill(&seed, dy, MANY, -2, 2);
    for (size_t a = 0; a < TG_COUNT(activations); a++) {
        const tg_layer_kind kind = activations[a].kind;
        kernels->activation_forward(kind, SLOPE, MANY, x, expected);
        for (int time = 0; time < 2; time++) {
            memset(result, 0xff, sizeof result);
            assert_ok(tg_cpu_activation_forward(device, kind, SLOPE, MANY, x, result));
            assert_memory_equal(expected, result, sizeof expected);
        }
        kernels->activation_backward(kind, SLOPE, MANY, x, dy, expected);
        memset(result, 0xff, sizeof result);
        assert_ok(tg_cpu_activation_backward(device, kind, SLOPE, MANY, x, dy, result));
        assert_memory_equal(expected, result, sizeof expected);
    }
}

static void threads_change_no_bit(void **state) {
    (void)state;
    for (int threads = 1; threads <= 3; threads++) test_each_instructions(threads, check_threads);
}

static void refuses_other_kinds(void **state) {
    (void)state;
    float x = 3, y = 7;
    static const tg_layer_kind wrong[] = {TG_LAYER_DENSE, TG_LAYER_SOFTMAX, (tg_layer_kind)99};
    for (size_t i = 0; i < TG_COUNT(wrong); i++) {
        assert_fails(TG_INVALID_ARGUMENT, "no activation",
                     tg_cpu_activation_forward(tg_cpu(), wrong[i], 0, 1, &x, &y));
        assert_fails(TG_INVALID_ARGUMENT, "no activation",
                     tg_cpu_activation_backward(tg_cpu(), wrong[i], 0, 1, &x, &x, &y));
    }
    assert_true(y == 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_accurate_everywhere),
        cmocka_unit_test(derivatives_are_accurate_everywhere),
        cmocka_unit_test(every_length_does_the_same),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(refuses_other_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
