/* SPDX-License-Identifier: MIT */
/* The twin of a model of the library. */
#ifndef REFERENCE_FROM_MODEL_H
#define REFERENCE_FROM_MODEL_H

#include <tigrillo/tigrillo.h>

#include "mlp.h"

/* Makes *net of the model's shapes and parameters, for batches of n samples; dropout is left out,
 * as it is when a model predicts. The twin has dense layers with at most one activation behind
 * each, and softmax, log-softmax or nothing at the end; its loss is softmax and cross-entropy of
 * what comes out, whatever the model is for. Returns NULL, or what hinders it. The caller destroys
 * *net in every case. */
const char *mlp_from_model(const tg_model *model, size_t n, mlp *net);

#endif
