/* SPDX-License-Identifier: MIT */
#include "cpu/kernels/activation.h"

#include "cpu/kernels/gelu.h"
#include "cpu/kernels/sigmoid.h"

typedef vec forward_function(vec x, float slope);
typedef vec backward_function(vec source, vec dy, float slope);

static inline vec sigmoid_forward(vec x, float slope) {
    (void)slope;
    return sigmoid(x);
}

static inline vec sigmoid_backward(vec y, vec dy, float slope) {
    (void)slope;
    return dy * y * (1 - y);
}

static inline vec tanh_forward(vec x, float slope) {
    (void)slope;
    return hyperbolic_tangent(x);
}

static inline vec tanh_backward(vec y, vec dy, float slope) {
    (void)slope;
    return dy * ((1 - y) * (1 + y));
}

static inline vec relu_forward(vec x, float slope) {
    (void)slope;
    return maximum(all(0), x); /* keeps NaN */
}

static inline vec relu_backward(vec y, vec dy, float slope) {
    (void)slope;
    return select(y > 0, dy, all(0));
}

static inline vec leaky_relu_forward(vec x, float slope) {
    return select(x < 0, slope * x, x);
}

static inline vec leaky_relu_backward(vec y, vec dy, float slope) {
    return select(y > 0, dy, slope * dy);
}

static inline vec gelu_forward(vec x, float slope) {
    (void)slope;
    return gelu(x);
}

static inline vec gelu_backward(vec x, vec dy, float slope) {
    (void)slope;
    return dy * gelu_derivative(x);
}

static inline vec gelu_tanh_forward(vec x, float slope) {
    (void)slope;
    return gelu_tanh(x);
}

static inline vec gelu_tanh_backward(vec x, vec dy, float slope) {
    (void)slope;
    return dy * gelu_tanh_derivative(x);
}

/* The compiler knows `function` wherever these are called, and puts it into the loop. */
TG_INLINE void forward(forward_function *function, float slope, size_t count, const float *x,
                       float *y) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) store(y + i, function(load(x + i), slope));
    if (i < count) store_first(y + i, count - i, function(load_first(x + i, count - i), slope));
}

TG_INLINE void backward(backward_function *function, float slope, size_t count, const float *source,
                        const float *dy, float *dx) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        store(dx + i, function(load(source + i), load(dy + i), slope));
    const size_t rest = count - i;
    if (rest > 0)
        store_first(dx + i, rest,
                    function(load_first(source + i, rest), load_first(dy + i, rest), slope));
}

void TG_KERNEL(tg_activation_forward)(tg_layer_kind kind, float slope, size_t count, const float *x,
                                      float *y) {
    switch (kind) {
    case TG_LAYER_SIGMOID:
        forward(sigmoid_forward, slope, count, x, y);
        break;
    case TG_LAYER_TANH:
        forward(tanh_forward, slope, count, x, y);
        break;
    case TG_LAYER_RELU:
        forward(relu_forward, slope, count, x, y);
        break;
    case TG_LAYER_LEAKY_RELU:
        forward(leaky_relu_forward, slope, count, x, y);
        break;
    case TG_LAYER_GELU:
        forward(gelu_forward, slope, count, x, y);
        break;
    case TG_LAYER_GELU_TANH:
        forward(gelu_tanh_forward, slope, count, x, y);
        break;
    default:
        break;
    }
}

void TG_KERNEL(tg_activation_backward)(tg_layer_kind kind, float slope, size_t count,
                                       const float *source, const float *dy, float *dx) {
    switch (kind) {
    case TG_LAYER_SIGMOID:
        backward(sigmoid_backward, slope, count, source, dy, dx);
        break;
    case TG_LAYER_TANH:
        backward(tanh_backward, slope, count, source, dy, dx);
        break;
    case TG_LAYER_RELU:
        backward(relu_backward, slope, count, source, dy, dx);
        break;
    case TG_LAYER_LEAKY_RELU:
        backward(leaky_relu_backward, slope, count, source, dy, dx);
        break;
    case TG_LAYER_GELU:
        backward(gelu_backward, slope, count, source, dy, dx);
        break;
    case TG_LAYER_GELU_TANH:
        backward(gelu_tanh_backward, slope, count, source, dy, dx);
        break;
    default:
        break;
    }
}
