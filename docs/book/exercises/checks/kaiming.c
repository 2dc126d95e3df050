/* SPDX-License-Identifier: MIT */
#include "check.h"

void kaiming(size_t in, size_t out, const double *u, double *W);

enum { IN = 5, OUT = 3, COUNT = OUT * IN };

/* Numbers between low and high, spread as u is. */
static void spread(const double *u, double low, double high, double *W) {
    for (size_t i = 0; i < COUNT; ++i) W[i] = low + u[i] * (high - low);
}

int main(void) {
    const double a = sqrt(6.0 / IN), deviation = sqrt(2.0 / IN);
    double u[COUNT], right[COUNT], up[COUNT], half[COUNT], narrow[COUNT], identity[COUNT];
    double outputs[COUNT], xavier[COUNT], square[COUNT], whole[COUNT], W[COUNT];
    for (size_t i = 0; i < COUNT; ++i) u[i] = (double)(i * 7 % COUNT) / (COUNT - 1);
    spread(u, -a, a, right);
    spread(u, 0, a, up);
    spread(u, -a / 2, a / 2, half);
    spread(u, -deviation, deviation, narrow);
    spread(u, -sqrt(3.0 / IN), sqrt(3.0 / IN), identity);
    spread(u, -sqrt(6.0 / OUT), sqrt(6.0 / OUT), outputs);
    spread(u, -sqrt(6.0 / (IN + OUT)), sqrt(6.0 / (IN + OUT)), xavier);
    spread(u, -6.0 / IN, 6.0 / IN, square);
    spread(u, -sqrt(6 / IN), sqrt(6 / IN), whole); /* as C divides whole numbers */
    const mistake mistakes[] = {
        {"between 0 and a: without negative weights their mean is not 0", up},
        {"between -a/2 and a/2: from -a to a it is 2a", half},
        {"the deviation is taken for the bound: the variance of these is a third of it", narrow},
        {"of variance 1 / in: a ReLU throws half of the numbers away, so twice that", identity},
        {"by the number of outputs: each sum is over the inputs", outputs},
        {"Xavier's rule, which takes the mean of in and out", xavier},
        {"a is the square of what it should be: take the root", square},
        {"6 / in of whole numbers is cut off: write 6.0 / (double)in", whole},
    };
    const answer weights = {"W", OUT, IN, right, 0, mistakes, 8};
    not_written(W, COUNT);
    kaiming(IN, OUT, u, W);
    return finished(compare(&weights, W));
}
