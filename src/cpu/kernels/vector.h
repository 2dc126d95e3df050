/* SPDX-License-Identifier: MIT */
/* Vectors of floats, as wide as the instruction set that a kernel is compiled for.
 *
 * Every file of this folder is compiled once for each instruction set (CMakeLists.txt), with the
 * vector extensions of GCC and Clang: + - * / < on whole vectors, and a scalar operand means all
 * lanes. What those extensions lack is here, in intrinsics where the compilers do not see it by
 * themselves, and in plain C for every other processor. */
#ifndef TG_CPU_KERNELS_VECTOR_H
#define TG_CPU_KERNELS_VECTOR_H

#include <stdbool.h>
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

/* Before a loop over vectors that are to stay in registers: unrolled to the end. */
#ifdef __clang__
#define TG_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TG_UNROLL _Pragma("GCC unroll 32")
#endif

typedef float vec __attribute__((vector_size(TG_VECTOR_BYTES)));
typedef int32_t ivec __attribute__((vector_size(TG_VECTOR_BYTES)));
typedef uint32_t uvec __attribute__((vector_size(TG_VECTOR_BYTES)));

enum { LANES = TG_VECTOR_BYTES / 4 };

/* The bits of a float as a number, and back. */
TG_INLINE ivec bits_of(vec v) {
    return (ivec)v;
}

TG_INLINE vec from_bits(ivec v) {
    return (vec)v;
}

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

/* For loops whose last step has fewer lanes: where the compiler knows that `count` is LANES, these
 * are load and store. */
TG_INLINE vec load_some(const float *p, size_t count) {
    return count == LANES ? load(p) : load_first(p, count);
}
TG_INLINE void store_some(float *p, size_t count, vec v) {
    if (count == LANES)
        store(p, v);
    else
        store_first(p, count, v);
}

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

/* 0 where x < lowest, else (and for a NaN) v. */
TG_INLINE vec zero_below(vec x, vec lowest, vec v) {
#if defined(__AVX512F__)
    return (vec)_mm512_maskz_mov_ps(_mm512_cmp_ps_mask((__m512)x, (__m512)lowest, _CMP_NLT_UQ),
                                    (__m512)v);
#else
    return (vec)(~(x < lowest) & (ivec)v);
#endif
}

TG_INLINE vec absolute(vec a) {
    return (vec)((ivec)a & 0x7fffffff);
}

/* |a| with the sign of `sign`; a is not below 0. */
TG_INLINE vec copy_sign(vec a, vec sign) {
    return (vec)((ivec)a | ((ivec)sign & INT32_MIN));
}

/* a b + c, rounded once where the instruction set can. The compiler does that by itself, but in
 * a b + c d it may choose which product is not rounded, and may choose again in the next loop. */
TG_INLINE vec multiply_add(vec a, vec b, vec c) {
#if defined(__AVX512F__)
    return (vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__) && TG_VECTOR_BYTES == 32
    return (vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__aarch64__)
    return (vec)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
    return a * b + c;
#endif
}

/* a b - product, exactly (but for denormals), when `product` is a b rounded. */
TG_INLINE vec product_error(vec a, vec b, vec product) {
#if defined(__AVX512F__)
    return (vec)_mm512_fmsub_ps((__m512)a, (__m512)b, (__m512)product);
#elif defined(__FMA__) && TG_VECTOR_BYTES == 32
    return (vec)_mm256_fmsub_ps((__m256)a, (__m256)b, (__m256)product);
#elif defined(__aarch64__)
    return -(vec)vfmsq_f32((float32x4_t)product, (float32x4_t)a, (float32x4_t)b);
#else
    /* In halves of 12 bits, whose products are exact (Dekker, 1971). */
    const vec a_high = (vec)((ivec)a & -4096), b_high = (vec)((ivec)b & -4096);
    const vec a_low = a - a_high, b_low = b - b_high;
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
#endif
}

