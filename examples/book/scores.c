/* SPDX-License-Identifier: MIT */
/* Scores become probabilities, and those an answer: softmax by the formula, argmax, one-hot. */
#include <math.h>
#include <stdio.h>

enum { CLASSES = 4 };

int main(void) {
    const char *const names[CLASSES] = {"cat", "dog", "tiger", "none"};
    const double scores[CLASSES] = {1.25, 2.44, 0.78, 0.12};
    double p[CLASSES], sum = 0, total = 0;
    int best = 0;

    for (int i = 0; i < CLASSES; ++i) sum += exp(scores[i]);
    for (int i = 0; i < CLASSES; ++i) p[i] = exp(scores[i]) / sum;
    for (int i = 1; i < CLASSES; ++i) {
        if (p[i] > p[best]) best = i;
    }

    puts("       score   exp(score)  probability  one-hot");
    for (int i = 0; i < CLASSES; ++i) {
        printf("%-5s %6.2f  %11.8f   %10.8f  %7d\n", names[i], scores[i], exp(scores[i]), p[i],
               i == best);
        total += p[i];
    }
    printf("sum           %11.8f   %10.8f\n\nargmax: %d, the %s\n", sum, total, best, names[best]);
    return 0;
}
