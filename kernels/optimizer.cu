/* SPDX-License-Identifier: MIT */
/* Steps over all parameters in one sweep. Formulas: tigrillo/optimizer.h; the factors are made on
 * the host, as for the CPU, and come as arguments or, in a step, from its numbers. */
#include "step.cuh"

/* velocity is NULL without momentum. */
KERNEL __launch_bounds__(256)
sgd_step(float rate, float momentum, float l2, float keep, int nesterov, size_t count,
         const float *gradient, float *velocity, float *weight, const step_state *step) {
    float factor = 1;
    if (step) {
        if (step->stopped) return;
        factor = step->factor;
        rate = now(step)->rate;
        keep = now(step)->keep;
    }
    for (size_t i = first_element(); i < count; i += grid_stride()) {
        const float w = weight[i];
        float g = fmaf(l2, w, factor * gradient[i]);
        if (velocity) {
            const float v = fmaf(momentum, velocity[i], g);
            velocity[i] = v;
            g = nesterov ? fmaf(momentum, v, g) : v;
        }
        weight[i] = fmaf(-rate, g, keep * w);
    }
}

KERNEL __launch_bounds__(256)
adam_step(float rate, float root, float beta1, float beta2, float epsilon, float l2, float keep,
          size_t count, const float *gradient, float *first, float *second, float *weight,
          const step_state *step) {
    float factor = 1;
    if (step) {
        if (step->stopped) return;
        factor = step->factor;
        rate = now(step)->rate;
        root = now(step)->root;
        keep = now(step)->keep;
    }
    for (size_t i = first_element(); i < count; i += grid_stride()) {
        const float w = weight[i], g = fmaf(l2, w, factor * gradient[i]);
        const float m = fmaf(1 - beta1, g, beta1 * first[i]);
        const float v = fmaf((1 - beta2) * g, g, beta2 * second[i]);
        first[i] = m;
        second[i] = v;
        weight[i] = fmaf(-rate, m / fmaf(sqrtf(v), root, epsilon), keep * w);
    }
}

KERNEL __launch_bounds__(256) scale(float factor, size_t count, float *x) {
    for (size_t i = first_element(); i < count; i += grid_stride()) x[i] *= factor;
}
