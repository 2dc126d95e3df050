/* SPDX-License-Identifier: MIT */
/* Whole models, forward and backward, against the float64 network, which is itself compared with
 * central differences; tensor by tensor. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "support/device.h"
#include "support/network.h"
#include "support/test.h"

enum { CLASSES = 4, MOST_ROWS = 9 };

/* Layer lists that end in 4 outputs, with every kind in them somewhere. */
#define END                                                                                        \
    { (tg_layer_kind)99, 0, TG_INIT_AUTO, 0 }
static const struct {
    const char *name;
    size_t inputs;
    tg_loss_kind loss;
    bool labels;
    tg_layer layers[9];
} cases[] = {
#define DENSE(units)                                                                               \
    { TG_LAYER_DENSE, units, TG_INIT_XAVIER_NORMAL, 0 }
#define OTHER(kind, value)                                                                         \
    { TG_LAYER_##kind, 0, TG_INIT_AUTO, value }
    {"one dense layer", 5, TG_CROSS_ENTROPY, true, {DENSE(4), END}},
    {"sigmoid, softmax",
     7,
     TG_CROSS_ENTROPY,
     true,
     {DENSE(6), OTHER(SIGMOID, 0), DENSE(4), OTHER(SOFTMAX, 1), END}},
    {"tanh, softmax with temperature",
     3,
     TG_CROSS_ENTROPY,
     true,
     {DENSE(5), OTHER(TANH, 0), DENSE(4), OTHER(SOFTMAX, 2.5f), END}},
    {"relu, log-softmax",
     8,
     TG_CROSS_ENTROPY,
     true,
     {DENSE(11), OTHER(RELU, 0), DENSE(4), OTHER(LOG_SOFTMAX, 0), END}},
    {"leaky relu, soft targets",
     6,
     TG_CROSS_ENTROPY,
     false,
     {DENSE(7), OTHER(LEAKY_RELU, 0.1f), DENSE(4), OTHER(SOFTMAX, 1), END}},
    {"gelu", 1, TG_CROSS_ENTROPY, true, {DENSE(9), OTHER(GELU, 0), DENSE(4), END}},
    {"gelu, tanh form",
     13,
     TG_BINARY_CROSS_ENTROPY,
     false,
     {DENSE(3), OTHER(GELU_TANH, 0), DENSE(4), END}},
    {"dropout",
     10,
     TG_CROSS_ENTROPY,
     true,
     {OTHER(DROPOUT, 0.2f), DENSE(12), OTHER(RELU, 0), OTHER(DROPOUT, 0.5f), DENSE(4),
      OTHER(SOFTMAX, 1), END}},
    {"sigmoid outputs",
     5,
     TG_BINARY_CROSS_ENTROPY,
     false,
     {DENSE(6), OTHER(TANH, 0), DENSE(4), OTHER(SIGMOID, 0), END}},
    {"squared error behind softmax",
     4,
     TG_MEAN_SQUARED_ERROR,
     false,
     {DENSE(5), OTHER(SIGMOID, 0), DENSE(4), OTHER(SOFTMAX, 1), END}},
    {"softmax inside",
     5,
     TG_MEAN_SQUARED_ERROR,
     false,
     {DENSE(6), OTHER(SOFTMAX, 0.5f), DENSE(4), OTHER(LOG_SOFTMAX, 0), END}},
    {"three dense layers in a row",
     2,
     TG_MEAN_SQUARED_ERROR,
     false,
     {DENSE(3), DENSE(1), DENSE(4), OTHER(TANH, 0), END}},
#undef DENSE
#undef OTHER
};

/* A model of one case with a batch: in float32 for the library, in float64 for the reference. */
typedef struct fixture {
    tg_model *model;
    tg_plan *plan;
    tg_tensor x, values, parameters;
    int32_t labels[MOST_ROWS];
    tg_targets targets;
    double *wide_values;
    network net;
} fixture;

/* Random biases too: zeros would hide mistakes. */
static void shake(tg_tensor *parameters, uint64_t *seed) {
    float *values = malloc(parameters->count * sizeof *values);
    assert_non_null(values);
    assert_ok(tg_tensor_read(parameters, values, parameters->count));
    for (size_t i = 0; i < parameters->count; i++)
        values[i] += (float)test_uniform(seed, -0.3, 0.3);
    assert_ok(tg_tensor_write(parameters, values, parameters->count));
    free(values);
}

/* In place: the targets point into the fixture. */
static void set_up(fixture *f, size_t which, size_t n) {
    *f = (fixture){0};
    uint64_t seed = 100 * which + n;
    size_t layers = 0;
    while (cases[which].layers[layers].kind != (tg_layer_kind)99) layers++;
    assert_ok(tg_model_create(test_device(), cases[which].inputs, cases[which].layers, layers, seed,
                              &f->model));
    assert_int_equal(tg_model_outputs(f->model), CLASSES);
    assert_ok(tg_model_parameters(f->model, &f->parameters));
    shake(&f->parameters, &seed);
    assert_ok(tg_plan_create(f->model, TG_TRAINING, MOST_ROWS, &f->plan));
    tg_plan_set_dropout(f->plan, 77, 5);
    f->x = reference_matrix(&seed, n, cases[which].inputs, -1, 1);
    f->values = reference_matrix(&seed, n, CLASSES, 0, 0.5);
    for (size_t r = 0; r < n; r++) f->labels[r] = (int32_t)test_uniform(&seed, 0, CLASSES);
    f->targets = cases[which].labels ? tg_labels(f->labels, n) : tg_values(&f->values);
    f->wide_values = reference_widen(test_read(&f->values), n * CLASSES);
    f->net = (network){
        .inputs = cases[which].inputs,
        .layer_count = layers,
        .n = n,
        .layers = cases[which].layers,
        .dropout_seed = 77,
        .dropout_step = 5,
        .loss = tg_loss_defaults(cases[which].loss),
        .x = reference_widen(test_read(&f->x), n * cases[which].inputs),
        .parameters = reference_widen(test_read(&f->parameters), f->parameters.count)};
    if (cases[which].labels)
        f->net.targets.labels = f->labels;
    else
        f->net.targets.values = f->wide_values;
}

static void tear_down(fixture *f) {
    tg_plan_destroy(f->plan);
    tg_model_destroy(f->model);
    test_destroy(&f->x, &f->values);
    free(f->wide_values);
    free(f->net.x);
    free(f->net.parameters);
}

static double loss_value(void *context) {
    return network_run(context, NULL, NULL, NULL);
}

/* The reference's own gradients, one weight and one bias at a time, and by the input. */
static void reference_agrees_with_central_differences(void **state) {
    (void)state;
    for (size_t which = 0; which < TG_COUNT(cases); which++) {
        fixture f;
        set_up(&f, which, 5);
        double *gradients = calloc(f.parameters.count, sizeof *gradients);
        double *dx = calloc(f.x.count, sizeof *dx);
        assert_non_null(gradients);
        assert_non_null(dx);
        network_run(&f.net, NULL, gradients, dx);
        double worst = reference_gradient_error(loss_value, &f.net, f.net.x, f.x.count, dx);
        for (size_t i = 0; i < f.net.layer_count; i++) {
            if (f.net.layers[i].kind != TG_LAYER_DENSE) continue;
            const size_t place = f.model->offsets[i];
            const size_t weights = f.model->columns[i] * f.net.layers[i].units;
            const size_t parts[][2] = {{place, weights}, {place + weights, f.net.layers[i].units}};
            for (size_t p = 0; p < 2; p++) {
                double error = reference_gradient_error(loss_value, &f.net,
                                                        f.net.parameters + parts[p][0], parts[p][1],
                                                        gradients + parts[p][0]);
                if (error > worst) worst = error;
            }
        }
        if (worst > 1e-7) fail_msg("%s: %g", cases[which].name, worst);
        free(gradients);
        free(dx);
        tear_down(&f);
    }
}

/* Loss, outputs and the gradient of each tensor. */
static void model_agrees_with_reference(void **state) {
    (void)state;
    const size_t rows[] = {1, 2, 7, MOST_ROWS};
    for (size_t which = 0; which < TG_COUNT(cases); which++) {
        for (size_t b = 0; b < TG_COUNT(rows); b++) {
            fixture f;
            set_up(&f, which, rows[b]);
            double *gradients = calloc(f.parameters.count, sizeof *gradients);
            double *outputs = calloc(rows[b] * CLASSES, sizeof *outputs);
            assert_non_null(gradients);
            assert_non_null(outputs);
            double expected = network_run(&f.net, outputs, gradients, NULL), value = 0;
            tg_tensor y;
            assert_ok(tg_plan_forward(f.plan, &f.x, &y));
            assert_near(outputs, test_read(&y), NULL, y.count, 2e-6);
            assert_ok(tg_plan_loss(f.plan, &f.net.loss, f.targets, &value));
            assert_close(expected, value, 2e-6, 1e-3);
            assert_ok(tg_plan_backward(f.plan));
            for (size_t i = 0; i < f.net.layer_count; i++) {
                if (f.net.layers[i].kind != TG_LAYER_DENSE) continue;
                tg_tensor weight, bias;
                const size_t place = f.model->offsets[i];
                assert_ok(tg_plan_weight_gradient(f.plan, i, &weight));
                assert_ok(tg_plan_bias_gradient(f.plan, i, &bias));
                /* The bias lies behind the weight. Together, since a single bias whose gradient is
                 * a sum that cancels has no size of its own to be compared with. */
                const tg_tensor *all = tg_plan_gradients(f.plan);
                assert_ptr_equal(weight.memory, (float *)all->memory + place);
                assert_ptr_equal(bias.memory, (float *)weight.memory + weight.count);
                assert_near(gradients + place, test_read(all) + place, NULL,
                            weight.count + bias.count, 1e-5);
            }
            free(gradients);
            free(outputs);
            tear_down(&f);
        }
    }
}

/* Backward from the caller's own gradient of the outputs is the same as from the loss. */
static void backward_from_own_gradient(void **state) {
    (void)state;
    fixture f;
    set_up(&f, 1, 6);
    tg_tensor y, dy = test_matrix(NULL, 6, CLASSES);
    double value = 0;
    assert_ok(tg_plan_forward(f.plan, &f.x, &y));
    assert_ok(tg_plan_loss(f.plan, &f.net.loss, f.targets, &value));
    assert_ok(tg_plan_backward(f.plan));
    const tg_tensor *gradients = tg_plan_gradients(f.plan);
    double *expected = reference_widen(test_read(gradients), gradients->count);
    assert_ok(tg_cross_entropy(&y, f.targets, NULL, &value, &dy));
    assert_ok(tg_plan_backward_from(f.plan, &dy));
    assert_near(expected, test_read(gradients), NULL, gradients->count, 1e-5);
    free(expected);
    tg_tensor_destroy(&dy);
    tear_down(&f);
}

/* Where p is nearly 1, the fused loss stays exact; taken apart it could not. */
static void fused_loss_is_exact_for_confident_rows(void **state) {
    (void)state;
    const tg_layer layers[] = {tg_dense(2), tg_softmax()};
    tg_model *model = NULL;
    tg_plan *plan = NULL;
    tg_tensor weight, dweight, y, x = test_matrix((const float[]){1}, 1, 1);
    const float weights[] = {30, 0};
    const int32_t label = 0;
    double value = 0;
    assert_ok(tg_model_create(test_device(), 1, layers, 2, 1, &model));
    assert_ok(tg_model_weight(model, 0, &weight));
    assert_ok(tg_tensor_write(&weight, weights, 2));
    assert_ok(tg_plan_create(model, TG_TRAINING, 1, &plan));
    assert_ok(tg_plan_forward(plan, &x, &y));
    const tg_loss loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    assert_ok(tg_plan_loss(plan, &loss, tg_labels(&label, 1), &value));
    assert_ok(tg_plan_backward(plan));
    assert_ok(tg_plan_weight_gradient(plan, 0, &dweight));
    assert_close(exp(-30), value, 1e-6, 0);
    const float *gradient = test_read(&dweight);
    assert_close(-exp(-30), (double)gradient[0], 1e-6, 0);
    assert_close(exp(-30), (double)gradient[1], 1e-6, 0);
    tg_tensor_destroy(&x);
    tg_plan_destroy(plan);
    tg_model_destroy(model);
}

/* Inference has no dropout; its passes and tg_model_predict(), in pieces, agree with each other. */
static void prediction(void **state) {
    (void)state;
    fixture f;
    set_up(&f, 7, 3);
    enum { ROWS = 2500 };
    uint64_t seed = 3;
    tg_tensor x = reference_matrix(&seed, ROWS, 10, -1, 1), y = test_matrix(NULL, ROWS, CLASSES);
    tg_tensor part, out;
    assert_ok(tg_model_predict(f.model, &x, &y));
    tg_plan *plan = NULL;
    assert_ok(tg_plan_create(f.model, TG_INFERENCE, 1, &plan));
    for (size_t r = 0; r < ROWS; r += 499) {
        assert_ok(tg_tensor_slice(&x, r, 1, &part));
        assert_ok(tg_plan_forward(plan, &part, &out));
        const float *whole = test_read(&y), *row = test_read(&out);
        double sum = 0;
        for (size_t c = 0; c < CLASSES; c++) {
            assert_close((double)whole[r * CLASSES + c], (double)row[c], 1e-6, 1e-3);
            sum += (double)row[c];
        }
        assert_close(1, sum, 1e-6, 0);
    }
    assert_null(tg_plan_gradients(plan));
    tg_plan_destroy(plan);
    test_destroy(&x, &y);
    tear_down(&f);
}

static void dropout_moves_on(void **state) {
    (void)state;
    fixture f;
    set_up(&f, 7, 9);
    tg_tensor y;
    float first[9 * CLASSES], second[9 * CLASSES];
    assert_ok(tg_plan_forward(f.plan, &f.x, &y));
    assert_ok(tg_tensor_read(&y, first, y.count));
    assert_ok(tg_plan_forward(f.plan, &f.x, &y));
    assert_ok(tg_tensor_read(&y, second, y.count));
    assert_memory_not_equal(first, second, sizeof first);
    tg_plan_set_dropout(f.plan, 77, 5);
    assert_ok(tg_plan_forward(f.plan, &f.x, &y));
    assert_memory_equal(first, test_read(&y), sizeof first);
    tear_down(&f);
}

/* Backward takes the mask of its forward pass, whatever was set since. */
static void backward_keeps_the_mask(void **state) {
    (void)state;
    fixture f;
    set_up(&f, 7, 9);
    tg_tensor expected = test_vector(NULL, f.parameters.count);
    double value = 0;
    for (int changed = 0; changed < 2; changed++) {
        tg_plan_set_dropout(f.plan, 77, 5);
        assert_ok(tg_plan_forward(f.plan, &f.x, NULL));
        assert_ok(tg_plan_loss(f.plan, &f.net.loss, f.targets, &value));
        if (changed) tg_plan_set_dropout(f.plan, 1, 1);
        assert_ok(tg_plan_backward(f.plan));
        if (!changed) assert_ok(tg_tensor_copy(tg_plan_gradients(f.plan), &expected));
    }
    assert_same(&expected, tg_plan_gradients(f.plan));
    tg_tensor_destroy(&expected);
    tear_down(&f);
}

static void finds_the_first_bad_layer(void **state) {
    (void)state;
    fixture f;
    set_up(&f, 1, 2);
    tg_tensor y, bias;
    long layer = 9;
    assert_fails(TG_INVALID_ARGUMENT, "forward", tg_plan_find_not_finite(f.plan, &layer));
    assert_ok(tg_plan_forward(f.plan, &f.x, &y));
    assert_ok(tg_plan_find_not_finite(f.plan, &layer));
    assert_int_equal(layer, -1);
    assert_ok(tg_model_bias(f.model, 2, &bias));
    test_set(&bias, 1, INFINITY);
    assert_ok(tg_plan_forward(f.plan, &f.x, &y));
    assert_ok(tg_plan_find_not_finite(f.plan, &layer));
    assert_int_equal(layer, 2);
    test_set(&f.x, 0, NAN);
    assert_ok(tg_plan_forward(f.plan, &f.x, &y));
    assert_ok(tg_plan_find_not_finite(f.plan, &layer));
    assert_int_equal(layer, 0);
    tear_down(&f);
}

/* The ReLU of -Inf is 0: only the dense layer's own outputs tell. */
static void finds_what_an_activation_hides(void **state) {
    (void)state;
    fixture f;
    set_up(&f, 3, 2);
    tg_tensor y, bias;
    long layer = 9;
    assert_ok(tg_model_bias(f.model, 0, &bias));
    test_set(&bias, 4, -INFINITY);
    assert_ok(tg_plan_forward(f.plan, &f.x, &y));
    float before[2 * CLASSES];
    assert_ok(tg_tensor_read(&y, before, y.count));
    for (size_t i = 0; i < y.count; i++) assert_true(isfinite(before[i]));
    assert_ok(tg_plan_find_not_finite(f.plan, &layer));
    assert_int_equal(layer, 0);
    /* And the pass is as it was: backward goes on. */
    double value = 0;
    assert_ok(tg_plan_loss(f.plan, &f.net.loss, f.targets, &value));
    assert_ok(tg_plan_backward(f.plan));
    const float *gradients = test_read(tg_plan_gradients(f.plan));
    for (size_t i = 0; i < f.parameters.count; i++) assert_true(isfinite(gradients[i]));
    assert_memory_equal(before, test_read(&y), sizeof before);
    tear_down(&f);
}

/* Five steps at once against five in two calls, for every model and rule. */
static void backward_step_is_both(void **state) {
    (void)state;
    tg_update_rule rules[] = {tg_sgd(0.1f), tg_sgd(0.1f), tg_momentum(0.1f, 0.9f),
                              tg_nesterov(0.1f, 0.9f), tg_adamw(0.01f)};
    rules[1].weight_decay = 0.1f;
    rules[2].weight_decay = 0.1f;
    rules[2].decoupled_decay = true;
    for (size_t which = 0; which < TG_COUNT(cases); which++)
        for (size_t i = 0; i < TG_COUNT(rules); i++) {
            fixture f[2];
            for (size_t both = 0; both < 2; both++) {
                set_up(&f[both], which, 7);
                tg_plan *plan = f[both].plan;
                tg_optimizer *optimizer = NULL;
                double value = 0;
                assert_ok(tg_optimizer_create(test_device(), f[both].parameters.count, &rules[i],
                                              &optimizer));
                for (size_t step = 0; step < 5; step++) {
                    const float rate = 0.1f / (float)(step + 1);
                    assert_ok(tg_plan_forward(plan, &f[both].x, NULL));
                    assert_ok(tg_plan_loss(plan, &f[both].net.loss, f[both].targets, &value));
                    if (both) {
                        assert_ok(
                            tg_plan_backward_step(plan, optimizer, rate, &f[both].parameters));
                    } else {
                        assert_ok(tg_plan_backward(plan));
                        assert_ok(tg_optimizer_step(optimizer, rate, tg_plan_gradients(plan),
                                                    &f[both].parameters));
                    }
                }
                assert_int_equal(tg_optimizer_steps(optimizer), 5);
                tg_optimizer_destroy(optimizer);
            }
            const float *apart = test_read(&f[0].parameters),
                        *at_once = test_read(&f[1].parameters);
            for (size_t j = 0; j < f[0].parameters.count; j++)
                assert_close((double)apart[j], (double)at_once[j], 1e-5, 0.1);
            tear_down(&f[0]);
            tear_down(&f[1]);
        }
}

static void misuse_of_backward_step(void **state) {
    (void)state;
    fixture f, other;
    set_up(&f, 1, 3);
    set_up(&other, 1, 3);
    const tg_update_rule rule = tg_momentum(0.1f, 0.9f);
    tg_optimizer *optimizer = NULL, *small = NULL;
    double value = 0;
    assert_ok(tg_optimizer_create(test_device(), f.parameters.count, &rule, &optimizer));
    assert_ok(tg_optimizer_create(test_device(), 3, &rule, &small));
    assert_fails(TG_INVALID_ARGUMENT, "NULL",
                 tg_plan_backward_step(NULL, optimizer, 1, &f.parameters));
    assert_fails(TG_INVALID_ARGUMENT, "NULL",
                 tg_plan_backward_step(f.plan, NULL, 1, &f.parameters));
    assert_fails(TG_INVALID_ARGUMENT, "no loss",
                 tg_plan_backward_step(f.plan, optimizer, 1, &f.parameters));
    assert_ok(tg_plan_forward(f.plan, &f.x, NULL));
    assert_ok(tg_plan_loss(f.plan, &f.net.loss, f.targets, &value));
    assert_fails(TG_INVALID_ARGUMENT, "not those of the plan's model",
                 tg_plan_backward_step(f.plan, optimizer, 1, &other.parameters));
    assert_fails(TG_INVALID_ARGUMENT, "not those of the plan's model",
                 tg_plan_backward_step(f.plan, optimizer, 1, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "3", tg_plan_backward_step(f.plan, small, 1, &f.parameters));
    assert_fails(TG_INVALID_ARGUMENT, "learning rate",
                 tg_plan_backward_step(f.plan, optimizer, -1, &f.parameters));
    assert_int_equal(tg_optimizer_steps(optimizer), 0);
    /* None of that used up the loss; the step does. */
    assert_ok(tg_plan_backward_step(f.plan, optimizer, 0.1f, &f.parameters));
    assert_fails(TG_INVALID_ARGUMENT, "no loss",
                 tg_plan_backward_step(f.plan, optimizer, 0.1f, &f.parameters));
    assert_fails(TG_INVALID_ARGUMENT, "no loss", tg_plan_backward(f.plan));
    tg_optimizer_destroy(optimizer);
    tg_optimizer_destroy(small);
    tear_down(&f);
    tear_down(&other);
}

static void misuse(void **state) {
    (void)state;
    fixture f;
    set_up(&f, 0, 3);
    tg_plan *plan = NULL;
    tg_tensor y, wrong, many;
    double value = 7;
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_plan_create(NULL, TG_TRAINING, 1, &plan));
    assert_fails(TG_INVALID_ARGUMENT, "purpose", tg_plan_create(f.model, (tg_purpose)5, 1, &plan));
    assert_fails(TG_OUT_OF_MEMORY, "", tg_plan_create(f.model, TG_TRAINING, SIZE_MAX / 8, &plan));
    assert_null(plan);
    assert_fails(TG_INVALID_ARGUMENT, "forward",
                 tg_plan_loss(f.plan, &f.net.loss, f.targets, &value));
    assert_fails(TG_INVALID_ARGUMENT, "no loss", tg_plan_backward(f.plan));
    uint64_t seed = 1;
    wrong = reference_matrix(&seed, 3, 6, 0, 1);
    many = reference_matrix(&seed, MOST_ROWS + 1, 5, 0, 1);
    assert_fails(TG_INVALID_ARGUMENT, "6 columns", tg_plan_forward(f.plan, &wrong, &y));
    assert_fails(TG_INVALID_ARGUMENT, "10 rows", tg_plan_forward(f.plan, &many, &y));
    assert_ok(tg_plan_forward(f.plan, &f.x, &y));
    f.labels[1] = CLASSES;
    assert_fails(TG_INVALID_ARGUMENT, "row 1: label 4",
                 tg_plan_loss(f.plan, &f.net.loss, f.targets, &value));
    assert_fails(TG_INVALID_ARGUMENT, "no loss", tg_plan_backward(f.plan));
    assert_true(value == 7);
    assert_ok(tg_plan_create(f.model, TG_INFERENCE, 3, &plan));
    assert_fails(TG_INVALID_ARGUMENT, "inference", tg_plan_backward(plan));
    assert_fails(TG_INVALID_ARGUMENT, "no gradients", tg_plan_weight_gradient(plan, 0, &y));
    assert_fails(TG_INVALID_ARGUMENT, "must be 3 x 4", tg_model_predict(f.model, &f.x, &wrong));
    tg_plan_destroy(plan);
    tg_plan_destroy(NULL);
    test_destroy(&wrong, &many);
    tear_down(&f);
}

static void empty_batch(void **state) {
    (void)state;
    fixture f;
    set_up(&f, 1, 2);
    tg_tensor none, y;
    double value = 1;
    assert_ok(tg_tensor_slice(&f.x, 0, 0, &none));
    assert_ok(tg_plan_forward(f.plan, &none, &y));
    assert_int_equal(tg_tensor_rows(&y), 0);
    assert_ok(tg_plan_loss(f.plan, &f.net.loss, tg_labels(f.labels, 0), &value));
    assert_true(value == 0);
    assert_ok(tg_plan_backward(f.plan));
    assert_true(test_all(tg_plan_gradients(f.plan), 0));
    tear_down(&f);
}

static tg_status create_and_predict(void *context) {
    const tg_layer layers[] = {tg_dense(3), tg_relu(), tg_dense(2), tg_softmax()};
    tg_tensor *x_and_y = context;
    tg_model *model = NULL;
    tg_plan *plan = NULL;
    tg_status status = tg_model_create(test_device(), 2, layers, 4, 1, &model);
    if (!status) status = tg_plan_create(model, TG_TRAINING, 3, &plan);
    if (!status) status = tg_model_predict(model, &x_and_y[0], &x_and_y[1]);
    tg_plan_destroy(plan);
    tg_model_destroy(model);
    return status;
}

static void out_of_memory(void **state) {
    (void)state;
    tg_tensor x_and_y[] = {test_matrix((const float[]){1, 2}, 1, 2), test_matrix(NULL, 1, 2)};
    assert_true(test_every_allocation(create_and_predict, x_and_y) > (test_is_cuda() ? 8 : 12));
    test_destroy(&x_and_y[0], &x_and_y[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_agrees_with_central_differences),
        cmocka_unit_test(model_agrees_with_reference),
        cmocka_unit_test(backward_from_own_gradient),
        cmocka_unit_test(fused_loss_is_exact_for_confident_rows),
        cmocka_unit_test(prediction),
        cmocka_unit_test(dropout_moves_on),
        cmocka_unit_test(backward_keeps_the_mask),
        cmocka_unit_test(finds_the_first_bad_layer),
        cmocka_unit_test(finds_what_an_activation_hides),
        cmocka_unit_test(backward_step_is_both),
        cmocka_unit_test(misuse_of_backward_step),
        cmocka_unit_test(misuse),
        cmocka_unit_test(empty_batch),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