/* c - a b, where c is near a b: then the error of a b rounded would be seen. */
TG_INLINE vec subtract_product(vec c, vec a, vec b) {
#if defined(__AVX512F__)
    return (vec)_mm512_fnmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__) && TG_VECTOR_BYTES == 32
    return (vec)_mm256_fnmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__aarch64__)
    return (vec)vfmsq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
    const vec product = a * b;
    return (c - product) - product_error(a, b, product);
#endif
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
    vec root = {0};
    for (size_t i = 0; i < LANES; i++) root[i] = __builtin_sqrtf(a[i]);
    return root;
#endif
}

/* {0, 1, 2, ...} */
TG_INLINE ivec lane_numbers(void) {
    static const int32_t numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    ivec v;
    memcpy(&v, numbers, sizeof v);
    return v;
}

/* ---- Across lanes ---- */

/* SHUFFLE(a, b, i...): lane j of the result is lane i_j of a and b, written one behind the other.
 */
#ifdef __clang__
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (ivec){__VA_ARGS__})
#endif

/* Whether a lane of the mask is -1. */
TG_INLINE bool any(ivec mask) {
#if defined(__AVX512F__)
    return _mm512_movepi32_mask((__m512i)mask) != 0;
#elif defined(__AVX2__)
    return _mm256_movemask_ps((__m256)mask) != 0;
#elif defined(__SSE2__)
    return _mm_movemask_ps((__m128)mask) != 0;
#else
    int32_t found = 0;
    for (size_t i = 0; i < LANES; i++) found |= mask[i];
    return found != 0;
#endif
}

/* The first lane of the mask that is -1; one is. */
TG_INLINE size_t first_lane(ivec mask) {
#if defined(__AVX512F__)
    return (size_t)__builtin_ctz((unsigned)_mm512_movepi32_mask((__m512i)mask));
#elif defined(__AVX2__)
    return (size_t)__builtin_ctz((unsigned)_mm256_movemask_ps((__m256)mask));
#elif defined(__SSE2__)
    return (size_t)__builtin_ctz((unsigned)_mm_movemask_ps((__m128)mask));
#else
    size_t lane = 0;
    while (!mask[lane]) lane++;
    return lane;
#endif
}

/* Lane i of the result is lane index[i] of v. */
TG_INLINE vec permute(vec v, ivec index) {
#if defined(__AVX512F__)
    return (vec)_mm512_permutexvar_ps((__m512i)index, (__m512)v);
#elif defined(__AVX2__)
    return (vec)_mm256_permutevar8x32_ps((__m256)v, (__m256i)index);
#else
    vec permuted = {0};
    for (size_t i = 0; i < LANES; i++) permuted[i] = v[index[i]];
    return permuted;
#endif
}

/* The lanes 0, 2, 4, ... of a and then of b; those within each quarter of 4 lanes, a's quarter
 * before b's; and the quarters 0, 2, ... of a and then of b. ODD: the others. */
#if TG_VECTOR_BYTES == 64
#define TG_EVEN(a, b) SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define TG_ODD(a, b) SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#define TG_EVEN_OF_4(a, b) SHUFFLE(a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30)
#define TG_ODD_OF_4(a, b) SHUFFLE(a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31)
#define TG_EVEN_QUARTERS(a, b)                                                                     \
    SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define TG_ODD_QUARTERS(a, b)                                                                      \
    SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
#elif TG_VECTOR_BYTES == 32
#define TG_EVEN(a, b) SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define TG_ODD(a, b) SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#define TG_EVEN_OF_4(a, b) SHUFFLE(a, b, 0, 2, 8, 10, 4, 6, 12, 14)
#define TG_ODD_OF_4(a, b) SHUFFLE(a, b, 1, 3, 9, 11, 5, 7, 13, 15)
#define TG_EVEN_QUARTERS(a, b) SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define TG_ODD_QUARTERS(a, b) SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#else
#define TG_EVEN(a, b) SHUFFLE(a, b, 0, 2, 4, 6)
#define TG_ODD(a, b) SHUFFLE(a, b, 1, 3, 5, 7)
#define TG_EVEN_OF_4(a, b) TG_EVEN(a, b)
#define TG_ODD_OF_4(a, b) TG_ODD(a, b)
#define TG_EVEN_QUARTERS(a, b) (a)
#define TG_ODD_QUARTERS(a, b) (b)
#endif

