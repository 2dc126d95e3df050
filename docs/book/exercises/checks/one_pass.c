/* SPDX-License-Identifier: MIT */
#include "check.h"

void see(double x, double *maximum, double *sum);

enum { COUNT = 5 };

static const double x[COUNT] = {1, 3, -2, 4.5, 4};

/* Numbers of which nothing but differences may go into exp(). */
static bool large_numbers(void) {
    const double large[] = {998, 1000, -1000, 1000}, right = exp(-2) + 2;
    double maximum = -(double)INFINITY, sum = 0;
    for (size_t i = 0; i < 4; ++i) see(large[i], &maximum, &sum);
    const answer a = {"sum of large numbers", 1, 1, &right, 0, NULL, 0};
    if (!isfinite(sum)) puts("exp() overflows: take it of differences to the maximum only");
    return compare(&a, &sum);
}

int main(void) {
    double maximum = -(double)INFINITY, sum = 0, unscaled = 0, upside = 0, plain = 0, last = 0,
           m = -(double)INFINITY;
    for (size_t i = 0; i < COUNT; ++i) {
        const double above = fmax(m, x[i]);
        unscaled += exp(x[i] - above);
        upside = (i ? upside * exp(above - m) : 0) + exp(x[i] - above);
        last = x[i] > m ? 1 : last + exp(x[i] - m);
        plain += exp(x[i]);
        m = above;
    }
    const double right = plain * exp(-m);
    const mistake mistakes[] = {
        {"nothing is written yet", &(double){0}},
        {"what was summed before is not scaled when the maximum rises", &unscaled},
        {"scaled the wrong way: by exp(new - old) instead of exp(old - new)", &upside},
        {"begun anew when the maximum rises: scale what was summed before", &last},
        {"exp(x) is summed, which overflows for large x: subtract the maximum", &plain},
    };
    for (size_t i = 0; i < COUNT; ++i) see(x[i], &maximum, &sum);
    if (isinf(maximum)) maximum = 0; /* reported as a number */
    const answer largest = {
        "maximum", 1, 1, &m, 0, (mistake[]){{"nothing is written yet", &(double){0}}}, 1};
    const answer all = {"sum", 1, 1, &right, 0, mistakes, 5};
    const bool good = compare(&largest, &maximum);
    return finished(compare(&all, &sum) && good && large_numbers());
}
