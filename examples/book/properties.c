/* SPDX-License-Identifier: MIT */
/* What softmax keeps and what it makes, looked at for scores in an order that is not theirs. */
#include "common.h"

enum { CLASSES = 3 };

int main(void) {
    float scores[CLASSES] = {1, 3, 2}, p[CLASSES];
    tg_tensor x, y;
    check(tg_matrix_view(scores, 1, CLASSES, &x));
    check(tg_matrix_view(p, 1, CLASSES, &y));
    check(tg_softmax_forward(&x, /* temperature */ 1, &y));

    int ordered = 1, positive = 1;
    double sum = 0;
    for (int i = 0; i < CLASSES; ++i) {
        for (int j = 0; j < CLASSES; ++j) ordered &= (scores[i] < scores[j]) == (p[i] < p[j]);
        positive &= p[i] > 0;
        sum += (double)p[i];
    }
    printf("scores   %6.0f %6.0f %6.0f\n", (double)scores[0], (double)scores[1], (double)scores[2]);
    printf("softmax  %6.4f %6.4f %6.4f\n\n", (double)p[0], (double)p[1], (double)p[2]);
    printf("order kept:   %s\n", ordered ? "yes" : "no");
    printf("all positive: %s\n", positive ? "yes" : "no");
    printf("sum:          %.4f\n", sum);
    return 0;
}