/* {a0 + a1, a2 + a3, ..., b0 + b1, ...} */
TG_INLINE vec add_neighbours(vec a, vec b) {
    return TG_EVEN(a, b) + TG_ODD(a, b);
}

/* Defines each(rows): lane i of the result is what the operation makes of the lanes of rows[i],
 * taken as ((r0 . r1) . (r2 . r3)) . ((r4 . r5) . ...) */
#define TG_DEFINE_EACH(each, operation)                                                            \
    TG_INLINE vec each##_pairs(vec a, vec b) {                                                     \
        return operation(TG_EVEN_OF_4(a, b), TG_ODD_OF_4(a, b));                                   \
    }                                                                                              \
    TG_INLINE vec each##_quarters(vec a, vec b) {                                                  \
        return operation(TG_EVEN_QUARTERS(a, b), TG_ODD_QUARTERS(a, b));                           \
    }                                                                                              \
    TG_INLINE vec each(const vec rows[LANES]) {                                                    \
        vec quads[4]; /* quads[i]: in its quarter q, quarter q of the rows 4 i .. 4 i + 3 */       \
        for (size_t i = 0; i < LANES / 4; i++)                                                     \
            quads[i] = each##_pairs(each##_pairs(rows[4 * i], rows[4 * i + 1]),                    \
                                    each##_pairs(rows[4 * i + 2], rows[4 * i + 3]));               \
        for (size_t i = 0; 8 * i + 8 <= LANES; i++)                                                \
            quads[i] = each##_quarters(quads[2 * i], quads[2 * i + 1]);                            \
        return LANES == 16 ? each##_quarters(quads[0], quads[1]) : quads[0];                       \
    }

TG_INLINE vec add(vec a, vec b) {
    return a + b;
}

TG_DEFINE_EACH(sum_each, add)
TG_DEFINE_EACH(max_each, maximum) /* a NaN may be lost */

/* Lane i and lane i ^ half change places. */
#if TG_VECTOR_BYTES == 64
#define TG_SWAP(v, half)                                                                           \
    SHUFFLE(v, v, 0 ^ half, 1 ^ half, 2 ^ half, 3 ^ half, 4 ^ half, 5 ^ half, 6 ^ half, 7 ^ half,  \
            8 ^ half, 9 ^ half, 10 ^ half, 11 ^ half, 12 ^ half, 13 ^ half, 14 ^ half, 15 ^ half)
#elif TG_VECTOR_BYTES == 32
#define TG_SWAP(v, half)                                                                           \
    SHUFFLE(v, v, 0 ^ half, 1 ^ half, 2 ^ half, 3 ^ half, 4 ^ half, 5 ^ half, 6 ^ half, 7 ^ half)
#else
#define TG_SWAP(v, half) SHUFFLE(v, v, 0 ^ half, 1 ^ half, 2 ^ half, 3 ^ half)
#endif

/* In a fixed order: halves are added until one lane is left. */
TG_INLINE float sum_lanes(vec v) {
#if TG_VECTOR_BYTES == 64
    v += TG_SWAP(v, 8);
#endif
#if TG_VECTOR_BYTES >= 32
    v += TG_SWAP(v, 4);
#endif
    v += TG_SWAP(v, 2);
    v += TG_SWAP(v, 1);
    return v[0];
}

/* A NaN may be lost. */
TG_INLINE float max_lanes(vec v) {
#if TG_VECTOR_BYTES == 64
    v = maximum(v, TG_SWAP(v, 8));
#endif
#if TG_VECTOR_BYTES >= 32
    v = maximum(v, TG_SWAP(v, 4));
#endif
    v = maximum(v, TG_SWAP(v, 2));
    v = maximum(v, TG_SWAP(v, 1));
    return v[0];
}

#endif
