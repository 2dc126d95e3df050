/* SPDX-License-Identifier: MIT */
/* Rows that a group of threads works on together: a warp (BLOCK false), or a whole block, which long
 * rows are worth. src/cuda/launch.c chooses by the number of columns, for all kernels alike. */
#ifndef KERNELS_ROWS_CUH
#define KERNELS_ROWS_CUH

#include "device.cuh"

template <bool BLOCK> struct row_group {
    size_t first, step; /* the group's rows */
    int rank, size;     /* of the thread in it */

    static __device__ row_group mine() {
        row_group g;
        const int warps = blockDim.x / WARP;
        g.first = BLOCK ? blockIdx.x : (size_t)blockIdx.x * warps + threadIdx.x / WARP;
        g.step = BLOCK ? gridDim.x : (size_t)gridDim.x * warps;
        g.rank = BLOCK ? threadIdx.x : threadIdx.x % WARP;
        g.size = BLOCK ? blockDim.x : WARP;
        return g;
    }
};

/* All threads of the group get the sum. */
template <bool BLOCK, class T> INLINE T row_sum(T v, T *shared) {
    return BLOCK ? block_sum(v, shared) : group_sum<WARP>(v);
}

/* The same for the largest; NaN are passed over. */
template <bool BLOCK> INLINE float row_max(float v, float *shared) {
    v = group_max<WARP>(v);
    if (!BLOCK) return v;
    const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP, warps = blockDim.x / WARP;
    if (lane == 0) shared[warp] = v;
    __syncthreads();
    v = group_max<WARP>(lane < warps ? shared[lane] : -INFINITY);
    __syncthreads();
    return v;
}

/* Defines the kernels name_warp and name_block. */
#define ROW_KERNELS(name, parameters, arguments)                                                   \
    KERNEL __launch_bounds__(256, 4) name##_warp parameters {                                         \
        name##_rows<false> arguments;                                                              \
    }                                                                                              \
    KERNEL __launch_bounds__(256, 4) name##_block parameters {                                        \
        name##_rows<true> arguments;                                                               \
    }

#endif
