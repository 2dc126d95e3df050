/* SPDX-License-Identifier: MIT */
/* Vectors of floats, as wide as the instruction set that a kernel is compiled for.
 *
 * Every file of this folder is compiled once for each instruction set (CMakeLists.txt), with the
 * vector extensions of GCC and Clang: + - * / < on whole vectors, and a scalar operand means all
 * lanes. What those extensions lack is here, in intrinsics where the compilers do not see it by
 * themselves, and in plain C for every other processor. */
#ifndef TG_CPU_KERNELS_VECTOR_H
#define TG_CPU_KERNELS_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
#define TG_VECTOR_BYTES 64
#elif defined(__AVX2__)
#define TG_VECTOR_BYTES 32
#else
#define TG_VECTOR_BYTES 16
#endif

/* TG_KERNEL(name) is `name` with the instruction set behind it; the compile flags say which. */
#define TG_KERNEL_JOIN(name, instructions) name##_##instructions
#define TG_KERNEL_EXPAND(name, instructions) TG_KERNEL_JOIN(name, instructions)
#define TG_KERNEL(name) TG_KERNEL_EXPAND(name, TG_INSTRUCTIONS)

#define TG_INLINE static inline __attribute__((always_inline, unused))

typedef float vec __attribute__((vector_size(TG_VECTOR_BYTES)));
typedef int32_t ivec __attribute__((vector_size(TG_VECTOR_BYTES)));
typedef uint32_t uvec __attribute__((vector_size(TG_VECTOR_BYTES)));

enum { LANES = TG_VECTOR_BYTES / 4 };

/* ---- Memory; no alignment is asked for unless it is said ---- */

TG_INLINE vec load(const float *p) {
    vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

TG_INLINE void store(float *p, vec v) {
    memcpy(p, &v, sizeof v);
}

/* The first `count` lanes, 0 <= count <= LANES; load_first sets the others to 0. Nothing beyond is
 * touched in memory. */
#if defined(__AVX512F__)
TG_INLINE vec load_first(const float *p, size_t count) {
    return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1u), p);
}
TG_INLINE void store_first(float *p, size_t count, vec v) {
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1u), (__m512)v);
}
#elif defined(__AVX2__)
TG_INLINE __m256i tg_first_mask(size_t count) {
    static const int32_t ones[2 * LANES] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return _mm256_loadu_si256((const __m256i *)(const void *)(ones + LANES - count));
}
TG_INLINE vec load_first(const float *p, size_t count) {
    return (vec)_mm256_maskload_ps(p, tg_first_mask(count));
}
TG_INLINE void store_first(float *p, size_t count, vec v) {
    _mm256_maskstore_ps(p, tg_first_mask(count), (__m256)v);
}
#else
TG_INLINE vec load_first(const float *p, size_t count) {
    vec v = {0};
    for (size_t i = 0; i < LANES; i++)
        if (i < count) v[i] = p[i];
    return v;
}
TG_INLINE void store_first(float *p, size_t count, vec v) {
    for (size_t i = 0; i < LANES; i++)
        if (i < count) p[i] = v[i];
}
#endif

/* Stores past the caches, for results that nobody reads soon: a normal store first reads the line
 * that it replaces. `p` is aligned to a vector. stream_end() once behind the last of a kernel. */
TG_INLINE void stream(float *p, vec v) {
#if defined(__AVX512F__)
    _mm512_stream_ps(p, (__m512)v);
#elif defined(__AVX2__)
    _mm256_stream_ps(p, (__m256)v);
#elif defined(__SSE2__)
    _mm_stream_ps(p, (__m128)v);
#else
    store(p, v);
#endif
}

