/* SPDX-License-Identifier: MIT */
#include "check.h"

void dense_backward(size_t n, size_t in, size_t out, const double *x, const double *W,
                    const double *dz, double *dW, double *db, double *dx);

enum { N = 2, IN = 3, OUT = 4 };

/* What the results are before a second call, which tells an answer that adds to them. */
#define BEFORE 0.5

static const double x[N * IN] = {1.2, -0.7, 0.5, 0.4, 1.1, -0.2};
static const double W[OUT * IN] = {0.5, 0.7, 1.1, 1.5, -0.4, 0.88, 0.4, 0.9, 0.8, -0.3, -0.2, 0.96};
static const double dz[N * OUT] = {0.1, -0.2, 0.06, 0.04, 0.15, 0.09, -0.31, 0.07};

static bool weight(const double *yours) {
    double right[OUT * IN], last_row[OUT * IN], summed[OUT * IN];
    for (size_t j = 0; j < OUT; ++j) {
        for (size_t i = 0; i < IN; ++i) {
            const size_t at = j * IN + i;
            last_row[at] = dz[(N - 1) * OUT + j] * x[(N - 1) * IN + i];
            right[at] = 0;
            for (size_t r = 0; r < N; ++r) right[at] += dz[r * OUT + j] * x[r * IN + i];
            summed[at] = right[at] + BEFORE;
        }
    }
    const mistake mistakes[] = {
        {"the last sample alone: sum over the batch", last_row},
        {"added to what was there before: set it to 0 first", summed},
    };
    const answer a = {"dW", OUT, IN, right, N, mistakes, 2};
    return compare(&a, yours);
}

static bool bias(const double *yours) {
    double right[OUT], last_row[OUT], with_rows[OUT], summed[OUT];
    for (size_t j = 0; j < OUT; ++j) {
        last_row[j] = dz[(N - 1) * OUT + j];
        right[j] = with_rows[j] = 0;
        for (size_t r = 0; r < N; ++r) right[j] += dz[r * OUT + j];
        for (size_t c = 0; j < N && c < OUT; ++c) with_rows[j] += dz[j * OUT + c];
        if (j >= N) with_rows[j] = NOT_WRITTEN;
        summed[j] = right[j] + BEFORE;
    }
    const mistake mistakes[] = {
        {"the last sample alone: sum over the batch", last_row},
        {"sums of the rows of dz: those of its columns are wanted", with_rows},
        {"added to what was there before: set it to 0 first", summed},
    };
    const answer a = {"db", 1, OUT, right, N, mistakes, 3};
    return compare(&a, yours);
}

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
        {"added to what was there before: set it to 0 first", summed},
    };
    const answer a = {"dx", N, IN, right, N, mistakes, 2};
    return compare(&a, yours);
}

/* An element that the first call left alone and the second did not was added to. */
static void see_added(size_t count, double *first, const double *second) {
    for (size_t i = 0; i < count; ++i) {
        if (first[i] == NOT_WRITTEN && second[i] != BEFORE) first[i] = second[i];
    }
}

int main(void) {
    enum { COUNT = OUT * IN + OUT + N * IN };
    double first[COUNT], second[COUNT];
    not_written(first, COUNT);
    for (size_t i = 0; i < COUNT; ++i) second[i] = BEFORE;
    dense_backward(N, IN, OUT, x, W, dz, first, first + OUT * IN, first + OUT * IN + OUT);
    dense_backward(N, IN, OUT, x, W, dz, second, second + OUT * IN, second + OUT * IN + OUT);
    see_added(COUNT, first, second);
    const bool dW = weight(first), db = bias(first + OUT * IN);
    const bool dx = input(first + OUT * IN + OUT);
    return finished(dW && db && dx);
}
