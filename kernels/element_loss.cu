/* SPDX-License-Identifier: MIT */
/* Losses that are a sum over elements, in float64. Each block's part of the sum goes to `sums`;
 * whoever launches adds them in their order. dx may be the outputs, or NULL. */
#include "step.cuh"

KERNEL __launch_bounds__(256)
mean_squared_error(size_t count, const float *outputs, const float *targets, double scale,
                   double *sums, float *dx, const step_state *step) {
    __shared__ double shared[WARP];
    double sum = 0;
    scale = scale_now(step, scale);
#pragma unroll 1
    for (size_t i = first_element(); i < count; i += grid_stride()) {
        const double difference = (double)outputs[i] - (double)targets[i];
        sum += difference * difference;
        if (dx) dx[i] = (float)(2 * difference * scale);
    }
    sum = block_sum(sum, shared);
    if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

/* max(z, 0) - z t + log(1 + exp(-|z|)), and s(z) - t: for t = 1 as -s(-z), which does not cancel. */
KERNEL __launch_bounds__(256)
binary_cross_entropy(size_t count, const float *logits, const float *targets, double scale,
                     double *sums, float *dx, const step_state *step) {
    __shared__ double shared[WARP];
    double sum = 0;
    scale = scale_now(step, scale);
#pragma unroll 1
    for (size_t i = first_element(); i < count; i += grid_stride()) {
        const double z = (double)logits[i], t = (double)targets[i];
        const double e = exp(z < 0 ? z : -z), larger = 1 / (1 + e), smaller = e * larger;
        sum += (z < 0 ? 0 : z) - z * t + log1p(e);
        if (dx) {
            const double s = z < 0 ? smaller : larger, other = z < 0 ? larger : smaller;
            dx[i] = (float)((t == 1 ? -other : s - t) * scale);
        }
    }
    sum = block_sum(sum, shared);
    if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}
