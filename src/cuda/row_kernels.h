/* SPDX-License-Identifier: MIT */
/* Kernels by the length of a row: for up to 2, 4, 8, 16, 32 columns; for 128, 256, 512, 1024; and
 * for more. */
#ifndef TG_CUDA_ROW_KERNELS_H
#define TG_CUDA_ROW_KERNELS_H

#include "cuda/cuda.h"

enum {
    TG_FEW_KERNELS = 5,
    TG_WARP_KERNELS = 4,
    TG_ROW_KERNELS = TG_FEW_KERNELS + TG_WARP_KERNELS + 1
};

/* Which of them, how many rows a block takes (1: it loops over the grid) and its threads. */
typedef struct tg_row_kernel {
    unsigned kernel, rows, block;
} tg_row_kernel;

tg_row_kernel tg_cuda_row_kernel(size_t k);

tg_status tg_cuda_launch_row_kernel(tg_cuda_device *device, const tg_cuda_kernel *kernels,
                                    tg_row_kernel choice, size_t n, void **arguments);

#endif
