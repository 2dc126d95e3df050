/* SPDX-License-Identifier: MIT */
/* A network of dense layers, forward and backward, in plain loops.
 *
 * The letters are those of the derivation:
 *
 *     n, r    how many samples the batch has; one of them (a row)
 *     L, l    how many layers there are; one of them
 *     i       an input of a layer           0 <= i < in
 *     j       an output of a layer          0 <= j < out
 *     k, c    how many classes there are; one of them
 *     x       the samples, n x in           y      the right classes, n
 *     W, b    weights, out x in; biases, out
 *     z, a    a layer's sums, n x out; its outputs, n x out. What goes into a layer is the a of the
 *             layer below, and x at the bottom.
 *     s, p    scores, n x k; probabilities, n x k
 *     loss    one number
 *
 * and d before a letter is the gradient of the loss by it: dW_ji = d loss / d W_ji. A gradient has
 * the shape of what it belongs to, so shapes alone tell most of the formulas below.
 *
 * Forward, for each layer from the bottom:
 *
 *     E1   z_rj = sum_i a_ri W_ji + b_j           (a of the layer below)
 *     E2   a_rj = f(z_rj)
 *
 * and from the a of the last layer:
 *
 *     E3   s_rc = a_rc / T
 *     E4   p_rc = exp(s_rc) / sum_c' exp(s_rc')
 *     E5   loss = -1/n sum_r log p_r,y_r
 *
 * Backward, in the opposite order. Each line is the chain rule: how far a letter moves the loss is
 * the sum, over all it flows into, of how far that moves the loss times how far it is moved.
 *
 *     E6   ds_rc = (p_rc - [c = y_r]) / n         softmax and cross-entropy as one: below
 *     E7   da_rc = ds_rc / T                      of the last layer
 *
 * and for each layer from the top:
 *
 *     E8   dz_rj = da_rj f'(z_rj)                 z_rj flows into a_rj alone
 *     E9   dW_ji = sum_r dz_rj a_ri               W_ji is used by each sample
 *     E10  db_j  = sum_r dz_rj                    b_j too
 *     E11  da_ri = sum_j dz_rj W_ji               a_ri (of the layer below) by each output
 *
 *     E12  theta = theta - rate dtheta            one step down, of each W and b
 *
 * Why E6: log p_ry = s_ry - log sum_c' exp(s_rc'). By s_rc, the first term gives [c = y_r], the
 * second exp(s_rc) / sum_c' exp(s_rc') = p_rc. The loss is the mean of the negative. */
#include "mlp.h"

#include <math.h>
#include <stdlib.h>

/* ---- The functions behind the layers. ---- */

static const double root_half = 0.70710678118654752440;       /* sqrt(1/2) */
static const double root_2_by_pi = 0.79788456080286535588;    /* sqrt(2/pi) */
static const double root_half_by_pi = 0.39894228040143267794; /* sqrt(1/(2 pi)) */

/* Where exp() overflows, 1 / infinity is the 0 that it should be. */
static double sigmoid(double z) {
    return 1 / (1 + exp(-z));
}

/* Phi, the distribution function of the standard normal. */
static double normal(double z) {
    return erfc(-z * root_half) / 2;
}

/* What GELU's approximation takes the tanh of. */
static double gelu_inner(double z) {
    return root_2_by_pi * (z + 0.044715 * z * z * z);
}

double mlp_f(const mlp_layer *layer, double z) {
    switch (layer->f) {
    case MLP_SIGMOID:
        return sigmoid(z);
    case MLP_TANH:
        return tanh(z);
    case MLP_RELU:
        return z > 0 ? z : 0;
    case MLP_LEAKY_RELU:
        return z > 0 ? z : layer->slope * z;
    case MLP_GELU:
        return z * normal(z);
    case MLP_GELU_TANH:
        return z / 2 * (1 + tanh(gelu_inner(z)));
    default:
        return z;
    }
}

