/* SPDX-License-Identifier: MIT */
/* Initial weights. */
#ifndef TIGRILLO_INIT_H
#define TIGRILLO_INIT_H

#include <tigrillo/api.h>
#include <tigrillo/random.h>
#include <tigrillo/tensor.h>

TG_BEGIN

/* For a weight of out x in, with fan_in = in and fan_out = out. */
typedef enum tg_init {
    TG_INIT_AUTO, /* dense layers only: Kaiming uniform before a ReLU, leaky ReLU or GELU (dropout
                   * between does not count), else Xavier uniform */
    TG_INIT_ZEROS,
    TG_INIT_XAVIER_UNIFORM,  /* U(-a, a), a = sqrt(6 / (fan_in + fan_out))  (Glorot, Bengio 2010) */
    TG_INIT_XAVIER_NORMAL,   /* N(0, s^2), s = sqrt(2 / (fan_in + fan_out)) */
    TG_INIT_KAIMING_UNIFORM, /* U(-a, a), a = sqrt(6 / fan_in)  (He et al. 2015) */
    TG_INIT_KAIMING_NORMAL   /* N(0, s^2), s = sqrt(2 / fan_in) */
} tg_init;

/* Fills `weight` (out x in) with numbers from `random`, which moves on. TG_INIT_AUTO is
 * TG_INVALID_ARGUMENT here. The same numbers on every platform. */
TG_API TG_CHECKED tg_status tg_initialize(tg_tensor *weight, tg_init init, tg_random *random);

TG_END

#endif
