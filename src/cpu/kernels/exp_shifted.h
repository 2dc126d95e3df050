/* SPDX-License-Identifier: MIT */
/* What softmax needs: exp(x) / 2^shift, shift being an integer near max / ln 2, with no rounding
 * but that of exp: to subtract the maximum before would be rounded itself. So a row may be scaled
 * by any power of two afterwards without an error, and any shift gives the same softmax, bit by
 * bit.
 *
 * Where a vector can be looked up in (8 or 16 lanes), it holds the powers of two between 1 and 2:
 *
 *     exp(x) = 2^(n / LANES) exp(r),   r = x - n ln 2 / LANES,   |r| <= ln 2 / (2 LANES)
 *
 * and a polynomial of degree 3 is exact to 3e-8 (8 lanes) or 2e-9 (16). */
#ifndef TG_CPU_KERNELS_EXP_SHIFTED_H
#define TG_CPU_KERNELS_EXP_SHIFTED_H

#include "cpu/kernels/exp.h"

/* For rows whose largest value is `max`; one that is larger by 50 does no harm yet. It makes the
 * largest about 2^26: then all that a row's sum does not hide below the smallest float is normal.
 */
typedef struct exp_shift {
    vec lowest; /* below it the result is 0 */
    uvec scale; /* shift << 23 */
} exp_shift;

/* How large a row's maximum may be, in magnitude. */
#define TG_EXP_LIMIT 1.5e5f

TG_INLINE exp_shift exp_shift_for(vec max) {
    const vec exponent = exp_exponent(max) - 26;
    return (exp_shift){(exponent - TG_ROUNDER - 125) * 0x1.62e43p-1f, (uvec)exponent << 23};
}

/* The logarithm of what exp_shifted then divides by. */
TG_INLINE double exp_shift_log(float max) {
    return (double)(exp_exponent(all(max)) - 26 - TG_ROUNDER)[0] * 0x1.62e42fefa39efp-1;
}

/* What takes its place for rows of other maxima, whose exponentials are taken in float64. */
TG_INLINE double plain_unit(float max) {
    return (double)max - 26 * 0x1.62e42fefa39efp-1;
}

/* exp(x) / 2^(scale >> 23), where neither is large; nor x itself, if `small`. */
TG_INLINE vec exp_scaled(vec x, uvec scale, bool small) {
#if TG_VECTOR_BYTES == 16
    const vec exponent = exp_exponent(x);
    const vec n = exponent - TG_ROUNDER, high = all(TG_LN2_HIGH);
    const vec r = (small ? x - n * high : subtract_product(x, n, high)) - n * TG_LN2_LOW;
    const uvec one = (uvec)all(1);
    return ((exp_curve(r) * r + 1) * r + 1) * (vec)(((uvec)exponent << 23) - scale + one);
#else
    (void)small;
#if TG_VECTOR_BYTES == 64
    enum { BITS = 4 };
    static const float powers[LANES] = {
        1,
        0x1.0b5586p0f,
        0x1.172b84p0f,
        0x1.2387a6p0f,
        0x1.306fe0p0f,
        0x1.3dea64p0f,
        0x1.4bfdaep0f,
        0x1.5ab07ep0f,
        0x1.6a09e6p0f,
        0x1.7a1148p0f,
        0x1.8ace54p0f,
        0x1.9c4918p0f,
        0x1.ae89fap0f,
        0x1.c199bep0f,
        0x1.d5818ep0f,
        0x1.ea4afap0f,
    };
    const float square = 0x1.00022ap-1f, cube = 0x1.55559cp-3f;
#else
    enum { BITS = 3 };
    static const float powers[LANES] = {
        1,
        0x1.172b84p0f,
        0x1.306fe0p0f,
        0x1.4bfdaep0f,
        0x1.6a09e6p0f,
        0x1.8ace54p0f,
        0x1.ae89fap0f,
        0x1.d5818ep0f,
    };
    const float square = 0x1.00089ep-1f, cube = 0x1.55565cp-3f;
#endif
    const vec exponent = x * (TG_LOG2_E * LANES) + TG_ROUNDER;
    const vec n = exponent - TG_ROUNDER;
    const vec r = subtract_product(x, n, all(TG_LN2_HIGH / LANES)) - n * (TG_LN2_LOW / LANES);
    /* The lowest bits of n choose the power, and the others are its exponent: moved there they
     * bring the lowest with them, so these have been subtracted from the table. */
    const uvec table = (uvec)load(powers) - ((uvec)lane_numbers() << (23 - BITS));
    const vec power = (vec)((uvec)permute((vec)table, (ivec)exponent) +
                            (((uvec)exponent << (23 - BITS)) - scale));
    const vec p = (r * cube + square) * r + 1;
    return power * r * p + power;
#endif
}

/* -Inf gives exactly 0, NaN gives NaN. */
TG_INLINE vec exp_shifted(vec x, exp_shift shift) {
    return zero_below(x, shift.lowest, exp_scaled(x, shift.scale, false));
}

/* The same for shift 0 and |x| up to 80, or NaN. */
TG_INLINE vec exp_small(vec x) {
    return exp_scaled(x, (uvec)all(0), true);
}

#endif
