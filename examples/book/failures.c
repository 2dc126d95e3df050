/* SPDX-License-Identifier: MIT */
/* Ways to make probabilities of scores, and where all but one of them fail. */
#include <math.h>
#include <stdio.h>

enum { CLASSES = 3 };

static void print(const char *title, const double values[CLASSES]) {
    double sum = 0;
    printf("  %-10s", title);
    for (int i = 0; i < CLASSES; ++i) {
        printf(" %7.3f", values[i]);
        sum += values[i];
    }
    if (isnan(sum)) /* printf may write a sign before nan, which means nothing */
        puts("   sum     nan");
    else
        printf("   sum %7.3f\n", sum);
}

/* All but the largest become 0. */
static void argmax(const double x[CLASSES], double p[CLASSES]) {
    int best = 0;
    for (int i = 1; i < CLASSES; ++i) {
        if (x[i] > x[best]) best = i;
    }
    for (int i = 0; i < CLASSES; ++i) p[i] = i == best;
}

static void plain_sum(const double x[CLASSES], double p[CLASSES]) {
    double sum = 0;
    for (int i = 0; i < CLASSES; ++i) sum += x[i];
    for (int i = 0; i < CLASSES; ++i) p[i] = x[i] / sum;
}

static void sigmoids(const double x[CLASSES], double p[CLASSES]) {
    for (int i = 0; i < CLASSES; ++i) p[i] = 1 / (1 + exp(-x[i]));
}

static void softmax(const double x[CLASSES], double p[CLASSES]) {
    double sum = 0;
    for (int i = 0; i < CLASSES; ++i) sum += exp(x[i]);
    for (int i = 0; i < CLASSES; ++i) p[i] = exp(x[i]) / sum;
}

int main(void) {
    const double examples[][CLASSES] = {
        {0.1, 0.9, 0.2}, {0, 0.9, 0.1}, {0.25, 1.23, -0.8}, {-0.25, 1, -0.75}};
    for (size_t e = 0; e < sizeof examples / sizeof *examples; ++e) {
        const double *x = examples[e];
        double p[CLASSES];
        if (e > 0) putchar('\n');
        print("scores", x);
        argmax(x, p);
        print("argmax", p);
        plain_sum(x, p);
        print("plain sum", p);
        sigmoids(x, p);
        print("sigmoids", p);
        softmax(x, p);
        print("softmax", p);
    }
    return 0;
}
