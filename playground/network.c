/* SPDX-License-Identifier: MIT */
/* A small network that learns points in the plane: two hidden layers, softmax, and every step on
 * all points at once. */
#include <tigrillo/tigrillo.h>

#include "base/status.h"
#include "page.h"
#include "points.h"

enum { POINTS = 200, MAP_SIDE = 48 };

static struct {
    float points[POINTS * 2];
    int32_t labels[POINTS], guesses[POINTS];
    float map[MAP_SIDE * MAP_SIDE]; /* the probability of class 1, rows from y = 1 downwards */
    tg_model *model;
    tg_plan *plan, *map_plan;
    tg_optimizer *optimizer;
    double loss;
} network;

float *PAGE(network_points)(void) {
    return network.points;
}

int32_t *PAGE(network_labels)(void) {
    return network.labels;
}

int PAGE(network_count)(void) {
    return POINTS;
}

float *PAGE(network_map)(void) {
    return network.map;
}

int PAGE(network_map_side)(void) {
    return MAP_SIDE;
}

/* Of the present parameters. */
double PAGE(network_loss)(void) {
    return network.loss;
}

/* How many of the points the present parameters get right. */
int PAGE(network_correct)(void) {
    int correct = 0;
    for (size_t i = 0; i < POINTS; i++) correct += network.guesses[i] == network.labels[i];
    return correct;
}

/* Parameters and their gradients in the same order: layer by layer from the inputs, the weight
 * (outputs x inputs) before the bias. */
float *PAGE(network_parameters)(void) {
    tg_tensor parameters;
    return tg_model_parameters(network.model, &parameters) ? NULL : tg_tensor_data(&parameters);
}

float *PAGE(network_gradients)(void) {
    return tg_tensor_data(tg_plan_gradients(network.plan));
}

/* Loss and gradients of the present parameters. */
static tg_status look(void) {
    const tg_loss loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    tg_tensor x, y;
    TG_TRY(tg_matrix_view(network.points, POINTS, 2, &x));
    TG_TRY(tg_plan_forward(network.plan, &x, &y));
    TG_TRY(tg_argmax(&y, network.guesses));
    TG_TRY(tg_plan_loss(network.plan, &loss, tg_labels(network.labels, POINTS), &network.loss));
    return tg_plan_backward(network.plan);
}

static tg_status draw_map(void) {
    float places[MAP_SIDE * 2];
    tg_tensor x, y;
    TG_TRY(tg_matrix_view(places, MAP_SIDE, 2, &x));
    for (size_t row = 0; row < MAP_SIDE; row++) {
        for (size_t i = 0; i < MAP_SIDE; i++) {
            places[2 * i] = (2 * ((float)i + 0.5f) / MAP_SIDE - 1) * 1.2f;
            places[2 * i + 1] = (1 - 2 * ((float)row + 0.5f) / MAP_SIDE) * 1.2f;
        }
        TG_TRY(tg_plan_forward(network.map_plan, &x, &y));
        for (size_t i = 0; i < MAP_SIDE; i++)
            network.map[row * MAP_SIDE + i] = tg_tensor_data(&y)[2 * i + 1];
    }
    return TG_OK;
}

static void destroy(void) {
    tg_optimizer_destroy(network.optimizer);
    tg_plan_destroy(network.map_plan);
    tg_plan_destroy(network.plan);
    tg_model_destroy(network.model);
    network.optimizer = NULL;
    network.map_plan = network.plan = NULL;
    network.model = NULL;
}

static tg_status make(size_t hidden, tg_layer activation, const tg_update_rule *rule,
                      uint64_t seed) {
    const tg_layer layers[] = {tg_dense(hidden), activation,  tg_dense(hidden),
                               activation,       tg_dense(2), tg_softmax()};
    TG_TRY(tg_model_create(tg_cpu(), 2, layers, TG_COUNT(layers), seed, &network.model));
    TG_TRY(tg_plan_create(network.model, TG_TRAINING, POINTS, &network.plan));
    TG_TRY(tg_plan_create(network.model, TG_INFERENCE, MAP_SIDE, &network.map_plan));
    TG_TRY(tg_optimizer_create(tg_cpu(), tg_model_parameter_count(network.model), rule,
                               &network.optimizer));
    TG_TRY(look());
    return draw_map();
}

/* A new network, and new points. data: a points_kind; rule: 0 SGD, 1 momentum 0.9, 2 Adam. */
tg_status PAGE(network_create)(int data, int hidden, int activation, int rule, int seed) {
    const tg_layer activations[] = {tg_tanh(), tg_relu(), tg_sigmoid(), tg_gelu()};
    /* The learning rate comes with each step. */
    const tg_update_rule rules[] = {tg_sgd(0), tg_momentum(0, 0.9f), tg_adam(0)};
    TG_REQUIRE(data >= 0 && data < POINTS_KINDS, "there are no points %d", data);
    TG_REQUIRE(hidden >= 1 && hidden <= 64, "%d hidden units: there may be 1 to 64", hidden);
    TG_REQUIRE(activation >= 0 && (size_t)activation < TG_COUNT(activations),
               "there is no activation %d", activation);
    TG_REQUIRE(rule >= 0 && (size_t)rule < TG_COUNT(rules), "there is no optimiser %d", rule);
    destroy();
    points_draw((points_kind)data, (uint64_t)seed, POINTS, network.points, network.labels);
    const tg_status status = make((size_t)hidden, activations[activation], &rules[rule],
                                  (uint64_t)seed);
    if (status) destroy();
    return status;
}

/* One step: the gradients that the page shows change the parameters, and it looks again. */
tg_status PAGE(network_step)(float learning_rate) {
    tg_tensor parameters;
    TG_REQUIRE(network.model, "there is no network");
    TG_TRY(tg_model_parameters(network.model, &parameters));
    TG_TRY(tg_optimizer_step(network.optimizer, learning_rate, tg_plan_gradients(network.plan),
                             &parameters));
    return look();
}

/* Fills the map from the present parameters. */
tg_status PAGE(network_draw_map)(void) {
    TG_REQUIRE(network.model, "there is no network");
    return draw_map();
}
