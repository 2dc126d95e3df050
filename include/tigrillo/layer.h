/* SPDX-License-Identifier: MIT */
/* The descriptions from which a model is built.
 *
 *     const tg_layer layers[] = {tg_dense(256), tg_relu(), tg_dense(4), tg_softmax()};
 */
#ifndef TIGRILLO_LAYER_H
#define TIGRILLO_LAYER_H

#include <stddef.h>

#include <tigrillo/api.h>
#include <tigrillo/init.h>

TG_BEGIN

typedef enum tg_layer_kind {
    TG_LAYER_DENSE,
    TG_LAYER_SIGMOID,
    TG_LAYER_TANH,
    TG_LAYER_RELU,
    TG_LAYER_LEAKY_RELU,
    TG_LAYER_GELU,
    TG_LAYER_GELU_TANH,
    TG_LAYER_SOFTMAX,
    TG_LAYER_LOG_SOFTMAX,
    TG_LAYER_DROPOUT
} tg_layer_kind;

typedef struct tg_layer {
    tg_layer_kind kind;
    size_t units; /* dense: number of outputs, at least 1 */
    tg_init init; /* dense: of the weight; the bias starts at 0 */
    float value;  /* leaky ReLU: slope; softmax: temperature; dropout: rate */
} tg_layer;

TG_API tg_layer tg_dense(size_t units);
TG_API tg_layer tg_dense_init(size_t units, tg_init init);
TG_API tg_layer tg_sigmoid(void);
TG_API tg_layer tg_tanh(void);
TG_API tg_layer tg_relu(void);
TG_API tg_layer tg_leaky_relu(float slope);
TG_API tg_layer tg_gelu(void);
TG_API tg_layer tg_gelu_tanh(void);
TG_API tg_layer tg_softmax(void);
TG_API tg_layer tg_softmax_temperature(float temperature);
TG_API tg_layer tg_log_softmax(void);
TG_API tg_layer tg_dropout(float rate);

/* "dense", "relu", ...: the names in model files and on the command line. Static; NULL for a kind
 * that does not exist. */
TG_API const char *tg_layer_name(tg_layer_kind kind);

/* The layer of that name with its usual setting (leaky ReLU 0.01, dropout 0.5, temperature 1, dense
 * 1 unit). TG_INVALID_ARGUMENT, with the names there are, when it is none of them. */
TG_API TG_CHECKED tg_status tg_layer_from_name(const char *name, tg_layer *layer);

TG_END

#endif
