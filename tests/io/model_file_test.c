/* SPDX-License-Identifier: MIT */
/* Models in files: what was saved comes back bit by bit, and what is damaged does not. */
#include "support/test.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/model_file.h"
#include "support/device.h"
#include "support/mutate.h"
#include "support/reference.h"

/* ---- Round trips ---- */

enum { INPUTS = 40 }; /* what HOG makes of 8 x 8 grey pixels in cells of 4, with colour */

/* Every kind of layer, with values that have no short decimal form. */
static tg_model *make_model(void) {
    const tg_layer layers[] = {
        tg_dense(5),         tg_sigmoid(),
        tg_dense(4),         tg_tanh(),
        tg_leaky_relu(0.1f), tg_relu(),
        tg_gelu(),           tg_dense(3),
        tg_gelu_tanh(),      tg_dropout(1.0f / 3),
        tg_log_softmax(),    tg_softmax_temperature(nextafterf(1, 2)),
    };
    tg_model *model = NULL;
    assert_ok(tg_model_create(test_device(), INPUTS, layers, TG_COUNT(layers), 1, &model));
    tg_tensor parameters, numbers;
    uint64_t random = 1;
    assert_ok(tg_model_parameters(model, &parameters));
    numbers = reference_tensor(&random, &(reference_shape){1, {parameters.count}}, -1, 1);
    assert_ok(tg_tensor_copy(&numbers, &parameters));
    tg_tensor_destroy(&numbers);
    return model;
}

static const char *const class_names[] = {"cat", "\u00e9\u8a9e", "\xc3\xa4 \"quoted\"\\\n\x01"};

static void assert_same_input(const tg_input *a, const tg_input *b) {
    assert_int_equal(!a, !b);
    if (!a) return;
    assert_memory_equal(&a->shape, &b->shape, sizeof a->shape);
    assert_int_equal(a->features, b->features);
    assert_int_equal(a->hog.cell, b->hog.cell);
    assert_int_equal(a->hog.colour, b->hog.colour);
    assert_int_equal(a->size, b->size);
    assert_int_equal(a->statistics, b->statistics);
    if (a->statistics == 0) return;
    assert_memory_equal(a->mean, b->mean, a->statistics * sizeof(float));
    assert_memory_equal(a->deviation, b->deviation, a->statistics * sizeof(float));
}

static void assert_same_parameters(const tg_model *a, const tg_model *b) {
    tg_tensor of_a, of_b;
    assert_ok(tg_model_parameters(a, &of_a));
    assert_ok(tg_model_parameters(b, &of_b));
    assert_same(&of_a, &of_b);
}

static void assert_same_model(const tg_model *a, const tg_model *b) {
    assert_int_equal(tg_model_inputs(a), tg_model_inputs(b));
    assert_int_equal(tg_model_layer_count(a), tg_model_layer_count(b));
    for (size_t i = 0; i < tg_model_layer_count(a); i++) {
        const tg_layer *left = tg_model_layer(a, i), *right = tg_model_layer(b, i);
        assert_int_equal(left->kind, right->kind);
        assert_int_equal(left->units, right->units);
        assert_memory_equal(&left->value, &right->value, sizeof left->value);
    }
    assert_same_parameters(a, b);
    assert_int_equal(tg_model_classes(a), tg_model_classes(b));
    for (size_t i = 0; i < tg_model_classes(a); i++)
        assert_string_equal(tg_model_class_name(a, i), tg_model_class_name(b, i));
    assert_same_input(tg_model_input(a), tg_model_input(b));
}

/* Saves, loads and compares; also on the CPU, which shares the files of all devices. */
static void assert_round_trip(const tg_model *model) {
    char *folder = test_make_folder();
    const char *path = test_path(folder, "model.safetensors");
    tg_model *loaded = NULL;
    assert_ok(tg_model_save(model, path));
    tg_device *const devices[] = {test_device(), tg_cpu()};
    for (size_t i = 0; i < TG_COUNT(devices); i++) {
        assert_ok(tg_model_load(devices[i], path, &loaded));
        assert_same_model(model, loaded);
        tg_model_destroy(loaded);
    }
    test_remove_folder(folder);
}

