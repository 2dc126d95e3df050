/* SPDX-License-Identifier: MIT */
/* Each result is judged only when those before it on the way back are right: what is wrong in one
 * is wrong in all below, and would hide where the mistake is. */
#include "dense_gradients.h"

typedef struct batch {
    size_t n, in, hidden, k;
    const double *x, *W1, *a, *W2, *p;
    const size_t *y;
} batch;

typedef struct gradients {
    double *dz2, *dW2, *db2, *dz1, *dW1, *db1;
} gradients;

void two_layer_backward(const batch *b, const gradients *g);

enum { N = 2, IN = 3, HIDDEN = 5, K = 4 };

static const double x[N * IN] = {1.2, -0.7, 0.5, 0.4, 1.1, -0.2};
static const double W1[HIDDEN * IN] = {0.8,  0.4, -0.6, 0.2, 0.5,  -0.6, 0.3, -0.9,
                                       -0.2, 0.7, 1.1,  0.1, -0.5, 0.6,  0.9};
static const double b1[HIDDEN] = {0.2, 0.1, 0.3, -0.2, 0};
static const double W2[K * HIDDEN] = {0.5, 0.7, 1.1, -0.3, 0.2,  1.5,  -0.4, 0.88, 0.1, -0.6,
                                      0.4, 0.9, 0.8, 0.6,  -0.7, -0.3, -0.2, 0.96, 0.5, 0.35};
static const double b2[K] = {0.1, 0.2, -0.1, 0};
static const size_t y[N] = {1, 2};

static double dense_sum(const double *row, const double *weights, size_t count, double bias) {
    for (size_t i = 0; i < count; ++i) bias += row[i] * weights[i];
    return bias;
}

static void forward(double *a, double *p) {
    for (size_t r = 0; r < N; ++r) {
        double sum = 0;
        for (size_t j = 0; j < HIDDEN; ++j) {
            a[r * HIDDEN + j] = tanh(dense_sum(x + r * IN, W1 + j * IN, IN, b1[j]));
        }
        for (size_t c = 0; c < K; ++c) {
            p[r * K + c] = exp(dense_sum(a + r * HIDDEN, W2 + c * HIDDEN, HIDDEN, b2[c]));
            sum += p[r * K + c];
        }
        for (size_t c = 0; c < K; ++c) p[r * K + c] /= sum;
    }
}

static bool top(const double *p, double *right, const double *yours) {
    double alone[N * K], each[N * K], twice[N * K], summed[N * K];
    for (size_t r = 0; r < N; ++r) {
        for (size_t c = 0; c < K; ++c) {
            const size_t at = r * K + c;
            right[at] = (p[at] - (c == y[r] ? 1 : 0)) / N;
            alone[at] = p[at] / N;
            each[at] = (p[at] - 1) / N;
            twice[at] = right[at] * p[at] * (1 - p[at]);
            summed[at] = right[at] + BEFORE;
        }
    }
    const mistake mistakes[] = {
        {"p alone: 1 is to be subtracted at the right class", alone},
        {"1 is subtracted at each class: only at the right one", each},
        {"multiplied by p (1 - p): the softmax is in p - y already", twice},
        {ADDED, summed},
    };
    const answer a = {"dz2", N, K, right, N, mistakes, 4};
    return compare(&a, yours);
}

static bool hidden(const double *a, const double *dz2, double *right, const double *yours) {
    enum { COUNT = N * HIDDEN };
    double linear[COUNT], sigmoid[COUNT], no_square[COUNT], again[COUNT], other_way[COUNT];
    double summed[COUNT];
    for (size_t r = 0; r < N; ++r) {
        for (size_t j = 0; j < HIDDEN; ++j) {
            const size_t at = r * HIDDEN + j;
            double da = 0, wrong = 0;
            for (size_t c = 0; c < K; ++c) {
                da += dz2[r * K + c] * W2[c * HIDDEN + j];
                wrong += dz2[r * K + c] * W2[j * K + c];
            }
            const double slope = 1 - a[at] * a[at], twice = tanh(a[at]);
            right[at] = da * slope;
            linear[at] = da;
            sigmoid[at] = da * a[at] * (1 - a[at]);
            no_square[at] = da * (1 - a[at]);
            again[at] = da * (1 - twice * twice);
            other_way[at] = wrong * slope;
            summed[at] = right[at] + BEFORE;
        }
    }
    const mistake mistakes[] = {
        {"the derivative of tanh is missing: this is da", linear},
        {"a (1 - a) is the derivative of the sigmoid", sigmoid},
        {"1 - a: the square is missing", no_square},
        {"tanh is taken of a, which is its result already", again},
        {"W2 is read as hidden x k; it is k x hidden: W2[c * hidden + j]", other_way},
        {ADDED, summed},
    };
    const answer judged = {"dz1", N, HIDDEN, right, N, mistakes, 6};
    return compare(&judged, yours);
}

/* All results, one behind the other. */
typedef struct results {
    double dz2[N * K], dW2[K * HIDDEN], db2[K], dz1[N * HIDDEN], dW1[HIDDEN * IN], db1[HIDDEN];
} results;

static void fill(double *values, size_t count, double value) {
    for (size_t i = 0; i < count; ++i) values[i] = value;
}

/* Calls the exercise with results that hold `before`. */
static void call(const batch *b, results *made, double before) {
    const gradients g = {made->dz2, made->dW2, made->db2, made->dz1, made->dW1, made->db1};
    fill(made->dz2, N * K, before);
    fill(made->dW2, K * HIDDEN, before);
    fill(made->db2, K, before);
    fill(made->dz1, N * HIDDEN, before);
    fill(made->dW1, HIDDEN * IN, before);
    fill(made->db1, HIDDEN, before);
    two_layer_backward(b, &g);
}

int main(void) {
    double a[N * HIDDEN], p[N * K], dz2[N * K], dz1[N * HIDDEN];
    forward(a, p);
    const batch b = {N, IN, HIDDEN, K, x, W1, a, W2, p, y};
    results first, second;
    call(&b, &first, NOT_WRITTEN);
    call(&b, &second, BEFORE);
    see_added(N * K, first.dz2, second.dz2);
    see_added(K * HIDDEN, first.dW2, second.dW2);
    see_added(K, first.db2, second.db2);
    see_added(N * HIDDEN, first.dz1, second.dz1);
    see_added(HIDDEN * IN, first.dW1, second.dW1);
    see_added(HIDDEN, first.db1, second.db1);
    const dense upper = {N, HIDDEN, K, a, dz2}, lower = {N, IN, HIDDEN, x, dz1};
    return finished(top(p, dz2, first.dz2) && compare_weight("dW2", &upper, first.dW2) &&
                    compare_bias("db2", &upper, first.db2) && hidden(a, dz2, dz1, first.dz1) &&
                    compare_weight("dW1", &lower, first.dW1) &&
                    compare_bias("db1", &lower, first.db1));
}
