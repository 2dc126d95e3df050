/* SPDX-License-Identifier: MIT */
/* Exercise: the backward pass of a sigmoid.
 *
 * Forward was y_i = 1 / (1 + exp(-x_i)). dy is the gradient of the loss by y; wanted is dx, that by
 * x. Express it by y alone: nobody kept x.
 *
 * y, dy: count numbers. dx: count numbers, to be written. */
#include <stddef.h>

void sigmoid_backward(size_t count, const double *y, const double *dy, double *dx);

void sigmoid_backward(size_t count, const double *y, const double *dy, double *dx) {
    (void)count; /* your code instead of these four lines */
    (void)y;
    (void)dy;
    (void)dx;
}
