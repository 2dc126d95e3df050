/* SPDX-License-Identifier: MIT */
/* The library and its slow twin, reference/mlp.c: side by side through several steps of SGD they
 * have the same losses, gradients and weights, tensor by tensor. The twin's gradients are
 * themselves compared with central differences of its loss. */
#include <stdlib.h>

#include "from_model.h"
#include "support/device.h"
#include "support/reference.h"
#include "support/test.h"

enum { STEPS = 4, MOST_LAYERS = 6 };

static const tg_layer end = {.kind = (tg_layer_kind)99};

typedef struct network_case {
    size_t inputs, n;
    tg_layer layers[MOST_LAYERS + 1];
} network_case;

/* Both networks on the same batch, which is drawn from `seed`. */
typedef struct pair {
    tg_model *model;
    tg_plan *plan;
    tg_optimizer *optimizer;
    tg_tensor x, parameters;
    int32_t *labels;
    mlp twin;
} pair;

static const float rate = 0.25f;

static void pair_begin(pair *own, const network_case *one, uint64_t seed) {
    *own = (pair){0};
    size_t count = 0;
    while (one->layers[count].kind != end.kind) count++;
    assert_ok(tg_model_create(test_device(), one->inputs, one->layers, count, seed, &own->model));
    assert_ok(tg_model_parameters(own->model, &own->parameters));
    /* Random biases too: zeros would hide mistakes. */
    float *values = calloc(own->parameters.count, sizeof *values);
    assert_non_null(values);
    assert_ok(tg_tensor_read(&own->parameters, values, own->parameters.count));
    for (size_t i = 0; i < own->parameters.count; i++)
        values[i] += (float)test_uniform(&seed, -0.2, 0.2);
    assert_ok(tg_tensor_write(&own->parameters, values, own->parameters.count));
    free(values);
    assert_ok(tg_plan_create(own->model, TG_TRAINING, one->n, &own->plan));
    const tg_update_rule rule = tg_sgd(rate);
    assert_ok(tg_optimizer_create(test_device(), own->parameters.count, &rule, &own->optimizer));
    assert_null(mlp_from_model(own->model, one->n, &own->twin));
    assert_int_equal(own->twin.parameters, own->parameters.count);

    const size_t cells = one->n * one->inputs, k = tg_model_outputs(own->model);
    float *x = calloc(cells, sizeof *x);
    own->labels = calloc(one->n, sizeof *own->labels);
    assert_true(x && own->labels);
    test_fill(&seed, x, cells, -2, 2);
    own->x = test_matrix(x, one->n, one->inputs);
    for (size_t i = 0; i < cells; i++) own->twin.x[i] = (double)x[i];
    free(x);
    for (size_t r = 0; r < one->n; r++) {
        own->labels[r] = (int32_t)test_uniform(&seed, 0, (double)k);
        own->twin.y[r] = (size_t)own->labels[r];
    }
}

static void pair_end(pair *own) {
    mlp_destroy(&own->twin);
    free(own->labels);
    tg_tensor_destroy(&own->x);
    tg_optimizer_destroy(own->optimizer);
    tg_plan_destroy(own->plan);
    tg_model_destroy(own->model);
}

/* Each W and b (or dW and db) by itself, so that a large tensor does not hide a small one. */
static void compare_tensors(const mlp *net, const double *expected, const tg_tensor *vector) {
    const float *actual = test_read(vector);
    for (size_t l = 0; l < net->L; l++) {
        const size_t W = (size_t)(net->layer[l].W - net->theta);
        const size_t b = (size_t)(net->layer[l].b - net->theta);
        assert_near(expected + W, actual + W, NULL, b - W, 1e-5);
        assert_near(expected + b, actual + b, NULL, net->layer[l].out, 1e-5);
    }
}

static void walk(const network_case *one) {
    pair own;
    pair_begin(&own, one, 11);
    const tg_loss loss_options = tg_loss_defaults(TG_CROSS_ENTROPY);
    double before = 0;
    for (size_t step = 0; step < STEPS; step++) {
        tg_tensor y;
        double loss;
        assert_ok(tg_plan_forward(own.plan, &own.x, &y));
        assert_ok(tg_plan_loss(own.plan, &loss_options, tg_labels(own.labels, one->n), &loss));
        const double expected = mlp_forward(&own.twin);
        /* float32 rounds the scores, and the loss moves by as much, however small it is. */
        assert_close(expected, loss, 1e-6, 1);
        if (step == 0) before = expected;
        mlp_backward(&own.twin);
        if (step % 2 == 0) {
            assert_ok(tg_plan_backward(own.plan));
            compare_tensors(&own.twin, own.twin.gradient, tg_plan_gradients(own.plan));
            assert_ok(tg_optimizer_step(own.optimizer, rate, tg_plan_gradients(own.plan),
                                        &own.parameters));
        } else {
            assert_ok(tg_plan_backward_step(own.plan, own.optimizer, rate, &own.parameters));
        }
        mlp_step(&own.twin, (double)rate);
        compare_tensors(&own.twin, own.twin.theta, &own.parameters);
    }
    assert_true(mlp_forward(&own.twin) < before); /* or nothing was learned, and so compared */
    pair_end(&own);
}

