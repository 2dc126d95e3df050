/* SPDX-License-Identifier: MIT */
/* The way back through a graph. A network that the model can hold is a chain: every node on it has
 * one input that depends on the sample, and the others are constants. What hangs beside the chain
 * (the label that scikit-learn's classifiers also compute) is never met. */
#include "onnx/steps.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "onnx/format.h"

/* Where the walk is. */
typedef struct walk {
    tg_onnx_graph *graph;
    tg_step *step;   /* to be filled in, for step->node */
    tg_bytes output; /* the value that the node makes */
    tg_bytes input;  /* to be filled in: the value to go on with */
} walk;

static tg_status need_inputs(const tg_onnx_node *node, size_t least, size_t most) {
    if (node->input_count >= least && node->input_count <= most) return TG_OK;
    return tg_fail(TG_BAD_FORMAT, "it has %zu inputs; it must have %zu to %zu", node->input_count,
                   least, most);
}

/* Of a node with one input, or whose first input is the one that counts. */
static tg_status go_on(walk *w, tg_step_kind kind) {
    w->step->kind = kind;
    w->input = w->step->node->inputs[0];
    return need_inputs(w->step->node, 1, SIZE_MAX);
}

static tg_status read_same(walk *w) {
    return go_on(w, TG_STEP_SAME);
}

static tg_status read_cast(walk *w) {
    bool real = false;
    TG_TRY(tg_onnx_casts_to_real(w->graph, w->step->node, &real));
    if (!real) return tg_fail(TG_UNSUPPORTED, "only casts to FLOAT and DOUBLE keep the numbers");
    return go_on(w, TG_STEP_SAME);
}

/* Outside training it changes nothing; the third input would make it part of a training. */
static tg_status read_dropout(walk *w) {
    const tg_onnx_node *node = w->step->node;
    float training = 0;
    bool found = true;
    if (node->input_count > 2 && node->inputs[2].size > 0)
        TG_TRY(tg_onnx_scalar(w->graph, node->inputs[2], &training, &found));
    if (!found || training != 0)
        return tg_fail(TG_UNSUPPORTED, "it drops values, as while training: export the model for "
                                       "inference");
    return go_on(w, TG_STEP_SAME);
}

static tg_status read_shape(walk *w) {
    return go_on(w, TG_STEP_SHAPE);
}

static tg_status read_sigmoid(walk *w) {
    w->step->layer = tg_sigmoid();
    return go_on(w, TG_STEP_LAYER);
}

static tg_status read_tanh(walk *w) {
    w->step->layer = tg_tanh();
    return go_on(w, TG_STEP_LAYER);
}

static tg_status read_relu(walk *w) {
    w->step->layer = tg_relu();
    return go_on(w, TG_STEP_LAYER);
}

static tg_status read_softmax(walk *w) {
    w->step->layer = tg_softmax();
    return go_on(w, TG_STEP_LAYER);
}

static tg_status read_log_softmax(walk *w) {
    w->step->layer = tg_log_softmax();
    return go_on(w, TG_STEP_LAYER);
}

static tg_status read_leaky_relu(walk *w) {
    float slope = 0.01f;
    TG_TRY(tg_onnx_float(w->graph, w->step->node, "alpha", &slope));
    if (!(slope >= 0 && slope <= 1))
        return tg_fail(TG_UNSUPPORTED, "its slope is %g; slopes of 0 to 1 are read", (double)slope);
    w->step->layer = tg_leaky_relu(slope);
    return go_on(w, TG_STEP_LAYER);
}

static tg_status read_gelu(walk *w) {
    tg_bytes how = {(const unsigned char *)"none", 4};
    TG_TRY(tg_onnx_text(w->graph, w->step->node, "approximate", &how));
    const bool approximate = tg_bytes_equal(how, "tanh");
    if (!approximate && !tg_bytes_equal(how, "none"))
        return tg_fail(TG_UNSUPPORTED,
                       "its approximation is \"%.*s\"; \"none\" and \"tanh\" are "
                       "read",
                       TG_SHOW(how));
    w->step->layer = approximate ? tg_gelu_tanh() : tg_gelu();
    return go_on(w, TG_STEP_LAYER);
}

static tg_status read_dense(walk *w) {
    const tg_onnx_node *node = w->step->node;
    bool found = false;
    TG_TRY(need_inputs(node, 2, TG_ONNX_INPUTS));
    TG_TRY(tg_onnx_constant(w->graph, node->inputs[1], &w->step->constant, &found));
    if (!found) return tg_fail(TG_UNSUPPORTED, "its second input is no constant weight");
    return go_on(w, TG_STEP_DENSE);
}

