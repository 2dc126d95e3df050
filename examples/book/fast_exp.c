/* SPDX-License-Identifier: MIT */
/* exp(x) as 2^n exp(r): the parts, and how exact a polynomial for exp(r) is. */
#include <math.h>
#include <stdio.h>

static const double ln2 = 0.69314718055994530942;

/* The first terms of 1 + r + r^2/2 + r^3/6 + ... */
static double taylor(double r, int degree) {
    double sum = 1;
    for (int i = degree; i > 0; --i) sum = sum * r / i + 1;
    return sum;
}

/* Degree 6 with the coefficients of src/cpu/kernels/exp.h, which were fitted to this interval. */
static double fitted(double r) {
    double p = 0x1.6ae6e0p-10;
    p = p * r + 0x1.1267d8p-7;
    p = p * r + 0x1.555824p-5;
    p = p * r + 0x1.555418p-3;
    p = p * r + 0x1.fffffcp-2;
    return (p * r + 1) * r + 1;
}

int main(void) {
    puts("       x    n         r    exp(r)     2^n exp(r)         exp(x)");
    const double xs[] = {0.12, 2.44, -7.5, 20, -20};
    for (int i = 0; i < 5; ++i) {
        const double x = xs[i], n = rint(x / ln2), r = x - n * ln2;
        printf("%8.2f %4.0f %9.5f %9.6f %14.7g %14.7g\n", x, n, r, exp(r), ldexp(exp(r), (int)n),
               exp(x));
    }
    puts("\nlargest relative error of the polynomial, |r| up to");
    puts("degree   ln 2 / 2   ln 2 / 32");
    for (int degree = 2; degree <= 7; ++degree) {
        double worst[2] = {0};
        for (int i = -1000; i <= 1000; ++i) {
            for (int narrow = 0; narrow < 2; ++narrow) {
                const double r = i / 1000.0 * ln2 / (narrow ? 32 : 2);
                worst[narrow] = fmax(worst[narrow], fabs(taylor(r, degree) / exp(r) - 1));
            }
        }
        printf("%6d %10.0e", degree, worst[0]);
        if (degree <= 4) printf(" %11.0e", worst[1]);
        putchar('\n');
    }
    double worst = 0;
    for (int i = -1000; i <= 1000; ++i) {
        const double r = i / 1000.0 * ln2 / 2;
        worst = fmax(worst, fabs(fitted(r) / exp(r) - 1));
    }
    printf("fitted, 6 %7.0e\n", worst);
    return 0;
}
