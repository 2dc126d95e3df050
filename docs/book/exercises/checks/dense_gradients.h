/* SPDX-License-Identifier: MIT */
/* What the checkers of dense layers share: the gradients by weights and biases, and what the usual
 * mistakes give instead of them. */
#ifndef EXERCISES_DENSE_GRADIENTS_H
#define EXERCISES_DENSE_GRADIENTS_H

#include "check.h"

enum { MOST_WEIGHTS = 32 };

/* A layer of the checker: x: n x in, dz: n x out. */
typedef struct dense {
    size_t n, in, out;
    const double *x, *dz;
} dense;

/* yours: out x in. */
static inline bool compare_weight(const char *name, const dense *layer, const double *yours) {
    const size_t n = layer->n, in = layer->in, out = layer->out;
    double right[MOST_WEIGHTS], last_row[MOST_WEIGHTS], summed[MOST_WEIGHTS];
    for (size_t j = 0; j < out; ++j) {
        for (size_t i = 0; i < in; ++i) {
            const size_t at = j * in + i;
            last_row[at] = layer->dz[(n - 1) * out + j] * layer->x[(n - 1) * in + i];
            right[at] = 0;
            for (size_t r = 0; r < n; ++r)
                right[at] += layer->dz[r * out + j] * layer->x[r * in + i];
            summed[at] = right[at] + BEFORE;
        }
    }
    const mistake mistakes[] = {
        {"the last sample alone: sum over the batch", last_row},
        {ADDED, summed},
    };
    const answer a = {name, out, in, right, (double)n, mistakes, 2};
    return compare(&a, yours);
}

/* yours: out numbers. */
static inline bool compare_bias(const char *name, const dense *layer, const double *yours) {
    const size_t n = layer->n, out = layer->out;
    double right[MOST_WEIGHTS], last_row[MOST_WEIGHTS], with_rows[MOST_WEIGHTS],
        summed[MOST_WEIGHTS];
    for (size_t j = 0; j < out; ++j) {
        last_row[j] = layer->dz[(n - 1) * out + j];
        right[j] = with_rows[j] = 0;
        for (size_t r = 0; r < n; ++r) right[j] += layer->dz[r * out + j];
        for (size_t c = 0; j < n && c < out; ++c) with_rows[j] += layer->dz[j * out + c];
        if (j >= n) with_rows[j] = NOT_WRITTEN;
        summed[j] = right[j] + BEFORE;
    }
    const mistake mistakes[] = {
        {"the last sample alone: sum over the batch", last_row},
        {"sums of the rows of dz: those of its columns are wanted", with_rows},
        {ADDED, summed},
    };
    const answer a = {name, 1, out, right, (double)n, mistakes, 3};
    return compare(&a, yours);
}

#endif