static void test_round_trip(void **state) {
    (void)state;
    float mean[INPUTS] = {0.1f, -0.0f, FLT_MAX, -FLT_TRUE_MIN, 1.0f / 3};
    float deviation[INPUTS] = {FLT_TRUE_MIN, 1.0f, FLT_MAX, FLT_MIN, 1e-30f};
    uint64_t random = 5;
    test_fill(&random, mean + 5, INPUTS - 5, -1e4, 1e4);
    test_fill(&random, deviation + 5, INPUTS - 5, 1e-4, 1e4);
    const tg_input inputs[] = {
        {.size = INPUTS},
        {.size = INPUTS, .statistics = INPUTS, .mean = mean, .deviation = deviation},
        {.size = INPUTS, .shape = {5, 8, 1}},
        {.size = INPUTS,
         .shape = {40, 1, 1},
         .statistics = 1,
         .mean = mean,
         .deviation = deviation},
        {.size = INPUTS,
         .shape = {8, 8, 1},
         .features = TG_FEATURES_HOG,
         .hog = {4, true},
         .statistics = INPUTS,
         .mean = mean,
         .deviation = deviation},
    };
    assert_int_equal(tg_hog_size(&inputs[4].hog, inputs[4].shape), INPUTS);
    tg_model *model = make_model();
    assert_round_trip(model);
    assert_ok(tg_model_set_classes(model, class_names, 3));
    assert_round_trip(model);
    for (size_t i = 0; i < TG_COUNT(inputs); i++) {
        assert_ok(tg_model_set_input(model, &inputs[i]));
        assert_round_trip(model);
    }
    tg_model_destroy(model);
}

/* A training that went wrong leaves a file that still opens. */
static void test_not_finite(void **state) {
    (void)state;
    tg_model *model = make_model();
    tg_tensor parameters;
    assert_ok(tg_model_parameters(model, &parameters));
    test_set(&parameters, 0, NAN);
    test_set(&parameters, 1, -INFINITY);
    test_set(&parameters, 2, -0.0f);
    test_set(&parameters, 3, FLT_TRUE_MIN);
    assert_round_trip(model);
    tg_model_destroy(model);
}

/* A locale with a decimal comma must not reach the files. */
static void test_locale(void **state) {
    (void)state;
    if (!test_decimal_comma()) skip();
    tg_model *model = make_model();
    assert_round_trip(model);
    char *folder = test_make_folder();
    const char *path = test_path(folder, "model.safetensors");
    assert_ok(tg_model_save(model, path));
    tg_model_destroy(model);
    setlocale(LC_ALL, "C");
    assert_ok(tg_model_load(test_device(), path, &model));
    assert_true(tg_model_layer(model, 4)->value == 0.1f);
    tg_model_destroy(model);
    test_remove_folder(folder);
}

/* ---- Damaged descriptions ---- */

#define DENSE_RELU                                                                                 \
    "{\"inputs\":2,\"layers\":[{\"type\":\"dense\",\"units\":3},{\"type\":\"relu\"}]}"
#define DENSE "{\"type\":\"dense\",\"units\":3}"
#define LAYERS(text) "{\"inputs\":2,\"layers\":[" text "]}"

/* A file with the tensors of a model of 2 inputs and 3 outputs, and any metadata. */
static const char *write_described(const char *folder, const char *version, const char *layers,
                                   const char *classes, const char *input) {
    const tg_text_pair pairs[] = {{"tigrillo.version", version},
                                  {"tigrillo.model", layers},
                                  {"tigrillo.model.classes", classes},
                                  {"tigrillo.model.input", input}};
    tg_text_pair present[4];
    size_t count = 0;
    for (size_t i = 0; i < TG_COUNT(pairs); i++)
        if (pairs[i].value) present[count++] = pairs[i];
    static const float values[6] = {1, 2, 3, 4, 5, 6};
    tg_tensor weight = test_matrix(values, 3, 2), bias = test_vector(values, 3);
    const tg_named_tensor tensors[] = {{"0.weight", &weight}, {"0.bias", &bias}};
    const char *path = test_path(folder, "f");
    assert_ok(tg_safetensors_write(path, tensors, 2, present, count));
    test_destroy(&weight, &bias);
    return path;
}

