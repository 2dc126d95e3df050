/* SPDX-License-Identifier: MIT */
#include <stddef.h>

typedef struct batch {
    size_t n, in, hidden, k;
    const double *x, *W1, *a, *W2, *p;
    const size_t *y;
} batch;

typedef struct gradients {
    double *dz2, *dW2, *db2, *dz1, *dW1, *db1;
} gradients;

void two_layer_backward(const batch *b, const gradients *g);

/* dW = dz^T x and db, the sums of the columns of dz. */
static void parameters(size_t n, size_t in, size_t out, const double *x, const double *dz,
                       double *dW, double *db) {
    for (size_t j = 0; j < out; ++j) {
        for (size_t i = 0; i < in; ++i) {
            double sum = 0;
            for (size_t r = 0; r < n; ++r) sum += dz[r * out + j] * x[r * in + i];
            dW[j * in + i] = sum;
        }
        db[j] = 0;
        for (size_t r = 0; r < n; ++r) db[j] += dz[r * out + j];
    }
}

void two_layer_backward(const batch *b, const gradients *g) {
    for (size_t r = 0; r < b->n; ++r) {
        for (size_t c = 0; c < b->k; ++c) {
            const double one = c == b->y[r] ? 1 : 0;
            g->dz2[r * b->k + c] = (b->p[r * b->k + c] - one) / (double)b->n;
        }
    }
    parameters(b->n, b->hidden, b->k, b->a, g->dz2, g->dW2, g->db2);
    for (size_t r = 0; r < b->n; ++r) {
        for (size_t j = 0; j < b->hidden; ++j) {
            const double a = b->a[r * b->hidden + j];
            double da = 0;
            for (size_t c = 0; c < b->k; ++c) da += g->dz2[r * b->k + c] * b->W2[c * b->hidden + j];
            g->dz1[r * b->hidden + j] = da * (1 - a * a);
        }
    }
    parameters(b->n, b->in, b->hidden, b->x, g->dz1, g->dW1, g->db1);
}
