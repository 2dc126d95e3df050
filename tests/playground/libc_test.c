/* SPDX-License-Identifier: MIT */
/* The playground's functions of <math.h> against the C library's, in units in the last place. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/test.h"

#define exp own_exp
#define log own_log
#define log1p own_log1p
#define pow own_pow
#define sin own_sin
#define cos own_cos
#define fmax own_fmax
#define frexp own_frexp
double exp(double x);
double log(double x);
double log1p(double x);
double pow(double x, double y);
double sin(double x);
double cos(double x);
double fmax(double a, double b);
double frexp(double x, int *exponent);
#include "../../playground/libc/math.c"
#undef exp
#undef log
#undef log1p
#undef pow
#undef sin
#undef cos
#undef fmax
#undef frexp

/* The largest distance that was met, in units in the last place of the expected value. */
typedef struct worst {
    double error, at;
} worst;

static void meet(worst *w, double x, double expected, double actual) {
    if (actual == expected || (isnan(actual) && isnan(expected))) return;
    int exponent = 0;
    (void)frexp(expected, &exponent);
    const double unit = ldexp(1, exponent - 53 > -1074 ? exponent - 53 : -1074);
    const double error = fabs(actual - expected) / unit;
    if (isnan(actual) || isnan(expected) || !(error <= w->error)) {
        w->error = isnan(error) ? (double)INFINITY : error;
        w->at = x;
    }
}

static void report(const char *name, worst w, double most) {
    printf("%-6s %.2f units in the last place, at %.17g\n", name, w.error, w.at);
    assert_true(w.error <= most);
}

enum { SAMPLES = 1000000 };

static void compare(const char *name, double (*own)(double), double (*libm)(double), double low,
                    double high, double most) {
    uint64_t state = 1;
    worst w = {0};
    for (size_t i = 0; i < SAMPLES; i++) {
        const double x = test_uniform(&state, low, high);
        meet(&w, x, libm(x), own(x));
    }
    report(name, w, most);
}

static void functions_are_close(void **state) {
    (void)state;
    compare("exp", own_exp, exp, -1, 1, 1);
    compare("exp", own_exp, exp, -745, 709.7, 1);
    compare("log", own_log, log, 0, 3, 1);
    compare("log", own_log, log, 0, 1e300, 1);
    compare("log1p", own_log1p, log1p, -0.99, 3, 2);
    compare("log1p", own_log1p, log1p, 0, 1e-6, 1);
    /* Near their zeros, what is left of pi / 2 counts: the page draws points with these. */
    compare("sin", own_sin, sin, 0.001, 3.14, 2);
    compare("cos", own_cos, cos, -1.57, 1.57, 2);
}

static void extremes_are_as_in_c(void **state) {
    (void)state;
    const double extremes[] = {0,
                               -0.0,
                               1,
                               (double)INFINITY,
                               -(double)INFINITY,
                               (double)NAN,
                               DBL_MIN,
                               4.9e-324,
                               -4.9e-324,
                               709.78,
                               709.79,
                               710,
                               -745.13,
                               -746,
                               1e308,
                               -1,
                               -0.5};
    worst w = {0};
    for (size_t i = 0; i < TG_COUNT(extremes); i++) {
        const double x = extremes[i];
        int expected = 0, actual = 0;
        meet(&w, x, exp(x), own_exp(x));
        meet(&w, x, log(x), own_log(x));
        meet(&w, x, log1p(x), own_log1p(x));
        meet(&w, x, frexp(x, &expected), own_frexp(x, &actual));
        if (isfinite(x)) assert_int_equal(actual, expected);
        meet(&w, x, fmax(x, 0.25), own_fmax(x, 0.25));
        meet(&w, x, fmax(0.25, x), own_fmax(0.25, x));
    }
    report("all", w, 1);
}

/* Adam asks for the powers of its two constants. */
static void powers_are_close(void **state) {
    (void)state;
    worst w = {0};
    for (int i = 1; i < 2000; i++) {
        meet(&w, i, pow(0.9, i), own_pow(0.9, i));
        meet(&w, i, pow(0.999, i), own_pow(0.999, i));
    }
    report("pow", w, 256); /* 3e-14: more than float32 will show */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_close),
        cmocka_unit_test(extremes_are_as_in_c),
        cmocka_unit_test(powers_are_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
