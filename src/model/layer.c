/* SPDX-License-Identifier: MIT */
/* Layer descriptions, their names and limits. */
#include "model/layer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"

/* One row per tg_layer_kind, in its order. */
static const struct {
    const char *name, *value_name;
    float usual;
} kinds[] = {
    {"dense", NULL, 0},        {"sigmoid", NULL, 0},           {"tanh", NULL, 0},
    {"relu", NULL, 0},         {"leaky_relu", "slope", 0.01f}, {"gelu", NULL, 0},
    {"gelu_tanh", NULL, 0},    {"softmax", "temperature", 1},  {"log_softmax", NULL, 0},
    {"dropout", "rate", 0.5f},
};

static tg_layer layer_of(tg_layer_kind kind, float value) {
    tg_layer layer = {.kind = kind, .value = value};
    return layer;
}

tg_layer tg_dense(size_t units) {
    return tg_dense_init(units, TG_INIT_AUTO);
}

tg_layer tg_dense_init(size_t units, tg_init init) {
    tg_layer layer = {.kind = TG_LAYER_DENSE, .units = units, .init = init};
    return layer;
}

tg_layer tg_sigmoid(void) {
    return layer_of(TG_LAYER_SIGMOID, 0);
}

tg_layer tg_tanh(void) {
    return layer_of(TG_LAYER_TANH, 0);
}

tg_layer tg_relu(void) {
    return layer_of(TG_LAYER_RELU, 0);
}

tg_layer tg_leaky_relu(float slope) {
    return layer_of(TG_LAYER_LEAKY_RELU, slope);
}

tg_layer tg_gelu(void) {
    return layer_of(TG_LAYER_GELU, 0);
}

tg_layer tg_gelu_tanh(void) {
    return layer_of(TG_LAYER_GELU_TANH, 0);
}

tg_layer tg_softmax(void) {
    return layer_of(TG_LAYER_SOFTMAX, 1);
}

tg_layer tg_softmax_temperature(float temperature) {
    return layer_of(TG_LAYER_SOFTMAX, temperature);
}

tg_layer tg_log_softmax(void) {
    return layer_of(TG_LAYER_LOG_SOFTMAX, 0);
}

tg_layer tg_dropout(float rate) {
    return layer_of(TG_LAYER_DROPOUT, rate);
}

const char *tg_layer_name(tg_layer_kind kind) {
    return (size_t)kind < TG_COUNT(kinds) ? kinds[kind].name : NULL;
}

const char *tg_layer_value_name(tg_layer_kind kind) {
    return (size_t)kind < TG_COUNT(kinds) ? kinds[kind].value_name : NULL;
}

bool tg_layer_is_activation(tg_layer_kind kind) {
    return kind >= TG_LAYER_SIGMOID && kind <= TG_LAYER_GELU_TANH;
}

tg_status tg_layer_from_name(const char *name, tg_layer *layer) {
    TG_REQUIRE(name && layer, "tg_layer_from_name: an argument is NULL");
    char known[256] = "";
    for (size_t i = 0; i < TG_COUNT(kinds); i++) {
        if (strcmp(name, kinds[i].name) == 0) {
            *layer = layer_of((tg_layer_kind)i, kinds[i].usual);
            if (layer->kind == TG_LAYER_DENSE) layer->units = 1;
            return TG_OK;
        }
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "", kinds[i].name);
    }
    return tg_fail(TG_INVALID_ARGUMENT, "there is no layer \"%s\"; there are %s", name, known);
}

tg_status tg_layer_check(const tg_layer *layer, size_t index) {
    const double value = (double)layer->value;
    TG_REQUIRE((size_t)layer->kind < TG_COUNT(kinds), "layer %zu: there is no kind %d", index,
               (int)layer->kind);
    switch (layer->kind) {
    case TG_LAYER_DENSE:
        TG_REQUIRE(layer->units >= 1, "layer %zu: a dense layer needs at least 1 unit", index);
        TG_REQUIRE(layer->init <= TG_INIT_KAIMING_NORMAL, "layer %zu: no initialisation %d", index,
                   (int)layer->init);
        return TG_OK;
    case TG_LAYER_LEAKY_RELU:
        TG_REQUIRE(value >= 0 && value <= 1, "layer %zu: the slope is %g, but must be in [0, 1]",
                   index, value);
        return TG_OK;
    case TG_LAYER_SOFTMAX:
        TG_REQUIRE(value > 0 && isfinite(value),
                   "layer %zu: the temperature is %g, but must be above 0 and finite", index,
                   value);
        return TG_OK;
    case TG_LAYER_DROPOUT:
        TG_REQUIRE(value >= 0 && value < 1, "layer %zu: the rate is %g, but must be in [0, 1)",
                   index, value);
        return TG_OK;
    default:
        return TG_OK;
    }
}
