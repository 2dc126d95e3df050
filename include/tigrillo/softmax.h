/* SPDX-License-Identifier: MIT */
/* Softmax and its relatives, row by row.
 *
 * Every tensor is taken as n rows x k columns (see tensor.h); those of a call have equal rows and
 * columns and live on one device, and the output may be one of the inputs. Extreme logits:
 *
 *     any finite logits, however large, give finite probabilities, those of x - max(x)
 *     a logit of -Inf gives the probability 0 exactly
 *     a row that is all -Inf, or that holds +Inf or a NaN, gives a row of NaN, and that row alone
 *
 * all of this as in PyTorch. k = 0 and n = 0 do nothing. Thread-safe on different outputs. */
#ifndef TIGRILLO_SOFTMAX_H
#define TIGRILLO_SOFTMAX_H

#include <tigrillo/api.h>
#include <tigrillo/tensor.h>

TG_BEGIN

/* y_i = exp((x_i - m) / T) / sum_j exp((x_j - m) / T),  m = max_j x_j
 *
 * T, the temperature (above 0, finite; 1 is the plain softmax), flattens the distribution when it
 * is high and sharpens it when it is low. */
TG_API TG_CHECKED tg_status tg_softmax_forward(const tg_tensor *x, float temperature, tg_tensor *y);

/* dx_i = y_i (dy_i - sum_j dy_j y_j) / T
 *
 * The product of dy with the Jacobian below, without forming it. y is forward's result. */
TG_API TG_CHECKED tg_status tg_softmax_backward(const tg_tensor *y, const tg_tensor *dy,
                                                float temperature, tg_tensor *dx);

/* y_i = x_i - m - log sum_j exp(x_j - m) */
TG_API TG_CHECKED tg_status tg_log_softmax_forward(const tg_tensor *x, tg_tensor *y);

/* dx_i = dy_i - exp(y_i) sum_j dy_j,  y being forward's result */
TG_API TG_CHECKED tg_status tg_log_softmax_backward(const tg_tensor *y, const tg_tensor *dy,
                                                    tg_tensor *dx);

/* The whole derivative of softmax: jacobian[r][i][j] = dy_i / dx_j = y_i ((i == j) - y_j) / T
 *
 * y: n x k, jacobian: n x k x k (it must not overlap y). For readers and tests: training never
 * needs it, and it is k times as large as what tg_softmax_backward computes in its place. */
TG_API TG_CHECKED tg_status tg_softmax_jacobian(const tg_tensor *y, float temperature,
                                                tg_tensor *jacobian);

/* y_i = x_i / sum_j x_j: what softmax replaces, for comparison. Negative scores give
 * "probabilities" below 0 or above 1, and a sum of 0 gives infinities or NaN; both are computed as
 * they come. */
TG_API TG_CHECKED tg_status tg_sum_normalize_forward(const tg_tensor *x, tg_tensor *y);

/* dx_i = (dy_i - sum_j dy_j y_j) / sum_j x_j */
TG_API TG_CHECKED tg_status tg_sum_normalize_backward(const tg_tensor *x, const tg_tensor *y,
                                                      const tg_tensor *dy, tg_tensor *dx);

TG_END

#endif
