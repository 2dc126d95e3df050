/* SPDX-License-Identifier: MIT */
/* Exercise: weights of a layer that a ReLU follows, by Kaiming's rule.
 *
 * W is to be out x in numbers between -a and a, of variance 2 / in. u: as many, drawn at random,
 * all equally likely between 0 and 1. 0 is to become -a, and 1 a. */
#include <math.h>
#include <stddef.h>

void kaiming(size_t in, size_t out, const double *u, double *W);

void kaiming(size_t in, size_t out, const double *u, double *W) {
    (void)in; /* your code instead of these four lines */
    (void)out;
    (void)u;
    (void)W;
}
