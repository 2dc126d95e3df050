/* SPDX-License-Identifier: MIT */
/* What all kernels share: indices, and reductions in a fixed order, so that results are the same bit
 * by bit from run to run.
 *
 * The kernels are device code only, launched by src/cuda/ through the driver API. Matrices are
 * row-major: n rows, k columns. No kernel reads or writes beyond its arrays, whatever the launch;
 * sizes of 0 are not launched. */
#ifndef KERNELS_DEVICE_CUH
#define KERNELS_DEVICE_CUH

#include <stddef.h>
#include <stdint.h>

#define KERNEL extern "C" __global__ void
#define INLINE static __device__ __forceinline__

enum { WARP = 32, FULL = 0xffffffffu };

/* The elements i, i + stride, ... of a thread, whatever the grid. */
INLINE size_t first_element() {
    return (size_t)blockIdx.x * blockDim.x + threadIdx.x;
}
INLINE size_t grid_stride() {
    return (size_t)gridDim.x * blockDim.x;
}

INLINE bool is_aligned(const void *p) {
    return ((size_t)p & 15) == 0;
}

/* ---- Over groups of WIDTH lanes of a warp, WIDTH a power of two: all lanes get the result ---- */

template <int WIDTH, class T> INLINE T group_sum(T v) {
#pragma unroll
    for (int other = WIDTH / 2; other > 0; other /= 2)
        v += __shfl_xor_sync(FULL, v, other, WIDTH);
    return v;
}

/* NaN are passed over. */
template <int WIDTH> INLINE float group_max(float v) {
#pragma unroll
    for (int other = WIDTH / 2; other > 0; other /= 2)
        v = fmaxf(v, __shfl_xor_sync(FULL, v, other, WIDTH));
    return v;
}

/* ---- Over a block of whole warps: all threads get the result; `shared` is free again ---- */

template <class T> INLINE T block_sum(T v, T *shared) {
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP, warps = blockDim.x / WARP;
    v = group_sum<WARP>(v);
    if (lane == 0) shared[warp] = v;
    __syncthreads();
    v = group_sum<WARP>(lane < warps ? shared[lane] : T(0));
    __syncthreads();
    return v;
}

/* The sum of `count` values, by the threads of one block, in an order that only its size tells. */
INLINE double sum_of(size_t count, const double *values, double *shared) {
    double sum = 0;
    for (size_t i = threadIdx.x; i < count; i += blockDim.x) sum += values[i];
    return block_sum(sum, shared);
}

/* ---- Four elements at a time, where memory is aligned for that ---- */

INLINE float4 load4(const float *p) {
    return *(const float4 *)p;
}
INLINE void store4(float *p, float4 v) {
    *(float4 *)p = v;
}

#endif
