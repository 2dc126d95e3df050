/* SPDX-License-Identifier: MIT */
#include "cpu/kernels/update.h"

#include "cpu/kernels/sgd.h"

TG_INLINE void sgd_step(const tg_sgd_factors *sgd, size_t count, const float *gradient,
                        float *velocity, float *weight) {
    vec v = velocity ? load_some(velocity, count) : all(0);
    const vec w = sgd_update(sgd, velocity, load_some(gradient, count), &v,
                             load_some(weight, count));
    if (velocity) store_some(velocity, count, v);
    store_some(weight, count, w);
}

void TG_KERNEL(tg_sgd)(const tg_sgd_factors *factors, size_t count, const float *gradient,
                       float *velocity, float *weight) {
    const tg_sgd_factors sgd = *factors; /* a copy, which no store can change */
    size_t i = 0;
    if (velocity)
        for (; i + LANES <= count; i += LANES)
            sgd_step(&sgd, LANES, gradient + i, velocity + i, weight + i);
    else
        for (; i + LANES <= count; i += LANES)
            sgd_step(&sgd, LANES, gradient + i, NULL, weight + i);
    if (i < count)
        sgd_step(&sgd, count - i, gradient + i, velocity ? velocity + i : NULL, weight + i);
}

TG_INLINE void adam_step(const tg_adam_factors *adam, size_t count, const float *gradient,
                         float *first, float *second, float *weight) {
    const vec w = load_some(weight, count);
    const vec g = multiply_add(all(adam->l2), w, load_some(gradient, count));
    const vec m = multiply_add(all(1 - adam->beta1), g, adam->beta1 * load_some(first, count));
    const vec v = multiply_add((1 - adam->beta2) * g, g, adam->beta2 * load_some(second, count));
    store_some(first, count, m);
    store_some(second, count, v);
    const vec size = multiply_add(square_root(v), all(adam->root), all(adam->epsilon));
    store_some(weight, count, multiply_add(all(-adam->rate), m / size, adam->keep * w));
}

void TG_KERNEL(tg_adam)(const tg_adam_factors *factors, size_t count, const float *gradient,
                        float *first, float *second, float *weight) {
    const tg_adam_factors adam = *factors;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        adam_step(&adam, LANES, gradient + i, first + i, second + i, weight + i);
    if (i < count) adam_step(&adam, count - i, gradient + i, first + i, second + i, weight + i);
}
