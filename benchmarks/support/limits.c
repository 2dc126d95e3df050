/* SPDX-License-Identifier: MIT */
#include "support/limits.h"

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* A cache line as a vector, which the compiler takes apart where the processor has shorter ones. */
typedef float line __attribute__((vector_size(64), aligned(4), may_alias));
#define LINE (sizeof(line) / sizeof(float))

#define INLINE static inline __attribute__((always_inline))

void move_memcpy(float *to, const float *from, size_t count) {
    memcpy(to, from, count * sizeof *to);
}

/* ---- Written once, compiled for three kinds of processors ---- */

INLINE void sweep(float *to, size_t count) {
    const float factor = 0.99999994f;
    size_t i = 0;
    for (; i + 2 * LINE <= count; i += 2 * LINE) {
        *(line *)(to + i) *= factor;
        *(line *)(to + i + LINE) *= factor;
    }
    for (; i < count; i++) to[i] *= factor;
}

INLINE void fill(float *to, size_t count) {
    const line one = (line){0} + 1;
    size_t i = 0;
    for (; i + LINE <= count; i += LINE) *(line *)(to + i) = one;
    for (; i < count; i++) to[i] = 1;
}

/* Four sums, so that no addition waits for the one before. */
INLINE float read(const float *from, size_t count) {
    line a = {0}, b = {0}, c = {0}, d = {0};
    float sum = 0;
    size_t i = 0;
    for (; i + 4 * LINE <= count; i += 4 * LINE) {
        a += *(const line *)(from + i);
        b += *(const line *)(from + i + LINE);
        c += *(const line *)(from + i + 2 * LINE);
        d += *(const line *)(from + i + 3 * LINE);
    }
    for (; i < count; i++) sum += from[i];
    a += b + c + d;
    for (i = 0; i < LINE; i++) sum += a[i];
    return sum;
}

/* Attributes and types take no parentheses. NOLINTBEGIN(bugprone-macro-parentheses) */
#define FOR_TARGET(suffix, attributes)                                                             \
    attributes static void sweep_##suffix(float *to, size_t count) {                               \
        sweep(to, count);                                                                          \
    }                                                                                              \
    attributes static void fill_##suffix(float *to, size_t count) {                                \
        fill(to, count);                                                                           \
    }                                                                                              \
    attributes static float read_##suffix(const float *from, size_t count) {                       \
        return read(from, count);                                                                  \
    }

FOR_TARGET(plain, )

#if defined(__x86_64__)
FOR_TARGET(avx2, __attribute__((target("avx2"))))
FOR_TARGET(avx512, __attribute__((target("avx512f"))))

/* How many floats lie before the first cache line that begins in `to`. */
static size_t before_line(const float *to, size_t count) {
    size_t before = (64 - (uintptr_t)to % 64) % 64 / sizeof *to;
    return before < count ? before : count;
}

/* Stores past the cache, for which the compiler's vectors have no word, as wide as they come: with
 * four narrow ones a line, some processors take longer. */
#define PAST_CACHE(suffix, attributes, vector, load, store, set)                                   \
    attributes static void copy_past_cache_##suffix(float *to, const float *from, size_t count) {  \
        const size_t step = sizeof(vector) / sizeof *to;                                           \
        size_t i = before_line(to, count);                                                         \
        move_memcpy(to, from, i);                                                                  \
        for (; i + 2 * LINE <= count; i += 2 * LINE)                                               \
            for (size_t j = 0; j < 2 * LINE; j += step) store(to + i + j, load(from + i + j));     \
        _mm_sfence();                                                                              \
        move_memcpy(to + i, from + i, count - i);                                                  \
    }                                                                                              \
    attributes static void fill_past_cache_##suffix(float *to, size_t count) {                     \
        const size_t step = sizeof(vector) / sizeof *to;                                           \
        size_t i = before_line(to, count);                                                         \
        fill(to, i);                                                                               \
        for (; i + 2 * LINE <= count; i += 2 * LINE)                                               \
            for (size_t j = 0; j < 2 * LINE; j += step) store(to + i + j, set(1));                 \
        _mm_sfence();                                                                              \
        fill(to + i, count - i);                                                                   \
    }

/* NOLINTEND(bugprone-macro-parentheses) */
PAST_CACHE(plain, , __m128, _mm_loadu_ps, _mm_stream_ps, _mm_set1_ps)
PAST_CACHE(avx2, __attribute__((target("avx2"))), __m256, _mm256_loadu_ps, _mm256_stream_ps,
           _mm256_set1_ps)
PAST_CACHE(avx512, __attribute__((target("avx512f"))), __m512, _mm512_loadu_ps, _mm512_stream_ps,
           _mm512_set1_ps)

#define CHOOSE(function)                                                                           \
    (__builtin_cpu_supports("avx512f")                                                             \
         ? function##_avx512                                                                       \
         : (__builtin_cpu_supports("avx2") ? function##_avx2 : function##_plain))
const bool moves_past_cache = true;
#else
#define CHOOSE(function) function##_plain
#define copy_past_cache_plain move_memcpy
#define fill_past_cache_plain fill_plain
const bool moves_past_cache = false;
#endif

void move_past_cache(float *to, const float *from, size_t count) {
    CHOOSE(copy_past_cache)(to, from, count);
}

void move_fill_past_cache(float *to, const float *from, size_t count) {
    (void)from;
    CHOOSE(fill_past_cache)(to, count);
}

void move_sweep(float *to, const float *from, size_t count) {
    (void)from;
    CHOOSE(sweep)(to, count);
}

void move_fill(float *to, const float *from, size_t count) {
    (void)from;
    CHOOSE(fill)(to, count);
}

/* Somebody might look here: so the compiler cannot leave out the reading. */
_Thread_local float limit_sum;

void move_read(float *to, const float *from, size_t count) {
    (void)to;
    limit_sum = CHOOSE(read)(from, count);
}

/* ---- Limits as contestants ---- */

/* Parts begin where cache lines may: no line belongs to two threads. */
static void move_part(void *context, size_t part, size_t parts) {
    const bench_limit *limit = context;
    const size_t lines = limit->count / LINE + 1;
    const size_t begin = lines * part / parts * LINE, last = lines * (part + 1) / parts * LINE;
    const size_t end = last < limit->count ? last : limit->count;
    if (begin < end)
        limit->move(limit->to ? limit->to + begin : NULL, limit->from ? limit->from + begin : NULL,
                    end - begin);
}

static void begin(void *context) {
    bench_limit *limit = context;
    limit->team = team_start(limit->threads);
}

static void end(void *context) {
    bench_limit *limit = context;
    team_stop(limit->team);
}

static void run(void *context) {
    const bench_limit *limit = context;
    team_run(limit->team, move_part, context);
}

void add_limit(bench_preparation *preparation, const char *name, bench_limit *limit) {
    bench_contestant *added = add_contestant(preparation);
    added->name = name;
    added->context = limit;
    added->run = run;
    added->begin = begin;
    added->end = end;
    if (limit->to || limit->threads == 1) {
        added->result = limit->to ? limit->to : &limit_sum;
        added->count = limit->to ? limit->count : 1;
        added->result_calls = 1;
    }
}
