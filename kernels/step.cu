/* SPDX-License-Identifier: MIT */
/* What a training step needs beside the operations of its layers: its batch at the beginning, and its
 * results at the end, which stay here until the host asks. */
#include "rows.cuh"
#include "step.cuh"

/* to[r] = from[order[first + r]]: rows of `words` floats or ints. */
template <bool BLOCK>
INLINE void gather_rows(size_t n, size_t words, const step_state *step, const unsigned *order,
                        const float *from, float *to) {
    const row_group<BLOCK> g = row_group<BLOCK>::mine();
    const size_t first = now(step)->first;
    const size_t fours = words % 4 == 0 && is_aligned(from) && is_aligned(to) ? words / 4 : 0;
    for (size_t row = g.first; row < n; row += g.step) {
        const float *sample = from + order[first + row] * words;
#pragma unroll 1
        for (size_t i = g.rank; i < fours; i += g.size)
            store4(to + row * words + 4 * i, load4(sample + 4 * i));
#pragma unroll 1
        for (size_t i = 4 * fours + g.rank; i < words; i += g.size) to[row * words + i] = sample[i];
    }
}
ROW_KERNELS(gather,
            (size_t n, size_t words, const step_state *step, const unsigned *order,
             const float *from, float *to),
            (n, words, step, order, from, to))

/* ---- Results, each the sum of `count` values; by one block ---- */

KERNEL __launch_bounds__(256) step_loss(size_t count, const double *values, step_state *step) {
    __shared__ double shared[WARP];
    const double loss = sum_of(count, values, shared) * now(step)->scale;
    if (threadIdx.x > 0 || step->stopped) return;
    step->results[step->at].loss = loss;
    step->factor = 1;
    if (!isfinite(loss)) step->stopped = 1;
}

/* The values are sums of squares; as tg_clip_norm(). */
KERNEL __launch_bounds__(256)
step_clip(double limit, size_t count, const double *values, step_state *step) {
    __shared__ double shared[WARP];
    const double norm = sqrt(sum_of(count, values, shared)), factor = limit / (norm + 1e-6);
    if (threadIdx.x > 0) return;
    step->results[step->at].norm = norm;
    if (factor < 1) step->factor = (float)factor;
}

KERNEL __launch_bounds__(256) step_correct(size_t count, const double *values, step_state *step) {
    __shared__ double shared[WARP];
    const double correct = sum_of(count, values, shared);
    if (threadIdx.x == 0) step->results[step->at].correct = correct;
}

/* The last of a step, by one thread. */
KERNEL __launch_bounds__(256) step_end(step_state *step) {
    if (!step->stopped) step->at++;
}
