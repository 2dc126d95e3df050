/* SPDX-License-Identifier: MIT */
/* Sums, searches and counts (kernels/reduce.cu). */
#include "base/status.h"
#include "cuda/cuda.h"

/* ---- Each block's sum, and the sum of these ---- */

static tg_status reduce(tg_cuda_device *device, tg_cuda_kernel kernel, size_t count, const float *x,
                        double *sum) {
    const tg_cuda_size grid = tg_cuda_blocks(device, count);
    const size_t sizes[] = {grid.x * sizeof(double), sizeof(double)};
    void *places[2];
    TG_TRY(tg_cuda_scratch(device, 2, sizes, places));
    TG_TRY(tg_cuda_launch(device, kernel, grid, (tg_cuda_size){TG_CUDA_BLOCK, 1},
                          TG_CUDA_ARGUMENTS(&count, (void *)&x, &places[0])));
    return tg_cuda_sum(device, places[0], grid.x, places[1], sum);
}

static tg_status reduce_all(tg_device *device, tg_cuda_kernel kernel, size_t count, const float *x,
                            double *sum) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    *sum = 0;
    if (count == 0) return TG_OK;
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, reduce(cuda, kernel, count, x, sum));
}

tg_status tg_cuda_sum_of_squares(tg_device *device, const float *x, size_t count, double *sum) {
    return reduce_all(device, TG_CUDA_sum_of_squares, count, x, sum);
}

tg_status tg_cuda_all_finite(tg_device *device, const float *x, size_t count, bool *finite) {
    double others = 0;
    TG_TRY(reduce_all(device, TG_CUDA_count_not_finite, count, x, &others));
    *finite = others == 0;
    return TG_OK;
}

/* ---- The largest of a row ---- */

/* `labels` are in the device's memory. */
static tg_status find_largest(tg_cuda_device *device, size_t n, size_t k, const float *x,
                              void *labels) {
    const size_t rows = TG_CUDA_BLOCK / TG_CUDA_WARP;
    return tg_cuda_launch(
        device, TG_CUDA_argmax, tg_cuda_blocks(device, (n + rows - 1) / rows * TG_CUDA_BLOCK),
        (tg_cuda_size){TG_CUDA_BLOCK, 1}, TG_CUDA_ARGUMENTS(&n, &k, (void *)&x, &labels));
}

static tg_status argmax(tg_cuda_device *device, size_t n, size_t k, const float *x,
                        int32_t *host_labels) {
    const size_t size = n * sizeof *host_labels;
    void *labels = NULL;
    TG_TRY(tg_cuda_scratch(device, 1, &size, &labels));
    TG_TRY(find_largest(device, n, k, x, labels));
    return tg_cuda_to_host(device, labels, host_labels, size);
}

tg_status tg_cuda_argmax(tg_device *device, size_t n, size_t k, const float *x,
                         int32_t *host_labels) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    if (n == 0) return TG_OK;
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, argmax(cuda, n, k, x, host_labels));
}

/* ---- What is correct ---- */

/* Launches a kernel that leaves each block's count in counts[0]; counts[1] is for one more. */
static tg_status count_correct(tg_cuda_device *device, tg_cuda_kernel kernel, size_t count,
                               void **arguments, void **counts, size_t *correct) {
    const tg_cuda_size grid = tg_cuda_blocks(device, count);
    double sum = 0;
    TG_TRY(tg_cuda_launch(device, kernel, grid, (tg_cuda_size){TG_CUDA_BLOCK, 1}, arguments));
    if (device->steps) return tg_cuda_step_sum(device, TG_CUDA_step_correct, counts[0], grid.x);
    TG_TRY(tg_cuda_sum(device, counts[0], grid.x, counts[1], &sum));
    *correct = (size_t)sum;
    return TG_OK;
}

static tg_status count_rows(tg_cuda_device *device, size_t n, size_t k, const float *outputs,
                            tg_device_targets targets, int32_t ignore_index, size_t *correct) {
    enum { COUNTS, COUNT, PREDICTED, TARGETS, PLACES };
    const size_t labels = n * sizeof *targets.labels;
    const bool there = device->steps && targets.labels; /* on the device */
    const size_t sizes[] = {tg_cuda_blocks(device, n).x * sizeof(double), sizeof(double), labels,
                            there ? 0 : labels};
    void *places[PLACES];
    int ignored = targets.labels ? ignore_index : TG_NO_IGNORE_INDEX;
    TG_TRY(tg_cuda_scratch(device, PLACES, sizes, places));
    TG_TRY(find_largest(device, n, k, outputs, places[PREDICTED]));
    if (targets.values)
        TG_TRY(find_largest(device, n, k, targets.values, places[TARGETS]));
    else if (there)
        places[TARGETS] = (void *)targets.labels;
    else
        TG_TRY(tg_cuda_to_device(device, targets.labels, places[TARGETS], labels));
    return count_correct(
        device, TG_CUDA_count_same_labels, n,
        TG_CUDA_ARGUMENTS(&n, &places[PREDICTED], &places[TARGETS], &ignored, &places[COUNTS]),
        &places[COUNTS], correct);
}

tg_status tg_cuda_count_correct_rows(tg_device *device, size_t n, size_t k, const float *outputs,
                                     tg_device_targets targets, int32_t ignore_index,
                                     size_t *correct) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    if (n == 0) {
        *correct = 0;
        return TG_OK;
    }
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, count_rows(cuda, n, k, outputs, targets, ignore_index, correct));
}

static tg_status count_elements(tg_cuda_device *device, size_t count, const float *outputs,
                                const float *targets, float threshold, size_t *correct) {
    const size_t sizes[] = {tg_cuda_blocks(device, count).x * sizeof(double), sizeof(double)};
    void *places[2];
    TG_TRY(tg_cuda_scratch(device, 2, sizes, places));
    return count_correct(
        device, TG_CUDA_count_same_sides, count,
        TG_CUDA_ARGUMENTS(&count, (void *)&outputs, (void *)&targets, &threshold, &places[0]),
        places, correct);
}

tg_status tg_cuda_count_correct_elements(tg_device *device, size_t count, const float *outputs,
                                         const float *targets, float threshold, size_t *correct) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    if (count == 0) {
        *correct = 0;
        return TG_OK;
    }
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, count_elements(cuda, count, outputs, targets, threshold, correct));
}
