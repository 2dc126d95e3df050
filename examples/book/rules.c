/* SPDX-License-Identifier: MIT */
/* How large weights should be: two answers to exercises. */
#include <math.h>
#include <stdio.h>

int main(void) {
    printf("784 inputs, Kaiming: deviation %.4f, bound %.4f\n", sqrt(2.0 / 784), sqrt(6.0 / 784));
    printf("twenty layers of ReLU, v = 1/in: %.6f\n", sqrt(1 / pow(2, 20)));
    return 0;
}
