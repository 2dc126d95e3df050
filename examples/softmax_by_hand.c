/* SPDX-License-Identifier: MIT */
/* Softmax, step by step: how scores become probabilities, and how a network learns from them. */
#include <math.h>

#include "common.h"

enum { CAT, DOG, TIGER, NONE, CLASSES };

/* The library works on tensors. A view makes a tensor of numbers that are already somewhere; here
 * of one row, as if a network had seen one picture. */
static tg_tensor row(float *values, size_t count) {
    tg_tensor view;
    check(tg_matrix_view(values, 1, count, &view));
    return view;
}

static void print_row(const char *title, const float *values, size_t count) {
    printf("  %-24s", title);
    for (size_t i = 0; i < count; ++i) printf(" %9.4f", (double)values[i]);
    putchar('\n');
}

/* y_i = exp(x_i / T) / sum_j exp(x_j / T) */
static void print_softmax(const char *title, float *scores, size_t count, float temperature) {
    float probabilities[CLASSES];
    tg_tensor x = row(scores, count), y = row(probabilities, count);
    check(tg_softmax_forward(&x, temperature, &y));
    print_row(title, probabilities, count);
}

/* y_i = x_i / sum_j x_j */
static void print_plain_sum(const char *title, float *scores, size_t count) {
    float shares[CLASSES];
    tg_tensor x = row(scores, count), y = row(shares, count);
    check(tg_sum_normalize_forward(&x, &y));
    print_row(title, shares, count);
}

/* A network looks at a picture and gives each class a score, the logit: any number, the larger the
 * likelier. Probabilities must be positive and sum to 1. exp() makes everything positive and keeps
 * the order; division by the sum does the rest:
 *
 *     p_i = exp(x_i) / sum_j exp(x_j) */
static void by_hand(void) {
    const char *const names[CLASSES] = {"cat", "dog", "tiger", "none"};
    const double scores[CLASSES] = {1.25, 2.44, 0.78, 0.12};
    double sum = 0, total = 0;
    puts("1. From scores to probabilities\n\n            score    exp(score)  probability");
    for (int i = 0; i < CLASSES; ++i) sum += exp(scores[i]);
    for (int i = 0; i < CLASSES; ++i) {
        printf("  %-6s %8.2f %13.8f %12.8f\n", names[i], scores[i], exp(scores[i]),
               exp(scores[i]) / sum);
        total += exp(scores[i]) / sum;
    }
    printf("  sum             %13.8f %12.8f\n\n", sum, total);
}

/* Whoever needs one answer takes the largest probability: argmax. It is where the largest score is,
 * so that an answer alone needs no softmax. The temperature T divides the scores first: below 1
 * the largest takes nearly all, above 1 all become alike. The order, and so argmax, stays. */
static void argmax_and_temperature(void) {
    float scores[CLASSES] = {1.25f, 2.44f, 0.78f, 0.12f};
    const float temperatures[] = {0.25f, 1, 4, 100};
    tg_tensor x = row(scores, CLASSES);
    int32_t best;
    check(tg_argmax(&x, &best));
    printf("2. Argmax: class %d, the dog\n\n   Temperature\n\n", (int)best);
    for (size_t i = 0; i < TG_COUNT(temperatures); ++i) {
        char title[32];
        snprintf(title, sizeof title, "T = %g", (double)temperatures[i]);
        print_softmax(title, scores, CLASSES, temperatures[i]);
    }
}

/* Why not divide by the sum right away? For positive scores that gives shares indeed, but a
 * network's scores can be negative: then a "probability" is below 0 or above 1, or the sum is 0. */
static void plain_sum(void) {
    float positive[] = {0.1f, 0.9f, 0.2f}, negative[] = {0.25f, 1.23f, -0.8f};
    float zero_sum[] = {-0.25f, 1, -0.75f};
    float *const examples[] = {positive, negative, zero_sum};
    puts("\n3. Division by the plain sum, and where it fails");
    for (size_t i = 0; i < TG_COUNT(examples); ++i) {
        putchar('\n');
        print_row("scores", examples[i], 3);
        print_plain_sum("plain sum", examples[i], 3);
        print_softmax("softmax", examples[i], 3, 1);
    }
}

/* With two classes, softmax depends on the difference of the scores alone:
 *
 *     exp(a) / (exp(a) + exp(b)) = 1 / (1 + exp(-(a - b))) = sigmoid(a - b)
 *
 * That is why a yes-or-no question needs one output with a sigmoid, not two with a softmax. */
