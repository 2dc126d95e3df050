/* SPDX-License-Identifier: MIT */
/* Dropout on tensors. */
#include <tigrillo/dropout.h>

#include "nn/check.h"

tg_status tg_dropout_forward(const tg_tensor *x, float rate, uint64_t seed, uint64_t stream,
                             tg_tensor *y) {
    TG_TRY(tg_check_count("dropout", "the input", x, "the output", y));
    TG_TRY(tg_check_trains("dropout", x->device));
    TG_REQUIRE(rate >= 0 && rate < 1, "dropout: the rate is %g, but must be in [0, 1)",
               (double)rate);
    return x->device->operations->dropout(x->device, rate, seed, stream, x->count, x->memory,
                                          y->memory);
}

/* The same elements are dropped and the others scaled alike, so backward is forward. */
tg_status tg_dropout_backward(const tg_tensor *dy, float rate, uint64_t seed, uint64_t stream,
                              tg_tensor *dx) {
    return tg_dropout_forward(dy, rate, seed, stream, dx);
}
