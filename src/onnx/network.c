/* SPDX-License-Identifier: MIT */
/* Along the chain, from the input to the output: each step becomes a layer, or part of one. */
#include "onnx/network.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"

/* ---- Layers ---- */

static tg_piece *last_dense(const tg_network *net) {
    tg_piece *last = net->count > 0 ? &net->pieces[net->count - 1] : NULL;
    return last && last->layer.kind == TG_LAYER_DENSE ? last : NULL;
}

/* Before anything but a dense layer. */
static tg_status settle_affine(tg_network *net) {
    const tg_onnx_node *node = net->affine.node;
    bool done = false;
    if (!node) return TG_OK;
    if (last_dense(net)) {
        tg_affine_into_last(net);
        return TG_OK;
    }
    if (net->count == 0 && !net->graph->has_input) TG_TRY(tg_affine_into_input(net, &done));
    if (done) return TG_OK;
    return tg_onnx_at(
        node, tg_fail(TG_UNSUPPORTED, "no dense layer stands beside it that could take it up"));
}

static tg_status add_piece(tg_network *net, tg_layer layer, tg_piece **piece) {
    void *grown = tg_grow(net->pieces, sizeof *net->pieces, net->count, &net->room);
    if (!grown) return TG_OUT_OF_MEMORY;
    net->pieces = grown;
    net->pieces[net->count] = (tg_piece){.layer = layer, .inputs = net->width};
    *piece = &net->pieces[net->count++];
    return TG_OK;
}

/* A dense piece of zeros, behind which rows of `units` values go on. */
static tg_status add_dense(tg_network *net, size_t units, tg_piece **piece) {
    size_t size = 0;
    if (!tg_multiply(units, net->width, &size) || size == 0)
        return tg_fail(TG_BAD_FORMAT, "its weight is %zu x %zu", net->width, units);
    TG_TRY(add_piece(net, tg_dense(units), piece));
    (*piece)->weight = tg_allocate(size, sizeof(float));
    (*piece)->bias = tg_allocate(units, sizeof(float));
    return (*piece)->weight && (*piece)->bias ? TG_OK : TG_OUT_OF_MEMORY;
}

/* Scales and shifts in front of the piece that was just added. */
static tg_status settle_before_dense(tg_network *net, tg_piece *dense) {
    bool done = false;
    if (!net->affine.node) return TG_OK;
    if (net->count == 1 && !net->graph->has_input) TG_TRY(tg_affine_into_input(net, &done));
    if (!done) tg_affine_into_next(net, dense);
    return TG_OK;
}

/* Those behind a dense piece belong to that one. */
static void settle_behind_dense(tg_network *net) {
    if (net->affine.node && last_dense(net)) tg_affine_into_last(net);
}

/* ---- Gemm and MatMul ---- */

typedef struct product {
    float alpha, beta;
    int64_t trans_a, trans_b;
} product;

static tg_status read_product(const tg_network *net, const tg_onnx_node *node, product *p) {
    *p = (product){.alpha = 1, .beta = 1};
    if (!tg_onnx_is(node, "", "Gemm")) return TG_OK;
    TG_TRY(tg_onnx_float(net->graph, node, "alpha", &p->alpha));
    TG_TRY(tg_onnx_float(net->graph, node, "beta", &p->beta));
    TG_TRY(tg_onnx_integer(net->graph, node, "transA", &p->trans_a));
    TG_TRY(tg_onnx_integer(net->graph, node, "transB", &p->trans_b));
    if (p->trans_a != 0) return tg_fail(TG_UNSUPPORTED, "it takes its samples as columns");
    return TG_OK;
}

/* A matrix, all of which is there. */
static tg_status check_weight(tg_network *net, const tg_onnx_tensor *weight) {
    if (weight->rank != 2 || weight->count == 0)
        return tg_fail(TG_UNSUPPORTED, "its weight is no matrix, or empty");
    return tg_onnx_check_elements(net->graph, weight);
}

static tg_status copy_weight(tg_network *net, const tg_onnx_tensor *tensor, const product *p,
                             tg_piece *dense) {
    float *values = NULL;
    TG_TRY(tg_onnx_floats(net->graph, tensor, &values));
    const size_t units = dense->layer.units, inputs = dense->inputs;
    for (size_t i = 0; i < units; i++)
        for (size_t j = 0; j < inputs; j++) {
            const float value = p->trans_b ? values[i * inputs + j] : values[j * units + i];
            dense->weight[i * inputs + j] = p->alpha == 1 ? value : p->alpha * value;
        }
    tg_release(values);
    return TG_OK;
}