static void sigmoid(void) {
    float scores[2] = {2.0f, 0.5f}, difference[1] = {2.0f - 0.5f}, result[1];
    tg_tensor x = row(difference, 1), y = row(result, 1);
    check(tg_sigmoid_forward(&x, &y));
    puts("\n4. The sigmoid is the softmax of two classes\n");
    print_softmax("softmax of 2 and 0.5", scores, 2, 1);
    print_row("sigmoid of 2 - 0.5", result, 1);
}

/* exp(1000) is more than a computer's number can hold. But softmax depends on differences alone, so
 * we may subtract the same number from all scores. With their maximum m, no exponent is above 0:
 *
 *     p_i = exp(x_i - m) / sum_j exp(x_j - m) */
static void overflow(void) {
    const double large[3] = {1000, 1001, 1002};
    float scores[3] = {1000, 1001, 1002};
    double sum = 0;
    for (int i = 0; i < 3; ++i) sum += exp(large[i]);
    puts("\n5. Scores of 1000, 1001 and 1002\n");
    printf("  as the formula stands     sum %.0f, first probability %s\n", sum,
           isnan(exp(large[0]) / sum) ? "not a number" : "a number");
    print_softmax("maximum subtracted", scores, 3, 1);
}

/* The Jacobian tells how each probability moves when each score moves:
 *
 *     dp_i / dx_j = p_i ((i == j) - p_j)
 *
 * A score raises its own probability and lowers the others. As the probabilities always sum to 1,
 * what one gains the others lose: each row and each column sums to 0. */
static void jacobian(void) {
    float scores[CLASSES] = {1.25f, 2.44f, 0.78f, 0.12f}, p[CLASSES];
    float derivatives[CLASSES][CLASSES];
    const size_t shape[] = {1, CLASSES, CLASSES};
    tg_tensor x = row(scores, CLASSES), y = row(p, CLASSES), whole;
    check(tg_tensor_view(derivatives[0], shape, 3, &whole));
    check(tg_softmax_forward(&x, 1, &y));
    check(tg_softmax_jacobian(&y, 1, &whole));
    puts("\n6. The Jacobian\n");
    printf("  %-24s %9s %9s %9s %9s\n", "", "d x_cat", "d x_dog", "d x_tiger", "d x_none");
    print_row("d p_cat   / ...", derivatives[CAT], CLASSES);
    print_row("d p_dog   / ...", derivatives[DOG], CLASSES);
    print_row("d p_tiger / ...", derivatives[TIGER], CLASSES);
    print_row("d p_none  / ...", derivatives[NONE], CLASSES);
}

/* The picture was a tiger. Cross-entropy is how surprised the network is by that:
 *
 *     loss = -log p_tiger
 *
 * With the Jacobian and the chain rule, everything cancels but this, with y = (0, 0, 1, 0):
 *
 *     dloss / dx_i = p_i - y_i
 *
 * Each score moves a step against its gradient: the true class up, the others down, each by how
 * wrong it was. All that training adds is to pass this on to the weights that made the scores. */
static void one_step(void) {
    float scores[CLASSES] = {1.25f, 2.44f, 0.78f, 0.12f}, gradient[CLASSES];
    const int32_t label = TIGER;
    const float learning_rate = 1;
    tg_tensor x = row(scores, CLASSES), dx = row(gradient, CLASSES);
    tg_update_rule rule = tg_sgd(learning_rate);
    double before, after;
    check(tg_softmax_cross_entropy(&x, tg_labels(&label, 1), NULL, &before, &dx));
    puts("\n7. One step of learning, the answer being tiger\n");
    print_softmax("p before", scores, CLASSES, 1);
    print_row("gradient p - y", gradient, CLASSES);
    check(tg_sgd_step(&x, &dx, &rule, NULL)); /* x -= learning_rate dx */
    print_row("scores after the step", scores, CLASSES);
    print_softmax("p after", scores, CLASSES, 1);
    check(tg_softmax_cross_entropy(&x, tg_labels(&label, 1), NULL, &after, NULL));
    printf("\n  loss before %.4f, after %.4f\n", before, after);
}

int main(void) {
    by_hand();
    argmax_and_temperature();
    plain_sum();
    sigmoid();
    overflow();
    jacobian();
    one_step();
    return 0;
}
