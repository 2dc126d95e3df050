/* SPDX-License-Identifier: MIT */
/* The dense layer on tensors. */
#include <tigrillo/dense.h>

#include "nn/check.h"

/* Whether a tensor is rows x columns (or, for a bias, has that many elements). */
static tg_status check_matrix(const char *operation, const char *name, const tg_tensor *tensor,
                              const tg_tensor *beside, size_t rows, size_t columns) {
    TG_TRY(tg_check_pair(operation, "x", beside, name, tensor));
    TG_REQUIRE(tg_tensor_rows(tensor) == rows && tg_tensor_columns(tensor) == columns,
               "%s: %s is %zu x %zu, but must be %zu x %zu", operation, name,
               tg_tensor_rows(tensor), tg_tensor_columns(tensor), rows, columns);
    return TG_OK;
}

tg_status tg_dense_forward(const tg_tensor *x, const tg_tensor *weight, const tg_tensor *bias,
                           tg_tensor *y) {
    const char *operation = "tg_dense_forward";
    TG_TRY(tg_check_tensor(operation, "x", x));
    TG_TRY(tg_check_tensor(operation, "weight", weight));
    size_t n = tg_tensor_rows(x), in = tg_tensor_columns(x), out = tg_tensor_rows(weight);
    TG_TRY(check_matrix(operation, "weight", weight, x, out, in));
    if (bias) TG_TRY(check_matrix(operation, "bias", bias, x, 1, out));
    TG_TRY(check_matrix(operation, "y", y, x, n, out));
    /* The weight's device is the model's, and so is its number of threads; x may be anybody's. */
    tg_device *device = weight->device;
    return device->operations->dense_forward(device, n, in, out, x->memory, weight->memory,
                                             bias ? bias->memory : NULL, TG_LAYER_DENSE, 0,
                                             y->memory);
}

tg_status tg_dense_backward(const tg_tensor *x, const tg_tensor *weight, const tg_tensor *dy,
                            tg_tensor *dx, tg_tensor *dweight, tg_tensor *dbias) {
    const char *operation = "tg_dense_backward";
    TG_TRY(tg_check_tensor(operation, "x", x));
    TG_TRY(tg_check_tensor(operation, "weight", weight));
    TG_TRY(tg_check_trains(operation, x->device));
    size_t n = tg_tensor_rows(x), in = tg_tensor_columns(x), out = tg_tensor_rows(weight);
    TG_TRY(check_matrix(operation, "weight", weight, x, out, in));
    TG_TRY(check_matrix(operation, "dy", dy, x, n, out));
    if (dx) TG_TRY(check_matrix(operation, "dx", dx, x, n, in));
    if (dweight) TG_TRY(check_matrix(operation, "dweight", dweight, x, out, in));
    if (dbias) TG_TRY(check_matrix(operation, "dbias", dbias, x, 1, out));
    tg_device *device = weight->device;
    return device->operations->dense_backward(
        device, n, in, out, x->memory, weight->memory, dy->memory, dx ? dx->memory : NULL,
        dweight ? dweight->memory : NULL, dbias ? dbias->memory : NULL);
}
