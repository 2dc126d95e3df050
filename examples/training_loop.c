/* SPDX-License-Identifier: MIT */
/* A training loop with nothing but operations on tensors: no model, no plan, no trainer. The data
 * are three arms of a spiral; the network is told a point and says which arm it is on. */
#include <math.h>

#include "common.h"

static const double pi = 3.14159265358979323846;

enum { ARMS = 3, POINTS_PER_ARM = 100, POINTS = ARMS * POINTS_PER_ARM, HIDDEN = 64, STEPS = 2000 };

/* Each arm makes two thirds of a turn, from near the centre outwards, with a little noise. */
static void make_spiral(float points[POINTS][2], int32_t labels[POINTS]) {
    tg_random random = tg_random_start(1, 0);
    for (int i = 0; i < POINTS; ++i) {
        int arm = i % ARMS;
        double radius = (double)(i / ARMS + 5) / (POINTS_PER_ARM + 5);
        double angle = 4 * radius + 2 * pi / ARMS * arm + 0.15 * (double)tg_random_normal(&random);
        points[i][0] = (float)(radius * cos(angle));
        points[i][1] = (float)(radius * sin(angle));
        labels[i] = arm;
    }
}

/* The network's parameters, and beside each its gradient and its velocity for momentum. */
typedef struct parameter {
    tg_tensor value, gradient, velocity;
} parameter;

static parameter parameter_create(size_t rows, size_t columns) {
    parameter made;
    check(tg_matrix_create(tg_cpu(), rows, columns, &made.value));
    check(tg_matrix_create(tg_cpu(), rows, columns, &made.gradient));
    check(tg_matrix_create(tg_cpu(), rows, columns, &made.velocity));
    return made;
}

static void parameter_destroy(parameter *made) {
    tg_tensor_destroy(&made->value);
    tg_tensor_destroy(&made->gradient);
    tg_tensor_destroy(&made->velocity);
}

/* What the network thinks of the plane: which arm each place belongs to. */
static void draw(const parameter *w1, const parameter *b1, const parameter *w2,
                 const parameter *b2) {
    float place[2], hidden[HIDDEN], logits[ARMS];
    tg_tensor x, h, z;
    check(tg_matrix_view(place, 1, 2, &x));
    check(tg_matrix_view(hidden, 1, HIDDEN, &h));
    check(tg_matrix_view(logits, 1, ARMS, &z));
    for (int i = 0; i < 21; ++i) {
        for (int j = 0; j < 41; ++j) {
            int32_t arm;
            place[0] = (float)(j - 20) / 20;
            place[1] = (float)(10 - i) / 10;
            check(tg_dense_forward(&x, &w1->value, &b1->value, &h));
            check(tg_relu_forward(&h, &h));
            check(tg_dense_forward(&h, &w2->value, &b2->value, &z));
            check(tg_argmax(&z, &arm));
            putchar(".o#"[arm]);
        }
        putchar('\n');
    }
}

int main(void) {
    static float points[POINTS][2];
    int32_t labels[POINTS], guesses[POINTS];
    make_spiral(points, labels);

    /* A weight is out x in; it starts at random, so that no two units are alike. */
    parameter w1 = parameter_create(HIDDEN, 2), b1 = parameter_create(1, HIDDEN);
    parameter w2 = parameter_create(ARMS, HIDDEN), b2 = parameter_create(1, ARMS);
    parameter *const all[] = {&w1, &b1, &w2, &b2};
    tg_random random = tg_random_start(2, 0);
    check(tg_initialize(&w1.value, TG_INIT_KAIMING_UNIFORM, &random));
    check(tg_initialize(&w2.value, TG_INIT_XAVIER_UNIFORM, &random));

    /* Everything that is computed on the way, for all points at once: a row for each. */
    tg_tensor x, h, dh, z;
    check(tg_matrix_view(points[0], POINTS, 2, &x));
    check(tg_matrix_create(tg_cpu(), POINTS, HIDDEN, &h));
    check(tg_matrix_create(tg_cpu(), POINTS, HIDDEN, &dh));
    check(tg_matrix_create(tg_cpu(), POINTS, ARMS, &z));

    tg_update_rule rule = tg_momentum(0.1f, 0.9f);
    for (int step = 1; step <= STEPS; ++step) {
        /* Forward:  h = relu(x W1^T + b1),  z = h W2^T + b2 */
        check(tg_dense_forward(&x, &w1.value, &b1.value, &h));
        check(tg_relu_forward(&h, &h));
        check(tg_dense_forward(&h, &w2.value, &b2.value, &z));
        check(tg_argmax(&z, guesses));

        /* loss = mean of -log softmax(z)[label]; its gradient takes the place of z */
        double loss;
        check(tg_softmax_cross_entropy(&z, tg_labels(labels, POINTS), NULL, &loss, &z));

        /* Backward, the same way in the other direction. With dz, which is now in z:
         *
         *     dW2 = dz^T h,  db2 = sum of the rows of dz,  dh = dz W2
         *     dh  = dh [h > 0]                             (through the relu: 1 or 0)
         *     dW1 = dh^T x,  db1 = sum of the rows of dh
         */
        check(tg_dense_backward(&h, &w2.value, &z, &dh, &w2.gradient, &b2.gradient));
        check(tg_relu_backward(&h, &dh, &dh));
        check(tg_dense_backward(&x, &w1.value, &dh, NULL, &w1.gradient, &b1.gradient));

        /* v = momentum v + g,  w -= learning_rate v */
        for (size_t i = 0; i < TG_COUNT(all); ++i) {
            check(tg_sgd_step(&all[i]->value, &all[i]->gradient, &rule, &all[i]->velocity));
        }
        if (step == 1 || step % 500 == 0) {
            int right = 0;
            for (int i = 0; i < POINTS; ++i) right += guesses[i] == labels[i];
            printf("step %4d  loss %.4f  accuracy %.3f\n", step, loss, (double)right / POINTS);
        }
    }
    putchar('\n');
    draw(&w1, &b1, &w2, &b2);

    tg_tensor_destroy(&h);
    tg_tensor_destroy(&dh);
    tg_tensor_destroy(&z);
    for (size_t i = 0; i < TG_COUNT(all); ++i) parameter_destroy(all[i]);
    return 0;
}
