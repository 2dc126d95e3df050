/* SPDX-License-Identifier: MIT */
/* Kernels for the PTX interpreter: right ones, and one for each fault that it must find. */
#define FUNCTION static __device__ __forceinline__
#include "functions.h"

#define KERNEL extern "C" __global__ void

/* ---- One function each ---- */

#define FLOAT(name, expression, tolerance)                                                         \
    KERNEL name(const float *in, float *out, int n) {                                              \
        const int i = blockIdx.x * blockDim.x + threadIdx.x;                                       \
        if (i >= n) return;                                                                        \
        const float x = in[i];                                                                     \
        out[i] = expression;                                                                       \
    }
#define DOUBLE(name, expression, tolerance)                                                        \
    KERNEL name(const double *in, double *out, int n) {                                            \
        const int i = blockIdx.x * blockDim.x + threadIdx.x;                                       \
        if (i >= n) return;                                                                        \
        const double x = in[i];                                                                    \
        out[i] = expression;                                                                       \
    }
#define UNSIGNED(name, expression, tolerance)                                                      \
    KERNEL name(const uint32_t *in, uint32_t *out, int n) {                                        \
        const int i = blockIdx.x * blockDim.x + threadIdx.x;                                       \
        if (i >= n) return;                                                                        \
        const uint32_t x = in[i];                                                                  \
        out[i] = expression;                                                                       \
    }
PTX_TEST_FUNCTIONS(FLOAT, DOUBLE, UNSIGNED)

/* ---- Threads that work together ---- */

KERNEL softmax_rows(const float *x, float *y, int k) {
    __shared__ float parts[2][32];
    const float *row = x + (size_t)blockIdx.x * k;
    float maximum = -INFINITY, sum = 0;
    for (int c = threadIdx.x; c < k; c += blockDim.x) maximum = fmaxf(maximum, row[c]);
    for (int o = 16; o; o /= 2) maximum = fmaxf(maximum, __shfl_xor_sync(~0u, maximum, o));
    if (threadIdx.x % 32 == 0) parts[0][threadIdx.x / 32] = maximum;
    __syncthreads();
    for (int w = 0; w < blockDim.x / 32; w++) maximum = fmaxf(maximum, parts[0][w]);
    for (int c = threadIdx.x; c < k; c += blockDim.x) sum += expf(row[c] - maximum);
    for (int o = 16; o; o /= 2) sum += __shfl_down_sync(~0u, sum, o);
    if (threadIdx.x % 32 == 0) parts[1][threadIdx.x / 32] = sum;
    __syncthreads();
    sum = 0;
    for (int w = 0; w < blockDim.x / 32; w++) sum += parts[1][w];
    for (int c = threadIdx.x; c < k; c += blockDim.x)
        y[(size_t)blockIdx.x * k + c] = expf(row[c] - maximum) / sum;
}

/* Vector loads, bytes that are written by neighbours, dynamic shared memory, 3 dimensions. */
KERNEL reverse_fours(const float4 *x, float4 *y) {
    const float4 v = x[threadIdx.x];
    y[threadIdx.x] = make_float4(v.w, v.z, v.y, v.x);
}
KERNEL bytes(const unsigned char *x, unsigned char *y) {
    extern __shared__ unsigned char copy[];
    const int i = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    const int n = blockDim.x * blockDim.y * blockDim.z;
    copy[i] = x[i];
    __syncthreads();
    y[i] = (unsigned char)(copy[n - 1 - i] + 1);
}

