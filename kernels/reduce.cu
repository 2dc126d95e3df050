/* SPDX-License-Identifier: MIT */
/* Sums and searches. */
#include "rows.cuh"

/* *sum = the sum of the values, by one block. */
KERNEL __launch_bounds__(256) sum_doubles(size_t count, const double *values, double *sum) {
    __shared__ double shared[WARP];
    const double total = sum_of(count, values, shared);
    if (threadIdx.x == 0) *sum = total;
}

/* Each block's part goes to `sums`. */
KERNEL __launch_bounds__(256) sum_of_squares(size_t count, const float *x, double *sums) {
    __shared__ double shared[WARP];
    double sum = 0;
    for (size_t i = first_element(); i < count; i += grid_stride())
        sum += (double)x[i] * (double)x[i];
    sum = block_sum(sum, shared);
    if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

/* How many are NaN or infinite; each block's part goes to `sums`. */
KERNEL __launch_bounds__(256) count_not_finite(size_t count, const float *x, double *sums) {
    __shared__ int shared[WARP];
    int found = 0;
    for (size_t i = first_element(); i < count; i += grid_stride()) found += !isfinite(x[i]);
    found = block_sum(found, shared);
    if (threadIdx.x == 0) sums[blockIdx.x] = found;
}

/* How many labels are the same, but for ignored ones of b; each block's part goes to `sums`. */
KERNEL __launch_bounds__(256)
count_same_labels(size_t count, const int *a, const int *b, int ignored, double *sums) {
    __shared__ int shared[WARP];
    int same = 0;
    for (size_t i = first_element(); i < count; i += grid_stride())
        same += a[i] == b[i] && b[i] != ignored;
    same = block_sum(same, shared);
    if (threadIdx.x == 0) sums[blockIdx.x] = same;
}

/* How many x are on the side of `threshold` that t is on of 1/2. */
KERNEL __launch_bounds__(256)
count_same_sides(size_t count, const float *x, const float *t, float threshold, double *sums) {
    __shared__ int shared[WARP];
    int same = 0;
    for (size_t i = first_element(); i < count; i += grid_stride())
        same += !isnan(x[i]) && (x[i] > threshold) == (t[i] > 0.5f);
    same = block_sum(same, shared);
    if (threadIdx.x == 0) sums[blockIdx.x] = same;
}

/* sums[r][c] = the sum of x[i][c] over the rows i of block row r, in float64: 32 columns a block of
 * 32 x 8 threads, and gridDim.y block rows. */
template <class FROM, class TO> INLINE void column_sums(size_t n, size_t k, const FROM *x, TO *sums) {
    __shared__ double shared[8][WARP + 1];
    const size_t c = (size_t)blockIdx.x * WARP + threadIdx.x;
    const size_t each = n / gridDim.y + (n % gridDim.y > 0);
    const size_t begin = blockIdx.y * each, end = begin + each < n ? begin + each : n;
    double sum = 0;
    for (size_t r = begin + threadIdx.y; c < k && r < end; r += 8) sum += (double)x[r * k + c];
    shared[threadIdx.y][threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.y > 0 || c >= k) return;
    for (int i = 1; i < 8; i++) sum += shared[i][threadIdx.x];
    sums[blockIdx.y * k + c] = (TO)sum;
}

/* At once; or of many rows in parts, which are then added. */
KERNEL __launch_bounds__(256) sum_columns(size_t n, size_t k, const float *x, float *sums) {
    column_sums(n, k, x, sums);
}
KERNEL __launch_bounds__(256) sum_columns_in_parts(size_t n, size_t k, const float *x, double *sums) {
    column_sums(n, k, x, sums);
}
KERNEL __launch_bounds__(256) sum_parts_of_columns(size_t n, size_t k, const double *x, float *sums) {
    column_sums(n, k, x, sums);
}

/* The first of the largest in each row, or -1 where there is a NaN or nothing. A warp a row. */
KERNEL __launch_bounds__(256) argmax(size_t n, size_t k, const float *x, int *labels) {
    const row_group<false> g = row_group<false>::mine();
    for (size_t row = g.first; row < n; row += g.step) {
        float top = -INFINITY;
        int nan = 0, first = 0x7fffffff;
        for (size_t c = g.rank; c < k; c += g.size) {
            const float v = x[row * k + c];
            nan |= isnan(v);
            if (v > top || first == 0x7fffffff) {
                top = v;
                first = (int)c;
            }
        }
        const float largest = group_max<WARP>(top);
        nan = group_sum<WARP>(nan);
        if (top != largest) first = 0x7fffffff;
#pragma unroll
        for (int other = WARP / 2; other > 0; other /= 2) {
            const int there = __shfl_xor_sync(FULL, first, other);
            if (there < first) first = there;
        }
        if (g.rank == 0) labels[row] = nan || k == 0 ? -1 : first;
    }
}
