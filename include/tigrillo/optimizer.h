/* SPDX-License-Identifier: MIT */
/* Optimisers: how gradients change weights. The formulas are PyTorch's.
 *
 * Used by hand on single tensors (tg_sgd_step, tg_adam_step), or on a whole model, whose parameters
 * lie behind one another so that a step is one sweep (tg_optimizer). */
#ifndef TIGRILLO_OPTIMIZER_H
#define TIGRILLO_OPTIMIZER_H

#include <stdbool.h>
#include <stdint.h>

#include <tigrillo/api.h>
#include <tigrillo/tensor.h>

TG_BEGIN

typedef enum tg_optimizer_kind { TG_SGD, TG_ADAM } tg_optimizer_kind;

/* The rule and its settings; make one with the functions below and change what you like. */
typedef struct tg_update_rule {
    tg_optimizer_kind kind;
    float learning_rate;  /* at least 0 */
    float weight_decay;   /* at least 0; on all parameters, biases too */
    bool decoupled_decay; /* false: added to the gradient (L2). true: w is scaled by
                           * 1 - learning_rate weight_decay before the step (Loshchilov, Hutter:
                           * "Decoupled Weight Decay Regularization", 2019) */
    float momentum;       /* SGD: in [0, 1) */
    bool nesterov;        /* SGD: look ahead; needs momentum */
    float beta1, beta2;   /* Adam: decay of the two moments, in [0, 1) */
    float epsilon;        /* Adam: above 0 */
} tg_update_rule;

/* w -= lr g */
TG_API tg_update_rule tg_sgd(float learning_rate);
/* v = momentum v + g,  w -= lr v.  The first step takes v = g. */
TG_API tg_update_rule tg_momentum(float learning_rate, float momentum);
/* v = momentum v + g,  w -= lr (g + momentum v)  (Sutskever et al., 2013) */
TG_API tg_update_rule tg_nesterov(float learning_rate, float momentum);
/* m = b1 m + (1-b1) g,  v = b2 v + (1-b2) g^2,
 * w -= lr (m / (1-b1^t)) / (sqrt(v / (1-b2^t)) + eps)   (Kingma, Ba, 2015)
 * with b1 = 0.9, b2 = 0.999, eps = 1e-8. */
TG_API tg_update_rule tg_adam(float learning_rate);
/* Adam with decoupled weight decay 0.01. */
TG_API tg_update_rule tg_adamw(float learning_rate);

/* One step on one tensor. `velocity` (as large as the weight; NULL when momentum is 0) starts as
 * zeros and is the caller's to keep. */
TG_API TG_CHECKED tg_status tg_sgd_step(tg_tensor *weight, const tg_tensor *gradient,
                                        const tg_update_rule *rule, tg_tensor *velocity);

/* `first` and `second`, the two moments, start as zeros; `step` counts from 1. */
TG_API TG_CHECKED tg_status tg_adam_step(tg_tensor *weight, const tg_tensor *gradient,
                                         const tg_update_rule *rule, uint64_t step,
                                         tg_tensor *first, tg_tensor *second);

/* Scales `gradient` so that its Euclidean norm is at most `limit` (above 0), as PyTorch's
 * clip_grad_norm_: by limit / (norm + 1e-6) when that is below 1. `norm`, which may be NULL, gets
 * the norm before. */
TG_API TG_CHECKED tg_status tg_clip_norm(tg_tensor *gradient, float limit, double *norm);

/* A rule together with its state for all parameters of a model. */
typedef struct tg_optimizer tg_optimizer;

/* For `parameters` elements on `device`. The caller destroys it. */
TG_API TG_CHECKED tg_status tg_optimizer_create(tg_device *device, size_t parameters,
                                                const tg_update_rule *rule,
                                                tg_optimizer **optimizer);
TG_API void tg_optimizer_destroy(tg_optimizer *optimizer);

/* One step, at `learning_rate` (which a schedule may change from step to step). */
TG_API TG_CHECKED tg_status tg_optimizer_step(tg_optimizer *optimizer, float learning_rate,
                                              const tg_tensor *gradients, tg_tensor *parameters);

/* What must be kept to go on later: the number of steps done, and the state tensors (views that
 * live as long as the optimiser; SGD with momentum has one, Adam two, plain SGD none). */
TG_API uint64_t tg_optimizer_steps(const tg_optimizer *optimizer);
TG_API void tg_optimizer_set_steps(tg_optimizer *optimizer, uint64_t steps);
TG_API size_t tg_optimizer_state_count(const tg_optimizer *optimizer);
TG_API TG_CHECKED tg_status tg_optimizer_state(const tg_optimizer *optimizer, size_t index,
                                               tg_tensor *view);

TG_END

#endif
