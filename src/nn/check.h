/* SPDX-License-Identifier: MIT */
/* What the operations ask of their tensors before they call a device. */
#ifndef TG_NN_CHECK_H
#define TG_NN_CHECK_H

#include <tigrillo/tensor.h>

#include "base/status.h"
#include "device/device.h"

/* Refuses NULL and a cleared tensor. */
static inline tg_status tg_check_tensor(const char *operation, const char *name,
                                        const tg_tensor *tensor) {
    TG_REQUIRE(tensor && tensor->device, "%s: %s is NULL or was never created", operation, name);
    return TG_OK;
}

/* Refuses what only training needs where the device's table lacks it: in a build for inference. */
static inline tg_status tg_check_trains(const char *operation, const tg_device *device) {
    if (device->operations->dense_backward) return TG_OK;
    return tg_fail(TG_UNSUPPORTED, "%s: this build of the library is for inference only",
                   operation);
}

/* Both must exist and live on one device. */
static inline tg_status tg_check_pair(const char *operation, const char *name_a, const tg_tensor *a,
                                      const char *name_b, const tg_tensor *b) {
    TG_TRY(tg_check_tensor(operation, name_a, a));
    TG_TRY(tg_check_tensor(operation, name_b, b));
    TG_REQUIRE(a->device == b->device || (tg_tensor_data(a) && tg_tensor_data(b)),
               "%s: %s and %s are on different devices", operation, name_a, name_b);
    return TG_OK;
}

/* As many elements, in any shape. */
static inline tg_status tg_check_count(const char *operation, const char *name_a,
                                       const tg_tensor *a, const char *name_b, const tg_tensor *b) {
    TG_TRY(tg_check_pair(operation, name_a, a, name_b, b));
    TG_REQUIRE(a->count == b->count, "%s: %s has %zu elements, but %s has %zu", operation, name_a,
               a->count, name_b, b->count);
    return TG_OK;
}

/* As many rows and columns. */
static inline tg_status tg_check_like(const char *operation, const char *name_a, const tg_tensor *a,
                                      const char *name_b, const tg_tensor *b) {
    TG_TRY(tg_check_pair(operation, name_a, a, name_b, b));
    TG_REQUIRE(tg_tensor_rows(a) == tg_tensor_rows(b) &&
                   tg_tensor_columns(a) == tg_tensor_columns(b),
               "%s: %s is %zu x %zu, but %s is %zu x %zu", operation, name_a, tg_tensor_rows(a),
               tg_tensor_columns(a), name_b, tg_tensor_rows(b), tg_tensor_columns(b));
    return TG_OK;
}

#endif
