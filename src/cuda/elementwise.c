/* SPDX-License-Identifier: MIT */
/* Operations on each element alone. */
#include "base/status.h"
#include "cuda/cuda.h"
#include "device/update.h"

/* Launches over `count` elements, none of which is fine. */
static tg_status launch(tg_device *device, tg_cuda_kernel kernel, size_t count, void **arguments) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    if (count == 0) return TG_OK;
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, tg_cuda_launch(cuda, kernel, tg_cuda_blocks(cuda, count),
                                              (tg_cuda_size){TG_CUDA_BLOCK, 1}, arguments));
}

/* The kernels are in the order of tg_layer_kind (kernels/kernels.list). */
static tg_status check_kind(tg_layer_kind kind) {
    TG_REQUIRE(kind >= TG_LAYER_SIGMOID && kind <= TG_LAYER_GELU_TANH,
               "layer kind %d is no activation", (int)kind);
    return TG_OK;
}

tg_status tg_cuda_activation_forward(tg_device *device, tg_layer_kind kind, float slope,
                                     size_t count, const float *x, float *y) {
    TG_TRY(check_kind(kind));
    return launch(device, TG_CUDA_sigmoid_forward + (kind - TG_LAYER_SIGMOID), count,
                  TG_CUDA_ARGUMENTS(&slope, &count, (void *)&x, &y));
}

tg_status tg_cuda_activation_backward(tg_device *device, tg_layer_kind kind, float slope,
                                      size_t count, const float *source, const float *dy,
                                      float *dx) {
    TG_TRY(check_kind(kind));
    return launch(device, TG_CUDA_sigmoid_backward + (kind - TG_LAYER_SIGMOID), count,
                  TG_CUDA_ARGUMENTS(&slope, &count, (void *)&source, (void *)&dy, &dx));
}

tg_status tg_cuda_dropout(tg_device *device, float rate, uint64_t seed, uint64_t stream,
                          size_t count, const float *x, float *y) {
    /* As on the CPU: the same numbers are dropped. */
    uint32_t dropped = (uint32_t)((double)rate * 0x1p32);
    float scale = 1 / (1 - rate);
    return launch(device, TG_CUDA_dropout, count,
                  TG_CUDA_ARGUMENTS(&dropped, &scale, &seed, &stream, &count, (void *)&x, &y,
                                    &tg_cuda_of(device)->step));
}

tg_status tg_cuda_sgd_step(tg_device *device, const tg_update_rule *rule, size_t count,
                           const float *gradient, float *velocity, float *weight) {
    tg_sgd_factors f = tg_sgd_factors_of(rule);
    int nesterov = f.nesterov;
    return launch(device, TG_CUDA_sgd_step, count,
                  TG_CUDA_ARGUMENTS(&f.rate, &f.momentum, &f.l2, &f.keep, &nesterov, &count,
                                    (void *)&gradient, &velocity, &weight,
                                    &tg_cuda_of(device)->step));
}

tg_status tg_cuda_adam_step(tg_device *device, const tg_update_rule *rule, uint64_t step,
                            size_t count, const float *gradient, float *first, float *second,
                            float *weight) {
    tg_adam_factors f = tg_adam_factors_of(rule, step);
    return launch(device, TG_CUDA_adam_step, count,
                  TG_CUDA_ARGUMENTS(&f.rate, &f.root, &f.beta1, &f.beta2, &f.epsilon, &f.l2,
                                    &f.keep, &count, (void *)&gradient, &first, &second, &weight,
                                    &tg_cuda_of(device)->step));
}

tg_status tg_cuda_scale(tg_device *device, float factor, float *x, size_t count) {
    return launch(device, TG_CUDA_scale, count, TG_CUDA_ARGUMENTS(&factor, &count, &x));
}