double mlp_df(const mlp_layer *layer, double z) {
    const double a = mlp_f(layer, z), t = tanh(gelu_inner(z));
    switch (layer->f) {
    case MLP_SIGMOID:
        return a * (1 - a);
    case MLP_TANH:
        return 1 - a * a;
    case MLP_RELU: /* at 0, where there is no derivative, 0 */
        return z > 0 ? 1 : 0;
    case MLP_LEAKY_RELU:
        return z > 0 ? 1 : layer->slope;
    case MLP_GELU:
        return normal(z) + z * root_half_by_pi * exp(-z * z / 2);
    case MLP_GELU_TANH:
        return (1 + t) / 2 + z / 2 * (1 - t * t) * root_2_by_pi * (1 + 3 * 0.044715 * z * z);
    default:
        return 1;
    }
}

/* ---- Forward. ---- */

/* What goes into layer l, n x in, and the gradient by it. */
static double *input_of(const mlp *net, size_t l) {
    return l > 0 ? net->layer[l - 1].a : net->x;
}

static double *gradient_by_input_of(const mlp *net, size_t l) {
    return l > 0 ? net->layer[l - 1].da : net->dx;
}

static void dense_forward(const mlp *net, size_t l) {
    const mlp_layer *at = &net->layer[l];
    const double *a = input_of(net, l);
    for (size_t r = 0; r < net->n; r++) {
        for (size_t j = 0; j < at->out; j++) {
            double z = at->b[j]; /* E1 */
            for (size_t i = 0; i < at->in; i++) z += a[r * at->in + i] * at->W[j * at->in + i];
            at->z[r * at->out + j] = z;
            at->a[r * at->out + j] = mlp_f(at, z); /* E2 */
        }
    }
}

/* Fills the row p of k probabilities from the row a of outputs and returns -log p_y.
 *
 * A fraction may be multiplied above and below by the same number: with exp(-m), where m is the
 * largest score, E4 stays the same and no exp() overflows. And -log p_y is not computed from p_y,
 * which may have become 0, but from E4's logarithm: log sum_c exp(s_c - m) - (s_y - m). */
static double softmax_cross_entropy(const double *a, size_t k, double T, size_t y, double *p) {
    double m = a[0] / T, sum = 0;
    for (size_t c = 0; c < k; c++) m = fmax(m, a[c] / T); /* E3 */
    for (size_t c = 0; c < k; c++) sum += p[c] = exp(a[c] / T - m);
    for (size_t c = 0; c < k; c++) p[c] /= sum; /* E4 */
    return log(sum) - (a[y] / T - m);
}

double mlp_forward(mlp *net) {
    for (size_t l = 0; l < net->L; l++) dense_forward(net, l);
    const mlp_layer *last = &net->layer[net->L - 1];
    const size_t k = last->out;
    double loss = 0;
    for (size_t r = 0; r < net->n; r++) { /* E5 */
        loss += softmax_cross_entropy(last->a + r * k, k, net->T, net->y[r], net->p + r * k) /
                (double)net->n;
    }
    return loss;
}

/* ---- Backward. ---- */

static void softmax_cross_entropy_backward(const mlp *net) {
    const mlp_layer *last = &net->layer[net->L - 1];
    const size_t k = last->out;
    for (size_t r = 0; r < net->n; r++) {
        for (size_t c = 0; c < k; c++) {
            const double one = c == net->y[r] ? 1 : 0;
            const double ds = (net->p[r * k + c] - one) / (double)net->n; /* E6 */
            last->da[r * k + c] = ds / net->T;                            /* E7 */
        }
    }
}

