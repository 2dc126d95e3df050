/* SPDX-License-Identifier: MIT */
/* Activations on tensors. */
#include "nn/activation.h"

#include "nn/check.h"

bool tg_activation_needs_input(tg_layer_kind kind) {
    return kind == TG_LAYER_GELU || kind == TG_LAYER_GELU_TANH;
}

static tg_status check_slope(tg_layer_kind kind, float slope) {
    TG_REQUIRE(kind != TG_LAYER_LEAKY_RELU || (slope >= 0 && slope <= 1),
               "leaky ReLU: the slope is %g, but must be in [0, 1]", (double)slope);
    return TG_OK;
}

tg_status tg_activation_forward(tg_layer_kind kind, float slope, const tg_tensor *x, tg_tensor *y) {
    TG_TRY(tg_check_count("activation", "x", x, "y", y));
    TG_TRY(check_slope(kind, slope));
    return x->device->operations->activation_forward(x->device, kind, slope, x->count, x->memory,
                                                     y->memory);
}

tg_status tg_activation_backward(tg_layer_kind kind, float slope, const tg_tensor *source,
                                 const tg_tensor *dy, tg_tensor *dx) {
    const char *name = tg_activation_needs_input(kind) ? "x" : "y";
    TG_TRY(tg_check_count("activation", name, source, "dy", dy));
    TG_TRY(tg_check_count("activation", "dy", dy, "dx", dx));
    TG_TRY(tg_check_trains("activation", dy->device));
    TG_TRY(check_slope(kind, slope));
    return dy->device->operations->activation_backward(dy->device, kind, slope, dy->count,
                                                       source->memory, dy->memory, dx->memory);
}

tg_status tg_sigmoid_forward(const tg_tensor *x, tg_tensor *y) {
    return tg_activation_forward(TG_LAYER_SIGMOID, 0, x, y);
}

tg_status tg_sigmoid_backward(const tg_tensor *y, const tg_tensor *dy, tg_tensor *dx) {
    return tg_activation_backward(TG_LAYER_SIGMOID, 0, y, dy, dx);
}

tg_status tg_tanh_forward(const tg_tensor *x, tg_tensor *y) {
    return tg_activation_forward(TG_LAYER_TANH, 0, x, y);
}

tg_status tg_tanh_backward(const tg_tensor *y, const tg_tensor *dy, tg_tensor *dx) {
    return tg_activation_backward(TG_LAYER_TANH, 0, y, dy, dx);
}

tg_status tg_relu_forward(const tg_tensor *x, tg_tensor *y) {
    return tg_activation_forward(TG_LAYER_RELU, 0, x, y);
}

tg_status tg_relu_backward(const tg_tensor *y, const tg_tensor *dy, tg_tensor *dx) {
    return tg_activation_backward(TG_LAYER_RELU, 0, y, dy, dx);
}

tg_status tg_leaky_relu_forward(const tg_tensor *x, float slope, tg_tensor *y) {
    return tg_activation_forward(TG_LAYER_LEAKY_RELU, slope, x, y);
}

tg_status tg_leaky_relu_backward(const tg_tensor *y, const tg_tensor *dy, float slope,
                                 tg_tensor *dx) {
    return tg_activation_backward(TG_LAYER_LEAKY_RELU, slope, y, dy, dx);
}

tg_status tg_gelu_forward(const tg_tensor *x, tg_tensor *y) {
    return tg_activation_forward(TG_LAYER_GELU, 0, x, y);
}

tg_status tg_gelu_backward(const tg_tensor *x, const tg_tensor *dy, tg_tensor *dx) {
    return tg_activation_backward(TG_LAYER_GELU, 0, x, dy, dx);
}

tg_status tg_gelu_tanh_forward(const tg_tensor *x, tg_tensor *y) {
    return tg_activation_forward(TG_LAYER_GELU_TANH, 0, x, y);
}

tg_status tg_gelu_tanh_backward(const tg_tensor *x, const tg_tensor *dy, tg_tensor *dx) {
    return tg_activation_backward(TG_LAYER_GELU_TANH, 0, x, dy, dx);
}
