/* SPDX-License-Identifier: MIT */
/* Vectors of 64-bit lanes: doubles, for sums and differences in float64 (a vector of floats is two
 * of them), and integers, for products of 32-bit ones. */
#ifndef TG_CPU_KERNELS_WIDE_H
#define TG_CPU_KERNELS_WIDE_H

#include "cpu/kernels/vector.h"

typedef double wide __attribute__((vector_size(TG_VECTOR_BYTES)));
typedef int64_t iwide __attribute__((vector_size(TG_VECTOR_BYTES)));
typedef uint64_t uwide __attribute__((vector_size(TG_VECTOR_BYTES)));

enum { WIDE_LANES = TG_VECTOR_BYTES / 8 };

/* a where the lane of the mask is -1, b where it is 0. */
TG_INLINE wide select_wide(iwide mask, wide a, wide b) {
    return (wide)((mask & (iwide)a) | (~mask & (iwide)b));
}

/* The first and the second half of the lanes. */
TG_INLINE wide widen_low(vec v) {
#if defined(__AVX512F__)
    return (wide)_mm512_cvtps_pd(_mm512_castps512_ps256((__m512)v));
#elif defined(__AVX2__)
    return (wide)_mm256_cvtps_pd(_mm256_castps256_ps128((__m256)v));
#elif defined(__SSE2__)
    return (wide)_mm_cvtps_pd((__m128)v);
#else
    return (wide){(double)v[0], (double)v[1]};
#endif
}

TG_INLINE wide widen_high(vec v) {
#if defined(__AVX512F__)
    return (wide)_mm512_cvtps_pd(_mm512_extractf32x8_ps((__m512)v, 1));
#elif defined(__AVX2__)
    return (wide)_mm256_cvtps_pd(_mm256_extractf128_ps((__m256)v, 1));
#elif defined(__SSE2__)
    return (wide)_mm_cvtps_pd(_mm_movehl_ps((__m128)v, (__m128)v));
#else
    return (wide){(double)v[2], (double)v[3]};
#endif
}

TG_INLINE vec narrow(wide low, wide high) {
#if defined(__AVX512F__)
    return (vec)_mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps((__m512d)low)),
                                   _mm512_cvtpd_ps((__m512d)high), 1);
#elif defined(__AVX2__)
    return (vec)_mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps((__m256d)low)),
                                     _mm256_cvtpd_ps((__m256d)high), 1);
#elif defined(__SSE2__)
    return (vec)_mm_movelh_ps(_mm_cvtpd_ps((__m128d)low), _mm_cvtpd_ps((__m128d)high));
#else
    return (vec){(float)low[0], (float)low[1], (float)high[0], (float)high[1]};
#endif
}

/* In the order of the lanes. */
TG_INLINE double sum_wide(wide v) {
    double sum = v[0];
    for (size_t i = 1; i < WIDE_LANES; i++) sum += v[i];
    return sum;
}

/* The products of the lanes' low halves; the high halves do not matter. */
TG_INLINE uwide multiply_halves(uwide a, uwide b) {
#if defined(__AVX512F__)
    return (uwide)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
    return (uwide)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
    return (uwide)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
    return (a & UINT32_MAX) * (b & UINT32_MAX);
#endif
}

/* The lanes 0, 2, ... of both in turn, {a0, b0, a2, b2, ...}; and the lanes 1, 3, ... */
#ifdef __clang__
#define SHUFFLE_WIDE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE_WIDE(a, b, ...) __builtin_shuffle(a, b, (iwide){__VA_ARGS__})
#endif
TG_INLINE uwide interleave_even(uwide a, uwide b) {
#if TG_VECTOR_BYTES == 64
    return SHUFFLE_WIDE(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
#elif TG_VECTOR_BYTES == 32
    return SHUFFLE_WIDE(a, b, 0, 4, 2, 6);
#else
    return SHUFFLE_WIDE(a, b, 0, 2);
#endif
}
TG_INLINE uwide interleave_odd(uwide a, uwide b) {
#if TG_VECTOR_BYTES == 64
    return SHUFFLE_WIDE(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
#elif TG_VECTOR_BYTES == 32
    return SHUFFLE_WIDE(a, b, 1, 5, 3, 7);
#else
    return SHUFFLE_WIDE(a, b, 1, 3);
#endif
}

#endif
