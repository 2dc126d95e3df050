/* SPDX-License-Identifier: MIT */
/* Softmax and its relatives, by the length of a row (kernels/softmax.cu). */
#include "base/status.h"
#include "cuda/cuda.h"
#include "cuda/row_kernels.h"

tg_row_kernel tg_cuda_row_kernel(size_t k) {
    enum { LONG_ROW_BLOCK = 512, WARP_ROWS_BLOCK = 128 };
    for (unsigned i = 0, width = 2; i < TG_FEW_KERNELS; i++, width *= 2)
        if (k <= width) return (tg_row_kernel){i, TG_CUDA_BLOCK / width, TG_CUDA_BLOCK};
    for (unsigned i = 0, each = 4; i < TG_WARP_KERNELS; i++, each *= 2)
        if (k / TG_CUDA_WARP + (k % TG_CUDA_WARP > 0) <= each)
            return (tg_row_kernel){TG_FEW_KERNELS + i, WARP_ROWS_BLOCK / TG_CUDA_WARP,
                                   WARP_ROWS_BLOCK};
    return (tg_row_kernel){TG_FEW_KERNELS + TG_WARP_KERNELS, 1, LONG_ROW_BLOCK};
}

tg_status tg_cuda_launch_row_kernel(tg_cuda_device *device, const tg_cuda_kernel *kernels,
                                    tg_row_kernel choice, size_t n, void **arguments) {
    const size_t blocks = n / choice.rows + (n % choice.rows > 0);
    if (blocks > INT32_MAX) return tg_fail(TG_UNSUPPORTED, "cuda: %zu rows are too many", n);
    return tg_cuda_launch(device, kernels[choice.kernel], (tg_cuda_size){(unsigned)blocks, 1},
                          (tg_cuda_size){choice.block, 1}, arguments);
}

typedef struct softmax_kernels {
    tg_cuda_kernel by_row[TG_ROW_KERNELS], write_parts;
} softmax_kernels;

static const softmax_kernels softmax = {
    {TG_CUDA_softmax_few_2, TG_CUDA_softmax_few_4, TG_CUDA_softmax_few_8, TG_CUDA_softmax_few_16,
     TG_CUDA_softmax_few_32, TG_CUDA_softmax_warp_4, TG_CUDA_softmax_warp_8,
     TG_CUDA_softmax_warp_16, TG_CUDA_softmax_warp_32, TG_CUDA_softmax_block},
    TG_CUDA_softmax_write_parts};

static const softmax_kernels log_softmax = {
    {TG_CUDA_log_softmax_few_2, TG_CUDA_log_softmax_few_4, TG_CUDA_log_softmax_few_8,
     TG_CUDA_log_softmax_few_16, TG_CUDA_log_softmax_few_32, TG_CUDA_log_softmax_warp_4,
     TG_CUDA_log_softmax_warp_8, TG_CUDA_log_softmax_warp_16, TG_CUDA_log_softmax_warp_32,
     TG_CUDA_log_softmax_block},
    TG_CUDA_log_softmax_write_parts};

/* Few and very long rows: several blocks each, and two launches. */
static tg_status by_parts(tg_cuda_device *device, const softmax_kernels *kernels, unsigned parts,
                          size_t n, size_t k, const float *x, float *y) {
    const tg_cuda_size grid = {parts, (unsigned)n}, block = {512, 1};
    const size_t size = n * parts * 2 * sizeof(float);
    void *states = NULL;
    TG_TRY(tg_cuda_scratch(device, 1, &size, &states));
    TG_TRY(tg_cuda_launch(device, TG_CUDA_softmax_parts, grid, block,
                          TG_CUDA_ARGUMENTS(&k, (void *)&x, &states)));
    return tg_cuda_launch(device, kernels->write_parts, grid, block,
                          TG_CUDA_ARGUMENTS(&k, &states, (void *)&x, &y));
}

