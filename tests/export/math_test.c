/* SPDX-License-Identifier: MIT */
/* The functions that exported C has in place of libm's, on every 61st float (TIGRILLO_EVERY_FLOAT:
 * on all of them), beside float64. The worst errors are printed. */
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/reference.h"

/* The parts as they are exported. */
#include "export/parts/bits.inc"
#include "export/parts/exp_own.inc"
#include "export/parts/gelu_own.inc"
#include "export/parts/gelu_tanh.inc"
#include "export/parts/half.inc"
#include "export/parts/log_own.inc"
#include "export/parts/sigmoid.inc"
#include "export/parts/sqrt_own.inc"
#include "export/parts/tanh_own.inc"

#include "export/quantise.h"

static float apply(void (*activation)(float *, size_t), float x) {
    activation(&x, 1);
    return x;
}

static float own_sigmoid(float x) {
    return apply(name_sigmoid, x);
}

static float own_tanh(float x) {
    return apply(name_tanh, x);
}

static float own_gelu(float x) {
    return apply(name_gelu, x);
}

static float own_gelu_tanh(float x) {
    return apply(name_gelu_tanh, x);
}

/* Each function from `low` to `high`, both of one sign or 0; `bound` is of the error relative to
 * the result or, where that is below `floor`, to it. */
static const struct {
    const char *name;
    float (*function)(float);
    double (*reference)(double);
    float low, high;
    double floor, bound;
} functions[] = {
    {"exp", name_exp, exp, -0.0f, -87.0f, 0, 1.2e-7},
    {"log", name_log, log, 1.0f, FLT_MAX, 1, 1.3e-7},
    {"sqrt", name_sqrt, sqrt, FLT_MIN, FLT_MAX, 0, 1.2e-7},
    {"sigmoid, x > 0", own_sigmoid, reference_sigmoid, 0.0f, FLT_MAX, 0, 1.2e-7},
    {"sigmoid, x < 0", own_sigmoid, reference_sigmoid, -0.0f, -FLT_MAX, 1e-6, 2.4e-7},
    {"tanh", own_tanh, tanh, 0.0f, FLT_MAX, 0, 1.8e-7},
    {"tanh, x < 0", own_tanh, tanh, -0.0f, -FLT_MAX, 0, 1.8e-7},
    {"gelu, x > 0", own_gelu, reference_gelu, 0.0f, FLT_MAX, 0, 3.6e-7},
    {"gelu, x < 0", own_gelu, reference_gelu, -0.0f, -FLT_MAX, 1, 1.2e-7},
    {"gelu_tanh, x > 0", own_gelu_tanh, reference_gelu_tanh, 0.0f, FLT_MAX, 0, 3.6e-7},
    {"gelu_tanh, x < 0", own_gelu_tanh, reference_gelu_tanh, -0.0f, -FLT_MAX, 1, 1.2e-7},
};

static void test_functions(void **state) {
    (void)state;
    const uint32_t stride = getenv("TIGRILLO_EVERY_FLOAT") ? 1 : 61;
    for (size_t f = 0; f < TG_COUNT(functions); f++) {
        name_bits x = {functions[f].low}, end = {functions[f].high};
        double worst = 0;
        float where = 0;
        for (; x.bits <= end.bits; x.bits += stride) {
            const double expected = functions[f].reference((double)x.value);
            const double error = fabs((double)functions[f].function(x.value) - expected) /
                                 fmax(fabs(expected), fmax(functions[f].floor, (double)FLT_MIN));
            if (!(error > worst)) continue;
            worst = error;
            where = x.value;
        }
        print_message("%-18s error at most %.2e, at %.9g\n", functions[f].name, worst,
                      (double)where);
        assert_true(worst <= functions[f].bound);
    }
}

static void test_special_values(void **state) {
    (void)state;
    const float infinity = INFINITY;
    assert_true(isnan(name_exp(NAN)) && isnan(name_log(NAN)));
    assert_true(isnan(own_sigmoid(NAN)) && isnan(own_tanh(NAN)));
    assert_true(isnan(own_gelu(NAN)) && isnan(own_gelu_tanh(NAN)));
    assert_true(name_exp(0) == 1 && name_exp(-infinity) == 0 && name_exp(-1e30f) == 0);
    assert_true(name_log(1) == 0 && name_log(infinity) == infinity);
    assert_true(name_sqrt(0) == 0 && name_sqrt(4) == 2);
    assert_true(own_sigmoid(infinity) == 1 && own_sigmoid(-infinity) == 0);
    assert_true(own_tanh(infinity) == 1 && own_tanh(-infinity) == -1);
    assert_true(own_gelu(infinity) == infinity && own_gelu_tanh(infinity) == infinity);
}

/* ---- Half precision. ---- */

static float half_value(uint32_t half) {
    return tg_float_from_half((uint16_t)half);
}

static void test_halves(void **state) {
    (void)state;
    for (uint32_t h = 0; h < 0x10000; h++) {
        if ((h & 0x7c00) == 0x7c00) continue; /* neither infinities nor NaNs are exported */
        const int exponent = (int)(h >> 10 & 31), fraction = (int)(h & 1023);
        const double size = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
        assert_true((double)half_value(h) == (h & 0x8000 ? -size : size));
        assert_true(name_half((uint16_t)h) == half_value(h));
        assert_int_equal(tg_half_from_float(half_value(h)), h);
    }
}

static void test_rounding_to_half(void **state) {
    (void)state;
    /* Between neighbours: below the middle, in it, above. */
    for (uint32_t h = 0; h < 0x7bff; h++) {
        const float low = half_value(h), high = half_value(h + 1), middle = (low + high) / 2;
        assert_int_equal(tg_half_from_float(nextafterf(middle, 0)), h);
        assert_int_equal(tg_half_from_float(middle), h + (h & 1));
        assert_int_equal(tg_half_from_float(nextafterf(middle, INFINITY)), h + 1);
        assert_int_equal(tg_half_from_float(-middle), (h + (h & 1)) | 0x8000);
    }
    assert_int_equal(tg_half_from_float(nextafterf(65520, 0)), 0x7bff);
    assert_int_equal(tg_half_from_float(65520), 0x7c00);
    assert_int_equal(tg_half_from_float(-FLT_MAX), 0xfc00);
}

/* ---- int8. ---- */

static void test_int8(void **state) {
    (void)state;
    const float row[] = {0.5f, -2.54f, 0, 1.27f, 0.0099f}, zeros[3] = {0, -0.0f, FLT_TRUE_MIN};
    int8_t bytes[5];
    assert_close(0.02, (double)tg_quantise_row(row, 5, bytes), 1e-6, 0);
    const int8_t expected[] = {25, -127, 0, 63, 0};
    for (size_t i = 0; i < 5; i++) assert_true(abs(bytes[i] - expected[i]) <= (i == 3));
    assert_true(tg_quantise_row(zeros, 3, bytes) == 0);
    assert_true(bytes[0] == 0 && bytes[1] == 0 && bytes[2] == 0);
    const struct {
        float value;
        int q;
    } inputs[] = {{0, -28},     {1, -18},          {0.049f, -28},  {0.051f, -27}, {-0.049f, -28},
                  {-1, -38},    {-10, -128},       {-11, -128},    {15.5f, 127},  {16, 127},
                  {1e30f, 127}, {-INFINITY, -128}, {INFINITY, 127}};
    for (size_t i = 0; i < TG_COUNT(inputs); i++)
        assert_int_equal(tg_quantise_input(inputs[i].value, 10, -28), inputs[i].q);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions), cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_halves),    cmocka_unit_test(test_rounding_to_half),
        cmocka_unit_test(test_int8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
