/* SPDX-License-Identifier: MIT */
#include "support/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/streams.h"
#include "support/device.h"
#include "support/test.h"

static size_t columns_after(size_t columns, const tg_layer *layer) {
    return layer->kind == TG_LAYER_DENSE ? layer->units : columns;
}

size_t network_outputs(const network *net) {
    size_t columns = net->inputs;
    for (size_t i = 0; i < net->layer_count; i++) columns = columns_after(columns, &net->layers[i]);
    return columns;
}

static double activation(const tg_layer *layer, double x) {
    switch (layer->kind) {
    case TG_LAYER_SIGMOID:
        return reference_sigmoid(x);
    case TG_LAYER_TANH:
        return tanh(x);
    case TG_LAYER_RELU:
        return reference_relu(x);
    case TG_LAYER_LEAKY_RELU:
        return reference_leaky_relu(x, (double)layer->value);
    case TG_LAYER_GELU:
        return reference_gelu(x);
    case TG_LAYER_GELU_TANH:
        return reference_gelu_tanh(x);
    default:
        fail();
        return 0;
    }
}

static double derivative(const tg_layer *layer, double x, double y) {
    switch (layer->kind) {
    case TG_LAYER_SIGMOID:
        return reference_sigmoid_derivative(y);
    case TG_LAYER_TANH:
        return reference_tanh_derivative(y);
    case TG_LAYER_RELU:
        return reference_relu_derivative(y);
    case TG_LAYER_LEAKY_RELU:
        return reference_leaky_relu_derivative(y, (double)layer->value);
    case TG_LAYER_GELU:
        return reference_gelu_derivative(x);
    case TG_LAYER_GELU_TANH:
        return reference_gelu_tanh_derivative(x);
    default:
        fail();
        return 0;
    }
}

/* 0 or 1 / (1 - rate) for each element: what dropout multiplies by. */
static double *dropout_mask(const network *net, size_t layer, size_t count) {
    tg_tensor ones = test_vector(NULL, count);
    assert_ok(tg_tensor_fill(&ones, 1));
    assert_ok(tg_dropout_forward(
        &ones, net->layers[layer].value, net->dropout_seed,
        tg_stream(TG_STREAM_DROPOUT, (uint64_t)layer << 40 | net->dropout_step), &ones));
    double *mask = reference_widen(test_read(&ones), count);
    tg_tensor_destroy(&ones);
    return mask;
}

static void forward(const network *net, size_t i, size_t in, size_t out, const double *parameters,
                    const double *x, double *y) {
    const tg_layer *layer = &net->layers[i];
    const size_t n = net->n;
    if (layer->kind == TG_LAYER_DENSE) {
        reference_dense_forward(x, parameters, parameters + in * out, n, in, out, y);
    } else if (layer->kind == TG_LAYER_SOFTMAX) {
        reference_softmax_forward(x, n, out, (double)layer->value, y);
    } else if (layer->kind == TG_LAYER_LOG_SOFTMAX) {
        reference_log_softmax_forward(x, n, out, y);
    } else if (layer->kind == TG_LAYER_DROPOUT) {
        double *mask = dropout_mask(net, i, n * out);
        for (size_t j = 0; j < n * out; j++) y[j] = x[j] * mask[j];
        free(mask);
    } else {
        for (size_t j = 0; j < n * out; j++) y[j] = activation(layer, x[j]);
    }
}

static void backward(const network *net, size_t i, size_t in, size_t out, const double *parameters,
                     const double *x, const double *y, const double *dy, double *dx,
                     double *gradients) {
    const tg_layer *layer = &net->layers[i];
    const size_t n = net->n;
    if (layer->kind == TG_LAYER_DENSE) {
        reference_dense_backward(x, parameters, dy, n, in, out, dx, gradients,
                                 gradients + in * out);
    } else if (layer->kind == TG_LAYER_SOFTMAX) {
        reference_softmax_backward(y, dy, n, out, (double)layer->value, dx);
    } else if (layer->kind == TG_LAYER_LOG_SOFTMAX) {
        reference_log_softmax_backward(y, dy, n, out, dx);
    } else if (layer->kind == TG_LAYER_DROPOUT) {
        double *mask = dropout_mask(net, i, n * out);
        for (size_t j = 0; j < n * out; j++) dx[j] = dy[j] * mask[j];
        free(mask);
    } else {
        for (size_t j = 0; j < n * out; j++) dx[j] = dy[j] * derivative(layer, x[j], y[j]);
    }
}

