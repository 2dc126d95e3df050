/* SPDX-License-Identifier: MIT */
/* The step of stochastic gradient descent for a vector of weights: for the sweep over all
 * parameters, and for the dense layer's backward, which takes the step where the gradient is made.
 * Formulas: optimizer.h. */
#ifndef TG_CPU_KERNELS_SGD_H
#define TG_CPU_KERNELS_SGD_H

#include "cpu/kernels/elementwise.h"
#include "cpu/kernels/vector.h"

/* The new weight. *velocity is read and written when `with_velocity`, which the compiler knows. */
TG_INLINE vec sgd_update(const tg_sgd_factors *sgd, bool with_velocity, vec gradient, vec *velocity,
                         vec weight) {
    vec g = multiply_add(all(sgd->l2), weight, gradient);
    if (with_velocity) {
        *velocity = multiply_add(all(sgd->momentum), *velocity, g);
        g = sgd->nesterov ? multiply_add(all(sgd->momentum), *velocity, g) : *velocity;
    }
    return multiply_add(all(-sgd->rate), g, sgd->keep * weight);
}

#endif
