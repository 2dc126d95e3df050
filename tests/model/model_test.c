/* SPDX-License-Identifier: MIT */
/* Creating models: layouts, initial weights, names, limits; and the layers' descriptions. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/layer.h"
#include "model/model.h"
#include "support/device.h"
#include "support/test.h"

static const tg_layer_kind last_kind = TG_LAYER_DROPOUT;

static void parameters_lie_one_after_another(void **state) {
    (void)state;
    const tg_layer layers[] = {tg_dropout(0.1f), tg_dense(5), tg_relu(), tg_dense(2), tg_softmax()};
    tg_model *model = NULL;
    tg_tensor all, weight, bias;
    assert_ok(tg_model_create(test_device(), 3, layers, 5, 1, &model));
    assert_int_equal(tg_model_inputs(model), 3);
    assert_int_equal(tg_model_outputs(model), 2);
    assert_int_equal(tg_model_layer_count(model), 5);
    assert_int_equal(tg_model_parameter_count(model), 3 * 5 + 5 + 5 * 2 + 2);
    assert_true(tg_model_device(model) == test_device());
    assert_int_equal(tg_model_layer(model, 1)->units, 5);
    assert_null(tg_model_layer(model, 5));
    assert_ok(tg_model_parameters(model, &all));
    const float *next = all.memory;
    for (size_t i = 1; i <= 3; i += 2) {
        assert_ok(tg_model_weight(model, i, &weight));
        assert_ok(tg_model_bias(model, i, &bias));
        assert_true(weight.memory == next);
        assert_true(bias.memory == next + weight.count);
        next += weight.count + bias.count;
    }
    assert_true(next == (float *)all.memory + all.count);
    assert_int_equal(weight.shape[0], 2);
    assert_int_equal(weight.shape[1], 5);
    assert_false(all.owned || weight.owned || bias.owned);
    assert_fails(TG_INVALID_ARGUMENT, "layer 2 is relu", tg_model_weight(model, 2, &weight));
    assert_fails(TG_INVALID_ARGUMENT, "layer 5 of 5", tg_model_bias(model, 5, &bias));
    tg_model_destroy(model);
    tg_model_destroy(NULL);
}

/* The scale that each initialisation promises, and the one that is chosen by the activation. */
static void initial_weights(void **state) {
    (void)state;
    enum { IN = 300, OUT = 200 };
    const double xavier = 2.0 / (IN + OUT), kaiming = 2.0 / IN;
    const struct {
        tg_layer layers[2];
        double variance;
        bool normal;
    } cases[] = {
        {{tg_dense(OUT), tg_relu()}, kaiming, false},
        {{tg_dense(OUT), tg_gelu()}, kaiming, false},
        {{tg_dense(OUT), tg_sigmoid()}, xavier, false},
        {{tg_dense(OUT), tg_softmax()}, xavier, false},
        {{tg_dense_init(OUT, TG_INIT_ZEROS), tg_relu()}, 0, false},
        {{tg_dense_init(OUT, TG_INIT_XAVIER_UNIFORM), tg_relu()}, xavier, false},
        {{tg_dense_init(OUT, TG_INIT_XAVIER_NORMAL), tg_relu()}, xavier, true},
        {{tg_dense_init(OUT, TG_INIT_KAIMING_UNIFORM), tg_tanh()}, kaiming, false},
        {{tg_dense_init(OUT, TG_INIT_KAIMING_NORMAL), tg_tanh()}, kaiming, true},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_model *model = NULL;
        tg_tensor weight, bias;
        assert_ok(tg_model_create(test_device(), IN, cases[i].layers, 2, i, &model));
        assert_ok(tg_model_weight(model, 0, &weight));
        assert_ok(tg_model_bias(model, 0, &bias));
        const float *values = test_read(&weight);
        double sum = 0, squares = 0, largest = 0;
        for (size_t j = 0; j < weight.count; j++) {
            double w = (double)values[j];
            sum += w;
            squares += w * w;
            largest = fmax(largest, fabs(w));
        }
        const double count = (double)weight.count, deviation = sqrt(cases[i].variance);
        assert_true(fabs(sum / count) <= 4 * deviation / sqrt(count));
        assert_close(cases[i].variance, squares / count, 0.03, 0);
        if (!cases[i].normal) assert_true(largest <= sqrt(3.0) * deviation * (1 + 1e-6));
        if (cases[i].normal) assert_true(largest > 3.5 * deviation);
        assert_true(test_all(&bias, 0));
        tg_model_destroy(model);
    }
}

