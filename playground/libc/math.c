/* SPDX-License-Identifier: MIT */
/* The functions of <math.h> that the library calls in float64, to a few units in the last place:
 * tests/playground/libc_test.c compares them with the C library's. sin and cos are for arguments up
 * to 1e5, pow for x above 0. */
#include <math.h>

#include <stdint.h>
#include <string.h>

/* ln 2 and pi / 2 as a sum of two, of which the first has few enough digits that its products with
 * whole numbers are exact. */
static const double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
static const double half_pi_high = 0x1.921fb544p+0, half_pi_low = 0x1.0b4611a626331p-34;

static uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^n for -1022 <= n <= 1023. */
static double power_of_2(int n) {
    return from_bits((uint64_t)(n + 1023) << 52);
}

/* The sum of x^i / i! without the terms 1 and x, |x| <= ln 2 / 2: Taylor's, nested. */
static double exp_tail(double x) {
    double sum = 1;
    for (int i = 14; i > 2; i--) sum = 1 + sum * x / i;
    return sum * x * x / 2;
}

double exp(double x) {
    if (isnan(x)) return x;
    if (x > 709.79) return (double)INFINITY;
    if (x < -745.2) return 0;
    const double n = floor(x / (ln2_high + ln2_low) + 0.5);
    const double high = x - n * ln2_high, low = n * ln2_low, r = high - low;
    /* What r lost by its rounding counts once more. */
    const double y = 1 + (r + ((high - r) - low + exp_tail(r)));
    /* In two steps, each a power that can be represented, for results at the ends of the range. */
    const int all = (int)n, half = all / 2;
    return y * power_of_2(half) * power_of_2(all - half);
}

double frexp(double x, int *exponent) {
    *exponent = 0;
    if (x == 0 || !isfinite(x)) return x;
    int scaled = 0;
    if ((bits_of(x) >> 52 & 0x7ff) == 0) {
        x *= 0x1p54;
        scaled = 54;
    }
    const uint64_t bits = bits_of(x);
    *exponent = (int)(bits >> 52 & 0x7ff) - 1022 - scaled;
    return from_bits((bits & ~((uint64_t)0x7ff << 52)) | (uint64_t)1022 << 52);
}

/* log(1 + f) - f for sqrt(1/2) <= 1 + f < sqrt(2), from 2 artanh(s), s = f / (2 + f):
 * 2 s = f - s f, and the rest is the series. */
static double log_tail(double f) {
    const double s = f / (2 + f), z = s * s;
    double sum = 0;
    for (int i = 23; i > 1; i -= 2) sum = z * (sum + 2.0 / i);
    /* s f = f^2 / 2 - s f^2 / 2 */
    const double square = f * f / 2;
    return s * (square + sum) - square;
}

double log(double x) {
    if (isnan(x) || x < 0) return (double)NAN;
    if (x == 0) return -(double)INFINITY;
    if (!isfinite(x)) return x;
    int n = 0;
    double m = frexp(x, &n);
    if (m < 0.70710678118654752440) {
        m *= 2;
        n--;
    }
    const double f = m - 1;
    return n * ln2_high + (f + (n * ln2_low + log_tail(f)));
}

/* log(u) of the rounded u = 1 + x, and the first order of what the rounding took away. */
double log1p(double x) {
    const double u = 1 + x;
    if (x > -0.25 && x < 0.4) return x + log_tail(x);
    return isfinite(u) && u > 0 ? log(u) + (x - (u - 1)) / u : log(u);
}

double pow(double x, double y) {
    return exp(y * log(x));
}

double fmax(double a, double b) {
    return a > b || isnan(b) ? a : b;
}

/* Taylor's series of both, |x| <= pi / 4. */
static double near_sin(double x) {
    double sum = 1;
    for (int i = 16; i >= 2; i -= 2) sum = 1 - sum * x * x / (i * (i + 1));
    return x * sum;
}

static double near_cos(double x) {
    double sum = 1;
    for (int i = 17; i >= 3; i -= 2) sum = 1 - sum * x * x / (i * (i + 1));
    return 1 - x * x / 2 * sum;
}

/* sin(x + quarter pi / 2) */
static double turned_sin(double x, int quarter) {
    const double n = floor(x / (half_pi_high + half_pi_low) + 0.5);
    const double r = x - n * half_pi_high - n * half_pi_low;
    const int turn = (int)n + quarter;
    const double y = turn & 1 ? near_cos(r) : near_sin(r);
    return turn & 2 ? -y : y;
}

double sin(double x) {
    return turned_sin(x, 0);
}

double cos(double x) {
    return turned_sin(x, 1);
}
