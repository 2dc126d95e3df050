/* SPDX-License-Identifier: MIT */
#include "check.h"

void sigmoid_backward(size_t count, const double *y, const double *dy, double *dx);

enum { COUNT = 4 };

int main(void) {
    const double x[COUNT] = {-2, 0.5, 1, 3}, dy[COUNT] = {0.5, -1, 2, 0.25};
    double y[COUNT], right[COUNT], alone[COUNT], half[COUNT], of_y[COUNT], tanh_like[COUNT];
    double summed[COUNT], yours[COUNT], again_yours[COUNT];
    for (int i = 0; i < COUNT; ++i) {
        y[i] = 1 / (1 + exp(-x[i]));
        right[i] = dy[i] * y[i] * (1 - y[i]);
        alone[i] = y[i] * (1 - y[i]);
        half[i] = dy[i] * y[i];
        const double again = 1 / (1 + exp(-y[i]));
        of_y[i] = dy[i] * again * (1 - again);
        summed[i] = right[i] + BEFORE;
        again_yours[i] = BEFORE;
        tanh_like[i] = dy[i] * (1 - y[i] * y[i]);
    }
    const mistake mistakes[] = {
        {"missing dy: the chain rule multiplies by what comes from above", alone},
        {"missing the factor 1 - y", half},
        {"the sigmoid is taken of y, which is its result already", of_y},
        {"1 - y^2 is the derivative of tanh", tanh_like},
        {ADDED, summed},
    };
    const answer a = {"dx", 1, COUNT, right, 0, mistakes, 5};
    not_written(yours, COUNT);
    sigmoid_backward(COUNT, y, dy, yours);
    sigmoid_backward(COUNT, y, dy, again_yours);
    see_added(COUNT, yours, again_yours);
    return finished(compare(&a, yours));
}