static void seeds(void **state) {
    (void)state;
    const tg_layer layers[] = {tg_dense(4), tg_relu(), tg_dense(4)};
    tg_model *models[3] = {NULL};
    tg_tensor first[3], second;
    for (size_t i = 0; i < 3; i++) {
        assert_ok(tg_model_create(test_device(), 4, layers, 3, i / 2, &models[i]));
        assert_ok(tg_model_weight(models[i], 0, &first[i]));
    }
    assert_ok(tg_model_weight(models[0], 2, &second));
    const size_t bytes = 16 * sizeof(float);
    assert_same(&first[0], &first[1]);
    assert_memory_not_equal(test_read(&first[0]), test_read(&first[2]), bytes);
    assert_memory_not_equal(test_read(&first[0]), test_read(&second), bytes);
    /* The same numbers on every device. */
    tg_model *on_cpu = NULL;
    tg_tensor all[2];
    assert_ok(tg_model_create(tg_cpu(), 4, layers, 3, 0, &on_cpu));
    assert_ok(tg_model_parameters(on_cpu, &all[0]));
    assert_ok(tg_model_parameters(models[0], &all[1]));
    assert_same(&all[0], &all[1]);
    tg_model_destroy(on_cpu);
    for (size_t i = 0; i < 3; i++) tg_model_destroy(models[i]);
}

static void refused_models(void **state) {
    (void)state;
    const struct {
        size_t inputs;
        tg_layer layer;
        tg_status status;
        const char *message;
    } cases[] = {
        {0, tg_dense(1), TG_INVALID_ARGUMENT, "0 inputs"},
        {3, tg_dense(0), TG_INVALID_ARGUMENT, "layer 0: a dense layer needs"},
        {3, tg_dense_init(1, (tg_init)99), TG_INVALID_ARGUMENT, "no initialisation 99"},
        {3, tg_leaky_relu(-0.1f), TG_INVALID_ARGUMENT, "slope"},
        {3, tg_leaky_relu(NAN), TG_INVALID_ARGUMENT, "slope"},
        {3, tg_dropout(1), TG_INVALID_ARGUMENT, "rate"},
        {3, tg_dropout(NAN), TG_INVALID_ARGUMENT, "rate"},
        {3, tg_softmax_temperature(0), TG_INVALID_ARGUMENT, "temperature"},
        {3, tg_softmax_temperature(INFINITY), TG_INVALID_ARGUMENT, "temperature"},
        {3, {(tg_layer_kind)77, 0, TG_INIT_AUTO, 0}, TG_INVALID_ARGUMENT, "no kind 77"},
        {3, tg_dense(SIZE_MAX), TG_OUT_OF_MEMORY, "too many"},
        {SIZE_MAX / 2048, tg_dense(4096), TG_OUT_OF_MEMORY, "too many"},
        {1000000, tg_dense(1000000000), TG_OUT_OF_MEMORY, ""},
    };
    tg_model *model = NULL;
    for (size_t i = 0; i < TG_COUNT(cases); i++)
        assert_fails(
            cases[i].status, cases[i].message,
            tg_model_create(test_device(), cases[i].inputs, &cases[i].layer, 1, 1, &model));
    const tg_layer layer = tg_dense(1);
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_model_create(NULL, 1, &layer, 1, 1, &model));
    assert_fails(TG_INVALID_ARGUMENT, "no layers",
                 tg_model_create(test_device(), 1, &layer, 0, 1, &model));
    assert_fails(TG_OUT_OF_MEMORY, "layers",
                 tg_model_create(test_device(), 1, &layer, SIZE_MAX / 64, 1, &model));
    assert_null(model);
}

static void class_names(void **state) {
    (void)state;
    const tg_layer layer = tg_dense(2);
    const char *names[] = {"cat", "dog"}, *broken[] = {"cat", NULL}, *latin[] = {"chat", "\xe9"};
    tg_model *model = NULL;
    assert_ok(tg_model_create(test_device(), 1, &layer, 1, 1, &model));
    assert_int_equal(tg_model_classes(model), 0);
    assert_null(tg_model_class_name(model, 0));
    assert_ok(tg_model_set_classes(model, names, 2));
    assert_fails(TG_INVALID_ARGUMENT, "3 names", tg_model_set_classes(model, names, 3));
    assert_fails(TG_INVALID_ARGUMENT, "class 1 has no name",
                 tg_model_set_classes(model, broken, 2));
    assert_fails(TG_INVALID_ARGUMENT, "the name of class 1 is not valid UTF-8",
                 tg_model_set_classes(model, latin, 2));
    assert_string_equal(tg_model_class_name(model, 1), "dog");
    assert_null(tg_model_class_name(model, 2));
    assert_ok(tg_model_set_classes(model, NULL, 0));
    assert_int_equal(tg_model_classes(model), 0);
    tg_model_destroy(model);
}

