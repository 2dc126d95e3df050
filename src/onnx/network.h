/* SPDX-License-Identifier: MIT */
/* From a chain of steps to layers with their parameters. */
#ifndef TG_ONNX_NETWORK_H
#define TG_ONNX_NETWORK_H

#include "onnx/steps.h"

/* A layer, and of a dense one its parameters. */
typedef struct tg_piece {
    tg_layer layer;
    size_t inputs;
    float *weight, *bias; /* units x inputs, units */
} tg_piece;

/* y = scale x + shift for each column, met on the way and not yet part of a layer. */
typedef struct tg_affine {
    const tg_onnx_node *node; /* the last one; NULL: there is none */
    double *scale, *shift;    /* width */
    bool uniform;             /* the same for all columns */
} tg_affine;

typedef struct tg_network {
    tg_onnx_graph *graph;
    size_t inputs;
    tg_piece *pieces;
    size_t count, room;
    /* The value at the present step: `width` numbers a sample, which `in_row` says are its last
     * dimension. The rank is 0 after a Reshape whose result is not known; shape[0] is the batch, 0
     * if it is not fixed. */
    size_t rank, shape[TG_ONNX_RANK], width;
    bool in_row;
    tg_affine affine;
    float *mean, *deviation; /* inputs; NULL: not standardised */
} tg_network;

/* Makes layers of the steps. Zero the network first, and end it in any case. What is scaled or
 * shifted before the first layer becomes mean and deviation, if the scale is positive and the file
 * does not bring its own description of the input; else it goes into the next dense layer. */
tg_status tg_network_build(tg_network *network, tg_onnx_graph *graph, const tg_onnx_chain *steps);
void tg_network_end(tg_network *network);

/* shape.c: takes a Flatten or Reshape; makes the present value a matrix of `width` columns. */
tg_status tg_shape_step(tg_network *network, const tg_step *step);
void tg_become_rows(tg_network *network, size_t width);

/* affine.c: takes up an arithmetic step or a Scaler; brings what was taken up into a dense piece in
 * front of it or behind it, or into mean and deviation where that is possible. */
tg_status tg_affine_step(tg_network *network, const tg_step *step);
void tg_affine_into_last(tg_network *network);
void tg_affine_into_next(tg_network *network, tg_piece *dense);
tg_status tg_affine_into_input(tg_network *network, bool *done);
void tg_affine_end(tg_affine *affine);

#endif
