/* SPDX-License-Identifier: MIT */
#include "check.h"

typedef double function(size_t count, const double *w);

void gradient(function *f, size_t count, double *w, double h, double *g);

enum { COUNT = 3 };

/* All terms are exact in floating point for the numbers below, and so are their differences. */
static double f(size_t count, const double *w) {
    double sum = w[0] * w[1];
    for (size_t i = 0; i < count; ++i) sum += w[i] * w[i] * w[i] - 4 * w[i];
    return sum;
}

static double moved(const double *w, size_t i, double by) {
    double there[COUNT];
    for (size_t j = 0; j < COUNT; ++j) there[j] = w[j] + (j == i ? by : 0);
    return f(COUNT, there);
}

int main(void) {
    const double at[COUNT] = {1.5, -2, 0.5}, h = 0.125;
    double right[COUNT], forward[COUNT], backward[COUNT], undivided[COUNT], walked[COUNT];
    double twice[COUNT], times[COUNT];
    double w[COUNT], walk[COUNT], yours[COUNT];
    for (size_t i = 0; i < COUNT; ++i) w[i] = walk[i] = at[i];
    for (size_t i = 0; i < COUNT; ++i) {
        const double above = moved(at, i, h), here = f(COUNT, at), below = moved(at, i, -h);
        right[i] = (above - below) / (2 * h);
        forward[i] = (above - here) / h;
        backward[i] = (here - below) / h;
        twice[i] = 2 * right[i];
        undivided[i] = above - below;
        times[i] = (above - below) / 2 * h;
        walked[i] = (moved(walk, i, h) - moved(walk, i, -h)) / (2 * h);
        walk[i] -= h;
    }
    const mistake mistakes[] = {
        {"a forward difference: the point itself is one of the two", forward},
        {"a backward difference: the point itself is one of the two", backward},
        {"not divided by 2h", undivided},
        {"w_i is not put back before the next one is moved", walked},
        {"divided by h: the two points are 2h apart", twice},
        {"/ 2 * h divides by 2 and multiplies by h: write / (2 * h)", times},
    };
    const answer a = {"g", 1, COUNT, right, 0, mistakes, 6};
    not_written(yours, COUNT);
    gradient(f, COUNT, w, h, yours);
    bool good = compare(&a, yours);
    for (size_t i = 0; i < COUNT; ++i) {
        if (w[i] != at[i]) {
            printf("w[%zu]: not put back\n", i);
            good = false;
        }
    }
    return finished(good);
}
