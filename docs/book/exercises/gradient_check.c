/* SPDX-License-Identifier: MIT */
/* Exercise: a gradient by central differences.
 *
 *     g_i = (f(w with w_i + h) - f(w with w_i - h)) / 2h
 *
 * f: a function of `count` numbers. w: where the gradient is wanted; it may be changed on the way,
 * and must be as before in the end. h: the step. g: `count` numbers, to be written. */
#include <stddef.h>

typedef double function(size_t count, const double *w);

void gradient(function *f, size_t count, double *w, double h, double *g);

void gradient(function *f, size_t count, double *w, double h, double *g) {
    (void)f; /* your code instead of these five lines */
    (void)count;
    (void)w;
    (void)h;
    (void)g;
}
