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

/* For which exp() does not do, whatever is subtracted, unless that is the largest. */
static bool extreme_scores(const char *name, const double x[CLASSES], const char *if_not_finite) {
    double right[CLASSES], yours[CLASSES], m = x[0], sum = 0;
    for (int i = 1; i < CLASSES; ++i) m = fmax(m, x[i]);
    for (int i = 0; i < CLASSES; ++i) sum += right[i] = exp(x[i] - m);
    for (int i = 0; i < CLASSES; ++i) right[i] /= sum;
    const answer a = {name, 1, CLASSES, right, 0, NULL, 0};
    not_written(yours, CLASSES);
    softmax(CLASSES, x, yours);
    if (!all_finite(yours, CLASSES)) puts(if_not_finite);
    return compare(&a, yours);
}

int main(void) {
    const double large[CLASSES] = {1000, 1001, -1000, 1002}, one[CLASSES] = {-2, 3000, 0, 1};
    const double negative[CLASSES] = {-1001, -999, -1000, -1003};
    return finished(
        ordinary_scores() &&
        extreme_scores("p of large scores", large,
                       "exp() overflows: subtract the largest score from all of them first") &&
        extreme_scores("p of one large score", one,
                       "exp() overflows: subtract the largest score, not the mean or the first") &&
        extreme_scores("p of negative scores", negative,
                       "0 / 0: each exp() is 0, so the largest score was not subtracted: it is "
                       "negative here"));
}
