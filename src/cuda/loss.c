/* SPDX-License-Identifier: MIT */
/* Losses and their gradients. Labels, class weights and the loss are in host memory; but within a
 * step in the device's, where the loss stays. */
#include "device/loss.h"
#include "base/status.h"
#include "cuda/cuda.h"
#include "cuda/row_kernels.h"

/* What a cross-entropy needs in the device's memory beside its arguments. NULL where it is not
 * wanted. */
typedef struct row_loss {
    void *labels, *weights; /* copies of the host's, or the step's */
    void *losses, *sum;     /* a double for each row; and one more */
    void *states, *logits;  /* of rows that several blocks share */
} row_loss;

static tg_status prepare(tg_cuda_device *device, size_t n, size_t k, unsigned parts,
                         tg_device_targets targets, const tg_loss *options, row_loss *l) {
    const bool copied = !device->steps;
    const size_t labels = copied && targets.labels ? n * sizeof *targets.labels : 0;
    const size_t weights = copied && options->class_weights ? k * sizeof *options->class_weights
                                                            : 0;
    const size_t sizes[] = {labels,
                            weights,
                            n * sizeof(double),
                            sizeof(double),
                            parts > 1 ? n * parts * 2 * sizeof(float) : 0,
                            parts > 1 ? n * sizeof(float) : 0};
    void *places[TG_COUNT(sizes)];
    TG_TRY(tg_cuda_scratch(device, TG_COUNT(sizes), sizes, places));
    *l = (row_loss){.labels = labels > 0 ? places[0] : NULL,
                    .weights = weights > 0 ? places[1] : NULL,
                    .losses = places[2],
                    .sum = places[3],
                    .states = places[4],
                    .logits = places[5]};
    if (!copied) {
        l->labels = (void *)targets.labels;
        l->weights = tg_cuda_step_weights(device);
        return TG_OK;
    }
    TG_TRY(tg_cuda_to_device(device, targets.labels, l->labels, labels));
    return tg_cuda_to_device(device, options->class_weights, l->weights, weights);
}

static tg_status add_up(tg_cuda_device *device, const void *losses, size_t count, void *room,
                        double scale, double *loss) {
    double sum = 0;
    if (device->steps) return tg_cuda_step_sum(device, TG_CUDA_step_loss, losses, count);
    TG_TRY(tg_cuda_sum(device, losses, count, room, &sum));
    *loss = sum * scale;
    return TG_OK;
}

/* ---- Softmax cross-entropy ---- */

static tg_status of_labels(tg_cuda_device *device, size_t n, size_t k, unsigned parts,
                           const row_loss *l, const float *x, int ignore_index, double scale,
                           float *dx) {
    static const tg_cuda_kernel kernels[TG_ROW_KERNELS] = {
        TG_CUDA_cross_entropy_few_2,  TG_CUDA_cross_entropy_few_4,   TG_CUDA_cross_entropy_few_8,
        TG_CUDA_cross_entropy_few_16, TG_CUDA_cross_entropy_few_32,  TG_CUDA_cross_entropy_warp_4,
        TG_CUDA_cross_entropy_warp_8, TG_CUDA_cross_entropy_warp_16, TG_CUDA_cross_entropy_warp_32,
        TG_CUDA_cross_entropy_block};
    row_loss r = *l;
    if (parts > 1) {
        const tg_cuda_size grid = {parts, (unsigned)n}, block = {512, 1};
        TG_TRY(tg_cuda_launch(
            device, TG_CUDA_cross_entropy_parts, grid, block,
            TG_CUDA_ARGUMENTS(&k, (void *)&x, &r.labels, &ignore_index, &r.states, &r.logits)));
        return tg_cuda_launch(device, TG_CUDA_cross_entropy_write_parts, grid, block,
                              TG_CUDA_ARGUMENTS(&k, &r.states, &r.logits, (void *)&x, &r.labels,
                                                &r.weights, &ignore_index, &scale, &r.losses, &dx,
                                                &device->step));
    }
    const tg_row_kernel choice = tg_cuda_row_kernel(k);
    int short_k = (int)k;
    void *columns = choice.rows > 1 ? (void *)&short_k : (void *)&k;
    return tg_cuda_launch_row_kernel(device, kernels, choice, n,
                                     TG_CUDA_ARGUMENTS(&n, columns, (void *)&x, &r.labels,
                                                       &r.weights, &ignore_index, &scale, &r.losses,
                                                       &dx, &device->step));
}

