/* SPDX-License-Identifier: MIT */
#include "check.h"

void softmax(size_t k, const double *x, double *p);

enum { CLASSES = 4 };

static bool ordinary_scores(void) {
    const double x[CLASSES] = {1.25, 2.44, -0.78, 0.12};
    double right[CLASSES], plain[CLASSES], exps[CLASSES], sigmoids[CLASSES], by_largest[CLASSES];
    double yours[CLASSES], sum = 0, plain_sum = 0, largest = 0;
    for (int i = 0; i < CLASSES; ++i) {
        sum += exps[i] = exp(x[i]);
        plain_sum += x[i];
        largest = fmax(largest, exps[i]);
    }
    for (int i = 0; i < CLASSES; ++i) {
        right[i] = exps[i] / sum;
        plain[i] = x[i] / plain_sum;
        sigmoids[i] = 1 / (1 + exp(-x[i]));
        by_largest[i] = exps[i] / largest;
    }
    const mistake mistakes[] = {
        {"missing exp: this divides the scores by their sum", plain},
        {"not divided by the sum", exps},
        {"divided by the largest instead of the sum", by_largest},
        {"a sigmoid of each score: the sum is not 1", sigmoids},
    };
    const answer a = {"p of ordinary scores", 1, CLASSES, right, 0, mistakes, 4};
    not_written(yours, CLASSES);
    softmax(CLASSES, x, yours);
    return compare(&a, yours);
}

static bool large_scores(void) {
    const double x[CLASSES] = {1000, 1001, -1000, 1002};
    const double sum = exp(-2) + exp(-1) + 1;
    const double right[CLASSES] = {exp(-2) / sum, exp(-1) / sum, 0, 1 / sum};
    /* The sums are infinite: inf / inf, and 0 / inf. */
    const answer a = {"p of large scores", 1, CLASSES, right, 0, NULL, 0};
    double yours[CLASSES];
    not_written(yours, CLASSES);
    softmax(CLASSES, x, yours);
    bool finite = true;
    for (int i = 0; i < CLASSES; ++i) finite = finite && isfinite(yours[i]);
    if (!finite) puts("exp() overflows: subtract the largest score from all of them first");
    return compare(&a, yours);
}

int main(void) {
    return finished(ordinary_scores() && large_scores());
}
