/* SPDX-License-Identifier: MIT */
/* Where the formula of softmax has no answer in floating point, and the one that has. */
#include <math.h>
#include <stdio.h>

enum { CLASSES = 3 };

/* printf may write a sign before nan, which means nothing. */
static void print_number(double value) {
    if (isnan(value))
        printf("      nan");
    else
        printf("  %7.4g", value);
}

static void print_row(const char *title, double sum, const double p[CLASSES]) {
    printf("  %-19s sum", title);
    print_number(sum);
    printf("   p");
    for (int i = 0; i < CLASSES; ++i) print_number(p[i]);
    putchar('\n');
}

static void as_it_stands(const double x[CLASSES]) {
    double p[CLASSES], sum = 0;
    for (int i = 0; i < CLASSES; ++i) sum += exp(x[i]);
    for (int i = 0; i < CLASSES; ++i) p[i] = exp(x[i]) / sum;
    print_row("as it stands", sum, p);
}

static void with_maximum(const double x[CLASSES]) {
    double p[CLASSES], m = x[0], sum = 0;
    for (int i = 1; i < CLASSES; ++i) m = fmax(m, x[i]);
    for (int i = 0; i < CLASSES; ++i) sum += exp(x[i] - m);
    for (int i = 0; i < CLASSES; ++i) p[i] = exp(x[i] - m) / sum;
    print_row("maximum subtracted", sum, p);
}

static void both(const char *title, const double x[CLASSES]) {
    puts(title);
    as_it_stands(x);
    with_maximum(x);
}

/* The same differences, near 0 and near 1000, in float. */
static void print_rounded(float base) {
    const float x[CLASSES] = {base + 0.1f, base + 0.3f, base + 0.2f};
    double e[CLASSES], sum = 0;
    for (int i = 0; i < CLASSES; ++i) sum += e[i] = exp((double)(x[i] - x[1]));
    printf("  scores");
    for (int i = 0; i < CLASSES; ++i) printf("  %11.6f", (double)x[i]);
    printf("   p");
    for (int i = 0; i < CLASSES; ++i) printf("  %.6f", e[i] / sum);
    putchar('\n');
}

int main(void) {
    const double small[CLASSES] = {1, 3, 2}, large[CLASSES] = {1000, 1002, 1001};
    const double low[CLASSES] = {-1001, -999, -1000}, sure[CLASSES] = {0, 1000, 0};

    puts("the largest x for which exp(x) is a number");
    printf("  float:  exp(88) = %.4g, exp(89) = %.4g\n", (double)expf(88), (double)expf(89));
    printf("  double: exp(709) = %.4g, exp(710) = %.4g\n", exp(709), exp(710));
    putchar('\n');
    both("scores 1, 3, 2", small);
    both("scores 1000, 1002, 1001", large);
    both("scores -1001, -999, -1000", low);

    const double sum = exp(sure[0] - 1000) + exp(sure[1] - 1000) + exp(sure[2] - 1000);
    puts("\nscores 0, 1000, 0: the logarithm of the first probability");
    printf("  log(softmax):  %g\n", log(exp(sure[0] - 1000) / sum));
    printf("  log-softmax:   %g\n", sure[0] - 1000 - log(sum));

    puts("\nin float, 0 and 1000 added to 0.1, 0.3, 0.2");
    print_rounded(0);
    print_rounded(1000);
    return 0;
}
