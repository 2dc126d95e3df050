/* SPDX-License-Identifier: MIT */
/* Exercise: a step of SGD with momentum.
 *
 *     v = momentum v + g
 *     w = w - rate v
 *
 * w, g, v: `count` weights, their gradients and velocities. w and v are changed; g is not. The
 * first step is called with velocities of 0. */
#include <stddef.h>

void momentum_step(size_t count, double rate, double momentum, const double *g, double *v,
                   double *w);

void momentum_step(size_t count, double rate, double momentum, const double *g, double *v,
                   double *w) {
    (void)count; /* your code instead of these six lines */
    (void)rate;
    (void)momentum;
    (void)g;
    (void)v;
    (void)w;
}
