/* SPDX-License-Identifier: MIT */
#include "check.h"

void softmax_backward(size_t k, const double *p, const double *dp, double *dx);

enum { CLASSES = 4 };

int main(void) {
    const double p[CLASSES] = {0.2, 0.6, 0.15, 0.05}, dp[CLASSES] = {0.5, -1, 0.25, 2};
    double right[CLASSES], diagonal[CLASSES], unweighted[CLASSES], no_factor[CLASSES];
    double alone[CLASSES], summed[CLASSES], yours[CLASSES], again[CLASSES], dot = 0, sum = 0;
    for (int i = 0; i < CLASSES; ++i) {
        dot += dp[i] * p[i];
        sum += dp[i];
    }
    for (int i = 0; i < CLASSES; ++i) {
        right[i] = p[i] * (dp[i] - dot);
        diagonal[i] = dp[i] * p[i] * (1 - p[i]);
        unweighted[i] = p[i] * (dp[i] - sum);
        no_factor[i] = dp[i] - dot;
        alone[i] = p[i] * dp[i];
        summed[i] = right[i] + BEFORE;
        again[i] = BEFORE;
    }
    const mistake mistakes[] = {
        {"only the diagonal of the Jacobian: a score moves the other probabilities, too", diagonal},
        {"the sum of dp is not weighted by p", unweighted},
        {"missing the factor p", no_factor},
        {"the sum of dp_i p_i is not subtracted", alone},
        {ADDED, summed},
    };
    const answer a = {"dx", 1, CLASSES, right, 0, mistakes, 5};
    not_written(yours, CLASSES);
    softmax_backward(CLASSES, p, dp, yours);
    softmax_backward(CLASSES, p, dp, again);
    see_added(CLASSES, yours, again);
    return finished(compare(&a, yours));
}
