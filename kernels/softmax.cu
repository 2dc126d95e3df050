/* SPDX-License-Identifier: MIT */
/* Softmax and log-softmax for temperature 1, by the length of a row (src/cuda/softmax.c chooses):
 *
 *     up to 32 columns      a row is a few lanes of a warp, one element each
 *     up to 1024            a row is a warp, and stays in its registers
 *     more                  a row is a block, which reads it twice
 *     few rows, very long   a row is several blocks, and two launches
 *
 * Formulas: tigrillo/softmax.h. */
#include "row_exp.cuh"
#include "warp_row.cuh"

enum { SOFTMAX, LOG_SOFTMAX };

/* What is written for x. A row's logarithm of the sum is made in two parts, of which the second is
 * small and exact: log(1 + others / exp(maximum)). */
struct row_result {
    row_unit unit;
    float factor;         /* softmax: exp_in(unit, x) times it */
    float maximum, log_1; /* log-softmax: x - maximum - log_1 */
};

INLINE row_result result_of(row_state s) {
    row_result r;
    r.unit = unit_of(s.maximum);
    const float top = exp_in(r.unit, s.maximum);
    r.factor = 1 / (s.others + top);
    r.maximum = s.maximum;
    r.log_1 = log1pf(s.others / top);
    return r;
}

template <int FORM> INLINE float result(row_result r, float x) {
    if (FORM == SOFTMAX) return exp_in(r.unit, x) * r.factor;
    return (x - r.maximum) - r.log_1;
}

/* ---- Up to 32 columns ---- */

/* WIDTH lanes a row, so blockDim.x / WIDTH rows a block; k <= WIDTH. */
template <int FORM, int WIDTH>
INLINE void few_columns(size_t n, int k, const float *x, float *y) {
    const size_t row = first_element() / WIDTH;
    const int c = threadIdx.x % WIDTH;
    const bool here = row < n && c < k;
    const float v = here ? x[row * k + c] : -INFINITY;
    const row_unit unit = unit_of(group_max<WIDTH>(v));
    const float e = here ? exp_in(unit, v) : 0;
    if (FORM == SOFTMAX) {
        const float sum = group_sum<WIDTH>(e);
        if (here) y[row * k + c] = e * (1 / sum);
    } else {
        row_state s = nothing_seen();
        if (here) s = see(s, v);
        const row_result r = result_of(group_join<WIDTH>(s));
        if (here) y[row * k + c] = result<FORM>(r, v);
    }
}

#define FEW_COLUMNS(WIDTH)                                                                         \
    KERNEL __launch_bounds__(256)                                                                  \
    softmax_few_##WIDTH(size_t n, int k, const float *x, float *y) {                               \
        few_columns<SOFTMAX, WIDTH>(n, k, x, y);                                                   \
    }                                                                                              \
    KERNEL __launch_bounds__(256)                                                                  \
    log_softmax_few_##WIDTH(size_t n, int k, const float *x, float *y) {                           \
        few_columns<LOG_SOFTMAX, WIDTH>(n, k, x, y);                                               \
    }

FEW_COLUMNS(2)
FEW_COLUMNS(4)
FEW_COLUMNS(8)
FEW_COLUMNS(16)
FEW_COLUMNS(32)

/* ---- Up to 1024 columns ---- */

/* blockDim.x / 32 rows a block; k <= 32 EACH. */
template <int FORM, int EACH>
INLINE void warp_row(size_t n, int k, const float *x, float *y) {
    const size_t row = first_element() / WARP;
    if (row >= n) return; /* the whole warp */
    const int lane = threadIdx.x % WARP;
    x += row * k;
    y += row * k;
    const bool fours = k % 4 == 0 && is_aligned(x) && is_aligned(y);
    float v[EACH], maximum = -INFINITY;
    load_row<EACH>(fours, k, lane, x, v);
#pragma unroll
    for (int i = 0; i < EACH; i++) maximum = fmaxf(maximum, v[i]);
    maximum = group_max<WARP>(maximum);
    const row_unit unit = unit_of(maximum);
    float sum = 0;
    int tops = 0; /* how often the maximum is there */
#pragma unroll
    for (int i = 0; i < EACH; i++) {
        const bool here = column_of<EACH>(fours, lane, i) < k;
        if (FORM == SOFTMAX) {
            v[i] = exp_in(unit, v[i]);
            sum += here ? v[i] : 0;
        } else if (here) {
            tops += v[i] == maximum;
            sum += v[i] == maximum ? 0 : exp_in(unit, v[i]);
        }
    }
    sum = group_sum<WARP>(sum);
    if (FORM == SOFTMAX) {
        const float factor = 1 / sum;
#pragma unroll
        for (int i = 0; i < EACH; i++) v[i] *= factor;
    } else {
        const float top = exp_in(unit, maximum);
        const row_state s = {maximum, sum + (float)(group_sum<WARP>(tops) - 1) * top};
        const row_result r = result_of(s);
#pragma unroll
        for (int i = 0; i < EACH; i++) v[i] = result<FORM>(r, v[i]);
    }
    store_row<EACH>(fours, k, lane, v, y);
}

