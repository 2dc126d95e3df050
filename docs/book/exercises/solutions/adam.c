/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stddef.h>

typedef struct adam {
    double rate, beta1, beta2, epsilon;
} adam;

void adam_step(const adam *rule, size_t t, size_t count, const double *g, double *m, double *v,
               double *w);

void adam_step(const adam *rule, size_t t, size_t count, const double *g, double *m, double *v,
               double *w) {
    const double c1 = 1 - pow(rule->beta1, (double)t), c2 = 1 - pow(rule->beta2, (double)t);
    for (size_t i = 0; i < count; ++i) {
        m[i] = rule->beta1 * m[i] + (1 - rule->beta1) * g[i];
        v[i] = rule->beta2 * v[i] + (1 - rule->beta2) * g[i] * g[i];
        w[i] -= rule->rate * (m[i] / c1) / (sqrt(v[i] / c2) + rule->epsilon);
    }
}
