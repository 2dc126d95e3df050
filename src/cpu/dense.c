/* SPDX-License-Identifier: MIT */
/* The dense layer: three matrix products and a column sum. */
#include <cblas.h>
#include <limits.h>
#include <string.h>

#include "base/status.h"
#include "cpu/blas.h"
#include "cpu/cpu.h"

/* Our own `int`s so that a 32-bit BLAS never sees a size cut short. */
static tg_status check_sizes(size_t n, size_t in, size_t out) {
    if (n > INT_MAX || in > INT_MAX || out > INT_MAX)
        return tg_fail(TG_UNSUPPORTED,
                       "dense: %zu rows, %zu inputs, %zu outputs: BLAS counts to %d", n, in, out,
                       INT_MAX);
    return TG_OK;
}

/* y = x W^T + b */
tg_status tg_cpu_dense_forward(tg_device *device, size_t n, size_t in, size_t out, const float *x,
                               const float *w, const float *b, tg_layer_kind activation,
                               float slope, float *y) {
    TG_TRY(check_sizes(n, in, out));
    if (n == 0 || out == 0) return TG_OK;
    /* The bias goes in first, the product is added to it. */
    if (b)
        for (size_t r = 0; r < n; r++) memcpy(y + r * out, b, out * sizeof *y);
    else
        memset(y, 0, n * out * sizeof *y);
    tg_blas_begin(device->threads);
    if (in > 0)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)out, (int)in, 1, x,
                    (int)in, w, (int)in, 1, y, (int)out);
    tg_blas_end();
    if (activation == TG_LAYER_DENSE) return TG_OK;
    return tg_cpu_activation_forward(device, activation, slope, n * out, y, y);
}

/* The sums of the columns, in float64: over a large batch float32 would lose what is added late. In
 * blocks of columns, so that the sums stay on the stack. */
static void sum_columns(size_t n, size_t columns, const float *x, float *sums) {
    enum { BLOCK = 256 };
    for (size_t first = 0; first < columns; first += BLOCK) {
        const size_t width = columns - first < BLOCK ? columns - first : BLOCK;
        double total[BLOCK] = {0};
        for (size_t r = 0; r < n; r++)
            for (size_t c = 0; c < width; c++) total[c] += (double)x[r * columns + first + c];
        for (size_t c = 0; c < width; c++) sums[first + c] = (float)total[c];
    }
}

/* dx = dy W,  dW = dy^T x,  db = column sums of dy */
tg_status tg_cpu_dense_backward(tg_device *device, size_t n, size_t in, size_t out, const float *x,
                                const float *w, const float *dy, float *dx, float *dw, float *db) {
    TG_TRY(check_sizes(n, in, out));
    bool empty = n == 0 || in == 0 || out == 0;
    if (empty && dx && n * in > 0) memset(dx, 0, n * in * sizeof *dx);
    if (empty && dw && out * in > 0) memset(dw, 0, out * in * sizeof *dw);
    tg_blas_begin(device->threads);
    if (dx && !empty)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, (int)in, (int)out, 1, dy,
                    (int)out, w, (int)in, 0, dx, (int)in);
    if (dw && !empty)
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)out, (int)in, (int)n, 1, dy,
                    (int)out, x, (int)in, 0, dw, (int)in);
    tg_blas_end();
    if (db) sum_columns(n, out, dy, db);
    return TG_OK;
}

tg_status tg_cpu_dense_backward_step(tg_device *device, const tg_update_rule *rule, size_t n,
                                     size_t in, size_t out, const float *x, const float *dy,
                                     float *dx, float *w, float *b, float *w_velocity,
                                     float *b_velocity, float *dw, float *db) {
    TG_TRY(tg_cpu_dense_backward(device, n, in, out, x, w, dy, dx, dw, b ? db : NULL));
    TG_TRY(tg_cpu_sgd_step(device, rule, out * in, dw, w_velocity, w));
    return b ? tg_cpu_sgd_step(device, rule, out, db, b_velocity, b) : TG_OK;
}
