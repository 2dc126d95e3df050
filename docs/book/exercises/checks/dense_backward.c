/* SPDX-License-Identifier: MIT */
#include "dense_gradients.h"

void dense_backward(size_t n, size_t in, size_t out, const double *x, const double *W,
                    const double *dz, double *dW, double *db, double *dx);

enum { N = 2, IN = 3, OUT = 4 };

static const double x[N * IN] = {1.2, -0.7, 0.5, 0.4, 1.1, -0.2};
static const double W[OUT * IN] = {0.5, 0.7, 1.1, 1.5, -0.4, 0.88, 0.4, 0.9, 0.8, -0.3, -0.2, 0.96};
static const double dz[N * OUT] = {0.1, -0.2, 0.06, 0.04, 0.15, 0.09, -0.31, 0.07};

static bool input(const double *yours) {
    double right[N * IN], other_way[N * IN], summed[N * IN];
    for (size_t r = 0; r < N; ++r) {
        for (size_t i = 0; i < IN; ++i) {
            const size_t at = r * IN + i;
            right[at] = other_way[at] = 0;
            for (size_t j = 0; j < OUT; ++j) {
                right[at] += dz[r * OUT + j] * W[j * IN + i];
                other_way[at] += dz[r * OUT + j] * W[i * OUT + j];
            }
            summed[at] = right[at] + BEFORE;
        }
    }
    const mistake mistakes[] = {
        {"W is read as in x out; it is out x in: W[j * in + i]", other_way},
        {ADDED, summed},
    };
    const answer a = {"dx", N, IN, right, N, mistakes, 2};
    return compare(&a, yours);
}

int main(void) {
    enum { COUNT = OUT * IN + OUT + N * IN };
    double first[COUNT], second[COUNT];
    not_written(first, COUNT);
    for (size_t i = 0; i < COUNT; ++i) second[i] = BEFORE;
    dense_backward(N, IN, OUT, x, W, dz, first, first + OUT * IN, first + OUT * IN + OUT);
    dense_backward(N, IN, OUT, x, W, dz, second, second + OUT * IN, second + OUT * IN + OUT);
    see_added(COUNT, first, second);
    const dense layer = {N, IN, OUT, x, dz};
    const bool dW = compare_weight("dW", &layer, first);
    const bool db = compare_bias("db", &layer, first + OUT * IN);
    const bool dx = input(first + OUT * IN + OUT);
    return finished(dW && db && dx);
}
