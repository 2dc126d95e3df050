/* SPDX-License-Identifier: MIT */
/* Element-wise activations, forward and backward.
 *
 * Forward maps x to y. Backward maps dy, the gradient of the loss by y, to dx = dy f'(x); it takes
 * y where the derivative is simplest in y, and x where only x tells it. All tensors of a call have
 * the same number of elements and live on one device. The output may be one of the inputs (in
 * place). Forward, NaN gives NaN. Thread-safe on different outputs. */
#ifndef TIGRILLO_ACTIVATION_H
#define TIGRILLO_ACTIVATION_H

#include <tigrillo/api.h>
#include <tigrillo/tensor.h>

TG_BEGIN

/* y = 1 / (1 + exp(-x)),   dx = dy y (1 - y) */
TG_API TG_CHECKED tg_status tg_sigmoid_forward(const tg_tensor *x, tg_tensor *y);
TG_API TG_CHECKED tg_status tg_sigmoid_backward(const tg_tensor *y, const tg_tensor *dy,
                                                tg_tensor *dx);

/* y = tanh(x),   dx = dy (1 - y^2) */
TG_API TG_CHECKED tg_status tg_tanh_forward(const tg_tensor *x, tg_tensor *y);
TG_API TG_CHECKED tg_status tg_tanh_backward(const tg_tensor *y, const tg_tensor *dy,
                                             tg_tensor *dx);

/* y = max(x, 0),   dx = dy where y > 0, else 0 */
TG_API TG_CHECKED tg_status tg_relu_forward(const tg_tensor *x, tg_tensor *y);
TG_API TG_CHECKED tg_status tg_relu_backward(const tg_tensor *y, const tg_tensor *dy,
                                             tg_tensor *dx);

/* y = x where x > 0, else slope x (slope in [0, 1]),   dx = dy where y > 0, else slope dy */
TG_API TG_CHECKED tg_status tg_leaky_relu_forward(const tg_tensor *x, float slope, tg_tensor *y);
TG_API TG_CHECKED tg_status tg_leaky_relu_backward(const tg_tensor *y, const tg_tensor *dy,
                                                   float slope, tg_tensor *dx);

/* y = x Phi(x), with Phi the distribution function of the standard normal: (1 + erf(x/sqrt 2)) / 2
 * dx = dy (Phi(x) + x phi(x)), with phi its density
 * (Hendrycks and Gimpel: "Gaussian Error Linear Units", 2016) */
TG_API TG_CHECKED tg_status tg_gelu_forward(const tg_tensor *x, tg_tensor *y);
TG_API TG_CHECKED tg_status tg_gelu_backward(const tg_tensor *x, const tg_tensor *dy,
                                             tg_tensor *dx);

/* The approximation of the same paper: y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) */
TG_API TG_CHECKED tg_status tg_gelu_tanh_forward(const tg_tensor *x, tg_tensor *y);
TG_API TG_CHECKED tg_status tg_gelu_tanh_backward(const tg_tensor *x, const tg_tensor *dy,
                                                  tg_tensor *dx);

TG_END

#endif