static void test_descriptions(void **state) {
    (void)state;
    const char *good = DENSE_RELU;
    const struct {
        const char *version, *layers, *classes, *input;
        tg_status status;
        const char *message;
    } cases[] = {
        {NULL, NULL, NULL, NULL, TG_BAD_FORMAT, "f: it holds tensors, but not the layers"},
        {NULL, NULL, NULL, NULL, TG_BAD_FORMAT, "tg_model_load_weights()"},
        {NULL, good, NULL, NULL, TG_BAD_FORMAT, "f: __metadata__: \"tigrillo.version\" is missing"},
        {"1", NULL, NULL, NULL, TG_BAD_FORMAT, "f: __metadata__: \"tigrillo.model\" is missing"},
        {"2", good, NULL, NULL, TG_UNSUPPORTED,
         "f: its version is \"2\"; this library reads version \"1\""},
        {"", good, NULL, NULL, TG_UNSUPPORTED, "f: its version is \"\""},
        /* layers */
        {"1", "", NULL, NULL, TG_BAD_FORMAT, "f: tigrillo.model: byte 0"},
        {"1", "[]", NULL, NULL, TG_BAD_FORMAT, "f: tigrillo.model: not an object"},
        {"1", DENSE_RELU "x", NULL, NULL, TG_BAD_FORMAT, "f: tigrillo.model: byte "},
        {"1", "{\"layers\":[" DENSE "]}", NULL, NULL, TG_BAD_FORMAT, "\"inputs\" is missing"},
        {"1", "{\"inputs\":2}", NULL, NULL, TG_BAD_FORMAT, "\"layers\" is not an array"},
        {"1", "{\"inputs\":2,\"layers\":{}}", NULL, NULL, TG_BAD_FORMAT, "\"layers\" is not"},
        {"1", "{\"inputs\":2,\"layers\":[" DENSE "],\"more\":1}", NULL, NULL, TG_BAD_FORMAT,
         "f: tigrillo.model: unknown key \"more\""},
        {"1", "{\"inputs\":2.0,\"layers\":[" DENSE "]}", NULL, NULL, TG_BAD_FORMAT,
         "\"inputs\" is not a whole number"},
        {"1", "{\"inputs\":-2,\"layers\":[" DENSE "]}", NULL, NULL, TG_BAD_FORMAT,
         "\"inputs\" is not a whole number"},
        {"1", "{\"inputs\":2,\"inputs\":2,\"layers\":[" DENSE "]}", NULL, NULL, TG_BAD_FORMAT,
         "duplicate"},
        {"1", LAYERS("1"), NULL, NULL, TG_BAD_FORMAT,
         "f: tigrillo.model: layer 0: not an object with a \"type\""},
        {"1", LAYERS("{\"units\":3}"), NULL, NULL, TG_BAD_FORMAT, "layer 0: not an object with"},
        {"1", LAYERS(DENSE ",{\"type\":\"conv\"}"), NULL, NULL, TG_BAD_FORMAT,
         "f: tigrillo.model: layer 1: there is no layer \"conv\""},
        {"1", LAYERS("{\"type\":\"dense\"}"), NULL, NULL, TG_BAD_FORMAT, "\"units\" is missing"},
        {"1", LAYERS("{\"type\":\"dense\",\"units\":3,\"slope\":1}"), NULL, NULL, TG_BAD_FORMAT,
         "layer 0: unknown key \"slope\""},
        {"1", LAYERS(DENSE ",{\"type\":\"relu\",\"units\":3}"), NULL, NULL, TG_BAD_FORMAT,
         "layer 1: unknown key \"units\""},
        {"1", LAYERS(DENSE ",{\"type\":\"dropout\"}"), NULL, NULL, TG_BAD_FORMAT,
         "layer 1: \"rate\" is missing"},
        {"1", LAYERS(DENSE ",{\"type\":\"dropout\",\"rate\":\"1\"}"), NULL, NULL, TG_BAD_FORMAT,
         "layer 1: \"rate\" is not a number"},
        {"1", LAYERS(DENSE ",{\"type\":\"softmax\",\"temperature\":1e39}"), NULL, NULL,
         TG_BAD_FORMAT, "layer 1: \"temperature\" is not a number that fits a float"},
        {"1", LAYERS(DENSE ",{\"type\":\"softmax\",\"temperature\":1e999}"), NULL, NULL,
         TG_BAD_FORMAT, "f: tigrillo.model: byte "},
        {"1", LAYERS(DENSE ",{\"type\":\"softmax\",\"temperature\":0}"), NULL, NULL, TG_BAD_FORMAT,
         "f: tigrillo.model: layer 1: "},
        {"1", LAYERS(DENSE ",{\"type\":\"softmax\",\"temperature\":1e-60}"), NULL, NULL,
         TG_BAD_FORMAT, "f: tigrillo.model: layer 1: "},
        {"1", LAYERS(DENSE ",{\"type\":\"dropout\",\"rate\":1}"), NULL, NULL, TG_BAD_FORMAT,
         "f: tigrillo.model: layer 1: "},
        {"1", LAYERS(DENSE ",{\"type\":\"leaky_relu\",\"slope\":-1}"), NULL, NULL, TG_BAD_FORMAT,
         "f: tigrillo.model: layer 1: "},
        /* layers against tensors */
        {"1", "{\"inputs\":3,\"layers\":[" DENSE "]}", NULL, NULL, TG_BAD_FORMAT,
         "f: tensor \"0.weight\": its shape is [3, 2]; [3, 3] is needed"},
        {"1", LAYERS("{\"type\":\"dense\",\"units\":9007199254740992}"), NULL, NULL, TG_BAD_FORMAT,
         "[9007199254740992, 2] is needed"},
        {"1", LAYERS("{\"type\":\"dense\",\"units\":9007199254740993}"), NULL, NULL, TG_BAD_FORMAT,
         "\"units\" is not a whole number"},
        {"1", LAYERS(DENSE "," DENSE), NULL, NULL, TG_BAD_FORMAT,
         "f: tensor \"1.weight\" is missing"},
        {"1", LAYERS("{\"type\":\"relu\"}," DENSE), NULL, NULL, TG_BAD_FORMAT,
         "f: tensor \"1.weight\" is missing"},
        {"1", LAYERS("{\"type\":\"relu\"}"), NULL, NULL, TG_BAD_FORMAT,
         "f: tensor \"0.bias\" is not one of the model's"},
        {"1", LAYERS(""), NULL, NULL, TG_BAD_FORMAT, "is not one of the model's"},
        /* classes */
        {"1", good, "{}", NULL, TG_BAD_FORMAT, "f: tigrillo.model.classes: not an array"},
        {"1", good, "[]", NULL, TG_BAD_FORMAT, "f: tigrillo.model.classes: 0 names for 3 outputs"},
        {"1", good, "[\"a\",\"b\",\"a\"]", NULL, TG_BAD_FORMAT,
         "f: tigrillo.model.classes: two classes are called"},
        {"1", good, "[\"a\",\"b\"]", NULL, TG_BAD_FORMAT, "2 names for 3 outputs"},
        {"1", good, "[\"a\",\"b\",3]", NULL, TG_BAD_FORMAT, "the name of class 2 is not a text"},
        {"1", good, "[\"a\",\"b\",\"\\u0000\"]", NULL, TG_BAD_FORMAT,
         "f: tigrillo.model.classes: byte "},
        {"1", good, "[\"a\",\"b\",\"\\ud800\"]", NULL, TG_BAD_FORMAT,
         "f: tigrillo.model.classes: byte "},
        /* input */
        {"1", good, NULL, "[]", TG_BAD_FORMAT, "f: tigrillo.model.input: not an object"},
        {"1", good, NULL, "{\"features\":\"plain\"}", TG_BAD_FORMAT, "\"size\" is missing"},
        {"1", good, NULL, "{\"size\":2}", TG_BAD_FORMAT, "\"features\" is not \"plain\" or"},
        {"1", good, NULL, "{\"size\":2,\"features\":\"sift\"}", TG_BAD_FORMAT, "\"features\" is"},
        {"1", good, NULL, "{\"size\":2,\"features\":\"plain\",\"more\":1}", TG_BAD_FORMAT,
         "f: tigrillo.model.input: unknown key \"more\""},
        {"1", good, NULL, "{\"size\":3,\"features\":\"plain\"}", TG_BAD_FORMAT,
         "f: tigrillo.model.input: tg_model_set_input: "},
        {"1", good, NULL, "{\"size\":2,\"features\":\"hog\"}", TG_BAD_FORMAT, "\"hog\" is not"},
        {"1", good, NULL, "{\"size\":2,\"features\":\"hog\",\"hog\":{\"cell\":4,\"colour\":true}}",
         TG_BAD_FORMAT, "hog features need a picture's shape"},
        {"1", good, NULL,
         "{\"size\":2,\"features\":\"plain\",\"hog\":{\"cell\":4,\"colour\":true}}", TG_BAD_FORMAT,
         "\"hog\" beside plain features"},
        {"1", good, NULL,
         "{\"size\":2,\"shape\":[8,8,1],\"features\":\"hog\",\"hog\":{\"cell\":4,\"colour\":1}}",
         TG_BAD_FORMAT, "\"hog\" is not an object with \"cell\" and \"colour\""},
        {"1", good, NULL,
         "{\"size\":2,\"shape\":[8,8,1],\"features\":\"hog\","
         "\"hog\":{\"cell\":4,\"colour\":true,\"more\":0}}",
         TG_BAD_FORMAT, "unknown key \"more\""},
        {"1", good, NULL,
         "{\"size\":2,\"shape\":[8,8,1],\"features\":\"hog\",\"hog\":{\"cell\":4,\"colour\":true}}",
         TG_BAD_FORMAT, "the size is 2, but the shape gives 40"},
        {"1", good, NULL,
         "{\"size\":2,\"shape\":[8,8,1],\"features\":\"hog\",\"hog\":{\"cell\":0,\"colour\":true}}",
         TG_BAD_FORMAT, "the hog settings do not fit the shape"},
        {"1", good, NULL,
         "{\"size\":2,\"shape\":[8,8,1],\"features\":\"hog\",\"hog\":{\"cell\":9,\"colour\":true}}",
         TG_BAD_FORMAT, "the hog settings do not fit the shape"},
        {"1", good, NULL, "{\"size\":2,\"shape\":[2,1],\"features\":\"plain\"}", TG_BAD_FORMAT,
         "\"shape\" is not an array of three"},
        {"1", good, NULL, "{\"size\":2,\"shape\":[0,0,0],\"features\":\"plain\"}", TG_BAD_FORMAT,
         "\"shape\" has no height"},
        {"1", good, NULL, "{\"size\":2,\"shape\":[1,1,2],\"features\":\"plain\"}", TG_BAD_FORMAT,
         "f: tigrillo.model.input: "},
        {"1", good, NULL, "{\"size\":2,\"shape\":[4097,1,1],\"features\":\"plain\"}", TG_BAD_FORMAT,
         "f: tigrillo.model.input: "},
        {"1", good, NULL, "{\"size\":2,\"shape\":[3,1,1],\"features\":\"plain\"}", TG_BAD_FORMAT,
         "the size is 2, but the shape gives 3"},
        {"1", good, NULL, "{\"size\":2,\"features\":\"plain\",\"mean\":[1,2]}", TG_BAD_FORMAT,
         "\"mean\" and \"deviation\" are not two equally long"},
        {"1", good, NULL, "{\"size\":2,\"features\":\"plain\",\"mean\":[1,2],\"deviation\":[1]}",
         TG_BAD_FORMAT, "\"mean\" and \"deviation\" are not two equally long"},
        {"1", good, NULL, "{\"size\":2,\"features\":\"plain\",\"mean\":[],\"deviation\":[]}",
         TG_BAD_FORMAT, "\"mean\" and \"deviation\" are not two equally long"},
        {"1", good, NULL, "{\"size\":2,\"features\":\"plain\",\"mean\":[1],\"deviation\":[1]}",
         TG_BAD_FORMAT, "1 statistics do not fit the size 2"},
        {"1", good, NULL,
         "{\"size\":2,\"features\":\"plain\",\"mean\":[1,null],\"deviation\":[1,1]}", TG_BAD_FORMAT,
         "\"mean\" is not a number"},
        {"1", good, NULL, "{\"size\":2,\"features\":\"plain\",\"mean\":[1,1],\"deviation\":[1,0]}",
         TG_BAD_FORMAT, "the deviation 0 of statistic 1"},
        {"1", good, NULL, "{\"size\":2,\"features\":\"plain\",\"mean\":[1,1],\"deviation\":[-1,1]}",
         TG_BAD_FORMAT, "the deviation -1 of statistic 0"},
        {"1", good, NULL,
         "{\"size\":2,\"features\":\"plain\",\"mean\":[1,1],\"deviation\":[1e-60,1]}",
         TG_BAD_FORMAT, "the deviation 0 of statistic 0"},
        /* and whole numbers where the writer puts a point are fine */
        {"1", LAYERS(DENSE ",{\"type\":\"softmax\",\"temperature\":2}"), "[\"a\",\"b\",\"c\"]",
         "{\"size\":2,\"features\":\"plain\",\"mean\":[1,1],\"deviation\":[1,2]}", TG_OK, ""},
    };
    char *folder = test_make_folder();
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        const char *path = write_described(folder, cases[i].version, cases[i].layers,
                                           cases[i].classes, cases[i].input);
        tg_model *const untouched = (tg_model *)(uintptr_t)1;
        tg_model *model = untouched;
        print_message("case %zu\n", i);
        if (cases[i].status == TG_OK) {
            assert_ok(tg_model_load(test_device(), path, &model));
            tg_model_destroy(model);
            continue;
        }
        assert_fails(cases[i].status, cases[i].message, tg_model_load(test_device(), path, &model));
        assert_ptr_equal(model, untouched);
    }
    test_remove_folder(folder);
}

