/* SPDX-License-Identifier: MIT */
/* CUDA C++ for an ordinary compiler: what kernels need of it, so that g++ and clang++ compile .cu
 * files unchanged, this header being included first. Each CUDA thread is then a fiber.
 *
 * Not here, on purpose: atomics on floats, whose order is nobody's; __activemask(), which promises
 * nothing; dynamic shared memory. */
#ifndef TIGRILLO_CUDA_NATIVE_H
#define TIGRILLO_CUDA_NATIVE_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <float.h>
#include <functional>
#include <limits.h>
#include <math.h>
#include <tuple>
#include <type_traits>
#include <utility>

/* ---- Declarations ---- */

#define TIGRILLO_CUDA_NATIVE 1
#define __global__
#define __device__
#define __host__
#define __constant__ const
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))

#define CUDA_NATIVE_JOIN_(a, b) a##b
#define CUDA_NATIVE_JOIN(a, b) CUDA_NATIVE_JOIN_(a, b)

/* A shared array, and a gap that keeps it apart from that of another declaration, with a note of
 * where that is. Arrays and gaps are static and without a value, so they lie together
 * (native_shared.h). `used` keeps the compiler from concluding what is in them: the runtime fills
 * them for each block. */
#define __shared__ CUDA_NATIVE_SHARED(CUDA_NATIVE_JOIN(shared_gap_, __COUNTER__))
#define CUDA_NATIVE_SHARED(gap)                                                                    \
    static __attribute__((used)) cuda_native::SharedGap gap;                                       \
    static __attribute__((used)) cuda_native::SharedNote CUDA_NATIVE_JOIN(gap, _note) = {          \
        {cuda_native::shared_note_mark, ~cuda_native::shared_note_mark},                           \
        &gap,                                                                                      \
        __FILE__,                                                                                  \
        __LINE__};                                                                                 \
    static __attribute__((used))

/* ---- Types ---- */

struct uint3 {
    unsigned x, y, z;
};
struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned vx = 1, unsigned vy = 1, unsigned vz = 1) : x(vx), y(vy), z(vz) {
    }
};

#define CUDA_NATIVE_VECTORS(type, name)                                                            \
    struct __align__(2 * sizeof(type)) name##2 {                                                   \
        type x, y;                                                                                 \
    };                                                                                             \
    struct __align__(4 * sizeof(type) < 16 ? 4 * sizeof(type) : 16) name##4 {                      \
        type x, y, z, w;                                                                           \
    };                                                                                             \
    static inline name##2 make_##name##2(type x, type y) {                                         \
        return {x, y};                                                                             \
    }                                                                                              \
    static inline name##4 make_##name##4(type x, type y, type z, type w) {                         \
        return {x, y, z, w};                                                                       \
    }
CUDA_NATIVE_VECTORS(float, float)
CUDA_NATIVE_VECTORS(double, double)
CUDA_NATIVE_VECTORS(int, int)
CUDA_NATIVE_VECTORS(unsigned, uint)
CUDA_NATIVE_VECTORS(unsigned char, uchar)
CUDA_NATIVE_VECTORS(long long, longlong)
CUDA_NATIVE_VECTORS(unsigned long long, ulonglong)
static inline uint3 make_uint3(unsigned x, unsigned y, unsigned z) {
    return {x, y, z};
}

extern uint3 threadIdx, blockIdx; /* of the fiber that runs */
extern dim3 blockDim, gridDim;
constexpr int warpSize = 32;

/* ---- What the runtime implements ---- */

