/* SPDX-License-Identifier: MIT */
/* The cross-entropy of three pictures: by hand, and by the library. */
#include <math.h>

#include "common.h"

enum { PICTURES = 3, CLASSES = 4 };

static const char *const names[CLASSES] = {"cat", "dog", "tiger", "none"};

int main(void) {
    float scores[PICTURES][CLASSES] = {
        {1.25f, 2.44f, 0.78f, 0.12f}, {2.9f, 0.4f, -0.2f, 0.3f}, {0.5f, 0.1f, 2.2f, -1.0f}};
    const int32_t labels[PICTURES] = {2, 0, 2}; /* tiger, cat, tiger */
    float p[PICTURES][CLASSES];
    tg_tensor x, y;
    check(tg_matrix_view(scores[0], PICTURES, CLASSES, &x));
    check(tg_matrix_view(p[0], PICTURES, CLASSES, &y));
    check(tg_softmax_forward(&x, 1, &y));

    double sum = 0, likelihood = 1;
    puts("picture     cat     dog   tiger    none   label     p of it    -log p");
    for (int r = 0; r < PICTURES; ++r) {
        const double right = (double)p[r][labels[r]];
        printf("%7d", r);
        for (int c = 0; c < CLASSES; ++c) printf("  %.4f", (double)p[r][c]);
        printf("   %-5s     %.4f    %.4f\n", names[labels[r]], right, -log(right));
        sum -= log(right);
        likelihood *= right;
    }
    printf("\nlikelihood of the three labels  %.4f\n", likelihood);
    printf("sum of -log p                   %.4f\n", sum);
    printf("mean of -log p: cross-entropy   %.4f\n", sum / PICTURES);

    double loss;
    check(tg_softmax_cross_entropy(&x, tg_labels(labels, PICTURES), NULL, &loss, NULL));
    printf("by the library                  %.4f\n", loss);

    puts("\nA guess, 1/k for each class:");
    for (int k = 2; k <= 1000; k = k == 2 ? 4 : k == 4 ? 10 : k * 10) {
        printf("  %4d classes  -log(1/k) = %.4f\n", k, log(k));
    }
    return 0;
}
