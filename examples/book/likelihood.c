/* SPDX-License-Identifier: MIT */
/* Maximum likelihood: which probability makes what was seen the most likely? */
#include <math.h>
#include <stdio.h>

int main(void) {
    const int cats = 7, dogs = 3, pictures = cats + dogs;
    puts("  p of cat    likelihood  log-likelihood  cross-entropy");
    for (int i = 1; i <= 9; ++i) {
        const double p = i / 10.0;
        const double likelihood = pow(p, cats) * pow(1 - p, dogs);
        const double logarithm = cats * log(p) + dogs * log(1 - p);
        printf("       %.1f  %12.8f  %14.4f  %13.4f\n", p, likelihood, logarithm,
               -logarithm / pictures);
    }

    puts("\nA probability of 0.5 for each of many pictures:");
    for (int count = 10; count <= 10000; count *= 10) {
        printf("  %5d pictures: likelihood %.3g, cross-entropy %.4f\n", count, pow(0.5, count),
               -(count * log(0.5)) / count);
    }
    return 0;
}