static tg_status read_arithmetic(walk *w) {
    tg_step *step = w->step;
    const tg_onnx_node *node = step->node;
    bool found = false, constant[2] = {false, false};
    TG_TRY(need_inputs(node, 2, 2));
    TG_TRY(tg_onnx_formula(w->graph, w->output, &step->layer, &w->input, &found));
    step->kind = TG_STEP_LAYER;
    if (found) return TG_OK;
    for (size_t i = 0; i < 2; i++) {
        tg_onnx_tensor tensor;
        TG_TRY(tg_onnx_constant(w->graph, node->inputs[i], &tensor, &constant[i]));
        if (constant[i]) step->constant = tensor;
    }
    if (constant[0] == constant[1])
        return tg_fail(TG_UNSUPPORTED,
                       "it joins \"%.*s\" and \"%.*s\", of which one must be constant, and is not "
                       "part of a GELU",
                       TG_SHOW(node->inputs[0]), TG_SHOW(node->inputs[1]));
    step->kind = TG_STEP_ARITHMETIC;
    step->constant_first = constant[0];
    w->input = node->inputs[constant[0] ? 1 : 0];
    return TG_OK;
}

static tg_status read_scaler(walk *w) {
    return go_on(w, TG_STEP_SCALER);
}

/* The node that makes a value, if it is of this operator and stands before `after`. */
static const tg_onnx_node *made_by(const tg_onnx_graph *graph, tg_bytes name, const char *op_type,
                                   const tg_onnx_node *after) {
    const tg_onnx_value *value = tg_onnx_find(graph, name);
    if (!value || value->tensor != SIZE_MAX || value->node == SIZE_MAX) return NULL;
    const tg_onnx_node *node = &graph->nodes[value->node];
    return node->index < after->index && tg_onnx_is(node, "", op_type) ? node : NULL;
}

/* Concat(Sub(1, p), p) with p = Sigmoid(z): how scikit-learn writes two classes. */
static tg_status read_pair(walk *w) {
    const tg_onnx_node *node = w->step->node;
    int64_t axis = 0;
    TG_TRY(tg_onnx_integer(w->graph, node, "axis", &axis));
    const tg_onnx_node *rest = NULL, *sigmoid = NULL;
    if (node->input_count == 2 && (axis == 1 || axis == -1)) {
        rest = made_by(w->graph, node->inputs[0], "Sub", node);
        sigmoid = made_by(w->graph, node->inputs[1], "Sigmoid", node);
    }
    bool found = false;
    float one = 0;
    if (rest && sigmoid && rest->input_count == 2 && sigmoid->input_count == 1 &&
        tg_bytes_same(rest->inputs[1], node->inputs[1]))
        TG_TRY(tg_onnx_scalar(w->graph, rest->inputs[0], &one, &found));
    if (!found || one != 1)
        return tg_fail(TG_UNSUPPORTED, "only (1 - p, p) behind a sigmoid is read from it");
    w->step->kind = TG_STEP_PAIR;
    w->input = sigmoid->inputs[0];
    return TG_OK;
}

static tg_status read_classifier(walk *w) {
    const tg_onnx_value *value = tg_onnx_find(w->graph, w->output);
    if (value->output != 1) return tg_fail(TG_UNSUPPORTED, "its label is used, not its scores");
    return go_on(w, TG_STEP_CLASSIFIER);
}

static tg_status read_normalizer(walk *w) {
    tg_bytes norm = {(const unsigned char *)"MAX", 3};
    TG_TRY(tg_onnx_text(w->graph, w->step->node, "norm", &norm));
    if (!tg_bytes_equal(norm, "L1"))
        return tg_fail(TG_UNSUPPORTED, "its norm is \"%.*s\"; \"L1\" is read", TG_SHOW(norm));
    return go_on(w, TG_STEP_NORMALIZER);
}

static const struct {
    const char *domain, *op_type;
    tg_status (*read)(walk *w);
} readers[] = {
    {"", "Add", read_arithmetic},
    {"", "Cast", read_cast},
    {"", "Concat", read_pair},
    {"", "Div", read_arithmetic},
    {"", "Dropout", read_dropout},
    {"", "Flatten", read_shape},
    {"", "Gelu", read_gelu},
    {"", "Gemm", read_dense},
    {"", "Identity", read_same},
    {"", "LeakyRelu", read_leaky_relu},
    {"", "LogSoftmax", read_log_softmax},
    {"", "MatMul", read_dense},
    {"", "Mul", read_arithmetic},
    {"", "Relu", read_relu},
    {"", "Reshape", read_shape},
    {"", "Sigmoid", read_sigmoid},
    {"", "Softmax", read_softmax},
    {"", "Sub", read_arithmetic},
    {"", "Tanh", read_tanh},
    {"ai.onnx.ml", "LinearClassifier", read_classifier},
    {"ai.onnx.ml", "Normalizer", read_normalizer},
    {"ai.onnx.ml", "Scaler", read_scaler},
    {"ai.onnx.ml", "ZipMap", read_same},
};

