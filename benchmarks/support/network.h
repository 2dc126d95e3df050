/* SPDX-License-Identifier: MIT */
/* The multilayer perceptrons of the works, as the driver names them: 784-128-10/64 has 784 inputs,
 * 128 hidden units, 10 outputs and batches of 64; 784-128-10/64/60000 has 60000 samples too. */
#ifndef BENCHMARKS_NETWORK_H
#define BENCHMARKS_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#include <tigrillo/tigrillo.h>

enum { MOST_LAYERS = 8 };

typedef struct bench_network {
    size_t sizes[MOST_LAYERS + 1]; /* inputs, hidden units, outputs */
    size_t layers;                 /* dense ones: one less than there are sizes */
    size_t batch;
    size_t samples; /* the batch, when nothing else is said */
} bench_network;

/* False when the shape is something else. */
bool parse_network(const char *shape, bench_network *network);

/* Weights (out x in) and biases, layer by layer: the order of the file weights.f32. */
size_t network_parameters(const bench_network *network);

/* Dense layers with `hidden` between them and `last` behind them. The parameters come from
 * FOLDER/weights.f32, unless it is NULL. */
tg_model *network_model(const bench_network *network, tg_device *device, tg_layer hidden,
                        tg_layer last, const char *folder);

#endif
