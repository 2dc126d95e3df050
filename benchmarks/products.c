/* SPDX-License-Identifier: MIT */
/* The matrix products of a network alone, by OpenBLAS: the limit of whoever leaves them to it.
 *
 *     products [THREADS]
 *
 * is run by the driver (support/serve.h), for the works train (forward, backward) and infer
 * (forward). OpenBLAS is not equally fast for a weight that is out x in, as PyTorch and Tigrillo
 * have it, and one that is in x out: limit:products and limit:products-transposed. */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/input.h"
#include "support/network.h"
#include "support/serve.h"

typedef struct bench_products {
    bench_network network;
    bool backward;
    /* One for each dense layer; outputs[i] and gradients[i] belong to the inputs of layer i. */
    float *weights[MOST_LAYERS], *weight_gradients[MOST_LAYERS];
    float *outputs[MOST_LAYERS + 1], *gradients[MOST_LAYERS + 1];
} bench_products;

static bench_products present;

/* c (rows x columns) = a b with the sum over `inner`, a and b transposed where they are said to be.
 */
static void multiply(bool a_transposed, bool b_transposed, size_t rows, size_t columns,
                     size_t inner, const float *a, const float *b, float *c) {
    const blasint m = (blasint)rows, n = (blasint)columns, k = (blasint)inner;
    cblas_sgemm(CblasRowMajor, a_transposed ? CblasTrans : CblasNoTrans,
                b_transposed ? CblasTrans : CblasNoTrans, m, n, k, 1, a, a_transposed ? m : k, b,
                b_transposed ? k : n, 0, c, n);
}

/* `transposed`: the weight is in x out. */
static void multiply_all(const bench_products *all, bool transposed) {
    const size_t batch = all->network.batch, *sizes = all->network.sizes;
    for (size_t i = 0; i < all->network.layers; i++)
        multiply(false, !transposed, batch, sizes[i + 1], sizes[i], all->outputs[i],
                 all->weights[i], all->outputs[i + 1]);
    for (size_t i = all->network.layers; all->backward && i-- > 0;) {
        if (transposed)
            multiply(true, false, sizes[i], sizes[i + 1], batch, all->outputs[i],
                     all->gradients[i + 1], all->weight_gradients[i]);
        else
            multiply(true, false, sizes[i + 1], sizes[i], batch, all->gradients[i + 1],
                     all->outputs[i], all->weight_gradients[i]);
        if (i > 0) /* nobody needs the gradient by the first layer's inputs */
            multiply(false, transposed, batch, sizes[i], sizes[i + 1], all->gradients[i + 1],
                     all->weights[i], all->gradients[i]);
    }
}

/* One sample: vectors, for which BLAS has other functions. */
static void multiply_vectors(const bench_products *all, bool transposed) {
    const size_t *sizes = all->network.sizes;
    for (size_t i = 0; i < all->network.layers; i++) {
        const blasint in = (blasint)sizes[i], out = (blasint)sizes[i + 1];
        if (transposed)
            cblas_sgemv(CblasRowMajor, CblasTrans, in, out, 1, all->weights[i], out,
                        all->outputs[i], 1, 0, all->outputs[i + 1], 1);
        else
            cblas_sgemv(CblasRowMajor, CblasNoTrans, out, in, 1, all->weights[i], in,
                        all->outputs[i], 1, 0, all->outputs[i + 1], 1);
    }
}

static void run(void *context) {
    multiply_all(context, false);
}

static void run_transposed(void *context) {
    multiply_all(context, true);
}

static void run_vectors(void *context) {
    multiply_vectors(context, false);
}

static void run_vectors_transposed(void *context) {
    multiply_vectors(context, true);
}

/* Any numbers do, as long as products of them stay ordinary. */
static float *make(size_t count) {
    float *numbers = allocate(count, sizeof *numbers);
    for (size_t i = 0; i < count; i++) numbers[i] = (float)(i % 7) * 0.01f - 0.03f;
    return numbers;
}

static void release(bench_products *all) {
    for (size_t i = 0; i < MOST_LAYERS; i++) {
        free(all->weights[i]);
        free(all->weight_gradients[i]);
    }
    for (size_t i = 0; i <= MOST_LAYERS; i++) {
        free(all->outputs[i]);
        free(all->gradients[i]);
    }
    *all = (bench_products){0};
}

static void add(bench_preparation *preparation, const char *name, void (*function)(void *context)) {
    bench_contestant *added = add_contestant(preparation);
    added->name = name;
    added->context = &present;
    added->run = function;
}

static void prepare(bench_preparation *preparation) {
    release(&present);
    present.backward = strcmp(preparation->work, "train") == 0;
    if (!present.backward && strcmp(preparation->work, "infer") != 0) return;
    if (!parse_network(preparation->shape, &present.network)) return;
    const bench_network *network = &present.network;
    for (size_t i = 0; i <= network->layers; i++) {
        present.outputs[i] = make(network->batch * network->sizes[i]);
        present.gradients[i] = make(network->batch * network->sizes[i]);
        if (i == network->layers) break;
        present.weights[i] = make(network->sizes[i] * network->sizes[i + 1]);
        present.weight_gradients[i] = make(network->sizes[i] * network->sizes[i + 1]);
    }
    if (present.backward || network->batch > 1) {
        add(preparation, "limit:products", run);
        add(preparation, "limit:products-transposed", run_transposed);
    } else {
        add(preparation, "sgemv", run_vectors);
        add(preparation, "sgemv-transposed", run_vectors_transposed);
    }
}

/* "OpenBLAS-0.3.21-SkylakeX": what the configuration begins with, and the kernels in use. */
static const char *blas_version(void) {
    static char version[128];
    char name[32] = "", number[32] = "";
    if (sscanf(openblas_get_config(), "%31s %31s", name, number) != 2) return "OpenBLAS";
    snprintf(version, sizeof version, "%s-%s-%s", name, number, openblas_get_corename());
    return version;
}

int main(int argc, char **argv) {
    static char versions[1024];
    openblas_set_num_threads(threads_argument(argc, argv));
    snprintf(versions, sizeof versions,
             "limit:products=%s limit:products-transposed=%s sgemv=%s sgemv-transposed=%s",
             blas_version(), blas_version(), blas_version(), blas_version());
    const bench_program program = {versions, prepare};
    serve(&program);
    release(&present);
    return 0;
}
