/* SPDX-License-Identifier: MIT */
#include "mistakes.h"

#include <math.h>
#include <stdlib.h>

enum { NONE, TRANSPOSED, SIGN, MISSING_MEAN, MISSING_DERIVATIVE, NOT_ZEROED, BIAS_OF_ONE_ROW };
const char *const mistakes[] = {
    "none",       "transposed",      "sign", "missing-1/n", "missing-derivative",
    "not-zeroed", "bias-of-one-row", NULL};

static void scale(mlp *net, double factor) {
    for (size_t i = 0; i < net->parameters; ++i) net->gradient[i] *= factor;
}

/* Each dW as x^T dz, in x out, in the memory of out x in. */
static bool transpose(mlp *net) {
    double *right = calloc(net->parameters + 1, sizeof *right);
    if (!right) return false;
    for (size_t i = 0; i < net->parameters; ++i) right[i] = net->gradient[i];
    for (size_t l = 0; l < net->L; ++l) {
        const mlp_layer *at = &net->layer[l];
        const double *dW = right + (at->dW - net->gradient);
        for (size_t j = 0; j < at->out; ++j) {
            for (size_t i = 0; i < at->in; ++i) at->dW[i * at->out + j] = dW[j * at->in + i];
        }
    }
    free(right);
    return true;
}

/* As if dz were da in each layer. */
static void forget_derivatives(mlp *net) {
    for (size_t l = 0; l < net->L; ++l) net->layer[l].f = MLP_IDENTITY;
    mlp_backward(net);
}

static void take_last_row(mlp *net) {
    for (size_t l = 0; l < net->L; ++l) {
        const mlp_layer *at = &net->layer[l];
        for (size_t j = 0; j < at->out; ++j) at->db[j] = at->dz[(net->n - 1) * at->out + j];
    }
}

bool mistake_backward(mlp *net, size_t which) {
    mlp_backward(net);
    if (which == TRANSPOSED) return transpose(net);
    if (which == SIGN) scale(net, -1);
    if (which == MISSING_MEAN) scale(net, (double)net->n);
    if (which == MISSING_DERIVATIVE) forget_derivatives(net);
    if (which == NOT_ZEROED) scale(net, 2);
    if (which == BIAS_OF_ONE_ROW) take_last_row(net);
    return true;
}

/* Whether the gradient, or its transpose, is `factor` times the right one. */
static bool looks_like(const finding *found, bool transposed, double factor) {
    double difference = 0, size = 0;
    for (size_t e = 0; e < found->count; ++e) {
        const size_t at = found->element[e], row = at / found->columns,
                     column = at % found->columns;
        const double own = found->gradient[transposed ? column * found->rows + row : at];
        const double right = factor * found->right[e];
        difference += (own - right) * (own - right);
        size += right * right;
    }
    return sqrt(difference) <= 1e-4 * sqrt(size);
}

const char *mistake_guess(const finding *found) {
    if (looks_like(found, false, -1)) return "the sign is wrong";
    if (found->n > 1 && looks_like(found, false, (double)found->n)) {
        return "n times the right gradient: the mean over the batch lacks its 1/n";
    }
    if (looks_like(found, false, 2)) {
        return "twice the right gradient: not set to 0 after the pass before";
    }
    if (found->rows > 1 && found->columns > 1 && looks_like(found, true, 1)) {
        return "transposed: the numbers are right and in the wrong places";
    }
    if (found->bias_alone) return "its weight's gradient is right: look at the sum over the rows";
    if (found->above) return "right in the layer above: look at what is in between, such as f'(z)";
    if (found->wrong_above) return "the layer above is wrong, too: begin there";
    return "none of the usual mistakes";
}
