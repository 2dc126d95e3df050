/* SPDX-License-Identifier: MIT */
/* How small a step should be: the slope of 1 / (1 + x^2) by differences, in double and in float. */
#include <math.h>
#include <stdio.h>

static double f(double x) {
    return 1 / (1 + x * x);
}

static float f_float(float x) {
    return 1 / (1 + x * x);
}

int main(void) {
    const double x = 0.7, right = -2 * x / ((1 + x * x) * (1 + x * x));
    printf("x = %g, slope %.10f\n\nerrors\n", x, right);
    puts("    h   forward, double   central, double   central, float");
    double h = 1;
    for (int power = 1; power <= 12; ++power) {
        h /= 10;
        const double forward = (f(x + h) - f(x)) / h, central = (f(x + h) - f(x - h)) / (2 * h);
        const float above = f_float((float)(x + h)), below = f_float((float)(x - h));
        printf("1e-%02d %17.0e %17.0e %16.0e\n", power, fabs(forward - right),
               fabs(central - right), fabs((double)(above - below) / (2 * h) - right));
    }
    return 0;
}
