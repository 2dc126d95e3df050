/* SPDX-License-Identifier: MIT */
/* The exponential function, a vector at a time.
 *
 *     exp(x) = 2^n exp(r),   n = x / ln 2 rounded to an integer,   r = x - n ln 2
 *
 * so |r| <= ln 2 / 2, where a polynomial of degree 6 is exact to 2e-8. ln 2 is taken in two parts,
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

/* x - n ln 2 for n = exp_exponent(x). */
TG_INLINE vec exp_rest(vec x, vec exponent) {
    const vec n = exponent - TG_ROUNDER;
    return (x - n * TG_LN2_HIGH) - n * TG_LN2_LOW;
}

/* (exp(r) - 1 - r) / r^2, |r| <= ln 2 / 2. */
TG_INLINE vec exp_curve(vec r) {
    vec p = all(0x1.6ae6e0p-10f);
    p = p * r + 0x1.1267d8p-7f;
    p = p * r + 0x1.555824p-5f;
    p = p * r + 0x1.555418p-3f;
    return p * r + 0x1.fffffcp-2f;
}

/* exp(x - n ln 2) for n = exp_exponent(x). */
TG_INLINE vec exp_fraction(vec x, vec exponent) {
    const vec r = exp_rest(x, exponent);
    return (exp_curve(r) * r + 1) * r + 1;
}

/* p 2^n for n = exp_exponent(x), |n| < 250: Inf and denormals too. */
TG_INLINE vec exp_scale(vec p, vec exponent) {
#if defined(__AVX512F__)
    return (vec)_mm512_scalef_ps((__m512)p, (__m512)(exponent - TG_ROUNDER));
#else
    /* 2^n in two factors: one alone would overflow, or skip the denormals. */
    const ivec n = bits_of(exponent) - bits_of(all(TG_ROUNDER));
    const ivec half = n >> 1;
    return p * from_bits((half + 127) << 23) * from_bits((n - half + 127) << 23);
#endif
}

/* exp(x) for every x: 0 at -Inf, denormals below, Inf above and NaN for NaN. */
TG_INLINE vec exp_full(vec x) {
    /* Beyond these bounds the result is 0 or Inf all the same. */
    x = minimum(all(90), maximum(all(-105), x));
    const vec exponent = exp_exponent(x);
    return exp_scale(exp_fraction(x, exponent), exponent);
}

#endif
