/* SPDX-License-Identifier: MIT */
/* The same scores at several temperatures. */
#include "common.h"

enum { CLASSES = 4 };

int main(void) {
    float scores[CLASSES] = {1.25f, 2.44f, 0.78f, 0.12f}, p[CLASSES];
    const float temperatures[] = {0.01f, 0.25f, 1, 4, 100};
    tg_tensor x, y;
    check(tg_matrix_view(scores, 1, CLASSES, &x));
    check(tg_matrix_view(p, 1, CLASSES, &y));
    puts("temperature     cat     dog   tiger    none");
    for (size_t t = 0; t < TG_COUNT(temperatures); ++t) {
        check(tg_softmax_forward(&x, temperatures[t], &y));
        printf("%11g", (double)temperatures[t]);
        for (int i = 0; i < CLASSES; ++i) printf("  %.4f", (double)p[i]);
        putchar('\n');
    }
    return 0;
}