static void test_activations(void **state) {
    (void)state;
    const tg_layer behind[] = {tg_sigmoid(),          tg_tanh(), tg_relu(),
                               tg_leaky_relu(0.125f), tg_gelu(), tg_gelu_tanh()};
    for (size_t i = 0; i < TG_COUNT(behind); i++) {
        walk(&(network_case){6, 9, {tg_dense(7), behind[i], tg_dense(4), tg_softmax(), end}});
        walk(&(network_case){3, 1, {tg_dense(5), behind[i], tg_dense(2), end}});
    }
}

static void test_shapes(void **state) {
    (void)state;
    walk(&(network_case){4, 3, {tg_dense(3), tg_softmax(), end}});
    walk(&(network_case){1, 2, {tg_dense(1), tg_dense(2), tg_log_softmax(), end}});
    walk(&(network_case){
        5, 8, {tg_dense(6), tg_tanh(), tg_dense(3), tg_softmax_temperature(2.5f), end}});
    walk(&(network_case){
        13, 17, {tg_dense(31), tg_relu(), tg_dense(11), tg_sigmoid(), tg_dense(10), end}});
    /* Scores that went through an activation. */
    walk(&(network_case){5, 4, {tg_dense(3), tg_sigmoid(), end}});
    walk(&(network_case){784, 33, {tg_dense(64), tg_gelu(), tg_dense(10), tg_softmax(), end}});
}

/* The loss as a function of the parameters, for the differences. */
static double loss_of(void *context) {
    return mlp_forward(context);
}

static void test_twin_against_differences(void **state) {
    (void)state;
    const tg_layer behind[] = {tg_sigmoid(),          tg_tanh(), tg_relu(),
                               tg_leaky_relu(0.125f), tg_gelu(), tg_gelu_tanh()};
    for (size_t i = 0; i < TG_COUNT(behind); i++) {
        const network_case one = {
            4, 5, {tg_dense(6), behind[i], tg_dense(3), tg_softmax_temperature(0.5f), end}};
        pair own;
        pair_begin(&own, &one, 12 + i);
        mlp *net = &own.twin;
        mlp_forward(net);
        mlp_backward(net);
        /* Each W and b, and the samples. */
        for (size_t l = 0; l < net->L; l++) {
            const mlp_layer *at = &net->layer[l];
            assert_true(reference_gradient_error(loss_of, net, at->W, at->out * at->in, at->dW) <
                        1e-8);
            assert_true(reference_gradient_error(loss_of, net, at->b, at->out, at->db) < 1e-8);
        }
        assert_true(reference_gradient_error(loss_of, net, net->x, net->n * 4, net->dx) < 1e-8);
        pair_end(&own);
    }
}

/* Scores so large that exp() alone would overflow, or the right class be impossible. */
static void test_large_scores(void **state) {
    (void)state;
    mlp net;
    assert_true(mlp_create(&net, 1, 1, &(mlp_shape){.out = 2}, 1));
    net.x[0] = 1;
    net.layer[0].b[0] = 1000;
    net.y[0] = 1;
    assert_close(1000, mlp_forward(&net), 1e-12, 0);
    assert_close(1, net.p[0], 0, 0);
    mlp_backward(&net);
    assert_close(-1, net.layer[0].db[1], 1e-12, 0);
    mlp_destroy(&net);
}

static void test_refused(void **state) {
    (void)state;
    const struct {
        const char *problem;
        tg_layer layers[4];
    } cases[] = {
        {"a layer behind softmax", {tg_dense(3), tg_softmax(), tg_dense(2), end}},
        {"no dense layer at the start", {tg_relu(), tg_dense(2), end}},
        {"two activations behind one another", {tg_dense(2), tg_relu(), tg_tanh(), end}},
        {"no dense layer", {tg_dropout(0.5f), end}},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_model *model;
        mlp net;
        size_t count = 0;
        while (cases[i].layers[count].kind != end.kind) count++;
        assert_ok(tg_model_create(test_device(), 2, cases[i].layers, count, 1, &model));
        assert_string_equal(mlp_from_model(model, 1, &net), cases[i].problem);
        mlp_destroy(&net);
        tg_model_destroy(model);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_activations),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_twin_against_differences),
        cmocka_unit_test(test_large_scores),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
