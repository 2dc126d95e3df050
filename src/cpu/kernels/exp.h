/* SPDX-License-Identifier: MIT */
/* The exponential function, a vector at a time.
 *
 *     exp(x) = 2^n exp(r),   n = x / ln 2 rounded to an integer,   r = x - n ln 2
 *
 * so |r| <= ln 2 / 2, where a polynomial of degree 6 is exact to 2e-9. ln 2 is taken in two parts,
 * the first with so few bits that n times it is exact. The integer n is made by adding 1.5 * 2^23:
 * the sum has no bits left for a fraction, and its lowest bits are n. */
#ifndef TG_CPU_KERNELS_EXP_H
#define TG_CPU_KERNELS_EXP_H

#include "cpu/kernels/vector.h"

#define TG_LOG2_E 0x1.715476p0f
#define TG_LN2_HIGH 0x1.62e4p-1f
#define TG_LN2_LOW 0x1.7f7d1cp-20f
#define TG_ROUNDER 0x1.8p23f

/* x / ln 2, rounded, in the lowest bits of the result; |x| up to 2.9e6. */
TG_INLINE vec exp_exponent(vec x) {
    return x * TG_LOG2_E + TG_ROUNDER;
}

/* exp(x - n ln 2) for n = exp_exponent(x). */
TG_INLINE vec exp_fraction(vec x, vec exponent) {
    const vec n = exponent - TG_ROUNDER;
    const vec r = (x - n * TG_LN2_HIGH) - n * TG_LN2_LOW;
    vec p = all(0x1.6ae6e0p-10f);
    p = p * r + 0x1.1267d8p-7f;
    p = p * r + 0x1.555824p-5f;
    p = p * r + 0x1.555418p-3f;
    p = p * r + 0x1.fffffcp-2f;
    p = p * r + 1;
    return p * r + 1;
}

/* exp(x) for every x: 0 at -Inf, denormals below, Inf above and NaN for NaN. */
TG_INLINE vec exp_full(vec x) {
    /* Beyond these bounds the result is 0 or Inf all the same. */
    x = minimum(all(90), maximum(all(-105), x));
    const vec exponent = exp_exponent(x);
    const vec p = exp_fraction(x, exponent);
    /* 2^n in two factors: one alone would overflow, or skip the denormals. */
    const ivec n = (ivec)exponent - (ivec)all(TG_ROUNDER);
    const ivec half = n >> 1;
    return p * (vec)((half + 127) << 23) * (vec)((n - half + 127) << 23);
}

/* What softmax needs: exp(x) / 2^shift, shift being an integer near max / ln 2, with no rounding
 * but that of exp: to subtract the maximum before would be rounded itself. So a row may be scaled
 * by any power of two afterwards without an error. */
typedef struct exp_shift {
    vec lowest; /* below it the result would be a denormal: 0 instead */
    ivec bits;  /* of TG_ROUNDER + shift - 127 */
} exp_shift;

/* For rows whose largest value is `max`, |max| < 1e6. */
TG_INLINE exp_shift exp_shift_for(float max) {
    const vec exponent = exp_exponent(all(max));
    const vec shift = exponent - TG_ROUNDER;
    return (exp_shift){(shift - 127) * 0x1.62e43p-1f, (ivec)exponent - 127};
}

/* At most 2 (at the row's maximum between 0.7 and 1.42). -Inf gives exactly 0, NaN gives NaN. */
TG_INLINE vec exp_shifted(vec x, exp_shift shift) {
    x = maximum(shift.lowest, x);
    const vec exponent = exp_exponent(x);
    return exp_fraction(x, exponent) * (vec)(((ivec)exponent - shift.bits) << 23);
}

#endif
