/* SPDX-License-Identifier: MIT */
/* Exercise: the maximum and the sum of exponentials in one pass.
 *
 * Of the numbers seen so far, *maximum is the largest (-INFINITY at first), and *sum is that of
 * exp(x - *maximum) over all of them (0 at first). See one more, which is finite: both are to be
 * changed. */
#include <math.h>

void see(double x, double *maximum, double *sum);

void see(double x, double *maximum, double *sum) {
    (void)x; /* your code instead of these three lines */
    (void)maximum;
    (void)sum;
}