#define WARP_ROW(EACH)                                                                             \
    KERNEL __launch_bounds__(128)                                                                  \
    softmax_warp_##EACH(size_t n, int k, const float *x, float *y) {                               \
        warp_row<SOFTMAX, EACH>(n, k, x, y);                                                       \
    }                                                                                              \
    KERNEL __launch_bounds__(128)                                                                  \
    log_softmax_warp_##EACH(size_t n, int k, const float *x, float *y) {                           \
        warp_row<LOG_SOFTMAX, EACH>(n, k, x, y);                                                   \
    }

WARP_ROW(4)
WARP_ROW(8)
WARP_ROW(16)
WARP_ROW(32)

/* ---- More columns ---- */

template <int FORM>
INLINE void write_columns(row_result r, const float *x, float *y, size_t begin, size_t end) {
    size_t head = begin;
    while (head < end && !is_aligned(x + head)) head++;
    if (!is_aligned(y + head)) head = end; /* they are not aligned alike */
    const size_t fours = (end - head) / 4, tail = head + 4 * fours;
    for (size_t c = begin + threadIdx.x; c < head; c += blockDim.x) y[c] = result<FORM>(r, x[c]);
    for (size_t i = threadIdx.x; i < fours; i += blockDim.x) {
        float4 v = load4(x + head + 4 * i);
        v.x = result<FORM>(r, v.x);
        v.y = result<FORM>(r, v.y);
        v.z = result<FORM>(r, v.z);
        v.w = result<FORM>(r, v.w);
        __stcs((float4 *)(y + head + 4 * i), v); /* a plain store nvcc takes apart */
    }
    if (tail + threadIdx.x < end) y[tail + threadIdx.x] = result<FORM>(r, x[tail + threadIdx.x]);
}

template <int FORM> INLINE void block_rows(size_t n, size_t k, const float *x, float *y) {
    __shared__ row_state shared[WARP];
    for (size_t row = blockIdx.x; row < n; row += gridDim.x) {
        const row_state s = block_join(see_columns(x + row * k, 0, k, k), shared);
        write_columns<FORM>(result_of(s), x + row * k, y + row * k, 0, k);
    }
}

KERNEL __launch_bounds__(512) softmax_block(size_t n, size_t k, const float *x, float *y) {
    block_rows<SOFTMAX>(n, k, x, y);
}

KERNEL __launch_bounds__(512) log_softmax_block(size_t n, size_t k, const float *x, float *y) {
    block_rows<LOG_SOFTMAX>(n, k, x, y);
}

/* ---- Very long rows: gridDim.x blocks a row, row blockIdx.y ---- */

/* states: gridDim.x for each row. */
KERNEL __launch_bounds__(512) softmax_parts(size_t k, const float *x, float2 *states) {
    __shared__ row_state shared[WARP];
    const size_t row = blockIdx.y;
    const row_state s = block_join(see_columns(x + row * k, part_begin(k, blockIdx.x),
                                               part_begin(k, blockIdx.x + 1), k),
                                   shared);
    if (threadIdx.x == 0) states[row * gridDim.x + blockIdx.x] = make_float2(s.maximum, s.others);
}

template <int FORM>
INLINE void write_part(size_t k, const float2 *states, const float *x, float *y) {
    __shared__ row_state shared[WARP];
    const size_t row = blockIdx.y;
    const row_result r = result_of(join_parts(states, shared));
    write_columns<FORM>(r, x + row * k, y + row * k, part_begin(k, blockIdx.x),
                        part_begin(k, blockIdx.x + 1));
}

KERNEL __launch_bounds__(512)
softmax_write_parts(size_t k, const float2 *states, const float *x, float *y) {
    write_part<SOFTMAX>(k, states, x, y);
}

KERNEL __launch_bounds__(512)
log_softmax_write_parts(size_t k, const float2 *states, const float *x, float *y) {
    write_part<LOG_SOFTMAX>(k, states, x, y);
}