TG_INLINE void stream_end(void) {
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

/* ---- Lane by lane ---- */

TG_INLINE vec all(float x) {
    return x - (vec){0};
}

/* a where the lane of the mask is -1, b where it is 0. */
TG_INLINE vec select(ivec mask, vec a, vec b) {
    return (vec)((mask & (ivec)a) | (~mask & (ivec)b));
}

/* a > b ? a : b, so a NaN in b stays and one in a does not. */
TG_INLINE vec maximum(vec a, vec b) {
#if defined(__AVX512F__)
    return (vec)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
    return (vec)_mm256_max_ps((__m256)a, (__m256)b);
#elif defined(__SSE2__)
    return (vec)_mm_max_ps((__m128)a, (__m128)b);
#else
    return select(a > b, a, b);
#endif
}

/* a < b ? a : b, so a NaN in b stays and one in a does not. */
TG_INLINE vec minimum(vec a, vec b) {
#if defined(__AVX512F__)
    return (vec)_mm512_min_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
    return (vec)_mm256_min_ps((__m256)a, (__m256)b);
#elif defined(__SSE2__)
    return (vec)_mm_min_ps((__m128)a, (__m128)b);
#else
    return select(a < b, a, b);
#endif
}

TG_INLINE vec absolute(vec a) {
    return (vec)((ivec)a & 0x7fffffff);
}

TG_INLINE vec square_root(vec a) {
#if defined(__AVX512F__)
    return (vec)_mm512_sqrt_ps((__m512)a);
#elif defined(__AVX2__)
    return (vec)_mm256_sqrt_ps((__m256)a);
#elif defined(__SSE2__)
    return (vec)_mm_sqrt_ps((__m128)a);
#elif defined(__aarch64__)
    return (vec)vsqrtq_f32((float32x4_t)a);
#else
    vec root;
    for (size_t i = 0; i < LANES; i++) root[i] = __builtin_sqrtf(a[i]);
    return root;
#endif
}

/* ---- Across lanes ---- */

/* SHUFFLE(a, b, i...): lane j of the result is lane i_j of a and b, written one behind the other.
 */
#ifdef __clang__
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (ivec){__VA_ARGS__})
#endif

/* Sums of neighbours within each quarter of 4 lanes: {a0+a1, a2+a3, b0+b1, b2+b3, a4+a5, ...}. */
TG_INLINE vec add_pairs(vec a, vec b) {
#if TG_VECTOR_BYTES == 64
    return SHUFFLE(a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30) +
           SHUFFLE(a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31);
#elif TG_VECTOR_BYTES == 32
    return SHUFFLE(a, b, 0, 2, 8, 10, 4, 6, 12, 14) + SHUFFLE(a, b, 1, 3, 9, 11, 5, 7, 13, 15);
#else
    return SHUFFLE(a, b, 0, 2, 4, 6) + SHUFFLE(a, b, 1, 3, 5, 7);
#endif
}

/* Lane i of the result is the sum of the lanes of rows[i]. */
TG_INLINE vec sum_each(const vec rows[LANES]) {
    /* quads[i]: in its quarter q, the sums over quarter q of the rows 4 i .. 4 i + 3. */
    vec quads[LANES / 4];
    for (size_t i = 0; i < LANES / 4; i++)
        quads[i] = add_pairs(add_pairs(rows[4 * i], rows[4 * i + 1]),
                             add_pairs(rows[4 * i + 2], rows[4 * i + 3]));
#if TG_VECTOR_BYTES == 64
#define TG_QUARTERS(a, b, i, j, k, l)                                                              \
    SHUFFLE(a, b, 4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3, 4 * j, 4 * j + 1, 4 * j + 2, 4 * j + 3,  \
            4 * k, 4 * k + 1, 4 * k + 2, 4 * k + 3, 4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3)
    vec low = TG_QUARTERS(quads[0], quads[1], 0, 2, 4, 6) +
              TG_QUARTERS(quads[0], quads[1], 1, 3, 5, 7);
    vec high = TG_QUARTERS(quads[2], quads[3], 0, 2, 4, 6) +
               TG_QUARTERS(quads[2], quads[3], 1, 3, 5, 7);
    return TG_QUARTERS(low, high, 0, 2, 4, 6) + TG_QUARTERS(low, high, 1, 3, 5, 7);
#undef TG_QUARTERS
#elif TG_VECTOR_BYTES == 32
    return SHUFFLE(quads[0], quads[1], 0, 1, 2, 3, 8, 9, 10, 11) +
           SHUFFLE(quads[0], quads[1], 4, 5, 6, 7, 12, 13, 14, 15);
#else
    return quads[0];
#endif
}

/* In a fixed order: halves are added until one lane is left. */
TG_INLINE float sum_lanes(vec v) {
    float lanes[LANES];
    store(lanes, v);
    for (size_t half = LANES / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++) lanes[i] += lanes[i + half];
    return lanes[0];
}

/* A NaN may be lost. */
TG_INLINE float max_lanes(vec v) {
    float lanes[LANES];
    store(lanes, v);
    for (size_t half = LANES / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            lanes[i] = lanes[i] > lanes[i + half] ? lanes[i] : lanes[i + half];
    return lanes[0];
}

#endif
