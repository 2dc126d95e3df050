/* SPDX-License-Identifier: MIT */
/* Uses tiny.c, which `tigrillo export` wrote: docs/book/13-model-as-c.md. */
#include <stdio.h>

#include "tiny.h"

int main(void) {
    const float x[TINY_INPUTS] = {0.25f, -1, 0.5f, 2};
    float y[TINY_OUTPUTS];
    if (tiny_predict(x, y) != 0) return 1;
    for (int i = 0; i < TINY_OUTPUTS; ++i) printf("%.4f\n", (double)y[i]);
    printf("self-test: %d\n", tiny_self_test());
    return 0;
}
