/* SPDX-License-Identifier: MIT */
#include "check.h"

typedef struct adam {
    double rate, beta1, beta2, epsilon;
} adam;

void adam_step(const adam *rule, size_t t, size_t count, const double *g, double *m, double *v,
               double *w);

enum { COUNT = 3, STEPS = 3 };

static const adam rule = {0.1, 0.9, 0.99, 0.01};
static const double start[COUNT] = {1, -0.5, 2};
static const double g[STEPS][COUNT] = {{0.5, -1, 2}, {0.3, 1, -1}, {-0.2, 0.5, 0.25}};

typedef enum variant {
    RIGHT,
    UNCORRECTED,
    UNCORRECTED_M,
    UNCORRECTED_V,
    ONE_POWER,
    NO_ROOT,
    NO_SQUARE,
    EPSILON_INSIDE,
    EPSILON_INSIDE_UNCORRECTED,
    KEPT_CORRECTED,
    BETAS_SWAPPED,
    UP
} variant;

/* What one weight has become after all steps, done so. */
static double end_of(size_t i, variant how) {
    const double b1 = how == BETAS_SWAPPED ? rule.beta2 : rule.beta1;
    const double b2 = how == BETAS_SWAPPED ? rule.beta1 : rule.beta2;
    double w = start[i], m = 0, v = 0;
    for (size_t t = 1; t <= STEPS; ++t) {
        const double gradient = g[t - 1][i], power = how == ONE_POWER ? 1 : (double)t;
        m = b1 * m + (1 - b1) * gradient;
        v = b2 * v + (1 - b2) * (how == NO_SQUARE ? fabs(gradient) : gradient * gradient);
        const bool plain = how == UNCORRECTED || how == EPSILON_INSIDE_UNCORRECTED;
        const double c1 = plain || how == UNCORRECTED_M ? 1 : 1 - pow(b1, power);
        const double c2 = plain || how == UNCORRECTED_V ? 1 : 1 - pow(b2, power);
        const double m_hat = m / c1, v_hat = v / c2;
        if (how == KEPT_CORRECTED) {
            m = m_hat;
            v = v_hat;
        }
        double size = sqrt(v_hat) + rule.epsilon;
        if (how == NO_ROOT) size = v_hat + rule.epsilon;
        if (how == EPSILON_INSIDE || how == EPSILON_INSIDE_UNCORRECTED) {
            size = sqrt(v_hat + rule.epsilon);
        }
        w -= (how == UP ? -1 : 1) * rule.rate * m_hat / size;
    }
    return w;
}

static const struct {
    variant how;
    const char *says;
} table[] = {
    {UNCORRECTED, "missing the bias correction: divide m by 1 - beta1^t, v by 1 - beta2^t"},
    {UNCORRECTED_M, "m is not corrected: divide it by 1 - beta1^t"},
    {UNCORRECTED_V, "v is not corrected: divide it by 1 - beta2^t"},
    {ONE_POWER, "the corrections are those of the first step: beta^t, with t"},
    {NO_ROOT, "missing the root of v"},
    {NO_SQUARE, "missing the square of g in v"},
    {EPSILON_INSIDE, "epsilon stands beside the root, not under it"},
    {EPSILON_INSIDE_UNCORRECTED, "epsilon stands beside the root, and the correction is missing"},
    {KEPT_CORRECTED, "the corrected moments are kept: keep m and v as they are without it"},
    {BETAS_SWAPPED, "beta1 and beta2 are exchanged"},
    {UP, "wrong sign: the loss goes up along the gradient, so subtract"},
};
enum { KNOWN = sizeof table / sizeof *table };

int main(void) {
    double right[COUNT], gives[KNOWN][COUNT], w[COUNT], m[COUNT] = {0}, v[COUNT] = {0};
    mistake mistakes[KNOWN + 1] = {{"nothing is written yet", start}};
    for (size_t i = 0; i < COUNT; ++i) {
        w[i] = start[i];
        right[i] = end_of(i, RIGHT);
        for (size_t k = 0; k < KNOWN; ++k) gives[k][i] = end_of(i, table[k].how);
    }
    for (size_t k = 0; k < KNOWN; ++k) mistakes[k + 1] = (mistake){table[k].says, gives[k]};
    const answer a = {"w after three steps", 1, COUNT, right, 0, mistakes, KNOWN + 1};
    for (size_t t = 1; t <= STEPS; ++t) adam_step(&rule, t, COUNT, g[t - 1], m, v, w);
    return finished(compare(&a, w));
}