static tg_status softmax_cross_entropy(tg_cuda_device *device, size_t n, size_t k, const float *x,
                                       float temperature, tg_device_targets targets,
                                       const tg_loss *options, double scale, double *loss,
                                       float *dx) {
    const bool usual = device->steps
                           ? tg_cuda_step_is_usual(device, k, temperature, targets, options)
                           : tg_loss_is_usual(k, temperature, targets, options, scale);
    const unsigned parts = usual ? tg_cuda_row_parts(device, n, k) : 1;
    int ignore_index = options->ignore_index;
    float smoothing = options->label_smoothing;
    row_loss l;
    TG_TRY(prepare(device, n, k, parts, targets, options, &l));
    if (usual)
        TG_TRY(of_labels(device, n, k, parts, &l, x, ignore_index, scale, dx));
    else
        TG_TRY(TG_CUDA_ROWS(device, any_cross_entropy, n, k,
                            TG_CUDA_ARGUMENTS(&n, &k, (void *)&x, &temperature, &l.labels,
                                              (void *)&targets.values, &l.weights, &ignore_index,
                                              &smoothing, &scale, &l.losses, &dx, &device->step)));
    return add_up(device, l.losses, n, l.sum, scale, loss);
}

tg_status tg_cuda_softmax_cross_entropy(tg_device *device, size_t n, size_t k, const float *logits,
                                        float temperature, tg_device_targets targets,
                                        const tg_loss *options, double scale, double *loss,
                                        float *gradient) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    if (n == 0) {
        *loss = 0;
        return TG_OK;
    }
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, softmax_cross_entropy(cuda, n, k, logits, temperature, targets,
                                                     options, scale, loss, gradient));
}

/* ---- Probabilities ---- */

static tg_status cross_entropy(tg_cuda_device *device, size_t n, size_t k, const float *p,
                               tg_device_targets targets, const tg_loss *options, double scale,
                               double *loss, float *dp) {
    int ignore_index = options->ignore_index;
    float smoothing = options->label_smoothing;
    row_loss l;
    TG_TRY(prepare(device, n, k, 1, targets, options, &l));
    TG_TRY(TG_CUDA_ROWS(device, probability_cross_entropy, n, k,
                        TG_CUDA_ARGUMENTS(&n, &k, (void *)&p, &l.labels, (void *)&targets.values,
                                          &l.weights, &ignore_index, &smoothing, &scale, &l.losses,
                                          &dp, &device->step)));
    return add_up(device, l.losses, n, l.sum, scale, loss);
}

tg_status tg_cuda_cross_entropy(tg_device *device, size_t n, size_t k, const float *probabilities,
                                tg_device_targets targets, const tg_loss *options, double scale,
                                double *loss, float *gradient) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    if (n == 0) {
        *loss = 0;
        return TG_OK;
    }
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(
        cuda, cross_entropy(cuda, n, k, probabilities, targets, options, scale, loss, gradient));
}

/* ---- Sums over elements ---- */

static tg_status sum_elements(tg_cuda_device *device, tg_cuda_kernel kernel, size_t count,
                              const float *outputs, const float *targets, double scale,
                              double *loss, float *gradient) {
    const tg_cuda_size grid = tg_cuda_blocks(device, count);
    const size_t sizes[] = {grid.x * sizeof(double), sizeof(double)};
    void *places[2];
    TG_TRY(tg_cuda_scratch(device, 2, sizes, places));
    TG_TRY(tg_cuda_launch(device, kernel, grid, (tg_cuda_size){TG_CUDA_BLOCK, 1},
                          TG_CUDA_ARGUMENTS(&count, (void *)&outputs, (void *)&targets, &scale,
                                            &places[0], &gradient, &device->step)));
    return add_up(device, places[0], grid.x, places[1], scale, loss);
}

static tg_status element_loss(tg_device *device, tg_cuda_kernel kernel, size_t count,
                              const float *outputs, const float *targets, double scale,
                              double *loss, float *gradient) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    if (count == 0) {
        *loss = 0;
        return TG_OK;
    }
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(
        cuda, sum_elements(cuda, kernel, count, outputs, targets, scale, loss, gradient));
}

tg_status tg_cuda_binary_cross_entropy(tg_device *device, size_t count, const float *logits,
                                       const float *targets, double scale, double *loss,
                                       float *gradient) {
    return element_loss(device, TG_CUDA_binary_cross_entropy, count, logits, targets, scale, loss,
                        gradient);
}

tg_status tg_cuda_mean_squared_error(tg_device *device, size_t count, const float *outputs,
                                     const float *targets, double scale, double *loss,
                                     float *gradient) {
    return element_loss(device, TG_CUDA_mean_squared_error, count, outputs, targets, scale, loss,
                        gradient);
}
