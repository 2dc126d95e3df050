/* SPDX-License-Identifier: MIT */
/* How kernels are launched: sizes of grids. */
#include "base/status.h"
#include "cuda/cuda.h"

/* Rows of more columns are worth a block each. */
enum { MOST_COLUMNS_OF_WARP = 1024 };

tg_status tg_cuda_launch(tg_cuda_device *device, tg_cuda_kernel kernel, tg_cuda_size grid,
                         tg_cuda_size block, void **arguments) {
    if (grid.x == 0 || grid.y == 0) return TG_OK;
    return TG_CU(device, cuLaunchKernel, device->functions[kernel], grid.x, grid.y, 1, block.x,
                 block.y, 1, 0, device->stream, arguments, NULL);
}

static unsigned at_most(size_t wanted, size_t most) {
    return (unsigned)(wanted < most ? wanted : most);
}

/* So many blocks keep all multiprocessors busy. */
static size_t enough_blocks(const tg_cuda_device *device) {
    return 16 * (size_t)device->processors;
}

tg_cuda_size tg_cuda_blocks(const tg_cuda_device *device, size_t count) {
    const size_t blocks = count / TG_CUDA_BLOCK + (count % TG_CUDA_BLOCK > 0);
    return (tg_cuda_size){at_most(blocks, enough_blocks(device)), 1};
}

tg_status tg_cuda_launch_rows(tg_cuda_device *device, tg_cuda_kernel warp, tg_cuda_kernel block,
                              size_t n, size_t k, void **arguments) {
    const size_t rows = k > MOST_COLUMNS_OF_WARP ? 1 : TG_CUDA_BLOCK / TG_CUDA_WARP;
    const size_t blocks = n / rows + (n % rows > 0);
    return tg_cuda_launch(device, rows == 1 ? block : warp,
                          (tg_cuda_size){at_most(blocks, enough_blocks(device)), 1},
                          (tg_cuda_size){TG_CUDA_BLOCK, 1}, arguments);
}

unsigned tg_cuda_row_parts(const tg_cuda_device *device, size_t n, size_t k) {
    const size_t least_columns = 16384, most_rows = 65535;
    const size_t busy = 2 * (size_t)device->processors;
    if (k < 2 * least_columns || n == 0 || n >= busy || n > most_rows) return 1;
    return at_most(k / least_columns, busy / n);
}

tg_status tg_cuda_sum(tg_cuda_device *device, const void *values, size_t count, void *room,
                      double *sum) {
    TG_TRY(tg_cuda_launch(device, TG_CUDA_sum_doubles, (tg_cuda_size){1, 1},
                          (tg_cuda_size){TG_CUDA_BLOCK, 1},
                          TG_CUDA_ARGUMENTS(&count, (void *)&values, &room)));
    return tg_cuda_to_host(device, room, sum, sizeof *sum);
}