static tg_status forward(tg_cuda_device *device, const softmax_kernels *kernels, size_t n, size_t k,
                         const float *x, float *y) {
    const unsigned parts = tg_cuda_row_parts(device, n, k);
    if (parts > 1) return by_parts(device, kernels, parts, n, k, x, y);
    const tg_row_kernel choice = tg_cuda_row_kernel(k);
    /* Kernels for short rows take k as an int. */
    int short_k = (int)k;
    void *columns = choice.rows > 1 ? (void *)&short_k : (void *)&k;
    return tg_cuda_launch_row_kernel(device, kernels->by_row, choice, n,
                                     TG_CUDA_ARGUMENTS(&n, columns, (void *)&x, &y));
}

tg_status tg_cuda_softmax_forward(tg_device *device, size_t n, size_t k, float temperature,
                                  const float *x, float *y) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    if (n == 0 || k == 0) return TG_OK;
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(
        cuda, temperature == 1
                  ? forward(cuda, &softmax, n, k, x, y)
                  : TG_CUDA_ROWS(cuda, softmax_at_temperature, n, k,
                                 TG_CUDA_ARGUMENTS(&n, &k, &temperature, (void *)&x, &y)));
}

tg_status tg_cuda_log_softmax_forward(tg_device *device, size_t n, size_t k, const float *x,
                                      float *y) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    if (n == 0 || k == 0) return TG_OK;
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, forward(cuda, &log_softmax, n, k, x, y));
}

tg_status tg_cuda_softmax_backward(tg_device *device, size_t n, size_t k, float temperature,
                                   const float *y, const float *dy, float *dx) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    TG_TRY(tg_cuda_enter(cuda));
    void **plain = TG_CUDA_ARGUMENTS(&n, &k, (void *)&y, (void *)&dy, &dx);
    void **any = TG_CUDA_ARGUMENTS(&n, &k, &temperature, (void *)&y, (void *)&dy, &dx);
    return tg_cuda_leave(
        cuda, temperature == 1 ? TG_CUDA_ROWS(cuda, softmax_backward, n, k, plain)
                               : TG_CUDA_ROWS(cuda, softmax_backward_at_temperature, n, k, any));
}

tg_status tg_cuda_log_softmax_backward(tg_device *device, size_t n, size_t k, const float *y,
                                       const float *dy, float *dx) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda,
                         TG_CUDA_ROWS(cuda, log_softmax_backward, n, k,
                                      TG_CUDA_ARGUMENTS(&n, &k, (void *)&y, (void *)&dy, &dx)));
}

tg_status tg_cuda_softmax_jacobian(tg_device *device, size_t n, size_t k, float temperature,
                                   const float *y, float *jacobian) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    if (k > UINT32_MAX) return tg_fail(TG_UNSUPPORTED, "cuda: %zu columns are too many", k);
    unsigned columns = (unsigned)k;
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(
        cuda,
        tg_cuda_launch(cuda, TG_CUDA_softmax_jacobian, tg_cuda_blocks(cuda, n * TG_CUDA_BLOCK),
                       (tg_cuda_size){TG_CUDA_BLOCK, 1},
                       TG_CUDA_ARGUMENTS(&n, &columns, &temperature, (void *)&y, &jacobian)));
}

tg_status tg_cuda_sum_normalize_forward(tg_device *device, size_t n, size_t k, const float *x,
                                        float *y) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, TG_CUDA_ROWS(cuda, sum_normalize_forward, n, k,
                                            TG_CUDA_ARGUMENTS(&n, &k, (void *)&x, &y)));
}

tg_status tg_cuda_sum_normalize_backward(tg_device *device, size_t n, size_t k, const float *x,
                                         const float *y, const float *dy, float *dx) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(
        cuda, TG_CUDA_ROWS(cuda, sum_normalize_backward, n, k,
                           TG_CUDA_ARGUMENTS(&n, &k, (void *)&x, (void *)&y, (void *)&dy, &dx)));
}
