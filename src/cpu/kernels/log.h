/* SPDX-License-Identifier: MIT */
/* The logarithm of 1 + t, a vector at a time.
 *
 *     1 + t = 2^n (1 + f),   sqrt(1/2) <= 1 + f < sqrt(2)
 *     log(1 + f) = 2 (s + s^3 / 3 + s^5 / 5 + ...),   s = f / (2 + f)
 *
 * |s| <= 0.172, so what is left out behind s^9 is 2e-9 of the whole. */
#ifndef TG_CPU_KERNELS_LOG_H
#define TG_CPU_KERNELS_LOG_H

#include "cpu/kernels/vector.h"

/* log(1 + t) for 0 <= t < 2^126, accurate for small t as well; NaN for NaN. */
TG_INLINE vec log1p_of(vec t) {
    const vec u = 1 + t;
    const vec lost = t - (u - 1); /* when 1 + t was rounded */
    const ivec half_root = (ivec)all(0x1.6a09e6p-1f);
    const ivec n = ((ivec)u - half_root) >> 23;
    const ivec down = (ivec)((uvec)n << 23); /* subtracted from the bits: divides by 2^n */
    const vec f = ((vec)((ivec)u - down) - 1) + lost * (vec)((127 << 23) - down);
    const vec s = f / (2 + f), z = s * s;
    vec p = z * (1.0f / 9) + 1.0f / 7;
    p = p * z + 1.0f / 5;
    p = p * z + 1.0f / 3;
    return __builtin_convertvector(n, vec) * 0x1.62e43p-1f + (2 * s + 2 * s * z * p);
}

#endif
