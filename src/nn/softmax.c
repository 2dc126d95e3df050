/* SPDX-License-Identifier: MIT */
/* Softmax and its relatives on tensors. */
#include <tigrillo/softmax.h>

#include <math.h>

#include "nn/check.h"

static tg_status check_temperature(const char *operation, float temperature) {
    TG_REQUIRE(temperature > 0 && isfinite(temperature),
               "%s: the temperature is %g, but must be above 0 and finite", operation,
               (double)temperature);
    return TG_OK;
}

tg_status tg_softmax_forward(const tg_tensor *x, float temperature, tg_tensor *y) {
    TG_TRY(tg_check_like("tg_softmax_forward", "x", x, "y", y));
    TG_TRY(check_temperature("tg_softmax_forward", temperature));
    return x->device->operations->softmax_forward(
        x->device, tg_tensor_rows(x), tg_tensor_columns(x), temperature, x->memory, y->memory);
}

tg_status tg_softmax_backward(const tg_tensor *y, const tg_tensor *dy, float temperature,
                              tg_tensor *dx) {
    TG_TRY(tg_check_like("tg_softmax_backward", "y", y, "dy", dy));
    TG_TRY(tg_check_trains("tg_softmax_backward", y->device));
    TG_TRY(tg_check_like("tg_softmax_backward", "y", y, "dx", dx));
    TG_TRY(check_temperature("tg_softmax_backward", temperature));
    return y->device->operations->softmax_backward(y->device, tg_tensor_rows(y),
                                                   tg_tensor_columns(y), temperature, y->memory,
                                                   dy->memory, dx->memory);
}

tg_status tg_softmax_jacobian(const tg_tensor *y, float temperature, tg_tensor *jacobian) {
    const char *operation = "tg_softmax_jacobian";
    TG_TRY(tg_check_tensor(operation, "y", y));
    TG_TRY(tg_check_tensor(operation, "jacobian", jacobian));
    TG_TRY(tg_check_trains(operation, y->device));
    size_t n = tg_tensor_rows(y), k = tg_tensor_columns(y);
    TG_REQUIRE(jacobian->rank == 3 && jacobian->shape[0] == n && jacobian->shape[1] == k &&
                   jacobian->shape[2] == k,
               "%s: the jacobian of %zu x %zu must be %zu x %zu x %zu", operation, n, k, n, k, k);
    TG_TRY(check_temperature(operation, temperature));
    return y->device->operations->softmax_jacobian(y->device, n, k, temperature, y->memory,
                                                   jacobian->memory);
}

tg_status tg_log_softmax_forward(const tg_tensor *x, tg_tensor *y) {
    TG_TRY(tg_check_like("tg_log_softmax_forward", "x", x, "y", y));
    return x->device->operations->log_softmax_forward(x->device, tg_tensor_rows(x),
                                                      tg_tensor_columns(x), x->memory, y->memory);
}

tg_status tg_log_softmax_backward(const tg_tensor *y, const tg_tensor *dy, tg_tensor *dx) {
    TG_TRY(tg_check_like("tg_log_softmax_backward", "y", y, "dy", dy));
    TG_TRY(tg_check_trains("tg_log_softmax_backward", y->device));
    TG_TRY(tg_check_like("tg_log_softmax_backward", "y", y, "dx", dx));
    return y->device->operations->log_softmax_backward(
        y->device, tg_tensor_rows(y), tg_tensor_columns(y), y->memory, dy->memory, dx->memory);
}

tg_status tg_sum_normalize_forward(const tg_tensor *x, tg_tensor *y) {
    TG_TRY(tg_check_like("tg_sum_normalize_forward", "x", x, "y", y));
    return x->device->operations->sum_normalize_forward(x->device, tg_tensor_rows(x),
                                                        tg_tensor_columns(x), x->memory, y->memory);
}

tg_status tg_sum_normalize_backward(const tg_tensor *x, const tg_tensor *y, const tg_tensor *dy,
                                    tg_tensor *dx) {
    TG_TRY(tg_check_like("tg_sum_normalize_backward", "x", x, "y", y));
    TG_TRY(tg_check_like("tg_sum_normalize_backward", "x", x, "dy", dy));
    TG_TRY(tg_check_trains("tg_sum_normalize_backward", x->device));
    TG_TRY(tg_check_like("tg_sum_normalize_backward", "x", x, "dx", dx));
    return x->device->operations->sum_normalize_backward(x->device, tg_tensor_rows(x),
                                                         tg_tensor_columns(x), x->memory, y->memory,
                                                         dy->memory, dx->memory);
}
