/* SPDX-License-Identifier: MIT */
/* The backward functions of softmax and its relatives, each a sum over the row and then one number
 * an element; the Jacobian; and what is rare enough to be computed in float64: softmax at another
 * temperature than 1, and normalising by the sum. Formulas: tigrillo/softmax.h. */
#include "rows.cuh"
#include "scalar.cuh"

/* dx = y (dy - dot), dot = sum of y dy. */
template <bool BLOCK>
INLINE void softmax_backward_rows(size_t n, size_t k, const float *y, const float *dy, float *dx) {
    __shared__ float shared[WARP];
    const row_group<BLOCK> g = row_group<BLOCK>::mine();
    for (size_t row = g.first; row < n; row += g.step) {
        const size_t begin = row * k;
        float dot = 0;
        for (size_t c = g.rank; c < k; c += g.size) dot = fmaf(y[begin + c], dy[begin + c], dot);
        dot = row_sum<BLOCK>(dot, shared);
        for (size_t c = g.rank; c < k; c += g.size)
            dx[begin + c] = y[begin + c] * (dy[begin + c] - dot);
    }
}
ROW_KERNELS(softmax_backward, (size_t n, size_t k, const float *y, const float *dy, float *dx),
            (n, k, y, dy, dx))

/* dx = dy - exp(y) total, total = sum of dy. */
template <bool BLOCK>
INLINE void log_softmax_backward_rows(size_t n, size_t k, const float *y, const float *dy,
                                      float *dx) {
    __shared__ float shared[WARP];
    const row_group<BLOCK> g = row_group<BLOCK>::mine();
    for (size_t row = g.first; row < n; row += g.step) {
        const size_t begin = row * k;
        float total = 0;
        for (size_t c = g.rank; c < k; c += g.size) total += dy[begin + c];
        total = row_sum<BLOCK>(total, shared);
        for (size_t c = g.rank; c < k; c += g.size)
            dx[begin + c] = dy[begin + c] - exp_full(y[begin + c]) * total;
    }
}
ROW_KERNELS(log_softmax_backward, (size_t n, size_t k, const float *y, const float *dy, float *dx),
            (n, k, y, dy, dx))

/* Block i takes the samples i, i + gridDim.x, ...: row a of a sample's matrix is
 * y_a / T (unit vector a - y). */
KERNEL __launch_bounds__(256)
softmax_jacobian(size_t n, unsigned k, float temperature, const float *y, float *jacobian) {
    for (size_t r = blockIdx.x; r < n; r += gridDim.x) {
        const float *p = y + r * k;
        float *matrix = jacobian + r * k * k;
        for (unsigned a = threadIdx.x / WARP; a < k; a += blockDim.x / WARP) {
            const float scaled = p[a] / temperature;
            for (unsigned b = threadIdx.x % WARP; b < k; b += WARP)
                matrix[(size_t)a * k + b] = scaled * ((a == b) - p[b]);
        }
    }
}

/* ---- In float64 ---- */

INLINE double exp_of(float x, float maximum, float temperature) {
    return exp(((double)x - (double)maximum) / (double)temperature);
}

template <bool BLOCK>
INLINE void softmax_at_temperature_rows(size_t n, size_t k, float temperature, const float *x,
                                        float *y) {
    __shared__ double shared[WARP];
    __shared__ float tops[WARP];
    const row_group<BLOCK> g = row_group<BLOCK>::mine();
    for (size_t row = g.first; row < n; row += g.step) {
        const size_t begin = row * k;
        float top = -INFINITY;
#pragma unroll 1
        for (size_t c = g.rank; c < k; c += g.size) top = fmaxf(top, x[begin + c]);
        top = row_max<BLOCK>(top, tops);
        double sum = 0;
#pragma unroll 1
        for (size_t c = g.rank; c < k; c += g.size) sum += exp_of(x[begin + c], top, temperature);
        sum = row_sum<BLOCK>(sum, shared);
#pragma unroll 1
        for (size_t c = g.rank; c < k; c += g.size)
            y[begin + c] = (float)(exp_of(x[begin + c], top, temperature) / sum);
    }
}
ROW_KERNELS(softmax_at_temperature,
            (size_t n, size_t k, float temperature, const float *x, float *y),
            (n, k, temperature, x, y))

template <bool BLOCK>
INLINE void softmax_backward_at_temperature_rows(size_t n, size_t k, float temperature,
                                                 const float *y, const float *dy, float *dx) {
    __shared__ double shared[WARP];
    const row_group<BLOCK> g = row_group<BLOCK>::mine();
    for (size_t row = g.first; row < n; row += g.step) {
        const size_t begin = row * k;
        double dot = 0;
#pragma unroll 1
        for (size_t c = g.rank; c < k; c += g.size)
            dot += (double)y[begin + c] * (double)dy[begin + c];
        dot = row_sum<BLOCK>(dot, shared);
#pragma unroll 1
        for (size_t c = g.rank; c < k; c += g.size)
            dx[begin + c] = (float)((double)y[begin + c] * ((double)dy[begin + c] - dot) /
                                    (double)temperature);
    }
}
ROW_KERNELS(softmax_backward_at_temperature,
            (size_t n, size_t k, float temperature, const float *y, const float *dy, float *dx),
            (n, k, temperature, y, dy, dx))

/* y = x / sum */
template <bool BLOCK>
INLINE void sum_normalize_forward_rows(size_t n, size_t k, const float *x, float *y) {
    __shared__ double shared[WARP];
    const row_group<BLOCK> g = row_group<BLOCK>::mine();
    for (size_t row = g.first; row < n; row += g.step) {
        const size_t begin = row * k;
        double sum = 0;
#pragma unroll 1
        for (size_t c = g.rank; c < k; c += g.size) sum += (double)x[begin + c];
        sum = row_sum<BLOCK>(sum, shared);
#pragma unroll 1
        for (size_t c = g.rank; c < k; c += g.size)
            y[begin + c] = (float)((double)x[begin + c] / sum);
    }
}
ROW_KERNELS(sum_normalize_forward, (size_t n, size_t k, const float *x, float *y), (n, k, x, y))

/* dx = (dy - sum of dy y) / sum of x */
template <bool BLOCK>
INLINE void sum_normalize_backward_rows(size_t n, size_t k, const float *x, const float *y,
                                        const float *dy, float *dx) {
    __shared__ double shared[WARP];
    const row_group<BLOCK> g = row_group<BLOCK>::mine();
    for (size_t row = g.first; row < n; row += g.step) {
        const size_t begin = row * k;
        double sum = 0, dot = 0;
#pragma unroll 1
        for (size_t c = g.rank; c < k; c += g.size) {
            sum += (double)x[begin + c];
            dot += (double)dy[begin + c] * (double)y[begin + c];
        }
        sum = row_sum<BLOCK>(sum, shared);
        dot = row_sum<BLOCK>(dot, shared);
#pragma unroll 1
        for (size_t c = g.rank; c < k; c += g.size)
            dx[begin + c] = (float)(((double)dy[begin + c] - dot) / sum);
    }
}
ROW_KERNELS(sum_normalize_backward,
            (size_t n, size_t k, const float *x, const float *y, const float *dy, float *dx),
            (n, k, x, y, dy, dx))
