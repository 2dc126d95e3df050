/* SPDX-License-Identifier: MIT */
/* Atomics, fences, loads and stores with hints, and bits of integers. */
#ifndef TIGRILLO_CUDA_NATIVE_MEMORY_H
#define TIGRILLO_CUDA_NATIVE_MEMORY_H

#ifndef TIGRILLO_CUDA_NATIVE_H
#error "include cuda_native.h"
#endif

/* ---- Atomics: true ones, so that the thread sanitizer takes them as such ---- */

#define CUDA_NATIVE_ATOMICS(type)                                                                  \
    static inline type atomicAdd(type *place, type value) {                                        \
        return __atomic_fetch_add(place, value, __ATOMIC_RELAXED);                                 \
    }                                                                                              \
    static inline type atomicSub(type *place, type value) {                                        \
        return __atomic_fetch_sub(place, value, __ATOMIC_RELAXED);                                 \
    }                                                                                              \
    static inline type atomicAnd(type *place, type value) {                                        \
        return __atomic_fetch_and(place, value, __ATOMIC_RELAXED);                                 \
    }                                                                                              \
    static inline type atomicOr(type *place, type value) {                                         \
        return __atomic_fetch_or(place, value, __ATOMIC_RELAXED);                                  \
    }                                                                                              \
    static inline type atomicXor(type *place, type value) {                                        \
        return __atomic_fetch_xor(place, value, __ATOMIC_RELAXED);                                 \
    }                                                                                              \
    static inline type atomicExch(type *place, type value) {                                       \
        return __atomic_exchange_n(place, value, __ATOMIC_RELAXED);                                \
    }                                                                                              \
    static inline type atomicCAS(type *place, type expected, type value) {                         \
        __atomic_compare_exchange_n(place, &expected, value, false, __ATOMIC_RELAXED,              \
                                    __ATOMIC_RELAXED);                                             \
        return expected;                                                                           \
    }                                                                                              \
    static inline type atomicMax(type *place, type value) {                                        \
        type old = __atomic_load_n(place, __ATOMIC_RELAXED);                                       \
        while (old < value && !__atomic_compare_exchange_n(place, &old, value, false,              \
                                                           __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {  \
        }                                                                                          \
        return old;                                                                                \
    }                                                                                              \
    static inline type atomicMin(type *place, type value) {                                        \
        type old = __atomic_load_n(place, __ATOMIC_RELAXED);                                       \
        while (old > value && !__atomic_compare_exchange_n(place, &old, value, false,              \
                                                           __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {  \
        }                                                                                          \
        return old;                                                                                \
    }
CUDA_NATIVE_ATOMICS(int)
CUDA_NATIVE_ATOMICS(unsigned)
CUDA_NATIVE_ATOMICS(unsigned long long)

float atomicAdd(float *place, float value) = delete; /* sums would differ from run to run */
double atomicAdd(double *place, double value) = delete;

static inline void __threadfence() {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
static inline void __threadfence_block() {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* ---- Loads and stores with hints to the caches ---- */

template <class Value> static inline Value __ldg(const Value *place) {
    return *place;
}
template <class Value> static inline Value __ldcs(const Value *place) {
    return *place;
}
template <class Value> static inline Value __ldcg(const Value *place) {
    return *place;
}
template <class Value> static inline void __stcs(Value *place, Value value) {
    *place = value;
}
template <class Value> static inline void __stcg(Value *place, Value value) {
    *place = value;
}

/* ---- Bits ---- */

namespace cuda_native {
template <class To, class From> inline To bits_as(From value) {
    static_assert(sizeof(To) == sizeof(From));
    To result;
    std::memcpy(&result, &value, sizeof result);
    return result;
}
} // namespace cuda_native

static inline int __float_as_int(float value) {
    return cuda_native::bits_as<int>(value);
}
static inline unsigned __float_as_uint(float value) {
    return cuda_native::bits_as<unsigned>(value);
}
static inline float __int_as_float(int value) {
    return cuda_native::bits_as<float>(value);
}
static inline float __uint_as_float(unsigned value) {
    return cuda_native::bits_as<float>(value);
}
static inline long long __double_as_longlong(double value) {
    return cuda_native::bits_as<long long>(value);
}
static inline double __longlong_as_double(long long value) {
    return cuda_native::bits_as<double>(value);
}

static inline unsigned __umulhi(unsigned a, unsigned b) {
    return static_cast<unsigned>(static_cast<std::uint64_t>(a) * b >> 32);
}
static inline int __mulhi(int a, int b) {
    return static_cast<int>(static_cast<std::int64_t>(a) * b >> 32);
}
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    __extension__ typedef unsigned __int128 wide;
    return static_cast<unsigned long long>(static_cast<wide>(a) * b >> 64);
}
static inline int __popc(unsigned value) {
    return __builtin_popcount(value);
}
static inline int __popcll(unsigned long long value) {
    return __builtin_popcountll(value);
}
static inline int __clz(int value) {
    return value ? __builtin_clz(static_cast<unsigned>(value)) : 32;
}
static inline int __ffs(int value) {
    return __builtin_ffs(value);
}
static inline unsigned __brev(unsigned value) {
    unsigned reversed = 0;
    for (int bit = 0; bit < 32; bit++) reversed |= (value >> bit & 1) << (31 - bit);
    return reversed;
}
static inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift) {
    const std::uint64_t both = static_cast<std::uint64_t>(high) << 32 | low;
    return static_cast<unsigned>(both << (shift & 31) >> 32);
}
static inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
    const std::uint64_t both = static_cast<std::uint64_t>(high) << 32 | low;
    return static_cast<unsigned>(both >> (shift & 31));
}

static inline void __trap() {
    cuda_native::fail_in_kernel("__trap()");
}

#endif
