/* SPDX-License-Identifier: MIT */
/* Dropout (Srivastava et al., 2014), in the inverted form: nothing is to be done at prediction. */
#ifndef TIGRILLO_DROPOUT_H
#define TIGRILLO_DROPOUT_H

#include <stdint.h>

#include <tigrillo/api.h>
#include <tigrillo/tensor.h>

TG_BEGIN

/* y_i = x_i / (1 - rate) with probability 1 - rate, else 0; rate in [0, 1).
 *
 * Which elements stay is decided by number i of the Philox stream (seed, stream) of random.h, so no
 * mask is stored: with the same seed and stream, backward drops the same elements, on every device.
 * x and y have the same number of elements and may be the same tensor. Thread-safe. */
TG_API TG_CHECKED tg_status tg_dropout_forward(const tg_tensor *x, float rate, uint64_t seed,
                                               uint64_t stream, tg_tensor *y);

/* dx_i = dy_i / (1 - rate) where x_i was kept, else 0 */
TG_API TG_CHECKED tg_status tg_dropout_backward(const tg_tensor *dy, float rate, uint64_t seed,
                                                uint64_t stream, tg_tensor *dx);

TG_END

#endif
