/* SPDX-License-Identifier: MIT */
/* The logistic function and the hyperbolic tangent, a vector at a time. */
#ifndef TG_CPU_KERNELS_SIGMOID_H
#define TG_CPU_KERNELS_SIGMOID_H

#include "cpu/kernels/exp.h"

/* 1 / (1 + exp(-x)), through exp(-|x|), which never overflows and keeps its relative accuracy far
 * to the left. */
TG_INLINE vec sigmoid(vec x) {
    const vec e = exp_full(-absolute(x));
    return select(x < 0, e, all(1)) / (1 + e);
}

/* With m = exp(2 t) - 1, t = |x|, it is m / (m + 2) for t, and to lose less where that is rounded,
 *
 *     t + (m - 2 t - t m) / (m + 2)    for small t,
 *     1 - 2 / (m + 2)                  for others.
 *
 * m = 2^n (exp(r) - 1) + (2^n - 1) = linear + bend, where linear is exactly 2 t if n is 0. */
TG_INLINE vec hyperbolic_tangent(vec x) {
    const vec t = minimum(all(10), absolute(x)); /* tanh(10) is 1 to the last bit */
    const vec exponent = exp_exponent(2 * t);
    const vec r = exp_rest(2 * t, exponent);
    const vec power = from_bits((bits_of(exponent) - (bits_of(all(TG_ROUNDER)) - 127)) << 23);
    const vec linear = power * r + (power - 1), bend = power * (r * r * exp_curve(r));
    const vec m = linear + bend;
    const ivec small = t < 0.55f;
    const vec correction = select(small, (linear - 2 * t + bend) - t * m, all(-2)) / (m + 2);
    return copy_sign(select(small, t, all(1)) + correction, x);
}

#endif
