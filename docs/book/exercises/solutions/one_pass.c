/* SPDX-License-Identifier: MIT */
#include <math.h>

void see(double x, double *maximum, double *sum);

void see(double x, double *maximum, double *sum) {
    const double m = fmax(*maximum, x);
    *sum = *sum * exp(*maximum - m) + exp(x - m);
    *maximum = m;
}
