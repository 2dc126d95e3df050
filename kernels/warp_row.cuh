/* SPDX-License-Identifier: MIT */
/* Rows of up to 32 EACH columns in the registers of a warp. */
#ifndef KERNELS_WARP_ROW_CUH
#define KERNELS_WARP_ROW_CUH

#include "device.cuh"

/* The columns of a lane: EACH of them, in fours where rows are aligned for that. */
template <int EACH> INLINE int column_of(bool fours, int lane, int i) {
    return fours ? 4 * (lane + WARP * (i / 4)) + i % 4 : lane + WARP * i;
}

template <int EACH>
INLINE void load_row(bool fours, int k, int lane, const float *x, float v[EACH]) {
    if (fours) {
#pragma unroll
        for (int i = 0; i < EACH; i += 4) {
            const int c = column_of<EACH>(true, lane, i);
            const float4 four = c < k ? load4(x + c)
                                      : make_float4(-INFINITY, -INFINITY, -INFINITY, -INFINITY);
            v[i] = four.x;
            v[i + 1] = four.y;
            v[i + 2] = four.z;
            v[i + 3] = four.w;
        }
    } else {
#pragma unroll
        for (int i = 0; i < EACH; i++) {
            const int c = column_of<EACH>(false, lane, i);
            v[i] = c < k ? x[c] : -INFINITY;
        }
    }
}

template <int EACH>
INLINE void store_row(bool fours, int k, int lane, const float v[EACH], float *y) {
    if (fours) {
#pragma unroll
        for (int i = 0; i < EACH; i += 4) {
            const int c = column_of<EACH>(true, lane, i);
            if (c < k) store4(y + c, make_float4(v[i], v[i + 1], v[i + 2], v[i + 3]));
        }
    } else {
#pragma unroll
        for (int i = 0; i < EACH; i++) {
            const int c = column_of<EACH>(false, lane, i);
            if (c < k) y[c] = v[i];
        }
    }
}

#endif