static void input_is_copied(void **state) {
    (void)state;
    const tg_layer layer = tg_dense(2);
    float mean[] = {1, 2}, deviation[] = {3, 4};
    tg_input input = {.size = 2, .statistics = 2, .mean = mean, .deviation = deviation};
    tg_model *model = NULL;
    assert_ok(tg_model_create(test_device(), 2, &layer, 1, 1, &model));
    assert_null(tg_model_input(model));
    assert_ok(tg_model_set_input(model, &input));
    assert_ok(tg_model_set_input(model, &input));
    mean[1] = 7;
    assert_true(tg_model_input(model)->mean[1] == 2);
    input.size = 3;
    assert_fails(TG_INVALID_ARGUMENT, "3 columns", tg_model_set_input(model, &input));
    input.size = 2;
    deviation[0] = 0;
    assert_fails(TG_INVALID_ARGUMENT, "deviation 0", tg_model_set_input(model, &input));
    assert_true(tg_model_input(model)->deviation[0] == 3);
    tg_model_destroy(model);
}

static void summary(void **state) {
    (void)state;
    const tg_layer layers[] = {tg_dense(16), tg_leaky_relu(0.01f), tg_dropout(0.5f), tg_dense(3),
                               tg_softmax()};
    const char *expected = "layer  kind                        inputs   outputs   parameters\n"
                           "    0  dense                            4        16           80\n"
                           "    1  leaky_relu (slope 0.01)         16        16            0\n"
                           "    2  dropout (rate 0.5)              16        16            0\n"
                           "    3  dense                           16         3           51\n"
                           "    4  softmax (temperature 1)          3         3            0\n"
                           "131 parameters, 0.5 KB\n";
    char text[1024], cut[40];
    tg_model *model = NULL;
    assert_ok(tg_model_create(test_device(), 4, layers, 5, 1, &model));
    assert_int_equal(tg_model_summary(model, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
    assert_int_equal(tg_model_summary(model, NULL, 0), strlen(expected));
    assert_int_equal(tg_model_summary(model, cut, sizeof cut), strlen(expected));
    assert_int_equal(strlen(cut), sizeof cut - 1);
    assert_memory_equal(cut, expected, sizeof cut - 1);
    tg_model_destroy(model);
}

static void layer_names(void **state) {
    (void)state;
    tg_layer layer;
    for (int kind = 0; kind <= (int)last_kind; kind++) {
        assert_non_null(tg_layer_name((tg_layer_kind)kind));
        assert_ok(tg_layer_from_name(tg_layer_name((tg_layer_kind)kind), &layer));
        assert_int_equal(layer.kind, kind);
        assert_ok(tg_layer_check(&layer, 0));
        const bool has_value = kind == TG_LAYER_LEAKY_RELU || kind == TG_LAYER_SOFTMAX ||
                               kind == TG_LAYER_DROPOUT;
        assert_int_equal(tg_layer_value_name((tg_layer_kind)kind) != NULL, has_value);
    }
    assert_null(tg_layer_name((tg_layer_kind)(last_kind + 1)));
    assert_null(tg_layer_value_name((tg_layer_kind)-1));
    assert_fails(TG_INVALID_ARGUMENT, "no layer \"relo\"; there are dense, sigmoid",
                 tg_layer_from_name("relo", &layer));
    assert_fails(TG_INVALID_ARGUMENT, "dropout", tg_layer_from_name("", &layer));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_layer_from_name(NULL, &layer));
    assert_true(tg_gelu_tanh().kind == TG_LAYER_GELU_TANH &&
                tg_log_softmax().kind == TG_LAYER_LOG_SOFTMAX);
}

static tg_status make_with_everything(void *context) {
    (void)context;
    const tg_layer layers[] = {tg_dense(2), tg_softmax()};
    const char *names[] = {"yes", "no"};
    float mean[] = {1, 2, 3}, deviation[] = {2, 1, 1};
    const tg_input input = {.size = 3, .statistics = 3, .mean = mean, .deviation = deviation};
    tg_model *model = NULL;
    tg_status status = tg_model_create(test_device(), 3, layers, 2, 1, &model);
    if (!status) status = tg_model_set_classes(model, names, 2);
    if (!status) status = tg_model_set_input(model, &input);
    tg_model_destroy(model);
    return status;
}

static void out_of_memory(void **state) {
    (void)state;
    assert_true(test_every_allocation(make_with_everything, NULL) >= 9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parameters_lie_one_after_another),
        cmocka_unit_test(initial_weights),
        cmocka_unit_test(seeds),
        cmocka_unit_test(refused_models),
        cmocka_unit_test(class_names),
        cmocka_unit_test(input_is_copied),
        cmocka_unit_test(summary),
        cmocka_unit_test(layer_names),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