namespace cuda_native {

struct Place {
    const char *file;
    int line;
};

enum class BarrierKind { plain, number, conjunction, disjunction };
int barrier(BarrierKind kind, bool predicate, Place place);

enum class WarpOperation { sync, shuffle, shuffle_up, shuffle_down, shuffle_xor, ballot, any, all };
std::uint64_t warp_collective(WarpOperation operation, unsigned mask, std::uint64_t value,
                              int argument, int width, Place place);

[[noreturn]] void fail_in_kernel(const char *message);

struct alignas(16) SharedGap {
    char bytes[64];
};

/* Found by its mark, wherever the compiler puts it. */
constexpr unsigned long long shared_note_mark = 0x7f5ca1ab1e0ff5e7u;
struct SharedNote {
    unsigned long long mark[2];
    SharedGap *gap;
    const char *file;
    int line;
};

/* ---- Kernels by name ---- */

using Bind = std::function<void()> (*)(const char *kernel, void **arguments);
struct KernelEntry {
    const char *name;
    Bind bind;
};
extern const KernelEntry kernel_entries[]; /* of native_kernels.cpp; the last has no name */

/* Ends the test unless a pointer among the arguments is null or into live device memory. */
void check_pointer(const void *pointer, const char *kernel, std::size_t argument);

template <class Argument>
inline Argument take_argument(const char *kernel, void **arguments, std::size_t number) {
    Argument value;
    std::memcpy(&value, arguments[number], sizeof value);
    if constexpr (std::is_pointer_v<Argument>) check_pointer(value, kernel, number);
    return value;
}

template <auto function> struct Binding;
template <class... Arguments, void (*function)(Arguments...)> struct Binding<function> {
    template <std::size_t... numbers>
    static std::function<void()> bind_each(const char *kernel, void **arguments,
                                           std::index_sequence<numbers...>) {
        (void)kernel;
        (void)arguments;
        const std::tuple<std::decay_t<Arguments>...> values(
            take_argument<std::decay_t<Arguments>>(kernel, arguments, numbers)...);
        return [values] { std::apply(function, values); };
    }
    static std::function<void()> bind(const char *kernel, void **arguments) {
        return bind_each(kernel, arguments, std::index_sequence_for<Arguments...>{});
    }
};

} // namespace cuda_native

/* ---- Barriers and warps ---- */

#define CUDA_NATIVE_PLACE                                                                          \
    cuda_native::Place {                                                                           \
        __FILE__, __LINE__                                                                         \
    }
#define CUDA_NATIVE_BARRIER(kind, predicate)                                                       \
    cuda_native::barrier(cuda_native::BarrierKind::kind, (predicate) != 0, CUDA_NATIVE_PLACE)
#define __syncthreads() ((void)CUDA_NATIVE_BARRIER(plain, 0))
#define __syncthreads_count(predicate) CUDA_NATIVE_BARRIER(number, predicate)
#define __syncthreads_and(predicate) CUDA_NATIVE_BARRIER(conjunction, predicate)
#define __syncthreads_or(predicate) CUDA_NATIVE_BARRIER(disjunction, predicate)

namespace cuda_native {

inline unsigned mask_of(unsigned mask = 0xffffffffu) {
    return mask;
}

template <class Value>
inline Value shuffle(Place place, WarpOperation operation, unsigned mask, Value value, int argument,
                     int width = warpSize) {
    static_assert(sizeof(Value) == 4 || sizeof(Value) == 8, "4 or 8 bytes can be shuffled");
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    bits = warp_collective(operation, mask, bits, argument, width, place);
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

inline unsigned vote(Place place, WarpOperation operation, unsigned mask, bool predicate) {
    return static_cast<unsigned>(warp_collective(operation, mask, predicate, 0, warpSize, place));
}

} // namespace cuda_native

#define CUDA_NATIVE_SHUFFLE(operation, ...)                                                        \
    cuda_native::shuffle(CUDA_NATIVE_PLACE, cuda_native::WarpOperation::operation, __VA_ARGS__)
#define __shfl_sync(...) CUDA_NATIVE_SHUFFLE(shuffle, __VA_ARGS__)
#define __shfl_up_sync(...) CUDA_NATIVE_SHUFFLE(shuffle_up, __VA_ARGS__)
#define __shfl_down_sync(...) CUDA_NATIVE_SHUFFLE(shuffle_down, __VA_ARGS__)
#define __shfl_xor_sync(...) CUDA_NATIVE_SHUFFLE(shuffle_xor, __VA_ARGS__)

#define CUDA_NATIVE_VOTE(operation, mask, predicate)                                               \
    cuda_native::vote(CUDA_NATIVE_PLACE, cuda_native::WarpOperation::operation, mask,              \
                      (predicate) != 0)
#define __ballot_sync(mask, predicate) CUDA_NATIVE_VOTE(ballot, mask, predicate)
#define __any_sync(mask, predicate) static_cast<int>(CUDA_NATIVE_VOTE(any, mask, predicate))
#define __all_sync(mask, predicate) static_cast<int>(CUDA_NATIVE_VOTE(all, mask, predicate))

#define __syncwarp(...)                                                                            \
    ((void)cuda_native::warp_collective(cuda_native::WarpOperation::sync,                          \
                                        cuda_native::mask_of(__VA_ARGS__), 0, 0, warpSize,         \
                                        CUDA_NATIVE_PLACE))

#include "cuda_native_math.h"
#include "cuda_native_memory.h"

#endif
