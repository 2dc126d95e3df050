/* SPDX-License-Identifier: MIT */
/* A whole model once more in float64, from the references of the operations. */
#ifndef TG_TESTS_SUPPORT_NETWORK_H
#define TG_TESTS_SUPPORT_NETWORK_H

#include <tigrillo/tigrillo.h>

#include "support/reference.h"

typedef struct network {
    size_t inputs, layer_count, n;
    const tg_layer *layers;
    uint64_t dropout_seed, dropout_step;
    tg_loss loss;
    reference_targets targets;
    double *x;          /* n x inputs; not owned */
    double *parameters; /* laid out as tg_model_parameters(); not owned */
} network;

/* The loss, and (unless NULL) the outputs, the gradients by the parameters and by x. Cross-entropy
 * is of logits, or of probabilities behind a softmax: never fused. */
double network_run(const network *net, double *outputs, double *gradients, double *dx);

size_t network_outputs(const network *net);

#endif