/* Names that a careless comparison of numbers would take for "0.bias". */
static void test_names(void **state) {
    (void)state;
    static const char *const names[] = {"00.bias", "+0.bias",  "0.bias ", " 0.bias", "0.bias2",
                                        "bias",    "0.Weight", "1.bias",  "",        "0"};
    char *folder = test_make_folder();
    const char *path = test_path(folder, "f");
    const tg_layer layers[] = {tg_dense(1)};
    tg_model *model = NULL;
    assert_ok(tg_model_create(test_device(), 1, layers, 1, 1, &model));
    tg_tensor number = test_vector(NULL, 1);
    for (size_t i = 0; i < TG_COUNT(names); i++) {
        const tg_named_tensor more = {names[i], &number};
        const tg_text_pair pair = {"tigrillo.training", "{}"};
        tg_model *loaded = NULL;
        assert_ok(tg_model_write(model, path, &more, 1, &pair, 1));
        assert_fails(TG_BAD_FORMAT, "is not one of the model's",
                     tg_model_load(test_device(), path, &loaded));
        assert_fails(TG_BAD_FORMAT, "is not one of the model's",
                     tg_model_load_weights(model, path));
    }
    const tg_named_tensor taken = {"0.bias", &number};
    assert_fails(TG_INVALID_ARGUMENT, "\"0.bias\" is there twice",
                 tg_model_write(model, path, &taken, 1, NULL, 0));
    const tg_text_pair pair = {"tigrillo.version", "3"};
    assert_fails(TG_INVALID_ARGUMENT, "\"tigrillo.version\" is there twice",
                 tg_model_write(model, path, NULL, 0, &pair, 1));
    tg_tensor_destroy(&number);
    tg_model_destroy(model);
    test_remove_folder(folder);
}

