/* SPDX-License-Identifier: MIT */
/* Exercise: the butterfly, by which the lanes of a warp add.
 *
 * v: a value of each lane; there are 2, 4, 8, 16 or 32 lanes. In the end each is to be the sum of
 * all. In each step every lane reads that of one other, all at the same time, and adds it to its
 * own: first of the lane whose index differs in the highest bit, in the end of that whose index
 * differs in the lowest. */
#include <stddef.h>

enum { WARP = 32 };

void warp_sum(size_t lanes, double *v);

void warp_sum(size_t lanes, double *v) {
    (void)lanes; /* your code instead of these two lines */
    (void)v;
}