/* Warps by themselves, with votes; lanes that talk through shared memory after __syncwarp. */
KERNEL warps(const int *x, int *y) {
    __shared__ int lanes[128];
    const int i = threadIdx.x, lane = i % 32;
    lanes[i] = x[i];
    __syncwarp();
    int v = lanes[i ^ 1];
    __syncwarp();
    lanes[i] = v * 2;
    __syncwarp();
    v += lanes[i / 32 * 32 + (lane + 5) % 32];
    v += __shfl_up_sync(~0u, v, 3) + __shfl_sync(~0u, v, lane / 4, 8);
    const unsigned odd = __ballot_sync(~0u, v & 1);
    if (__any_sync(~0u, v > 1000)) v += 7;
    if (__all_sync(~0u, v > -100000)) v += 9;
    y[i] = v + __popc(odd);
}
KERNEL counts(const int *x, int *y) {
    const int positive = __syncthreads_count(x[threadIdx.x] > 0);
    const int all = __syncthreads_and(x[threadIdx.x] > -1000);
    const int any = __syncthreads_or(x[threadIdx.x] > 500);
    y[threadIdx.x] = positive + 1000 * (all != 0) + 2000 * (any != 0);
}
KERNEL atomics(const unsigned *x, unsigned *y) {
    __shared__ unsigned sum;
    if (threadIdx.x == 0) sum = 0;
    __syncthreads();
    const unsigned v = x[blockIdx.x * blockDim.x + threadIdx.x];
    atomicAdd(&sum, v);
    atomicMax(y + 1, v);
    atomicMin(y + 2, v);
    atomicMax((int *)y + 3, (int)v);
    atomicXor(y + 4, v);
    atomicInc(y + 5, 6);
    unsigned old = 0;
    while (atomicCAS(y + 6, old, old + 3) != old) old += 3;
    atomicAdd((unsigned long long *)(y + 8), (unsigned long long)v << 8);
    __syncthreads();
    if (threadIdx.x == 0) atomicAdd(y, sum);
}

__device__ __noinline__ float work(float x, int depth) {
    float powers[4] = {1, x, x * x, x * x * x};
    if (depth == 0) return powers[(int)fabsf(x) & 3];
    return work(x * 0.5f, depth - 1) + powers[depth & 3];
}
KERNEL calls(const float *x, float *y) {
    y[threadIdx.x] = work(x[threadIdx.x], 5);
}

/* Half of the block at a barrier of its own. */
KERNEL halves(const int *x, int *y) {
    __shared__ int shared[64];
    shared[threadIdx.x] = x[threadIdx.x];
    if (threadIdx.x < 32)
        asm volatile("bar.sync 1, 32;" ::: "memory");
    else
        asm volatile("bar.sync 2, 32;" ::: "memory");
    y[threadIdx.x] = shared[threadIdx.x ^ 31];
}

__device__ int of_module[4] = {1, 2, 3, 4};
__constant__ float of_constants[4] = {0.5f, 1.5f, 2.5f, 3.5f};
KERNEL variables(const int *x, float *y) {
    y[threadIdx.x] = of_constants[x[threadIdx.x] & 3] + (float)of_module[threadIdx.x & 3];
}

KERNEL lowest_target(int *y) {
#ifdef __CUDA_ARCH__
    y[0] = __CUDA_ARCH__;
#endif
}

/* ---- Faults ---- */

