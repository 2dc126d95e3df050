/* SPDX-License-Identifier: MIT */
/* Why not the squared error? The slopes of both losses where the answer should have been "yes". */
#include <math.h>
#include <stdio.h>

int main(void) {
    const double scores[] = {-8, -4, -2, 0, 2, 4};
    puts("                squared error         cross-entropy");
    puts("score       p   (p - 1)^2    slope    -log p    slope");
    for (size_t i = 0; i < sizeof scores / sizeof *scores; ++i) {
        const double z = scores[i], p = 1 / (1 + exp(-z));
        printf("%5.0f  %.4f      %.4f  %7.4f  %8.4f  %7.4f\n", z, p, (p - 1) * (p - 1),
               2 * (p - 1) * p * (1 - p), -log(p), p - 1);
    }
    return 0;
}
