/* SPDX-License-Identifier: MIT */
/* The slow twin of the library: a network of dense layers with softmax and cross-entropy, in plain
 * loops and float64. It shares no code with the library. mlp.c has the derivation and is meant to
 * be read; tests/model/twin_test.c compares it with the library. */
#ifndef REFERENCE_MLP_H
#define REFERENCE_MLP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum mlp_function {
    MLP_IDENTITY,
    MLP_SIGMOID,
    MLP_TANH,
    MLP_RELU,
    MLP_LEAKY_RELU,
    MLP_GELU,
    MLP_GELU_TANH
} mlp_function;

/* One dense layer and the function behind it. */
typedef struct mlp_layer {
    size_t in, out;
    mlp_function f;
    double slope;   /* of leaky ReLU */
    double *W, *dW; /* out x in: the weights, and the gradient of the loss by them */
    double *b, *db; /* out */
    double *z, *dz; /* n x out: before f */
    double *a, *da; /* n x out: behind f */
} mlp_layer;

typedef struct mlp {
    size_t n, L;       /* samples in the batch, layers */
    mlp_layer *layer;  /* layer[0] to layer[L-1] */
    double T;          /* the temperature of the softmax */
    double *x, *dx;    /* n x in: the samples, and the gradient of the loss by them */
    size_t *y;         /* n: the right class of each sample, below k */
    double *p;         /* n x k: the probabilities */
    double *theta;     /* all W and b, layer by layer, W before b; */
    double *gradient;  /* all dW and db in the same order; */
    size_t parameters; /* how many */
} mlp;

/* The shape of a layer, for mlp_create(). */
typedef struct mlp_shape {
    size_t out;
    mlp_function f;
    double slope;
} mlp_shape;

/* A network of L layers, at least one, for batches of n samples of `inputs` numbers; everything is
 * zero and T is 1. The caller fills x, y and the parameters, and destroys it in every case. False:
 * out of memory. */
bool mlp_create(mlp *net, size_t n, size_t inputs, const mlp_shape *shapes, size_t L);
void mlp_destroy(mlp *net);

/* f(z), and its derivative there. */
double mlp_f(const mlp_layer *layer, double z);
double mlp_df(const mlp_layer *layer, double z);

/* From x and the parameters: z and a of each layer, p, and the loss, which it returns. */
double mlp_forward(mlp *net);

/* From what the last mlp_forward() left: the gradient of the loss by everything. */
void mlp_backward(mlp *net);

/* One step of gradient descent: theta -= rate gradient. */
void mlp_step(mlp *net, double rate);

#endif