/* Gemm's third input. */
static tg_status copy_bias(tg_network *net, const tg_onnx_node *node, const product *p,
                           tg_piece *dense) {
    tg_onnx_tensor tensor;
    bool found = false;
    float *values = NULL;
    if (node->input_count < 3 || node->inputs[2].size == 0) return TG_OK;
    TG_TRY(tg_onnx_constant(net->graph, node->inputs[2], &tensor, &found));
    if (!found) return tg_fail(TG_UNSUPPORTED, "its third input is no constant bias");
    const size_t units = dense->layer.units;
    const bool row = tensor.rank <= 2 && tensor.count == units &&
                     (tensor.rank == 0 || tensor.shape[tensor.rank - 1] == units);
    if (!row && (tensor.count != 1 || tensor.rank > 2))
        return tg_fail(TG_UNSUPPORTED, "its bias has %zu values for %zu outputs", tensor.count,
                       units);
    TG_TRY(tg_onnx_floats(net->graph, &tensor, &values));
    for (size_t i = 0; i < units; i++) {
        const float value = values[row ? i : 0];
        dense->bias[i] = p->beta == 1 ? value : p->beta * value;
    }
    tg_release(values);
    return TG_OK;
}

static tg_status build_dense(tg_network *net, const tg_step *step) {
    const tg_onnx_tensor *weight = &step->constant;
    product p;
    TG_TRY(read_product(net, step->node, &p));
    TG_TRY(check_weight(net, weight));
    const size_t units = weight->shape[p.trans_b ? 0 : 1],
                 inputs = weight->shape[p.trans_b ? 1 : 0];
    const bool gemm = tg_onnx_is(step->node, "", "Gemm");
    if (net->rank > 2)
        return tg_fail(TG_UNSUPPORTED, "it works on values of rank %zu; 2 is read", net->rank);
    if (inputs != net->width)
        return tg_fail(TG_BAD_FORMAT, "its weight is for %zu values, but rows of %zu come in",
                       inputs, net->width);
    settle_behind_dense(net);
    tg_piece *dense = NULL;
    TG_TRY(add_dense(net, units, &dense));
    TG_TRY(copy_weight(net, weight, &p, dense));
    TG_TRY(copy_bias(net, step->node, &p, dense));
    TG_TRY(settle_before_dense(net, dense));
    /* Gemm's result is a matrix; MatMul's has the rank of what came in. */
    const size_t rank = gemm ? 2 : net->rank;
    tg_become_rows(net, units);
    net->rank = rank;
    return TG_OK;
}

/* ---- Activations, softmax ---- */

static tg_status check_axis(const tg_network *net, const tg_onnx_node *node) {
    int64_t axis = net->graph->opset < 13 ? 1 : -1;
    TG_TRY(tg_onnx_integer(net->graph, node, "axis", &axis));
    if (net->in_row && (axis == -1 || (axis == 1 && net->rank == 2))) return TG_OK;
    return tg_fail(TG_UNSUPPORTED, "it is not along the rows of a matrix");
}

/* x / T before softmax is softmax's temperature. */
static bool take_temperature(tg_network *net, tg_layer *layer) {
    tg_affine *affine = &net->affine;
    if (layer->kind != TG_LAYER_SOFTMAX || !affine->node || !affine->uniform) return false;
    const float temperature = (float)(1 / affine->scale[0]);
    if (affine->shift[0] != 0 || !(temperature > 0) || !isfinite(temperature)) return false;
    layer->value = temperature;
    tg_affine_end(affine);
    return true;
}

static tg_status build_layer(tg_network *net, const tg_step *step) {
    tg_layer layer = step->layer;
    tg_piece *piece = NULL;
    if (layer.kind == TG_LAYER_SOFTMAX || layer.kind == TG_LAYER_LOG_SOFTMAX) {
        TG_TRY(check_axis(net, step->node));
        if (!take_temperature(net, &layer)) TG_TRY(settle_affine(net));
    } else {
        TG_TRY(settle_affine(net));
    }
    return add_piece(net, layer, &piece);
}

/* Sigmoid of one value z as softmax of (0, z): the same two probabilities. */
static tg_status build_pair(tg_network *net, tg_piece *dense) {
    float *weight = tg_allocate(2 * dense->inputs, sizeof *weight);
    float *bias = tg_allocate(2, sizeof *bias);
    if (!weight || !bias) {
        tg_release(weight);
        tg_release(bias);
        return TG_OUT_OF_MEMORY;
    }
    memcpy(weight + dense->inputs, dense->weight, dense->inputs * sizeof *weight);
    bias[1] = dense->bias[0];
    tg_release(dense->weight);
    tg_release(dense->bias);
    dense->weight = weight;
    dense->bias = bias;
    dense->layer.units = 2;
    net->width = net->shape[1] = 2;
    return add_piece(net, tg_softmax(), &dense);
}