/* What a checkpoint puts beside the model is passed over; anything else is refused. */
static void test_more_beside(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "f");
    tg_model *model = make_model(), *loaded = NULL;
    tg_tensor parameters;
    assert_ok(tg_model_parameters(model, &parameters));
    const tg_named_tensor more = {"train.first", &parameters};
    const tg_text_pair pair = {"tigrillo.train", "{\"epoch\":3}"};
    assert_ok(tg_model_write(model, path, &more, 1, &pair, 1));
    size_t size = 0;
    unsigned char *bytes = test_read_file(path, &size);
    tg_safetensors *file = NULL;
    assert_ok(tg_safetensors_parse(bytes, size, "f", &file));
    assert_string_equal(tg_safetensors_metadata(file, pair.key), pair.value);
    assert_ok(tg_model_parse(test_device(), file, &loaded));
    assert_same_model(model, loaded);
    assert_ok(tg_model_parse_weights(loaded, file));
    tg_safetensors_close(file);
    const tg_named_tensor other = {"optimizer.first", &parameters};
    assert_ok(tg_model_write(model, path, &other, 1, NULL, 0));
    assert_fails(TG_BAD_FORMAT, "\"optimizer.first\" is not one of the model's",
                 tg_model_load_weights(loaded, path));
    free(bytes);
    tg_model_destroy(loaded);
    tg_model_destroy(model);
    test_remove_folder(folder);
}

