/* SPDX-License-Identifier: MIT */
/* GELU and its approximation by tanh, a vector at a time.
 *
 * Both are x s(x) with 1 - s(x) = s(-x), so with t = |x| they are max(x, 0) - t s(-t), and where
 * g(t) is the derivative at -t, the one at t is 1 - g(t). What is left is s(-t) for t >= 0, a tiny
 * number for a large t. There it is exp(-z) times something smooth, z being about t^2 / 2. To
 * round z would cost z units in the last place of the result, 50 and more, so z is computed in two
 * floats, high + low. */
#ifndef TG_CPU_KERNELS_GELU_H
#define TG_CPU_KERNELS_GELU_H

#include "cpu/kernels/exp.h"

/* fraction 2^n, n being exponent's as in exp.h. What multiplies it does so before it is scaled,
 * which may make a denormal of it. */
typedef struct scaled {
    vec fraction, exponent;
} scaled;

/* exp(-high - low); 0 <= high < 150, low tiny. */
TG_INLINE scaled exp_minus(vec high, vec low) {
    const vec exponent = exp_exponent(-high);
    const vec r = exp_rest(-high, exponent) - low;
    const scaled result = {(exp_curve(r) * r + 1) * r + 1, exponent};
    return result;
}

/* ---- s(x) = Phi(x), the distribution function of the standard normal ---- */

/* Beyond it Phi(-t) t is 0 as a float. */
#define TG_GELU_END 15

/* Phi(-t) exp(t^2 / 2) for 0 <= t <= 15, which is Mills' ratio / sqrt(2 pi): 1 / (a t + N / D),
 * with a near sqrt(2 pi) and N / D ever smaller, so that it hardly matters how N and D are rounded.
 * The polynomials were fitted to values of 40 digits by Lawson's reweighted least squares, and
 * their coefficients rounded to floats one after the other while the rest was fitted again. Exact
 * to 2.7e-8; nothing cancels, since all is positive. */
TG_INLINE vec normal_ratio(vec t) {
    vec d = all(0x1.3b9658p-7f);
    d = d * t + 0x1.7418aep-4f;
    d = d * t + 0x1.948586p-2f;
    d = d * t + 0x1.d4a566p-1f;
    d = d * t + 1;
    vec n = all(0x1.8a344cp-6f);
    n = n * t + 0x1.d62c74p-3f;
    n = n * t + 0x1.d6ee02p-1f;
    n = n * t + 2;
    return d / (t * 0x1.40d95cp+1f * d + n);
}

/* exp(-t^2 / 2) */
TG_INLINE scaled normal_exp(vec t) {
    const vec square = t * t;
    return exp_minus(square * 0.5f, product_error(t, t, square) * 0.5f);
}

TG_INLINE vec gelu(vec x) {
    const vec t = minimum(all(TG_GELU_END), absolute(x));
    const scaled e = normal_exp(t);
    return maximum(all(0), x) - exp_scale(t * normal_ratio(t) * e.fraction, e.exponent);
}

/* Phi(x) + x phi(x), phi being the density exp(-x^2 / 2) / sqrt(2 pi). */
TG_INLINE vec gelu_derivative(vec x) {
    const vec t = minimum(all(TG_GELU_END), absolute(x));
    const scaled e = normal_exp(t);
    const vec g = exp_scale((normal_ratio(t) - t * 0x1.988454p-2f) * e.fraction, e.exponent);
    return select(x < 0, g, 1 - g);
}

/* ---- s(x) = (1 + tanh(u)) / 2 = 1 / (1 + exp(-2 u)), 2 u = A x + B x^3 ---- */

#define TG_GELU_TANH_END 11

/* A = 2 sqrt(2 / pi) and B = 0.044715 A in two floats. The high part of A is a multiple of 2^-20:
 * that makes the sum in gelu_tanh_exp exact. */
#define TG_GELU_A_HIGH 0x1.98845p+0f
#define TG_GELU_A_LOW 0x1.9ea1b2p-23f
#define TG_GELU_B_HIGH 0x1.2444f2p-4f
#define TG_GELU_B_LOW 0x1.49b16ap-29f

/* exp(-A t - B t^3) */
TG_INLINE scaled gelu_tanh_exp(vec t) {
    const vec square = t * t, cubic = TG_GELU_B_HIGH * square;
    const vec slope = TG_GELU_A_HIGH + cubic; /* below 16, so its last bit is 2^-20 or less */
    vec low = TG_GELU_B_LOW * square + TG_GELU_A_LOW;
    low += TG_GELU_B_HIGH * product_error(t, t, square);
    low += product_error(all(TG_GELU_B_HIGH), square, cubic);
    low += (TG_GELU_A_HIGH - slope) + cubic;
    const vec high = t * slope;
    return exp_minus(high, t * low + product_error(t, slope, high));
}

TG_INLINE vec gelu_tanh(vec x) {
    const vec t = minimum(all(TG_GELU_TANH_END), absolute(x));
    const scaled e = gelu_tanh_exp(t);
    const vec sum = 1 + exp_scale(e.fraction, e.exponent);
    return maximum(all(0), x) - exp_scale(t * e.fraction / sum, e.exponent);
}

/* s + x s (1 - s) (A + 3 B x^2) */
TG_INLINE vec gelu_tanh_derivative(vec x) {
    const vec t = minimum(all(TG_GELU_TANH_END), absolute(x));
    const scaled e = gelu_tanh_exp(t);
    const vec other = 1 / (1 + exp_scale(e.fraction, e.exponent)); /* 1 - s(-t) */
    const vec inner = (3 * TG_GELU_B_HIGH) * (t * t) + (TG_GELU_A_HIGH + TG_GELU_A_LOW);
    const vec g = exp_scale(e.fraction * other * (1 - t * inner * other), e.exponent);
    return select(x < 0, g, 1 - g);
}

#endif
