/* SPDX-License-Identifier: MIT */
/* The sigmoid is the softmax of two scores, one of which is 0. */
#include <math.h>

#include "common.h"

enum { COUNT = 6 };

int main(void) {
    float z[COUNT] = {-3, -1, 0, 0.5f, 1, 3}, s[COUNT], pairs[COUNT][2], p[COUNT][2];
    tg_tensor x, y;
    for (int i = 0; i < COUNT; ++i) {
        pairs[i][0] = z[i];
        pairs[i][1] = 0;
    }
    check(tg_matrix_view(pairs[0], COUNT, 2, &x));
    check(tg_matrix_view(p[0], COUNT, 2, &y));
    check(tg_softmax_forward(&x, 1, &y));
    check(tg_matrix_view(z, COUNT, 1, &x));
    check(tg_matrix_view(s, COUNT, 1, &y));
    check(tg_sigmoid_forward(&x, &y));

    const double h = 1e-5;
    puts("   z  softmax([z, 0])  sigmoid(z)  1 - sigmoid(z)  s (1 - s)  slope of s");
    for (int i = 0; i < COUNT; ++i) {
        const double at = (double)z[i], here = (double)s[i];
        const double slope = (1 / (1 + exp(-at - h)) - 1 / (1 + exp(-at + h))) / (2 * h);
        printf("%4.1f   %.4f  %.4f      %.4f          %.4f     %.4f      %.4f\n", at,
               (double)p[i][0], (double)p[i][1], here, 1 - here, here * (1 - here), slope);
    }

    float two[2] = {2.0f, 0.5f}, difference[1] = {1.5f}, of_two[2], of_one[1];
    check(tg_matrix_view(two, 1, 2, &x));
    check(tg_matrix_view(of_two, 1, 2, &y));
    check(tg_softmax_forward(&x, 1, &y));
    check(tg_matrix_view(difference, 1, 1, &x));
    check(tg_matrix_view(of_one, 1, 1, &y));
    check(tg_sigmoid_forward(&x, &y));
    printf("\nsoftmax([2, 0.5]) = %.4f, %.4f\nsigmoid(2 - 0.5)  = %.4f\n", (double)of_two[0],
           (double)of_two[1], (double)of_one[0]);

    puts("\nThe other answer's probability at z = 40:");
    printf("  1 - sigmoid(40)  %.4g\n  sigmoid(-40)     %.4g\n", 1 - 1 / (1 + exp(-40)),
           exp(-40) / (1 + exp(-40)));
    return 0;
}