static tg_status fail_operator(void) {
    char known[400] = "";
    for (size_t i = 0; i < TG_COUNT(readers); i++) {
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "", readers[i].op_type);
    }
    return tg_fail(TG_UNSUPPORTED, "this operator is not read; those that are: %s", known);
}

static tg_status read_node(walk *w) {
    const tg_onnx_node *node = w->step->node;
    const tg_onnx_value *value = tg_onnx_find(w->graph, w->output);
    for (size_t i = 0; i < TG_COUNT(readers); i++) {
        if (!tg_onnx_is(node, readers[i].domain, readers[i].op_type)) continue;
        /* Dropout's mask is its second output. */
        if (value->output != 0 && readers[i].read != read_classifier)
            return tg_fail(TG_UNSUPPORTED, "its output %zu is used", value->output);
        return readers[i].read(w);
    }
    return fail_operator();
}

/* ---- The output to begin with ---- */

/* The node that makes a value of numbers: of a tensor of floats, or of the map that scikit-learn's
 * classifiers make of one. NULL for labels. */
static const tg_onnx_node *node_of_output(const tg_onnx_graph *graph, const tg_onnx_port *output) {
    const tg_onnx_value *value = tg_onnx_find(graph, output->name);
    if (!value || value->node == SIZE_MAX) return NULL;
    const tg_onnx_node *node = &graph->nodes[value->node];
    if (output->is_tensor)
        return output->type == TYPE_FLOAT || output->type == TYPE_DOUBLE ? node : NULL;
    return tg_onnx_is(node, "ai.onnx.ml", "ZipMap") ? node : NULL;
}

/* The one that is made last. */
static tg_status choose_output(const tg_onnx_graph *graph, tg_bytes *name) {
    const tg_onnx_node *last = NULL;
    for (size_t i = 0; i < graph->output_count; i++) {
        const tg_onnx_node *node = node_of_output(graph, &graph->outputs[i]);
        if (!node || (last && node->index <= last->index)) continue;
        last = node;
        *name = graph->outputs[i].name;
    }
    return last ? TG_OK : tg_fail(TG_UNSUPPORTED, "no output is made by a node and holds floats");
}

/* Other outputs of floats may only be values on the way, like logits. */
static tg_status check_outputs(const tg_onnx_graph *graph, const tg_onnx_chain *steps) {
    for (size_t i = 0; i < graph->output_count; i++) {
        const tg_onnx_node *node = node_of_output(graph, &graph->outputs[i]);
        bool met = !node;
        for (size_t j = 0; j < steps->count && !met; j++) met = steps->steps[j].node == node;
        if (!met)
            return tg_fail(TG_UNSUPPORTED,
                           "the output \"%.*s\" is not on the way to the last one: "
                           "a model has one output",
                           TG_SHOW(graph->outputs[i].name));
    }
    return TG_OK;
}

/* ---- The walk ---- */

static tg_status walk_back(tg_onnx_graph *graph, tg_bytes name, tg_onnx_chain *steps) {
    for (size_t before = graph->node_count;;) {
        const tg_onnx_value *value = tg_onnx_find(graph, name);
        if (!value)
            return tg_fail(TG_BAD_FORMAT, "nothing makes the value \"%.*s\"", TG_SHOW(name));
        if (value->tensor != SIZE_MAX)
            return tg_fail(TG_UNSUPPORTED, "the output is a constant: it does not depend on the "
                                           "input");
        if (value->node == SIZE_MAX) {
            steps->input = &graph->inputs[value->input];
            return TG_OK;
        }
        const tg_onnx_node *node = &graph->nodes[value->node];
        if (value->node >= before)
            return tg_onnx_at(node, tg_fail(TG_BAD_FORMAT, "it stands behind a node that uses it"));
        before = value->node;
        walk w = {graph, &steps->steps[steps->count++], name, {NULL, 0}};
        w.step->node = node;
        TG_TRY(tg_onnx_at(node, read_node(&w)));
        name = w.input;
    }
}

static void turn_around(tg_onnx_chain *steps) {
    for (size_t i = 0; i < steps->count / 2; i++) {
        const tg_step first = steps->steps[i];
        steps->steps[i] = steps->steps[steps->count - 1 - i];
        steps->steps[steps->count - 1 - i] = first;
    }
}

tg_status tg_onnx_steps(tg_onnx_graph *graph, tg_onnx_chain *steps) {
    tg_bytes name = {NULL, 0};
    TG_TRY(choose_output(graph, &name));
    /* Every node is met at most once. */
    steps->steps = tg_allocate(graph->node_count, sizeof *steps->steps);
    if (!steps->steps) return TG_OUT_OF_MEMORY;
    TG_TRY(walk_back(graph, name, steps));
    turn_around(steps);
    return check_outputs(graph, steps);
}
