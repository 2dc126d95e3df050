/* SPDX-License-Identifier: MIT */
/* Element-wise activations. */
#include "base/status.h"
#include "cpu/cpu.h"
#include "cpu/split.h"

typedef struct activation {
    const tg_elementwise_kernels *kernels;
    tg_layer_kind kind;
    float slope;
    const float *source, *dy; /* forward, the source is x */
    float *result;
} activation;

/* How many elements are worth a thread. */
static size_t least_of(tg_layer_kind kind) {
    return kind == TG_LAYER_RELU || kind == TG_LAYER_LEAKY_RELU ? 65536 : 16384;
}

static tg_status check_kind(tg_layer_kind kind) {
    if (kind < TG_LAYER_SIGMOID || kind > TG_LAYER_GELU_TANH)
        return tg_fail(TG_INVALID_ARGUMENT, "layer kind %d is no activation", (int)kind);
    return TG_OK;
}

static void forward(const void *context, size_t begin, size_t count) {
    const activation *a = context;
    a->kernels->activation_forward(a->kind, a->slope, count, a->source + begin, a->result + begin);
}

static void backward(const void *context, size_t begin, size_t count) {
    const activation *a = context;
    a->kernels->activation_backward(a->kind, a->slope, count, a->source + begin, a->dy + begin,
                                    a->result + begin);
}

tg_status tg_cpu_activation_forward(tg_device *device, tg_layer_kind kind, float slope,
                                    size_t count, const float *x, float *y) {
    TG_TRY(check_kind(kind));
    const activation a = {tg_cpu_instructions(device)->elementwise, kind, slope, x, NULL, y};
    tg_cpu_split(device, count, least_of(kind), forward, &a);
    return TG_OK;
}

tg_status tg_cpu_activation_backward(tg_device *device, tg_layer_kind kind, float slope,
                                     size_t count, const float *source, const float *dy,
                                     float *dx) {
    TG_TRY(check_kind(kind));
    const activation a = {tg_cpu_instructions(device)->elementwise, kind, slope, source, dy, dx};
    tg_cpu_split(device, count, least_of(kind), backward, &a);
    return TG_OK;
}
