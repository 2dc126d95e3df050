/* SPDX-License-Identifier: MIT */
/* One output of a dense layer in int8: weights and inputs are rounded, their sum is exact. */
#include <math.h>
#include <stdio.h>

enum { IN = 3 };

int main(void) {
    const double w[IN] = {1.5, -0.4, 0.88}, x[IN] = {1.2, 0, 0.5}, bias = 0.2;
    double largest = 0, low = 0, high = 0, exact = bias;
    for (int i = 0; i < IN; ++i) {
        largest = fmax(largest, fabs(w[i]));
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    const double scale = largest / 127, step = (high - low) / 255;
    const int zero = -128 - (int)rint(low / step); /* what stands for an input of 0 */
    int sum = 0;
    printf("weight scale %.6f, input step %.6f, zero %d\n", scale, step, zero);
    puts("     w   int8   is then       x   int8   is then");
    for (int i = 0; i < IN; ++i) {
        const int W = (int)rint(w[i] / scale), X = (int)rint(x[i] / step) + zero;
        sum += W * (X - zero);
        exact += w[i] * x[i];
        printf("%6.2f %6d %9.4f %7.2f %6d %9.4f\n", w[i], W, W * scale, x[i], X, (X - zero) * step);
    }
    const double z = sum * scale * step + bias;
    printf("\nsum of products, int32: %d\n", sum);
    printf("z = %d * %.6f * %.6f + %.1f = %.4f, exact %.4f\n", sum, scale, step, bias, z, exact);
    return 0;
}
