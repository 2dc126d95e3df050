/* SPDX-License-Identifier: MIT */
/* Element-wise activations and dropout. */
#include <math.h>

#include "base/philox.h"
#include "base/status.h"
#include "cpu/cpu.h"

static const float sqrt_half = 0.70710678f;           /* 1 / sqrt(2) */
static const float sqrt_two_over_pi = 0.79788456f;    /* of GELU's tanh form */
static const float inverse_sqrt_two_pi = 0.39894228f; /* of the normal density */
static const float cubic = 0.044715f;

/* Through exp(-|x|), which never overflows and keeps its relative accuracy far to the left. */
static float sigmoid(float x) {
    float e = expf(-fabsf(x));
    return (x < 0 ? e : 1) / (1 + e);
}

/* Beyond these bounds GELU is 0 or x to the last bit, and at infinity x times 0 would be NaN. */
static float gelu_bounded(float x, float high) {
    return x < -1e4f ? -1e4f : x > high ? high : x;
}

/* x Phi(x); erfc instead of 1 + erf keeps the left tail. */
static float gelu(float x) {
    x = gelu_bounded(x, INFINITY);
    return 0.5f * x * erfcf(-x * sqrt_half);
}

static float gelu_derivative(float x) {
    x = gelu_bounded(x, 1e4f);
    return 0.5f * erfcf(-x * sqrt_half) + x * inverse_sqrt_two_pi * expf(-0.5f * x * x);
}

/* (1 + tanh u) / 2 = sigmoid(2u), which keeps the left tail. */
static float gelu_tanh(float x) {
    x = gelu_bounded(x, INFINITY);
    return x * sigmoid(2 * sqrt_two_over_pi * (x + cubic * x * x * x));
}

static float gelu_tanh_derivative(float x) {
    x = gelu_bounded(x, 1e4f);
    float s = sigmoid(2 * sqrt_two_over_pi * (x + cubic * x * x * x));
    float inner = 2 * sqrt_two_over_pi * (1 + 3 * cubic * x * x);
    return s + x * s * (1 - s) * inner;
}

tg_status tg_cpu_activation_forward(tg_device *device, tg_layer_kind kind, float slope,
                                    size_t count, const float *x, float *y) {
    (void)device;
    switch (kind) {
    case TG_LAYER_SIGMOID:
        for (size_t i = 0; i < count; i++) y[i] = sigmoid(x[i]);
        return TG_OK;
    case TG_LAYER_TANH:
        for (size_t i = 0; i < count; i++) y[i] = tanhf(x[i]);
        return TG_OK;
    case TG_LAYER_RELU:
        for (size_t i = 0; i < count; i++) y[i] = x[i] < 0 ? 0 : x[i];
        return TG_OK;
    case TG_LAYER_LEAKY_RELU:
        for (size_t i = 0; i < count; i++) y[i] = x[i] < 0 ? slope * x[i] : x[i];
        return TG_OK;
    case TG_LAYER_GELU:
        for (size_t i = 0; i < count; i++) y[i] = gelu(x[i]);
        return TG_OK;
    case TG_LAYER_GELU_TANH:
        for (size_t i = 0; i < count; i++) y[i] = gelu_tanh(x[i]);
        return TG_OK;
    default:
        return tg_fail(TG_INVALID_ARGUMENT, "layer kind %d is no activation", (int)kind);
    }
}

tg_status tg_cpu_activation_backward(tg_device *device, tg_layer_kind kind, float slope,
                                     size_t count, const float *source, const float *dy,
                                     float *dx) {
    (void)device;
    const float *x = source, *y = source;
    switch (kind) {
    case TG_LAYER_SIGMOID:
        for (size_t i = 0; i < count; i++) dx[i] = dy[i] * y[i] * (1 - y[i]);
        return TG_OK;
    case TG_LAYER_TANH:
        for (size_t i = 0; i < count; i++) dx[i] = dy[i] * ((1 - y[i]) * (1 + y[i]));
        return TG_OK;
    case TG_LAYER_RELU:
        for (size_t i = 0; i < count; i++) dx[i] = y[i] > 0 ? dy[i] : 0;
        return TG_OK;
    case TG_LAYER_LEAKY_RELU:
        for (size_t i = 0; i < count; i++) dx[i] = y[i] > 0 ? dy[i] : slope * dy[i];
        return TG_OK;
    case TG_LAYER_GELU:
        for (size_t i = 0; i < count; i++) dx[i] = dy[i] * gelu_derivative(x[i]);
        return TG_OK;
    case TG_LAYER_GELU_TANH:
        for (size_t i = 0; i < count; i++) dx[i] = dy[i] * gelu_tanh_derivative(x[i]);
        return TG_OK;
    default:
        return tg_fail(TG_INVALID_ARGUMENT, "layer kind %d is no activation", (int)kind);
    }
}

tg_status tg_cpu_dropout(tg_device *device, float rate, uint64_t seed, uint64_t stream,
                         size_t count, const float *x, float *y) {
    (void)device;
    const uint32_t dropped = (uint32_t)((double)rate * 0x1p32);
    const float scale = 1 / (1 - rate);
    for (size_t i = 0; i < count; i += 4) {
        uint32_t bits[4];
        tg_philox(seed, stream, i / 4, bits);
        for (size_t j = i; j < i + 4 && j < count; j++)
            y[j] = bits[j - i] >= dropped ? x[j] * scale : 0;
    }
    return TG_OK;
}
