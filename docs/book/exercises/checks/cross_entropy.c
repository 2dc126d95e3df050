/* SPDX-License-Identifier: MIT */
#include "check.h"

double cross_entropy(size_t n, size_t k, const double *p, const size_t *labels);

enum { SAMPLES = 3, CLASSES = 4 };

int main(void) {
    const double p[SAMPLES * CLASSES] = {0.20, 0.60, 0.12, 0.08, 0.85, 0.05,
                                         0.04, 0.06, 0.10, 0.15, 0.70, 0.05};
    const size_t labels[SAMPLES] = {2, 0, 3};
    double logs = 0, plain = 0, largest = 0, all = 0, others = 0, column = 0, by_column = 0;
    for (size_t r = 0; r < SAMPLES; ++r) {
        const double *row = p + r * CLASSES, right = row[labels[r]];
        double most = 0;
        for (size_t c = 0; c < CLASSES; ++c) {
            most = fmax(most, row[c]);
            all -= log(row[c]) / SAMPLES;
        }
        logs -= log(right) / SAMPLES;
        plain += right / SAMPLES;
        largest -= log(most) / SAMPLES;
        others -= log(1 - right) / SAMPLES;
        column -= log(p[labels[r]]) / SAMPLES;
        by_column -= log(p[labels[r] * SAMPLES + r]) / SAMPLES;
    }
    const double base_2 = logs / log(2), base_10 = logs / log(10), by_classes = logs / CLASSES;
    const mistake mistakes[] = {
        {"missing log: this is the mean probability of the labels", &plain},
        {"the probability of the likeliest class is taken, not that of the label", &largest},
        {"all classes are added up: only the label counts", &all},
        {"1 - p is taken instead of p", &others},
        {"the first row is used for every sample: missing r * k", &column},
        {"transposed: rows are k long, p[r * k + c]", &by_column},
        {"log2() is taken: the natural logarithm is wanted, log()", &base_2},
        {"log10() is taken: the natural logarithm is wanted, log()", &base_10},
        {"divided by n k: the mean is over the samples alone", &by_classes},
    };
    const answer a = {"loss", 1, 1, &logs, SAMPLES, mistakes, 9};
    const double yours = cross_entropy(SAMPLES, CLASSES, p, labels);
    return finished(compare(&a, &yours));
}
