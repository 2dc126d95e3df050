/* SPDX-License-Identifier: MIT */
/* The Jacobian of softmax: by its formula, by differences, and what is computed in its place. */
#include <math.h>

#include "common.h"

enum { CLASSES = 4 };

static const char *const names[CLASSES] = {"cat", "dog", "tiger", "none"};

static void softmax(const double x[CLASSES], double p[CLASSES]) {
    double m = x[0], sum = 0;
    for (int i = 1; i < CLASSES; ++i) m = fmax(m, x[i]);
    for (int i = 0; i < CLASSES; ++i) sum += p[i] = exp(x[i] - m);
    for (int i = 0; i < CLASSES; ++i) p[i] /= sum;
}

static void print_matrix(const char *title, double J[CLASSES][CLASSES]) {
    printf("%-14s  d x_cat  d x_dog  d x_tiger  d x_none      sum\n", title);
    for (int i = 0; i < CLASSES; ++i) {
        double sum = 0;
        for (int j = 0; j < CLASSES; ++j) sum += J[i][j];
        printf("  d p_%-8s  %7.4f  %7.4f    %7.4f   %7.4f  %7.4f\n", names[i], J[i][0], J[i][1],
               J[i][2], J[i][3], fabs(sum) < 1e-9 ? 0 : sum);
    }
}

static void print_row(const char *title, const double values[CLASSES]) {
    printf("  %-24s", title);
    for (int i = 0; i < CLASSES; ++i) printf(" %8.4f", values[i]);
    putchar('\n');
}

int main(void) {
    const double x[CLASSES] = {1.25, 2.44, 0.78, 0.12}, h = 1e-5;
    double p[CLASSES], J[CLASSES][CLASSES], differences[CLASSES][CLASSES];
    softmax(x, p);

    for (int i = 0; i < CLASSES; ++i) {
        for (int j = 0; j < CLASSES; ++j) J[i][j] = p[i] * ((i == j) - p[j]);
    }
    print_matrix("formula", J);

    for (int j = 0; j < CLASSES; ++j) {
        double up[CLASSES], down[CLASSES], p_up[CLASSES], p_down[CLASSES];
        for (int i = 0; i < CLASSES; ++i) up[i] = down[i] = x[i];
        up[j] += h;
        down[j] -= h;
        softmax(up, p_up);
        softmax(down, p_down);
        for (int i = 0; i < CLASSES; ++i) differences[i][j] = (p_up[i] - p_down[i]) / (2 * h);
    }
    print_matrix("\ndifferences", differences);

    /* From dp, the gradient by the probabilities, to dx: through the matrix, and without it. */
    const double dp[CLASSES] = {0.5, -1, 0, 2};
    double through[CLASSES], without[CLASSES], dot = 0;
    for (int j = 0; j < CLASSES; ++j) {
        through[j] = 0;
        for (int i = 0; i < CLASSES; ++i) through[j] += dp[i] * J[i][j];
    }
    for (int i = 0; i < CLASSES; ++i) dot += dp[i] * p[i];
    for (int i = 0; i < CLASSES; ++i) without[i] = p[i] * (dp[i] - dot);
    puts("\na gradient on its way back");
    print_row("dp", dp);
    printf("  %-24s %8.4f\n", "dot = sum of dp_i p_i", dot);
    print_row("dx = dp J", through);
    print_row("dx = p (dp - dot)", without);

    puts("\nfor each sample, as float");
    const int sizes[] = {10, 1000, 50257};
    for (size_t i = 0; i < TG_COUNT(sizes); ++i) {
        const double k = sizes[i], bytes = sizeof(float);
        printf("  %5.0f classes: a row %6.0f bytes, the matrix %11.0f bytes\n", k, bytes * k,
               bytes * k * k);
    }
    return 0;
}
