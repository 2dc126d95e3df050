/* SPDX-License-Identifier: MIT */
/* Labels (int32, one a row, 0 .. classes-1) and what turns them into scores and back. */
#ifndef TIGRILLO_LABELS_H
#define TIGRILLO_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include <tigrillo/api.h>
#include <tigrillo/tensor.h>

TG_BEGIN

/* labels[r] = the column of row r's largest value, the first of equals; -1 where the row holds a
 * NaN or is empty. x: n x k, labels: n, in host memory. */
TG_API TG_CHECKED tg_status tg_argmax(const tg_tensor *x, int32_t *labels);

/* The `top` largest columns of each row, largest first, of equals the first column first; 1 <= top
 * <= k. x: n x k, labels: n x top. A NaN counts as smaller than every number. */
TG_API TG_CHECKED tg_status tg_top_k(const tg_tensor *x, size_t top, int32_t *labels);

/* y[r][c] = 1 - smoothing + smoothing / k where c is row r's label, else smoothing / k.
 * smoothing 0 is one-hot. y: n x k, labels: n, each in 0 .. k-1; smoothing in [0, 1].
 * (Label smoothing: Szegedy et al., 2016.) */
TG_API TG_CHECKED tg_status tg_one_hot(const int32_t *labels, float smoothing, tg_tensor *y);

TG_END

#endif
