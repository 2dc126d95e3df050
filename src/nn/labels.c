/* SPDX-License-Identifier: MIT */
/* Labels from scores, and target distributions from labels. */
#include <tigrillo/labels.h>

#include <math.h>

#include "nn/check.h"
#include "nn/host.h"

tg_status tg_argmax(const tg_tensor *x, int32_t *labels) {
    TG_TRY(tg_check_tensor("tg_argmax", "x", x));
    size_t n = tg_tensor_rows(x), k = tg_tensor_columns(x);
    TG_REQUIRE(labels || n == 0, "tg_argmax: labels is NULL");
    TG_REQUIRE(k <= INT32_MAX, "tg_argmax: %zu columns are too many for int32 labels", k);
    return x->device->operations->argmax(x->device, n, k, x->memory, labels);
}

/* Whether column a comes before column b: larger values first, NaN last, of equals the first. */
static bool comes_before(const float *row, size_t a, size_t b) {
    if (isnan(row[a]) || isnan(row[b])) return isnan(row[b]) && (!isnan(row[a]) || a < b);
    if (row[a] != row[b]) return row[a] > row[b];
    return a < b;
}

/* The `top` columns of one row that come first, by insertion into a sorted list: `top` is small. */
static void top_of_row(const float *row, size_t k, size_t top, int32_t *labels) {
    size_t found = 0;
    for (size_t c = 0; c < k; c++) {
        size_t place = found;
        while (place > 0 && comes_before(row, c, (size_t)labels[place - 1])) place--;
        if (place == top) continue;
        if (found < top) found++;
        for (size_t i = found - 1; i > place; i--) labels[i] = labels[i - 1];
        labels[place] = (int32_t)c;
    }
}

tg_status tg_top_k(const tg_tensor *x, size_t top, int32_t *labels) {
    TG_TRY(tg_check_tensor("tg_top_k", "x", x));
    size_t n = tg_tensor_rows(x), k = tg_tensor_columns(x);
    TG_REQUIRE(labels || n == 0, "tg_top_k: labels is NULL");
    TG_REQUIRE(top >= 1 && top <= k, "tg_top_k: the top %zu of %zu columns", top, k);
    TG_REQUIRE(k <= INT32_MAX, "tg_top_k: %zu columns are too many for int32 labels", k);
    tg_tensor room;
    TG_TRY(tg_host_room(x, &room));
    tg_status status = tg_host_fetch(x, &room);
    const float *rows = tg_tensor_data(&room);
    for (size_t r = 0; r < n && !status; r++) top_of_row(rows + r * k, k, top, labels + r * top);
    tg_tensor_destroy(&room);
    return status;
}

tg_status tg_one_hot(const int32_t *labels, float smoothing, tg_tensor *y) {
    TG_TRY(tg_check_tensor("tg_one_hot", "y", y));
    size_t n = tg_tensor_rows(y), k = tg_tensor_columns(y);
    TG_REQUIRE(labels || n == 0, "tg_one_hot: labels is NULL");
    TG_REQUIRE(smoothing >= 0 && smoothing <= 1,
               "tg_one_hot: the smoothing is %g, but must be in [0, 1]", (double)smoothing);
    for (size_t r = 0; r < n; r++)
        TG_REQUIRE(labels[r] >= 0 && (size_t)labels[r] < k,
                   "tg_one_hot: row %zu: label %d is not in 0 .. %zu", r, (int)labels[r], k - 1);
    tg_tensor room;
    TG_TRY(tg_host_room(y, &room));
    float *row = tg_tensor_data(&room);
    for (size_t r = 0; r < n; r++, row += k) {
        for (size_t c = 0; c < k; c++) row[c] = smoothing / (float)k;
        row[labels[r]] = 1 - smoothing + smoothing / (float)k;
    }
    tg_status status = tg_host_send(&room, y);
    tg_tensor_destroy(&room);
    return status;
}
