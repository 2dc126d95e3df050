/* SPDX-License-Identifier: MIT */
#include "check.h"

void momentum_step(size_t count, double rate, double momentum, const double *g, double *v,
                   double *w);

enum { COUNT = 3, STEPS = 3 };

static const double start[COUNT] = {1, -0.5, 2}, rate = 0.1, momentum = 0.5;
static const double g[STEPS][COUNT] = {{0.5, -1, 2}, {0.3, 1, -1}, {-0.2, 0.5, 0.25}};

/* What one weight has become after all steps: v = keep v + part g, w -= rate v. With `old`, w moves
 * by the velocity before. */
static double end_of(size_t i, double sign, double by, double keep, double part, bool old) {
    double w = start[i], v = 0;
    for (size_t t = 0; t < STEPS; ++t) {
        const double before = v;
        v = keep * v + part * g[t][i];
        w -= sign * by * (old ? before : v);
    }
    return w;
}

int main(void) {
    double right[COUNT], plain[COUNT], up[COUNT], mean[COUNT], no_decay[COUNT], old[COUNT];
    double rate_twice[COUNT], no_rate[COUNT], w[COUNT], v[COUNT] = {0};
    for (size_t i = 0; i < COUNT; ++i) {
        w[i] = start[i];
        right[i] = end_of(i, 1, rate, momentum, 1, false);
        plain[i] = end_of(i, 1, rate, 0, 1, false);
        up[i] = end_of(i, -1, rate, momentum, 1, false);
        mean[i] = end_of(i, 1, rate, momentum, 1 - momentum, false);
        no_decay[i] = end_of(i, 1, rate, 1, 1, false);
        old[i] = end_of(i, 1, rate, momentum, 1, true);
        rate_twice[i] = end_of(i, 1, rate * rate, momentum, 1, false);
        no_rate[i] = end_of(i, 1, 1, momentum, 1, false);
    }
    const mistake mistakes[] = {
        {"nothing is written yet", start},
        {"this is SGD without momentum: the velocity is not kept from step to step", plain},
        {"wrong sign: the loss goes up along the gradient, so subtract", up},
        {"g is weighted by 1 - momentum; here it is added as it is", mean},
        {"the old velocity does not fade: multiply it by momentum", no_decay},
        {"w moves by the old velocity: update v first", old},
        {"the learning rate is in twice", rate_twice},
        {"missing the learning rate", no_rate},
    };
    const answer a = {"w after three steps", 1, COUNT, right, 0, mistakes, 8};
    for (size_t t = 0; t < STEPS; ++t) momentum_step(COUNT, rate, momentum, g[t], v, w);
    return finished(compare(&a, w));
}
