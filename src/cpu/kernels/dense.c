/* SPDX-License-Identifier: MIT */
#include "cpu/kernels/dense.h"

#include "cpu/kernels/dense_products.h"
#include "cpu/kernels/wide.h"

/* Dot products read both matrices as they lie. The other way first turns pieces of W, and reads x
 * an element at a time, which pays once the rows are many, or short. */
static void forward(size_t n, size_t in, size_t out, const float *x, const float *w, const float *b,
                    float *y, size_t y_row) {
    enum { FEW_ROWS = 8, MANY_ROWS = 128, SHORT = 128 };
    if (n < FEW_ROWS || (n <= MANY_ROWS && in >= SHORT)) {
        TG_KERNEL(tg_dense_dots)(n, in, out, x, w, b, y, y_row);
        return;
    }
    const tg_product product = {.m = n,
                                .n = out,
                                .k = in,
                                .a = x,
                                .a_row = in,
                                .a_term = 1,
                                .b = w,
                                .b_row = in,
                                .c = y,
                                .c_row = y_row};
    TG_KERNEL(tg_dense_multiply)(&product, true, b);
}

#ifndef TG_INFERENCE_ONLY

static void multiply(const tg_product *product) {
    TG_KERNEL(tg_dense_multiply)(product, false, NULL);
}

static void sum_columns(size_t n, size_t columns, const float *x, size_t x_row, float *sums) {
    for (size_t first = 0; first < columns; first += LANES) {
        const size_t count = smaller(LANES, columns - first);
        wide low = {0}, high = {0};
        for (size_t r = 0; r < n; r++) {
            const vec v = load_some(x + r * x_row + first, count);
            low += widen_low(v);
            high += widen_high(v);
        }
        store_first(sums + first, count, narrow(low, high));
    }
}

#endif

const tg_dense_kernels TG_KERNEL(tg_dense_kernels) = {
    .forward = forward,
#ifndef TG_INFERENCE_ONLY
    .multiply = multiply,
    .multiply_step = TG_KERNEL(tg_dense_multiply_step),
    .sum_columns = sum_columns,
#endif
};
