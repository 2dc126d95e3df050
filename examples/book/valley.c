/* SPDX-License-Identifier: MIT */
/* Down a valley that is steep across and flat along: SGD, momentum and Adam, by the library. */
#include "common.h"

enum { STEPS = 60 };

/* f(w) = (w_0^2 + 50 w_1^2) / 2 */
static double f(const float w[2]) {
    return ((double)w[0] * (double)w[0] + 50 * (double)w[1] * (double)w[1]) / 2;
}

static void run(const char *title, tg_update_rule rule) {
    float w[2] = {10, 1}, g[2];
    tg_tensor weight, gradient;
    tg_optimizer *optimizer = NULL;
    check(tg_matrix_view(w, 1, 2, &weight));
    check(tg_matrix_view(g, 1, 2, &gradient));
    check(tg_optimizer_create(tg_cpu(), 2, &rule, &optimizer));
    printf("%-26s", title);
    for (int t = 1; t <= STEPS; ++t) {
        g[0] = w[0];
        g[1] = 50 * w[1];
        check(tg_optimizer_step(optimizer, rule.learning_rate, &gradient, &weight));
        if (t == 1 || t == 3 || t == 10 || t == 30 || t == STEPS) printf(" %9.3g", f(w));
    }
    putchar('\n');
    tg_optimizer_destroy(optimizer);
}

int main(void) {
    puts("f = 75 at the start            step 1         3        10        30        60");
    run("SGD, rate 0.05", tg_sgd(0.05f));
    run("SGD, rate 0.038", tg_sgd(0.038f));
    run("SGD, rate 0.02", tg_sgd(0.02f));
    run("momentum 0.8, rate 0.02", tg_momentum(0.02f, 0.8f));
    run("Nesterov 0.8, rate 0.02", tg_nesterov(0.02f, 0.8f));
    run("Adam, rate 0.02", tg_adam(0.02f));
    run("Adam, rate 1", tg_adam(1));
    return 0;
}
