/* SPDX-License-Identifier: MIT */
/* Exercise: a row of weights as int8.
 *
 * W: `count` weights, not all 0. Each becomes the whole number q, from -127 to 127, for which
 * scale * q is nearest to it; the largest weight, whatever its sign, becomes 127 or -127. Returns
 * the scale. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>

double quantise(size_t count, const double *W, int8_t *q);

double quantise(size_t count, const double *W, int8_t *q) {
    (void)count; /* your code instead of these four lines */
    (void)W;
    (void)q;
    return 1e300;
}
