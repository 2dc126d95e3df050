/* SPDX-License-Identifier: MIT */
/* The dense (fully connected) layer as an operation on tensors. */
#ifndef TIGRILLO_DENSE_H
#define TIGRILLO_DENSE_H

#include <tigrillo/api.h>
#include <tigrillo/tensor.h>

TG_BEGIN

/* y = x W^T + b
 *
 * x: n x in, weight: out x in (as in PyTorch), bias: out entries or NULL, y: n x out.
 * All on one device; y must not overlap the others. Thread-safe on different y. */
TG_API TG_CHECKED tg_status tg_dense_forward(const tg_tensor *x, const tg_tensor *weight,
                                             const tg_tensor *bias, tg_tensor *y);

/* From the gradient of the loss by y, the gradients by everything that y was made from:
 *
 *     dW = dy^T x        out x in
 *     db = sum of the rows of dy
 *     dx = dy W          n x in
 *
 * Each of dx, dweight and dbias may be NULL: it is then not computed. They are overwritten, not
 * added to. Source: the chain rule on the sum above; docs/architecture.md has the shapes. */
TG_API TG_CHECKED tg_status tg_dense_backward(const tg_tensor *x, const tg_tensor *weight,
                                              const tg_tensor *dy, tg_tensor *dx,
                                              tg_tensor *dweight, tg_tensor *dbias);

TG_END

#endif