static bool probability_outputs(const network *net) {
    return net->layers[net->layer_count - 1].kind == TG_LAYER_SIGMOID;
}

/* Behind a sigmoid: -sum t log p + (1 - t) log(1 - p), over n k. */
static double cross_entropy_of_sigmoids(const network *net, const double *p, size_t k,
                                        double *gradient) {
    const double count = (double)net->n * (double)k;
    double loss = 0;
    for (size_t i = 0; i < net->n * k; i++) {
        const double t = net->targets.values[i];
        loss -= (t * log(p[i]) + (1 - t) * log1p(-p[i])) / count;
        gradient[i] = (p[i] - t) / (p[i] * (1 - p[i])) / count;
    }
    return loss;
}

static double loss_of(const network *net, const double *outputs, size_t k, double *gradient) {
    const bool probabilities = net->layers[net->layer_count - 1].kind == TG_LAYER_SOFTMAX;
    reference_loss *function = reference_mean_squared_error;
    if (net->loss.kind == TG_BINARY_CROSS_ENTROPY) function = reference_binary_cross_entropy;
    if (net->loss.kind == TG_BINARY_CROSS_ENTROPY && probability_outputs(net))
        return cross_entropy_of_sigmoids(net, outputs, k, gradient);
    if (net->loss.kind == TG_CROSS_ENTROPY)
        function = probabilities ? reference_cross_entropy : reference_softmax_cross_entropy;
    return function(outputs, net->targets, net->n, k, &net->loss, gradient);
}

double network_run(const network *net, double *outputs, double *gradients, double *dx) {
    enum { MOST_LAYERS = 16 };
    assert_true(net->layer_count <= MOST_LAYERS);
    size_t columns[MOST_LAYERS + 1] = {net->inputs}, places[MOST_LAYERS + 1] = {0};
    double *y[MOST_LAYERS + 1] = {net->x};
    for (size_t i = 0; i < net->layer_count; i++) {
        const tg_layer *layer = &net->layers[i];
        columns[i + 1] = columns_after(columns[i], layer);
        places[i + 1] = places[i];
        if (layer->kind == TG_LAYER_DENSE) places[i + 1] += (columns[i] + 1) * layer->units;
        y[i + 1] = calloc(net->n * columns[i + 1] + 1, sizeof(double));
        assert_non_null(y[i + 1]);
        forward(net, i, columns[i], columns[i + 1], net->parameters + places[i], y[i], y[i + 1]);
    }
    const size_t k = columns[net->layer_count];
    if (outputs) memcpy(outputs, y[net->layer_count], net->n * k * sizeof *outputs);
    double *dy = calloc(net->n * k + 1, sizeof *dy);
    assert_non_null(dy);
    double loss = loss_of(net, y[net->layer_count], k, dy);
    for (size_t i = net->layer_count; gradients && i > 0; i--) {
        double *below = calloc(net->n * columns[i - 1] + 1, sizeof *below);
        assert_non_null(below);
        backward(net, i - 1, columns[i - 1], columns[i], net->parameters + places[i - 1], y[i - 1],
                 y[i], dy, below, gradients + places[i - 1]);
        free(dy);
        dy = below;
    }
    if (gradients && dx) memcpy(dx, dy, net->n * net->inputs * sizeof *dx);
    free(dy);
    for (size_t i = 1; i <= net->layer_count; i++) free(y[i]);
    return loss;
}
