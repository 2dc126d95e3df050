/* SPDX-License-Identifier: MIT */
/* Losses: the number that training makes small, and its gradient by the network's outputs.
 *
 * Each function computes the loss and, unless `gradient` is NULL, its gradient by the first
 * argument (same shape; it may be that very tensor: in place). The value is accumulated in
 * float64. Outputs are n x k; the targets are either one label a row or n x k values. Outputs
 * that are not finite are computed with as they come, and are never an error. k must be at least 1.
 * Thread-safe on different gradients.
 *
 *     tg_softmax_cross_entropy(&logits, tg_labels(labels, n), NULL, &loss, &dlogits);
 */
#ifndef TIGRILLO_LOSS_H
#define TIGRILLO_LOSS_H

#include <stddef.h>
#include <stdint.h>

#include <tigrillo/api.h>
#include <tigrillo/tensor.h>

TG_BEGIN

/* What the outputs should have been. Borrowed for the call. */
typedef struct tg_targets {
    const int32_t *labels;   /* n labels in 0 .. k-1 (or the ignore index), or NULL */
    size_t count;            /* how many labels */
    const tg_tensor *values; /* n x k: soft labels, 0/1 for several labels, or real values */
} tg_targets;

TG_API tg_targets tg_labels(const int32_t *labels, size_t count);
TG_API tg_targets tg_values(const tg_tensor *values);

typedef enum tg_loss_kind {
    TG_CROSS_ENTROPY,        /* one class of k */
    TG_BINARY_CROSS_ENTROPY, /* each of k labels yes or no */
    TG_MEAN_SQUARED_ERROR    /* real values */
} tg_loss_kind;

typedef enum tg_reduction {
    TG_MEAN, /* as PyTorch's: cross-entropy divides by the rows (with labels and class weights: by
              * the sum of the rows' class weights), the other losses by all elements */
    TG_SUM
} tg_reduction;

#define TG_NO_IGNORE_INDEX (-100)

/* A loss and its options. Start from tg_loss_defaults(). */
typedef struct tg_loss {
    tg_loss_kind kind;
    tg_reduction reduction;
    /* The rest is for cross-entropy. */
    const float *class_weights; /* k, each finite and at least 0; NULL: all 1 */
    int32_t ignore_index;       /* rows with this label count for nothing; default -100 */
    float label_smoothing;      /* in [0, 1]; for integer labels */
} tg_loss;

/* Mean reduction, no class weights, no smoothing, ignore index TG_NO_IGNORE_INDEX. */
TG_API tg_loss tg_loss_defaults(tg_loss_kind kind);

/* Cross-entropy of softmax(logits) against the targets, fused and stable.
 *
 * With q the target distribution of a row (one-hot, smoothed or given), w the class weights and
 * a_c = w_c q_c:
 *
 *     loss     = sum_rows sum_c -a_c log p_c  / N,    p = softmax(logits)
 *     dlogit_c = (p_c sum_j a_j  -  a_c) / N
 *
 * N is 1 for TG_SUM; for TG_MEAN the sum over the counted rows of w[label] (labels) or the number
 * of rows (values). The gradient is computed as p_c (sum of the other a) - a_c (sum of the other
 * p), which is the same and stays exact when a p is nearly 1. When no row counts, loss and gradient
 * are 0. `options` may be NULL (defaults). A label outside 0 .. k-1 that is not the ignore index is
 * TG_INVALID_ARGUMENT, and names its row. */
TG_API TG_CHECKED tg_status tg_softmax_cross_entropy(const tg_tensor *logits, tg_targets targets,
                                                     const tg_loss *options, double *loss,
                                                     tg_tensor *gradient);

/* Cross-entropy of given probabilities (what follows a softmax layer): sum_c -a_c log p_c, with
 * gradient -a_c / p_c / N. A probability below 1e-30 is taken as 1e-30 in both, so that the loss of
 * an impossible class is large but finite. Prefer the function above where there are logits. */
TG_API TG_CHECKED tg_status tg_cross_entropy(const tg_tensor *probabilities, tg_targets targets,
                                             const tg_loss *options, double *loss,
                                             tg_tensor *gradient);

/* Binary cross-entropy with logits, for several labels a row. With t in [0, 1] and the sigmoid s:
 *
 *     loss = sum max(z, 0) - z t + log(1 + exp(-|z|)) / N,   dz = (s(z) - t) / N
 *
 * N is n k for TG_MEAN. The targets are values. */
TG_API TG_CHECKED tg_status tg_binary_cross_entropy(const tg_tensor *logits, tg_targets targets,
                                                    const tg_loss *options, double *loss,
                                                    tg_tensor *gradient);

/* loss = sum (y - t)^2 / N,  dy = 2 (y - t) / N,  N = n k for TG_MEAN. The targets are values. */
TG_API TG_CHECKED tg_status tg_mean_squared_error(const tg_tensor *outputs, tg_targets targets,
                                                  const tg_loss *options, double *loss,
                                                  tg_tensor *gradient);

TG_END

#endif