KERNEL read_beyond(const float *x, float *y, int n) {
    y[threadIdx.x] = x[threadIdx.x + n];
}
KERNEL write_beyond(float *y, int n) {
    y[threadIdx.x + n] = 1;
}
KERNEL misaligned(const float *x, float4 *y) {
    y[threadIdx.x] = *(const float4 *)(x + 1);
}
KERNEL shared_beyond(float *y, int n) {
    __shared__ float shared[40], other[40];
    shared[threadIdx.x] = other[threadIdx.x] = 1;
    __syncthreads();
    y[threadIdx.x] = shared[threadIdx.x + n] + other[threadIdx.x];
}
KERNEL shared_uninitialised(float *y) {
    __shared__ float shared[32];
    if (threadIdx.x < 31) shared[threadIdx.x] = 1;
    __syncthreads();
    y[threadIdx.x] = shared[threadIdx.x];
}
KERNEL local_beyond(float *y, int n) {
    float own[8];
    for (int i = 0; i < 8; i++) own[i] = y[i];
    y[threadIdx.x] = own[n];
}
KERNEL local_uninitialised(float *y, int n) {
    float own[8];
    for (int i = 0; i < n; i++) own[i] = (float)i;
    y[threadIdx.x] = own[n];
}
KERNEL no_barrier(float *y) {
    __shared__ float shared[64];
    shared[threadIdx.x] = 0;
    __syncthreads();
    shared[threadIdx.x] = 1;
    y[threadIdx.x] = shared[63 - threadIdx.x];
}
KERNEL no_second_barrier(float *y) {
    __shared__ float shared[64];
    for (int i = 0; i < 3; i++) {
        shared[threadIdx.x] = (float)i;
        __syncthreads();
        y[threadIdx.x] = shared[63 - threadIdx.x];
    }
}
KERNEL no_warp_barrier(float *y) {
    __shared__ float shared[32];
    shared[threadIdx.x] = 0;
    __syncthreads();
    shared[threadIdx.x] = 1;
    y[threadIdx.x] = shared[31 - threadIdx.x];
}
KERNEL warp_barrier_of_half(float *y) {
    __shared__ float shared[32];
    shared[threadIdx.x] = 0;
    __syncthreads();
    shared[threadIdx.x] = 1;
    if (threadIdx.x < 16) __syncwarp(0xffff);
    y[threadIdx.x] = shared[31 - threadIdx.x];
}
KERNEL other_half(int *y) {
    __shared__ int shared[64];
    shared[threadIdx.x] = 0;
    __syncthreads();
    if (threadIdx.x < 32) {
        shared[threadIdx.x] = 1;
        asm volatile("bar.sync 1, 32;" ::: "memory");
    } else {
        asm volatile("bar.sync 2, 32;" ::: "memory");
        y[threadIdx.x] = shared[63 - threadIdx.x];
    }
}
KERNEL write_after_read(float *y) {
    __shared__ volatile float shared;
    if (threadIdx.x == 0) shared = 1;
    __syncthreads();
    y[threadIdx.x] = shared;
    if (threadIdx.x == blockDim.x - 2) shared = 2; /* after most others, in ascending order */
}
KERNEL shared_straddles(int *y, int n) {
    __shared__ __align__(8) int shared[7];
    __shared__ int last[32]; /* so that the other does not end with all of shared memory */
    if (threadIdx.x < 7) shared[threadIdx.x] = 1;
    last[threadIdx.x] = y[threadIdx.x];
    __syncthreads();
    const int2 both = ((const int2 *)shared)[n];
    y[threadIdx.x] = both.x + both.y + last[threadIdx.x ^ 1];
}
KERNEL race_of_blocks(float *y) {
    y[threadIdx.x] = (float)blockIdx.x;
}
KERNEL lost_update(unsigned *y) {
    y[0] += threadIdx.x;
}
KERNEL atomic_and_plain(unsigned *y, unsigned *z) {
    if (blockIdx.x == 0)
        atomicAdd(y, 1u);
    else
        z[threadIdx.x] = *(volatile unsigned *)y;
}
KERNEL not_read_only(const float *__restrict__ x, float *__restrict__ y) {
    y[threadIdx.x] = __ldg(x + (threadIdx.x ^ 1)) + 1;
}
KERNEL divergent_barrier(float *y) {
    if (threadIdx.x & 32) {
        y[threadIdx.x] = 1;
        __syncthreads();
    } else {
        y[threadIdx.x] = 2;
        asm volatile("bar.sync 0;" ::: "memory");
        y[threadIdx.x] = 3;
    }
}
KERNEL early_exit(float *y) {
    if (threadIdx.x < 10) return;
    __syncthreads();
    y[threadIdx.x] = 1;
}
KERNEL wrong_mask(int *y) {
    if (threadIdx.x < 16) y[threadIdx.x] = __shfl_xor_sync(~0u, (int)threadIdx.x, 1);
    __syncthreads();
}
KERNEL foreign_mask(int *y) {
    y[threadIdx.x] = __shfl_xor_sync(0xffffu, (int)threadIdx.x, 1);
}
KERNEL masks_differ(int *y) {
    y[threadIdx.x] = __shfl_xor_sync(threadIdx.x < 16 ? ~0u : ~1u, (int)threadIdx.x, 1);
}
KERNEL outside_of_mask(int *y) {
    if (threadIdx.x < 16) y[threadIdx.x] = __shfl_xor_sync(0xffffu, (int)threadIdx.x, 16);
}
KERNEL different_shuffles(int *y) {
    if (threadIdx.x < 16)
        y[threadIdx.x] = __shfl_xor_sync(~0u, (int)threadIdx.x, 1);
    else
        y[threadIdx.x] = __shfl_up_sync(~0u, (int)threadIdx.x, 1) + 1;
}
KERNEL endless(volatile unsigned *y) {
    while (*y != 0) {
    }
}
KERNEL deadlock(int *y) {
    if (threadIdx.x == 0) {
        __syncwarp();
        y[0] = 2;
    }
    __syncthreads();
}
KERNEL traps(int *y) {
    if (y[threadIdx.x] > 0) __trap();
}
KERNEL float_atomics(float *y) {
    atomicAdd(y, 1.0f);
}
KERNEL active_lanes(unsigned *y) {
    y[threadIdx.x] = __activemask();
}
KERNEL not_written(const float *x, float *y) {
    y[threadIdx.x] = x[threadIdx.x];
}
KERNEL plain(float *y) {
    y[threadIdx.x] = 1;
}
