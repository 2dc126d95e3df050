/* SPDX-License-Identifier: MIT */
#include "check.h"

void log_softmax(size_t k, const double *x, double *y);

enum { CLASSES = 3 };

static bool check(const char *name, const double x[CLASSES]) {
    double right[CLASSES], softmax[CLASSES], half[CLASSES], twice[CLASSES], of_softmax[CLASSES];
    double yours[CLASSES], m = x[0], sum = 0;
    for (int i = 1; i < CLASSES; ++i) m = fmax(m, x[i]);
    for (int i = 0; i < CLASSES; ++i) sum += exp(x[i] - m);
    for (int i = 0; i < CLASSES; ++i) {
        right[i] = x[i] - m - log(sum);
        softmax[i] = exp(x[i] - m) / sum;
        half[i] = x[i] - log(sum);
        twice[i] = x[i] - m;
        of_softmax[i] = log(softmax[i]);
    }
    const mistake mistakes[] = {
        {"this is softmax: its logarithm is wanted", softmax},
        {"the largest score is subtracted within exp() only", half},
        {"the logarithm of the sum is not subtracted", twice},
        {"the logarithm of a softmax: a small probability has become 0", of_softmax},
    };
    const answer a = {name, 1, CLASSES, right, 0, mistakes, 4};
    not_written(yours, CLASSES);
    log_softmax(CLASSES, x, yours);
    const bool finite = all_finite(yours, CLASSES);
    if (!finite && x[0] < 0)
        puts("each exp() is 0, so the largest score was not subtracted: it is negative here");
    else if (!finite)
        puts("exp() overflows: subtract the largest score, not the mean or the first");
    return compare(&a, yours);
}

int main(void) {
    const double ordinary[CLASSES] = {1.5, 3, -2}, sure[CLASSES] = {0, 3000, -1000};
    const double negative[CLASSES] = {-1001, -999, -1000};
    return finished(check("y of ordinary scores", ordinary) && check("y of large scores", sure) &&
                    check("y of negative scores", negative));
}