static void dense_backward(const mlp *net, size_t l) {
    const mlp_layer *at = &net->layer[l];
    const size_t n = net->n, in = at->in, out = at->out;
    const double *a = input_of(net, l);
    double *da = gradient_by_input_of(net, l);

    for (size_t r = 0; r < n; r++) {
        for (size_t j = 0; j < out; j++) { /* E8 */
            at->dz[r * out + j] = at->da[r * out + j] * mlp_df(at, at->z[r * out + j]);
        }
    }
    for (size_t j = 0; j < out; j++) {
        for (size_t i = 0; i < in; i++) {
            double dW = 0; /* E9: starts at 0 in each pass, or gradients of old batches pile up */
            for (size_t r = 0; r < n; r++) dW += at->dz[r * out + j] * a[r * in + i];
            at->dW[j * in + i] = dW;
        }
        double db = 0; /* E10 */
        for (size_t r = 0; r < n; r++) db += at->dz[r * out + j];
        at->db[j] = db;
    }
    for (size_t r = 0; r < n; r++) {
        for (size_t i = 0; i < in; i++) {
            double sum = 0; /* E11 */
            for (size_t j = 0; j < out; j++) sum += at->dz[r * out + j] * at->W[j * in + i];
            da[r * in + i] = sum;
        }
    }
}

void mlp_backward(mlp *net) {
    softmax_cross_entropy_backward(net);
    for (size_t l = net->L; l > 0; l--) dense_backward(net, l - 1);
}

void mlp_step(mlp *net, double rate) {
    for (size_t i = 0; i < net->parameters; i++) net->theta[i] -= rate * net->gradient[i]; /* E12 */
}

/* ---- Memory. ---- */

static double *numbers(size_t rows, size_t columns) {
    if (rows > 0 && columns > SIZE_MAX / sizeof(double) / rows) return NULL;
    return calloc(rows * columns + 1, sizeof(double)); /* + 1: never nothing */
}

/* W and b of each layer are parts of theta, dW and db of the gradient. */
static void lay_out_parameters(mlp *net) {
    size_t place = 0;
    for (size_t l = 0; l < net->L; l++) {
        mlp_layer *at = &net->layer[l];
        at->W = net->theta + place;
        at->dW = net->gradient + place;
        place += at->out * at->in;
        at->b = net->theta + place;
        at->db = net->gradient + place;
        place += at->out;
    }
}

bool mlp_create(mlp *net, size_t n, size_t inputs, const mlp_shape *shapes, size_t L) {
    *net = (mlp){.n = n, .T = 1, .layer = calloc(L, sizeof *net->layer)};
    if (!net->layer) return false;
    net->L = L;
    net->x = numbers(n, inputs);
    net->dx = numbers(n, inputs);
    net->y = calloc(n + 1, sizeof *net->y);
    net->p = numbers(n, shapes[L - 1].out);
    bool whole = net->x && net->dx && net->y && net->p;
    for (size_t l = 0; l < L; l++) {
        mlp_layer *at = &net->layer[l];
        at->in = l > 0 ? shapes[l - 1].out : inputs;
        at->out = shapes[l].out;
        at->f = shapes[l].f;
        at->slope = shapes[l].slope;
        at->z = numbers(n, at->out);
        at->dz = numbers(n, at->out);
        at->a = numbers(n, at->out);
        at->da = numbers(n, at->out);
        whole = whole && at->z && at->dz && at->a && at->da;
        if (at->out > 0 && at->in >= (SIZE_MAX / 16 - net->parameters) / at->out) return false;
        net->parameters += at->out * at->in + at->out;
    }
    net->theta = numbers(1, net->parameters);
    net->gradient = numbers(1, net->parameters);
    if (!whole || !net->theta || !net->gradient) return false;
    lay_out_parameters(net);
    return true;
}

void mlp_destroy(mlp *net) {
    for (size_t l = 0; l < net->L; l++) {
        free(net->layer[l].z);
        free(net->layer[l].dz);
        free(net->layer[l].a);
        free(net->layer[l].da);
    }
    free(net->layer);
    free(net->x);
    free(net->dx);
    free(net->y);
    free(net->p);
    free(net->theta);
    free(net->gradient);
    *net = (mlp){0};
}
