/* SPDX-License-Identifier: MIT */
/* A plan: the memory for one pass of a model, forward and backward, laid out once and used for
 * every batch. Passes allocate nothing.
 *
 *     tg_plan_create(model, TG_TRAINING, 64, &plan);
 *     for each batch:
 *         tg_plan_forward(plan, &x, &y);
 *         tg_plan_loss(plan, &loss, tg_labels(labels, n), &value);
 *         tg_plan_backward(plan);
 *         tg_optimizer_step(optimizer, 0.1f, tg_plan_gradients(plan), &parameters);
 *         (or both at once: tg_plan_backward_step(plan, optimizer, 0.1f, &parameters))
 *
 * A plan borrows its model. One thread at a time may use a plan; any number of plans may share a
 * model while nothing changes it: a plan for inference is the prediction object of one thread. */
#ifndef TIGRILLO_PLAN_H
#define TIGRILLO_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include <tigrillo/api.h>
#include <tigrillo/loss.h>
#include <tigrillo/model.h>
#include <tigrillo/optimizer.h>
#include <tigrillo/status.h>
#include <tigrillo/tensor.h>

TG_BEGIN

typedef struct tg_plan tg_plan;

typedef enum tg_purpose {
    TG_INFERENCE, /* forward only, without dropout */
    TG_TRAINING   /* forward with dropout, loss and backward */
} tg_purpose;

/* For batches of up to `rows` rows. The caller destroys it before the model. */
TG_API TG_CHECKED tg_status tg_plan_create(const tg_model *model, tg_purpose purpose, size_t rows,
                                           tg_plan **plan);
TG_API void tg_plan_destroy(tg_plan *plan);

/* Dropout takes its random numbers from `seed` and `step`; every training pass forward then adds 1
 * to the step. Both are 0 at first. */
TG_API void tg_plan_set_dropout(tg_plan *plan, uint64_t seed, uint64_t step);

/* x: n x inputs, 0 <= n <= rows; it must stay unchanged until backward is done. `y` becomes a view
 * of the outputs (n x outputs), valid until the next pass. */
TG_API TG_CHECKED tg_status tg_plan_forward(tg_plan *plan, const tg_tensor *x, tg_tensor *y);

/* The loss of the outputs of the last forward pass, and in a training plan the gradient to start
 * backward from. A model that ends in softmax with cross-entropy, or in sigmoid with binary
 * cross-entropy, is computed as one from the logits (tg_softmax_cross_entropy,
 * tg_binary_cross_entropy); otherwise these losses take the outputs as logits. (Log-softmax is
 * fine: it does not change logits that it produced.) */
TG_API TG_CHECKED tg_status tg_plan_loss(tg_plan *plan, const tg_loss *loss, tg_targets targets,
                                         double *value);

/* The gradients of all parameters, for the last forward pass and loss; once for each loss. */
TG_API TG_CHECKED tg_status tg_plan_backward(tg_plan *plan);

/* Backward and the optimiser's step in one, when nobody wants to see the gradients between them: as
 * tg_plan_backward() and tg_optimizer_step(), up to rounding, but for SGD each weight is changed
 * where its gradient is made, which saves two sweeps through memory. tg_plan_gradients() is then
 * without meaning. `parameters` are those of the plan's model (tg_model_parameters). */
TG_API TG_CHECKED tg_status tg_plan_backward_step(tg_plan *plan, tg_optimizer *optimizer,
                                                  float learning_rate, tg_tensor *parameters);

/* The same from a gradient of the outputs that the caller computed (n x outputs). */
TG_API TG_CHECKED tg_status tg_plan_backward_from(tg_plan *plan, const tg_tensor *gradient);

/* All gradients as one vector, in the order of tg_model_parameters(); NULL in an inference plan. It
 * lives as long as the plan. */
TG_API const tg_tensor *tg_plan_gradients(const tg_plan *plan);

/* Views of the gradients of one dense layer. */
TG_API TG_CHECKED tg_status tg_plan_weight_gradient(const tg_plan *plan, size_t layer,
                                                    tg_tensor *view);
TG_API TG_CHECKED tg_status tg_plan_bias_gradient(const tg_plan *plan, size_t layer,
                                                  tg_tensor *view);

/* The first layer whose outputs of the last forward pass hold a NaN or an infinity: its index, or
 * -1 if none does. */
TG_API TG_CHECKED tg_status tg_plan_find_not_finite(tg_plan *plan, long *layer);

TG_END

#endif