static tg_status build_sigmoid_pair(tg_network *net) {
    TG_TRY(settle_affine(net));
    tg_piece *dense = last_dense(net);
    if (!dense || dense->layer.units != 1)
        return tg_fail(TG_UNSUPPORTED, "(1 - p, p) does not stand behind a dense layer of 1 unit");
    return build_pair(net, dense);
}

static tg_status check_normalizer(const tg_network *net) {
    const bool sum_is_1 = net->count > 0 && !net->affine.node &&
                          net->pieces[net->count - 1].layer.kind == TG_LAYER_SOFTMAX;
    if (sum_is_1) return TG_OK;
    return tg_fail(TG_UNSUPPORTED, "it does not stand behind a softmax");
}

/* ---- LinearClassifier ---- */

static tg_status copy_classifier(tg_network *net, const tg_onnx_tensor *weight,
                                 const tg_onnx_tensor *bias, tg_piece *dense) {
    float *weights = NULL, *biases = NULL;
    tg_status status = tg_onnx_floats(net->graph, weight, &weights);
    if (!status) status = tg_onnx_floats(net->graph, bias, &biases);
    if (!status) {
        memcpy(dense->weight, weights, weight->count * sizeof *weights);
        memcpy(dense->bias, biases, bias->count * sizeof *biases);
    }
    tg_release(weights);
    tg_release(biases);
    return status;
}

/* Of two classes it has the rows (-w, w), and takes the sigmoid of each: (1 - p, p). */
static bool is_pair(const tg_piece *dense) {
    bool pair = dense->layer.units == 2 && dense->bias[0] == -dense->bias[1];
    for (size_t i = 0; i < dense->inputs && pair; i++)
        pair = dense->weight[i] == -dense->weight[dense->inputs + i];
    return pair;
}

static tg_status read_classifier(const tg_network *net, const tg_onnx_node *node,
                                 tg_onnx_tensor *weight, tg_onnx_tensor *bias) {
    bool has_weight = false, has_bias = false;
    TG_TRY(tg_onnx_list(net->graph, node, "coefficients", weight, &has_weight));
    TG_TRY(tg_onnx_list(net->graph, node, "intercepts", bias, &has_bias));
    if (!has_weight || !has_bias || bias->count == 0 || weight->count == 0 ||
        weight->count % bias->count != 0)
        return tg_fail(TG_BAD_FORMAT, "its coefficients and intercepts do not fit each other");
    return TG_OK;
}

/* Of two labels it may have one row, and then makes two columns of it. */
static tg_status check_labels(const tg_network *net, const tg_onnx_node *node, size_t rows) {
    tg_onnx_tensor labels;
    bool found = false;
    TG_TRY(tg_onnx_labels(net->graph, node, &labels, &found));
    if (!found || labels.count == rows) return TG_OK;
    return tg_fail(TG_UNSUPPORTED, "it has %zu labels for %zu rows of coefficients", labels.count,
                   rows);
}

static tg_status columns_of_classifier(const tg_network *net, const tg_onnx_node *node,
                                       size_t *columns) {
    tg_onnx_tensor weight, bias;
    TG_TRY(read_classifier(net, node, &weight, &bias));
    TG_TRY(tg_onnx_check_elements(net->graph, &weight));
    *columns = weight.count / bias.count;
    return TG_OK;
}

static tg_status build_classifier(tg_network *net, const tg_onnx_node *node) {
    tg_onnx_tensor weight, bias;
    tg_bytes after = {(const unsigned char *)"NONE", 4};
    TG_TRY(read_classifier(net, node, &weight, &bias));
    TG_TRY(check_labels(net, node, bias.count));
    TG_TRY(tg_onnx_text(net->graph, node, "post_transform", &after));
    if (weight.count / bias.count != net->width)
        return tg_fail(TG_BAD_FORMAT, "it is for %zu values, but rows of %zu come in",
                       weight.count / bias.count, net->width);
    settle_behind_dense(net);
    tg_piece *dense = NULL;
    TG_TRY(add_dense(net, bias.count, &dense));
    TG_TRY(copy_classifier(net, &weight, &bias, dense));
    const bool pair = tg_bytes_equal(after, "LOGISTIC") && is_pair(dense);
    if (!pair && !tg_bytes_equal(after, "NONE") && !tg_bytes_equal(after, "SOFTMAX"))
        return tg_fail(TG_UNSUPPORTED,
                       "its post_transform is \"%.*s\"; \"NONE\", \"SOFTMAX\" and, "
                       "for two classes, \"LOGISTIC\" are read",
                       TG_SHOW(after));
    if (pair) { /* softmax of (0, z) */
        memset(dense->weight, 0, dense->inputs * sizeof(float));
        dense->bias[0] = 0;
    }
    TG_TRY(settle_before_dense(net, dense));
    tg_become_rows(net, bias.count);
    return tg_bytes_equal(after, "NONE") ? TG_OK : add_piece(net, tg_softmax(), &dense);
}

