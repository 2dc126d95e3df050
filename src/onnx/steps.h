/* SPDX-License-Identifier: MIT */
/* From a graph to a chain of steps: the way back from its output to its input. */
#ifndef TG_ONNX_STEPS_H
#define TG_ONNX_STEPS_H

#include <tigrillo/layer.h>

#include "onnx/graph.h"

typedef enum tg_step_kind {
    TG_STEP_SAME,       /* changes nothing: Identity, Cast, Dropout, ZipMap */
    TG_STEP_LAYER,      /* an activation, softmax or log-softmax */
    TG_STEP_DENSE,      /* Gemm, MatMul */
    TG_STEP_ARITHMETIC, /* Add, Sub, Mul, Div, with a constant */
    TG_STEP_SCALER,     /* (x - offset) scale, of scikit-learn */
    TG_STEP_SHAPE,      /* Flatten, Reshape */
    TG_STEP_PAIR,       /* p -> (1 - p, p), behind a sigmoid, which is part of the step */
    TG_STEP_CLASSIFIER, /* LinearClassifier, of scikit-learn */
    TG_STEP_NORMALIZER  /* rows divided by their sum */
} tg_step_kind;

typedef struct tg_step {
    tg_step_kind kind;
    const tg_onnx_node *node;
    tg_layer layer;
    tg_onnx_tensor constant; /* arithmetic: the constant; dense: the weight */
    bool constant_first;     /* arithmetic: c - x instead of x - c */
} tg_step;

typedef struct tg_onnx_chain {
    tg_step *steps; /* from input to output; tg_release() them in any case */
    size_t count;
    const tg_onnx_port *input;
} tg_onnx_chain;

/* Zero `steps` first. TG_UNSUPPORTED, naming node and operator, for everything that is no sequence
 * of layers. */
tg_status tg_onnx_steps(tg_onnx_graph *graph, tg_onnx_chain *steps);

/* formula.c: whether the value `output` is a GELU, written as arithmetic, of some other value. Then
 * *layer is which one, and *input that value. */
tg_status tg_onnx_formula(tg_onnx_graph *graph, tg_bytes output, tg_layer *layer, tg_bytes *input,
                          bool *found);

#endif