/* ---- Weights alone ---- */

static void test_load_weights(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const tg_layer layers[] = {tg_dense(3), tg_relu()};
    tg_model *model = NULL, *before = NULL;
    assert_ok(tg_model_create(test_device(), 2, layers, 2, 1, &model));
    assert_ok(tg_model_create(test_device(), 2, layers, 2, 1, &before));
    assert_ok(tg_model_load_weights(model, write_described(folder, NULL, NULL, NULL, NULL)));
    tg_tensor weight, bias;
    assert_ok(tg_model_weight(model, 0, &weight));
    assert_ok(tg_model_bias(model, 0, &bias));
    const float *weights = test_read(&weight), *biases = test_read(&bias);
    for (size_t i = 0; i < 6; i++) assert_true(weights[i] == (float)i + 1);
    for (size_t i = 0; i < 3; i++) assert_true(biases[i] == (float)i + 1);

    /* All or nothing: the first tensor fits each time, but not the whole. */
    tg_tensor good = test_matrix(NULL, 3, 2), wrong = test_matrix(NULL, 2, 3);
    tg_tensor number = test_vector(NULL, 1);
    const char *path = test_path(folder, "g");
    const struct {
        tg_named_tensor tensors[3];
        size_t count;
        const char *message;
    } cases[] = {
        {{{"0.weight", &good}}, 1, "g: tensor \"0.bias\" is missing"},
        {{{"0.weight", &wrong}, {"0.bias", &bias}}, 2, "[2, 3]; [3, 2] is needed"},
        {{{"0.weight", &good}, {"0.bias", &number}}, 2, "\"0.bias\": its shape is [1]; [3] is"},
        {{{"0.weight", &good}, {"0.bias", &bias}, {"1.weight", &number}},
         3,
         "g: tensor \"1.weight\" is not one of the model's"},
        {{{"0.weight", &good}, {"0.bias", &bias}, {"2.weight", &number}},
         3,
         "g: tensor \"2.weight\" is not one of the model's"},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        assert_ok(tg_safetensors_write(path, cases[i].tensors, cases[i].count, NULL, 0));
        assert_fails(TG_BAD_FORMAT, cases[i].message, tg_model_load_weights(before, path));
    }
    tg_model *fresh = NULL;
    assert_ok(tg_model_create(test_device(), 2, layers, 2, 1, &fresh));
    assert_same_parameters(fresh, before);
    test_destroy(&good, &wrong, &number);
    tg_model_destroy(fresh);
    tg_model_destroy(before);
    tg_model_destroy(model);
    test_remove_folder(folder);
}

