/* SPDX-License-Identifier: MIT */
/* Dense layers: matrix products by cuBLAS, and kernels for what follows them. */
#include <stdint.h>

#include "base/status.h"
#include "cuda/cuda.h"

/* c = a b, m x n by terms; each may be stored transposed. Row-major: to cuBLAS, which goes by
 * columns, the same memory is c^T = b^T a^T. */
typedef struct product {
    size_t m, n, terms;
    const float *a, *b;
    bool a_transposed, b_transposed; /* a is stored terms x m, b n x terms */
    float *c;
} product;

static tg_status fill_zero(tg_cuda_device *device, float *x, size_t count) {
    return TG_CU(device, cuMemsetD32Async, x, 0, count, device->stream);
}

static tg_status multiply(tg_cuda_device *device, const product *p) {
    const float one = 1, zero = 0;
    if (p->m == 0 || p->n == 0) return TG_OK;
    if (p->terms == 0) return fill_zero(device, p->c, p->m * p->n);
    if (p->m > INT32_MAX || p->n > INT32_MAX || p->terms > INT32_MAX)
        return tg_fail(TG_UNSUPPORTED, "cuda: a product of %zu x %zu by %zu is too large", p->m,
                       p->n, p->terms);
    const int m = (int)p->m, n = (int)p->n, terms = (int)p->terms;
    return TG_CU(device, cublasSgemm_v2, device->cublas,
                 p->b_transposed ? TG_CUBLAS_TRANSPOSE : TG_CUBLAS_NO_TRANSPOSE,
                 p->a_transposed ? TG_CUBLAS_TRANSPOSE : TG_CUBLAS_NO_TRANSPOSE, n, m, terms, &one,
                 p->b, p->b_transposed ? terms : n, p->a, p->a_transposed ? m : terms, &zero, p->c,
                 n);
}

static tg_status add_bias(tg_cuda_device *device, size_t n, size_t k, const float *b,
                          tg_layer_kind activation, float slope, float *y) {
    enum { MOST_ROWS = 64 };
    const size_t columns = k / TG_CUDA_BLOCK + (k % TG_CUDA_BLOCK > 0);
    if (n == 0 || (!b && activation == TG_LAYER_DENSE)) return TG_OK;
    return tg_cuda_launch(
        device, TG_CUDA_bias_alone + (activation - TG_LAYER_DENSE),
        (tg_cuda_size){(unsigned)columns, n < MOST_ROWS ? (unsigned)n : MOST_ROWS},
        (tg_cuda_size){TG_CUDA_BLOCK, 1}, TG_CUDA_ARGUMENTS(&slope, &n, &k, (void *)&b, &y));
}

static tg_status forward(tg_cuda_device *device, size_t n, size_t in, size_t out, const float *x,
                         const float *w, const float *b, tg_layer_kind activation, float slope,
                         float *y) {
    const product xw = {
        .m = n, .n = out, .terms = in, .a = x, .b = w, .b_transposed = true, .c = y};
    TG_TRY(multiply(device, &xw));
    return add_bias(device, n, out, b, activation, slope, y);
}

tg_status tg_cuda_dense_forward(tg_device *device, size_t n, size_t in, size_t out, const float *x,
                                const float *w, const float *b, tg_layer_kind activation,
                                float slope, float *y) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, forward(cuda, n, in, out, x, w, b, activation, slope, y));
}

/* db = the sums of dy's columns: of many rows in two steps, in a fixed order. */
static tg_status sum_columns(tg_cuda_device *device, size_t n, size_t k, const float *dy,
                             float *db) {
    enum { ROWS = 256, MOST_PARTS = 64 };
    const tg_cuda_size block = {TG_CUDA_WARP, 8};
    const unsigned columns = (unsigned)(k / TG_CUDA_WARP + (k % TG_CUDA_WARP > 0));
    const size_t wanted = n / ROWS + 1, parts = wanted < MOST_PARTS ? wanted : MOST_PARTS;
    if (parts == 1)
        return tg_cuda_launch(device, TG_CUDA_sum_columns, (tg_cuda_size){columns, 1}, block,
                              TG_CUDA_ARGUMENTS(&n, &k, (void *)&dy, &db));
    const size_t size = parts * k * sizeof(double);
    size_t rows = parts;
    void *sums = NULL;
    TG_TRY(tg_cuda_scratch(device, 1, &size, &sums));
    TG_TRY(tg_cuda_launch(device, TG_CUDA_sum_columns_in_parts,
                          (tg_cuda_size){columns, (unsigned)parts}, block,
                          TG_CUDA_ARGUMENTS(&n, &k, (void *)&dy, &sums)));
    return tg_cuda_launch(device, TG_CUDA_sum_parts_of_columns, (tg_cuda_size){columns, 1}, block,
                          TG_CUDA_ARGUMENTS(&rows, &k, &sums, &db));
}

static tg_status backward(tg_cuda_device *device, size_t n, size_t in, size_t out, const float *x,
                          const float *w, const float *dy, float *dx, float *dw, float *db) {
    const product by_input = {.m = n, .n = in, .terms = out, .a = dy, .b = w, .c = dx};
    const product by_weight = {
        .m = out, .n = in, .terms = n, .a = dy, .a_transposed = true, .b = x, .c = dw};
    if (dx) TG_TRY(multiply(device, &by_input));
    if (dw) TG_TRY(multiply(device, &by_weight));
    return db ? sum_columns(device, n, out, dy, db) : TG_OK;
}

tg_status tg_cuda_dense_backward(tg_device *device, size_t n, size_t in, size_t out, const float *x,
                                 const float *w, const float *dy, float *dx, float *dw, float *db) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, backward(cuda, n, in, out, x, w, dy, dx, dw, db));
}