/* ---- All of it ---- */

static tg_status build_step(tg_network *net, const tg_step *step) {
    switch (step->kind) {
    case TG_STEP_SAME:
        return TG_OK;
    case TG_STEP_LAYER:
        return build_layer(net, step);
    case TG_STEP_DENSE:
        return build_dense(net, step);
    case TG_STEP_ARITHMETIC:
    case TG_STEP_SCALER:
        return tg_affine_step(net, step);
    case TG_STEP_SHAPE:
        return tg_shape_step(net, step);
    case TG_STEP_PAIR:
        return build_sigmoid_pair(net);
    case TG_STEP_CLASSIFIER:
        return build_classifier(net, step->node);
    case TG_STEP_NORMALIZER:
        return check_normalizer(net);
    }
    return TG_OK;
}

/* How many columns the first dense layer takes; 0 when there is none. What it claims is compared
 * with the elements that are there, so that no memory is taken for columns that nobody has. */
static tg_status columns_of_first(tg_network *net, const tg_onnx_chain *steps, size_t *columns) {
    *columns = 0;
    for (size_t i = 0; i < steps->count; i++) {
        const tg_step *step = &steps->steps[i];
        if (step->kind == TG_STEP_CLASSIFIER)
            return tg_onnx_at(step->node, columns_of_classifier(net, step->node, columns));
        if (step->kind != TG_STEP_DENSE) continue;
        product p;
        TG_TRY(tg_onnx_at(step->node, read_product(net, step->node, &p)));
        TG_TRY(tg_onnx_at(step->node, check_weight(net, &step->constant)));
        *columns = step->constant.shape[p.trans_b ? 1 : 0];
        return TG_OK;
    }
    return TG_OK;
}

static tg_status start(tg_network *net, const tg_onnx_chain *steps) {
    const tg_onnx_port *input = steps->input;
    if (!input->is_tensor || (input->has_shape && input->rank < 2))
        return tg_fail(TG_UNSUPPORTED, "the input \"%.*s\" is not a batch of rows",
                       TG_SHOW(input->name));
    net->rank = input->has_shape ? input->rank : 2;
    net->in_row = net->rank == 2;
    memcpy(net->shape, input->shape, sizeof net->shape);
    TG_TRY(columns_of_first(net, steps, &net->width));
    if (net->width == 0) return tg_fail(TG_UNSUPPORTED, "it has no dense layer");
    /* A file need not say how many columns come in. */
    if (net->rank == 2 && net->shape[1] == 0) net->shape[1] = net->width;
    size_t columns = 1;
    for (size_t i = 1; i < net->rank; i++)
        if (!tg_multiply(columns, net->shape[i], &columns)) columns = 0;
    if (columns != net->width)
        return tg_fail(TG_UNSUPPORTED,
                       "the shape of the input \"%.*s\" is not fixed, or not the %zu values that "
                       "the first dense layer takes",
                       TG_SHOW(input->name), net->width);
    net->inputs = net->width;
    return TG_OK;
}

tg_status tg_network_build(tg_network *net, tg_onnx_graph *graph, const tg_onnx_chain *steps) {
    net->graph = graph;
    TG_TRY(start(net, steps));
    for (size_t i = 0; i < steps->count; i++)
        TG_TRY(tg_onnx_at(steps->steps[i].node, build_step(net, &steps->steps[i])));
    if (net->rank == 0 && !net->in_row)
        return tg_fail(TG_UNSUPPORTED,
                       "behind the last dense layer there is a Reshape whose shape is "
                       "only known when the network runs");
    return settle_affine(net);
}

void tg_network_end(tg_network *net) {
    for (size_t i = 0; i < net->count; i++) {
        tg_release(net->pieces[i].weight);
        tg_release(net->pieces[i].bias);
    }
    tg_affine_end(&net->affine);
    tg_release(net->pieces);
    tg_release(net->mean);
    tg_release(net->deviation);
}
