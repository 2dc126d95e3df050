/* SPDX-License-Identifier: MIT */
/* The first steps of Adam on one weight: with and without the correction, and by the library. */
#include <math.h>

#include "common.h"

int main(void) {
    const double rate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, g = 4;
    double m = 0, v = 0;
    float w = 0, gradient = 4, first = 0, second = 0;
    tg_tensor W, G, M, V;
    const tg_update_rule rule = tg_adam(0.001f);
    check(tg_matrix_view(&w, 1, 1, &W));
    check(tg_matrix_view(&gradient, 1, 1, &G));
    check(tg_matrix_view(&first, 1, 1, &M));
    check(tg_matrix_view(&second, 1, 1, &V));
    puts(" t       m        v   m corrected  v corrected   step without   step with   library's");
    for (int t = 1; t <= 1000; ++t) {
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g * g;
        const double m_hat = m / (1 - pow(beta1, t)), v_hat = v / (1 - pow(beta2, t));
        const float before = w;
        check(tg_adam_step(&W, &G, &rule, (uint64_t)t, &M, &V));
        if (t > 3 && t != 10 && t != 100 && t != 1000) continue;
        printf("%4d %7.4f %8.4f %11.4f %12.4f %14.5f %11.5f %11.5f\n", t, m, v, m_hat, v_hat,
               rate * m / (sqrt(v) + epsilon), rate * m_hat / (sqrt(v_hat) + epsilon),
               (double)before - (double)w);
    }
    return 0;
}
