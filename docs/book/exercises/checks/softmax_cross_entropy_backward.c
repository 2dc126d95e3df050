/* SPDX-License-Identifier: MIT */
#include "check.h"

void softmax_cross_entropy_backward(size_t n, size_t k, const double *p, const size_t *labels,
                                    double *dx);

enum { SAMPLES = 3, CLASSES = 4, COUNT = SAMPLES * CLASSES };

int main(void) {
    const double p[COUNT] = {0.20, 0.60, 0.12, 0.08, 0.85, 0.05,
                             0.04, 0.06, 0.10, 0.15, 0.70, 0.05};
    const size_t labels[SAMPLES] = {2, 0, 3};
    double right[COUNT], no_label[COUNT], other_way[COUNT], label_alone[COUNT], by_classes[COUNT];
    double summed[COUNT], yours[COUNT], again[COUNT];
    for (size_t i = 0; i < COUNT; ++i) {
        const bool is_label = i % CLASSES == labels[i / CLASSES];
        right[i] = (p[i] - is_label) / SAMPLES;
        no_label[i] = p[i] / SAMPLES;
        other_way[i] = is_label ? -1 / p[i] / SAMPLES : 0;
        label_alone[i] = is_label ? right[i] : 0;
        summed[i] = right[i] + BEFORE;
        again[i] = BEFORE;
        by_classes[i] = (p[i] - is_label) / COUNT;
    }
    const mistake mistakes[] = {
        {"the label's 1 is not subtracted", no_label},
        {"this is the gradient by the probabilities; that by the scores is wanted", other_way},
        {"only at the labels: the other scores have a gradient, too", label_alone},
        {"divided by n k: the mean is over the samples alone", by_classes},
        {ADDED, summed},
    };
    const answer a = {"dx", SAMPLES, CLASSES, right, SAMPLES, mistakes, 5};
    not_written(yours, COUNT);
    softmax_cross_entropy_backward(SAMPLES, CLASSES, p, labels, yours);
    softmax_cross_entropy_backward(SAMPLES, CLASSES, p, labels, again);
    see_added(COUNT, yours, again);
    return finished(compare(&a, yours));
}