/* ---- Damage at random ---- */

/* The bytes of a small file with everything in it. */
static unsigned char *make_file(size_t *size) {
    const char *picture = "{\"size\":2,\"shape\":[2,1,1],\"features\":\"plain\",\"mean\":[0.5],"
                          "\"deviation\":[0.25]}";
    char *folder = test_make_folder();
    const char *layers = LAYERS(DENSE ",{\"type\":\"softmax\",\"temperature\":1.5}");
    const char *classes = "[\"a\",\"b\",\"c\"]";
    unsigned char *bytes = test_read_file(write_described(folder, "1", layers, classes, picture),
                                          size);
    test_remove_folder(folder);
    return bytes;
}

static void test_truncations(void **state) {
    (void)state;
    size_t size = 0;
    unsigned char *bytes = make_file(&size);
    tg_model *model = NULL;
    for (size_t cut = 0; cut < size; cut++) {
        unsigned char *part = malloc(cut ? cut : 1);
        memcpy(part, bytes, cut);
        assert_fails(TG_BAD_FORMAT,
                     "f: ", tg_model_load_memory(test_device(), part, cut, "f", &model));
        assert_null(model);
        free(part);
    }
    assert_ok(tg_model_load_memory(test_device(), bytes, size, "f", &model));
    tg_model_destroy(model);
    free(bytes);
}

static void test_mutations(void **state) {
    (void)state;
    size_t size = 0, accepted = 0, rounds = 20000;
    unsigned char *bytes = make_file(&size);
    uint64_t random = 4;
    for (size_t round = 0; round < rounds; round++) {
        test_image damaged = test_mutate(&random, bytes, size);
        tg_model *model = NULL;
        tg_status status = tg_model_load_memory(test_device(), damaged.bytes, damaged.size, "f",
                                                &model);
        if (status == TG_OK) {
            /* What loads is a model that can be saved again and is then the same. */
            accepted++;
            assert_int_equal(tg_model_parameter_count(model), 9);
            if (accepted % 16 == 0) assert_round_trip(model);
            tg_model_destroy(model);
        } else {
            assert_true(status == TG_BAD_FORMAT || status == TG_UNSUPPORTED);
            test_message_contains("f: ", __FILE__, __LINE__);
            assert_null(model);
        }
        free(damaged.bytes);
    }
    print_message("%zu of %zu damaged files are still valid\n", accepted, rounds);
    assert_true(accepted > 0 && accepted < rounds / 2);
    free(bytes);
}

/* ---- Files and memory that cannot be had ---- */

