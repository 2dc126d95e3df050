/* SPDX-License-Identifier: MIT */
/* Element-wise activations: kernels for each of those in tg_layer_kind (tigrillo/layer.h). */
#include "scalar.cuh"

#include <tigrillo/layer.h>

/* TG_LAYER_DENSE is none. */
template <int KIND> INLINE float activate(float slope, float x) {
    switch (KIND) {
    case TG_LAYER_SIGMOID:
        return sigmoid(x);
    case TG_LAYER_TANH:
        return hyperbolic_tangent(x);
    case TG_LAYER_RELU:
        return maximum(0, x);
    case TG_LAYER_LEAKY_RELU:
        return x < 0 ? slope * x : x;
    case TG_LAYER_GELU:
        return gelu(x);
    case TG_LAYER_GELU_TANH:
        return gelu_tanh(x);
    default:
        return x;
    }
}

/* The derivative times dy; `source` is x for GELU and else y. */
template <int KIND> INLINE float activate_backward(float slope, float source, float dy) {
    switch (KIND) {
    case TG_LAYER_SIGMOID:
        return dy * source * (1 - source);
    case TG_LAYER_TANH:
        return dy * ((1 - source) * (1 + source));
    case TG_LAYER_RELU:
        return source > 0 ? dy : 0;
    case TG_LAYER_LEAKY_RELU:
        return source > 0 ? dy : slope * dy;
    case TG_LAYER_GELU:
        return dy * gelu_derivative(source);
    case TG_LAYER_GELU_TANH:
        return dy * gelu_tanh_derivative(source);
    default:
        return dy;
    }
}

template <int KIND> INLINE void forward(float slope, size_t count, const float *x, float *y) {
    const bool aligned = is_aligned(x) && is_aligned(y);
    const size_t fours = aligned ? count / 4 : 0;
    for (size_t i = first_element(); i < fours; i += grid_stride()) {
        float4 v = load4(x + 4 * i);
        v.x = activate<KIND>(slope, v.x);
        v.y = activate<KIND>(slope, v.y);
        v.z = activate<KIND>(slope, v.z);
        v.w = activate<KIND>(slope, v.w);
        store4(y + 4 * i, v);
    }
    for (size_t i = 4 * fours + first_element(); i < count; i += grid_stride())
        y[i] = activate<KIND>(slope, x[i]);
}

template <int KIND>
INLINE void backward(float slope, size_t count, const float *source, const float *dy, float *dx) {
    const bool aligned = is_aligned(source) && is_aligned(dy) && is_aligned(dx);
    const size_t fours = aligned ? count / 4 : 0;
    for (size_t i = first_element(); i < fours; i += grid_stride()) {
        const float4 s = load4(source + 4 * i);
        float4 d = load4(dy + 4 * i);
        d.x = activate_backward<KIND>(slope, s.x, d.x);
        d.y = activate_backward<KIND>(slope, s.y, d.y);
        d.z = activate_backward<KIND>(slope, s.z, d.z);
        d.w = activate_backward<KIND>(slope, s.w, d.w);
        store4(dx + 4 * i, d);
    }
    for (size_t i = 4 * fours + first_element(); i < count; i += grid_stride())
        dx[i] = activate_backward<KIND>(slope, source[i], dy[i]);
}

/* What follows the product of a dense layer: y = activation(y + b), in place. Block row r takes rows
 * r, r + gridDim.y, ...; b may be NULL. */
template <int KIND>
INLINE void add_bias(float slope, size_t n, size_t k, const float *b, float *y) {
    const size_t c = first_element();
    if (c >= k) return;
    const float bias = b ? b[c] : 0;
    for (size_t r = blockIdx.y; r < n; r += gridDim.y)
        y[r * k + c] = activate<KIND>(slope, y[r * k + c] + bias);
}

#define BIAS_ACTIVATION(name, KIND)                                                                \
    KERNEL __launch_bounds__(256)                                                                  \
    bias_##name(float slope, size_t n, size_t k, const float *b, float *y) {                       \
        add_bias<KIND>(slope, n, k, b, y);                                                         \
    }

#define ACTIVATION(name, KIND)                                                                     \
    KERNEL __launch_bounds__(256)                                                                  \
    name##_forward(float slope, size_t count, const float *x, float *y) {                          \
        forward<KIND>(slope, count, x, y);                                                         \
    }                                                                                              \
    KERNEL __launch_bounds__(256)                                                                  \
    name##_backward(float slope, size_t count, const float *source, const float *dy, float *dx) {  \
        backward<KIND>(slope, count, source, dy, dx);                                              \
    }                                                                                              \
    BIAS_ACTIVATION(name, KIND)

BIAS_ACTIVATION(alone, TG_LAYER_DENSE)
ACTIVATION(sigmoid, TG_LAYER_SIGMOID)
ACTIVATION(tanh, TG_LAYER_TANH)
ACTIVATION(relu, TG_LAYER_RELU)
ACTIVATION(leaky_relu, TG_LAYER_LEAKY_RELU)
ACTIVATION(gelu, TG_LAYER_GELU)
ACTIVATION(gelu_tanh, TG_LAYER_GELU_TANH)
