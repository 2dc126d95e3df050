/* SPDX-License-Identifier: MIT */
/* Softmax and cross-entropy backward: the long way through both, and the short one, p - y. */
#include <math.h>

#include "common.h"

enum { CLASSES = 4, TIGER = 2 };

static void print_row(const char *title, const double values[CLASSES]) {
    printf("%-34s", title);
    for (int i = 0; i < CLASSES; ++i) printf(" %8.4f", values[i]);
    putchar('\n');
}

int main(void) {
    const double x[CLASSES] = {1.25, 2.44, 0.78, 0.12}, rate = 1;
    double y[CLASSES] = {0}, p[CLASSES], dp[CLASSES], dx[CLASSES], short_way[CLASSES];
    double sum = 0, dot = 0;
    y[TIGER] = 1;
    for (int i = 0; i < CLASSES; ++i) sum += exp(x[i]);
    for (int i = 0; i < CLASSES; ++i) p[i] = exp(x[i]) / sum;

    for (int i = 0; i < CLASSES; ++i) dp[i] = y[i] > 0 ? -y[i] / p[i] : 0;
    for (int i = 0; i < CLASSES; ++i) dot += dp[i] * p[i];
    for (int i = 0; i < CLASSES; ++i) dx[i] = p[i] * (dp[i] - dot);
    for (int i = 0; i < CLASSES; ++i) short_way[i] = p[i] - y[i];

    printf("%-34s %8s %8s %8s %8s\n", "", "cat", "dog", "tiger", "none");
    print_row("y", y);
    print_row("p", p);
    print_row("dp = -y / p", dp);
    printf("%-34s %8.4f\n", "dot = sum of dp_i p_i", dot);
    print_row("dx = p (dp - dot), the long way", dx);
    print_row("dx = p - y, the short way", short_way);

    /* The library, in float32, and one step against the gradient. */
    float scores[CLASSES], gradient[CLASSES];
    const int32_t label = TIGER;
    double by_library[CLASSES], stepped[CLASSES], before, after;
    tg_tensor logits, slope;
    for (int i = 0; i < CLASSES; ++i) scores[i] = (float)x[i];
    check(tg_matrix_view(scores, 1, CLASSES, &logits));
    check(tg_matrix_view(gradient, 1, CLASSES, &slope));
    check(tg_softmax_cross_entropy(&logits, tg_labels(&label, 1), NULL, &before, &slope));
    for (int i = 0; i < CLASSES; ++i) by_library[i] = (double)gradient[i];
    print_row("tg_softmax_cross_entropy()", by_library);

    for (int i = 0; i < CLASSES; ++i) stepped[i] = x[i] - rate * by_library[i];
    for (int i = 0; i < CLASSES; ++i) scores[i] = (float)stepped[i];
    check(tg_softmax_cross_entropy(&logits, tg_labels(&label, 1), NULL, &after, NULL));
    print_row("\nscores before", x);
    print_row("scores after one step", stepped);
    printf("%-34s %8.4f\n%-34s %8.4f\n", "loss before", before, "loss after", after);

    const double lost = 800;
    puts("\nscores 0, 800, the first being right, in floating point");
    printf("  the long way:   dp = -1/p = %g\n", -1 / (exp(-lost) / (exp(-lost) + 1)));
    printf("  the short way:  dx = p - y = %g, %g\n", exp(-lost) - 1, 1 / (exp(-lost) + 1));
    return 0;
}