static void test_files(void **state) {
    (void)state;
    char *folder = test_make_folder();
    tg_model *model = make_model(), *loaded = NULL;
    const char *missing = test_path(folder, "missing"), *empty = test_path(folder, "empty");
    const char *nowhere = test_path(folder, "no/such/folder/f");
    test_write_file(empty, "", 0);
    assert_fails(TG_IO_ERROR, "missing", tg_model_load(test_device(), missing, &loaded));
    assert_fails(TG_IO_ERROR, folder, tg_model_load(test_device(), folder, &loaded));
    assert_fails(TG_BAD_FORMAT, "empty: not a safetensors file",
                 tg_model_load(test_device(), empty, &loaded));
    assert_fails(TG_IO_ERROR, "missing", tg_model_load_weights(model, missing));
    assert_fails(TG_IO_ERROR, folder, tg_model_load_weights(model, folder));
    assert_fails(TG_BAD_FORMAT, "empty: ", tg_model_load_weights(model, empty));
    assert_null(loaded);
    assert_fails(TG_IO_ERROR, nowhere, tg_model_save(model, nowhere));
    assert_fails(TG_IO_ERROR, folder, tg_model_save(model, folder));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_model_save(NULL, missing));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_model_save(model, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_model_load(NULL, empty, &loaded));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_model_load(test_device(), NULL, &loaded));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_model_load(test_device(), empty, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL",
                 tg_model_load_memory(test_device(), NULL, 0, "f", &loaded));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_model_load_weights(NULL, empty));
    tg_model_destroy(model);
    test_remove_folder(folder);
}

/* The file that was there when saving fails is there afterwards, and nothing else. */
static void test_full_disk(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "f");
    tg_model *model = make_model();
    test_write_file(path, "old", 3);
    /* A limit on the size of files fails like a full disk: some bytes, then no more. */
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 512;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    tg_status status = tg_model_save(model, path);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(status, TG_IO_ERROR);
    test_message_contains(path, __FILE__, __LINE__);
    size_t size = 0;
    unsigned char *bytes = test_read_file(path, &size);
    assert_int_equal(size, 3);
    free(bytes);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0); /* only an empty folder goes */
    free(folder);
    tg_model_destroy(model);
}

static void test_read_only_folder(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "f");
    tg_model *model = make_model();
    assert_int_equal(chmod(folder, 0500), 0);
    if (geteuid() == 0) path = "/proc/tigrillo-test"; /* the superuser may write everywhere else */
    assert_fails(TG_IO_ERROR, path, tg_model_save(model, path));
    tg_model_destroy(model);
    test_remove_folder(folder);
}

typedef struct task {
    tg_model *model;
    const char *path;
} task;

static tg_status attempt_save(void *context) {
    const task *files = context;
    return tg_model_save(files->model, files->path);
}

static tg_status attempt_load(void *context) {
    const task *files = context;
    tg_model *model = NULL;
    tg_status status = tg_model_load(test_device(), files->path, &model);
    if (status) assert_null(model);
    tg_model_destroy(model);
    return status;
}

static tg_status attempt_load_weights(void *context) {
    const task *files = context;
    return tg_model_load_weights(files->model, files->path);
}

static void test_allocations(void **state) {
    (void)state;
    char *folder = test_make_folder();
    task files = {make_model(), test_path(folder, "f")};
    float mean[INPUTS] = {0}, deviation[INPUTS];
    for (size_t i = 0; i < INPUTS; i++) deviation[i] = 1;
    const tg_input input = {
        .size = INPUTS, .statistics = INPUTS, .mean = mean, .deviation = deviation};
    assert_ok(tg_model_set_input(files.model, &input));
    assert_ok(tg_model_set_classes(files.model, class_names, 3));
    assert_true(test_every_allocation(attempt_save, &files) > 10);
    assert_true(test_every_allocation(attempt_load, &files) > 15);
    assert_true(test_every_allocation(attempt_load_weights, &files) > 4);
    tg_model_destroy(files.model);
    test_remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_locale),       cmocka_unit_test(test_descriptions),
        cmocka_unit_test(test_names),        cmocka_unit_test(test_more_beside),
        cmocka_unit_test(test_load_weights), cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_mutations),    cmocka_unit_test(test_files),
        cmocka_unit_test(test_full_disk),    cmocka_unit_test(test_read_only_folder),
        cmocka_unit_test(test_allocations),
    };
    return test_exit_status(cmocka_run_group_tests(tests, NULL, NULL));
}
