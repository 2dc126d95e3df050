/* SPDX-License-Identifier: MIT */
/* The maximum and the sum of exponentials of a row, in one pass; and with the row in two parts. */
#include <math.h>
#include <stdio.h>

typedef struct state {
    double maximum, sum; /* the sum is of exp(x - maximum) */
} state;

static state see(state s, double x) {
    const double m = fmax(s.maximum, x);
    return (state){m, s.sum * exp(s.maximum - m) + exp(x - m)};
}

static state join(state a, state b) {
    const double m = fmax(a.maximum, b.maximum);
    return (state){m, a.sum * exp(a.maximum - m) + b.sum * exp(b.maximum - m)};
}

int main(void) {
    const double x[] = {1.25, 2.44, 0.78, 0.12};
    state s = {-(double)INFINITY, 0};
    puts("   x   maximum       sum");
    for (int i = 0; i < 4; ++i) {
        s = see(s, x[i]);
        printf("%.2f  %8.2f  %8.6f\n", x[i], s.maximum, s.sum);
    }
    const state none = {-(double)INFINITY, 0};
    const state left = see(see(none, x[0]), x[1]), right = see(see(none, x[2]), x[3]);
    const state whole = join(left, right);
    printf("\nleft half   %8.2f  %8.6f\nright half  %8.2f  %8.6f\njoined      %8.2f  %8.6f\n",
           left.maximum, left.sum, right.maximum, right.sum, whole.maximum, whole.sum);
    printf("\nthe dog: exp(2.44 - %.2f) / %.6f = %.8f\n", s.maximum, s.sum,
           exp(x[1] - s.maximum) / s.sum);
    return 0;
}
