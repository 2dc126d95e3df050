/* SPDX-License-Identifier: MIT */
/* GELU is not one operator but, before opset 20, arithmetic around Erf or Tanh, and every exporter
 * has its own order. So the arithmetic is not compared but computed: the nodes between a value x
 * and a value y, when they hold nothing but scalars, are y = f(x), and f is GELU when it agrees
 * with GELU on a grid much finer than anything that could hide between with these operators. */
#include <math.h>

#include "base/memory.h"
#include "base/status.h"
#include "onnx/steps.h"

enum { MOST_NODES = 16 };

typedef enum operation { ADD, SUB, MUL, DIV, POW, NEG, ERF, ERFC, TANH, OPERATIONS } operation;

/* ONNX has no Erfc; Keras writes it all the same. */
static const char *const operators[OPERATIONS] = {"Add", "Sub", "Mul",  "Div", "Pow",
                                                  "Neg", "Erf", "Erfc", "Tanh"};

typedef struct operand {
    bool is_constant;
    double constant;
    tg_bytes name;
} operand;

typedef struct expression {
    const tg_onnx_node *node;
    operation operation;
    operand operands[2];
    size_t operand_count;
    double value;
} expression;

/* The nodes between, from y downwards, and the values from which these are computed. */
typedef struct region {
    expression nodes[MOST_NODES];
    size_t count;
    tg_bytes open[MOST_NODES + 1];
    size_t open_count;
} region;

/* *fits: whether it is a number, or a value that is computed. */
static tg_status read_operand(tg_onnx_graph *graph, tg_bytes name, operand *read, bool *fits) {
    tg_onnx_tensor tensor;
    float *values = NULL;
    *read = (operand){.name = name};
    TG_TRY(tg_onnx_constant(graph, name, &tensor, &read->is_constant));
    /* One of a higher rank would give its rank to the result. */
    *fits = !read->is_constant || (tensor.count == 1 && tensor.rank <= 2);
    if (!read->is_constant || !*fits) return TG_OK;
    TG_TRY(tg_onnx_floats(graph, &tensor, &values));
    read->constant = (double)values[0];
    tg_release(values);
    return TG_OK;
}

/* *fits: whether the node is arithmetic with such operands. */
static tg_status read_expression(tg_onnx_graph *graph, const tg_onnx_node *node, expression *read,
                                 bool *fits) {
    *read = (expression){.node = node, .operation = OPERATIONS};
    for (size_t i = 0; i < OPERATIONS; i++)
        if (tg_onnx_is(node, "", operators[i])) read->operation = (operation)i;
    read->operand_count = read->operation < NEG ? 2 : 1;
    *fits = read->operation < OPERATIONS && node->input_count == read->operand_count;
    for (size_t i = 0; i < read->operand_count && *fits; i++)
        TG_TRY(read_operand(graph, node->inputs[i], &read->operands[i], fits));
    return TG_OK;
}

static void open_value(region *r, tg_bytes name) {
    for (size_t i = 0; i < r->open_count; i++)
        if (tg_bytes_same(r->open[i], name)) return;
    r->open[r->open_count++] = name;
}

/* Which of the open values is made last, and by which node; NULL when it is not made by a node. */
static size_t last_open(const tg_onnx_graph *graph, const region *r, const tg_onnx_node **node) {
    size_t last = 0;
    *node = NULL;
    for (size_t i = 0; i < r->open_count; i++) {
        const tg_onnx_value *value = tg_onnx_find(graph, r->open[i]);
        if (!value || value->node == SIZE_MAX || value->tensor != SIZE_MAX) continue;
        if (*node && value->node <= (*node)->index) continue;
        *node = &graph->nodes[value->node];
        last = i;
    }
    return last;
}

/* Replaces the open value that is made last by those that it is made from. */
static tg_status grow(tg_onnx_graph *graph, region *r, bool *grown) {
    const tg_onnx_node *node = NULL;
    size_t at = last_open(graph, r, &node);
    *grown = false;
    /* Nodes stand in order, so the next is below the last. */
    if (!node || r->count == MOST_NODES ||
        (r->count > 0 && node->index >= r->nodes[r->count - 1].node->index))
        return TG_OK;
    expression *next = &r->nodes[r->count];
    TG_TRY(read_expression(graph, node, next, grown));
    if (!*grown) return TG_OK;
    r->count++;
    r->open[at] = r->open[--r->open_count];
    for (size_t i = 0; i < next->operand_count; i++)
        if (!next->operands[i].is_constant) open_value(r, next->operands[i].name);
    return TG_OK;
}

static double operand_value(const tg_onnx_graph *graph, const region *r, const operand *of,
                            double x) {
    if (of->is_constant) return of->constant;
    if (tg_bytes_same(of->name, r->open[0])) return x;
    const tg_onnx_value *value = tg_onnx_find(graph, of->name);
    for (size_t i = 0; i < r->count; i++)
        if (r->nodes[i].node->index == value->node) return r->nodes[i].value;
    return 0;
}

static double compute(const expression *e, double a, double b) {
    switch (e->operation) {
    case ADD:
        return a + b;
    case SUB:
        return a - b;
    case MUL:
        return a * b;
    case DIV:
        return a / b;
    case POW:
        return pow(a, b);
    case NEG:
        return -a;
    case ERF:
        return erf(a);
    case ERFC:
        return erfc(a);
    default:
        return tanh(a);
    }
}

/* y, from the one open value x upwards. */
static double evaluate(const tg_onnx_graph *graph, region *r, double x) {
    for (size_t i = r->count; i-- > 0;) {
        expression *e = &r->nodes[i];
        const double a = operand_value(graph, r, &e->operands[0], x);
        const double b = e->operand_count > 1 ? operand_value(graph, r, &e->operands[1], x) : 0;
        e->value = compute(e, a, b);
    }
    return r->nodes[0].value;
}

static double gelu(double x) {
    return x / 2 * (1 + erf(x / sqrt(2.0)));
}

static double gelu_tanh(double x) {
    const double slope = 0.79788456080286535588; /* sqrt(2/pi) */
    return x / 2 * (1 + tanh(slope * (x + 0.044715 * x * x * x)));
}

/* The constants are floats, which moves f by 1e-7; the two GELUs are 5e-4 apart. */
static bool agrees(const tg_onnx_graph *graph, region *r, double (*f)(double)) {
    for (int i = -200; i <= 200; i++) {
        const double x = i / 25.0;
        if (!(fabs(evaluate(graph, r, x) - f(x)) <= 2e-6)) return false;
    }
    return true;
}

tg_status tg_onnx_formula(tg_onnx_graph *graph, tg_bytes output, tg_layer *layer, tg_bytes *input,
                          bool *found) {
    region r = {.open_count = 1, .open = {output}};
    *found = false;
    for (;;) {
        bool grown = false;
        TG_TRY(grow(graph, &r, &grown));
        if (!grown) return TG_OK;
        if (r.open_count != 1) continue;
        const bool exact = agrees(graph, &r, gelu);
        if (!exact && !agrees(graph, &r, gelu_tanh)) continue;
        *layer = exact ? tg_gelu() : tg_gelu_tanh();
        *input = r.open[0];
        *found = true;
        return TG_OK;
    }
}
