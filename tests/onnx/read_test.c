/* SPDX-License-Identifier: MIT */
/* Reading ONNX: which graphs become which layers, and which are refused for which reason. That the
 * numbers are right is compared with ONNX Runtime and the packages that write such files, in
 * tests/interop. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "onnx/format.h"
#include "support/device.h"
#include "support/onnx.h"

static tg_status read_words(uint64_t opset, const char *words, tg_model **model) {
    test_image image = test_onnx(opset, words);
    tg_status status = tg_onnx_read_memory(test_device(), image.bytes, image.size, "f", model);
    free(image.bytes);
    return status;
}

static void assert_layers(const tg_model *model, const char *expected) {
    char layers[256] = "";
    for (size_t i = 0; i < tg_model_layer_count(model); i++) {
        const tg_layer *layer = tg_model_layer(model, i);
        const size_t used = strlen(layers);
        snprintf(layers + used, sizeof layers - used, "%s%s", i ? " " : "",
                 tg_layer_name(layer->kind));
    }
    assert_string_equal(layers, expected);
}

#define IN "in x 0,2; w a 2,3; w b 3; w c 3,2; "
#define GEMM IN "Gemm x a b > h; "

static void test_layers(void **state) {
    (void)state;
    static const struct {
        uint64_t opset;
        const char *words, *layers;
        size_t inputs, outputs;
        bool standardised;
    } cases[] = {
        {13, GEMM "out h", "dense", 2, 3, false},
        {7, IN "Gemm x c > h transB=1; Relu h > y; out y", "dense relu", 2, 3, false},
        {13, IN "MatMul x a > h; Add b h > g; Tanh g > y; out y", "dense tanh", 2, 3, false},
        {13, GEMM "Sigmoid h > g; MatMul g c > k; Softmax k > y; out y",
         "dense sigmoid dense "
         "softmax",
         2, 2, false},
        {12, GEMM "LogSoftmax h > y axis=1; out y", "dense log_softmax", 2, 3, false},
        {13, GEMM "LeakyRelu h > y alpha=0.5; out y", "dense leaky_relu", 2, 3, false},
        {20, GEMM "Gelu h > g; Gelu g > y approximate='tanh'; out y", "dense gelu gelu_tanh", 2, 3,
         false},
        {13, GEMM "Identity h > g; Cast g > k to=1; Dropout k > l m; Cast l > y to=11; out y",
         "dense", 2, 3, false},
        /* GELU by its formula, in several orders */
        {13,
         GEMM "c r 1.41421356; c o 1; c e 0.5; Div h r > i; Erf i > j; Add j o > k; Mul h k > "
              "l; Mul l e > y; out y",
         "dense gelu", 2, 3, false},
        {13,
         GEMM "c r 0.70710678; c o 1; c e 0.5; Mul h e > d; Mul r h > i; Erf i > j; Add o j > "
              "k; Mul k d > g; Relu g > y; out y",
         "dense gelu relu", 2, 3, false},
        {13,
         GEMM "c t 3; c p 0.044715; c q 0.79788456; c o 1; c e 0.5; Pow h t > i; Mul p i > j; "
              "Add h j > k; Mul q k > l; Tanh l > m; Add o m > n; Mul e n > u; Mul h u > y; out y",
         "dense gelu_tanh", 2, 3, false},
        {13,
         GEMM "c r 0.70710678; c e 0.5; Neg h > d; Mul d r > i; Erfc i > j; Mul e h > k; "
              "Mul k j > y; out y",
         "dense gelu", 2, 3, false},
        /* shapes */
        {13, "in x 0,1,2,1; w a 2,3; Flatten x > h; Gemm h a > y; out y", "dense", 2, 3, false},
        {13, "in x 0,2,3; i s -1,6; w a 6,3; Reshape x s > h; Gemm h a > y; out y", "dense", 6, 3,
         false},
        {13, "in x 5,2,3; i s 5,-1; w a 6,3; Reshape x s > h; Gemm h a > y; out y", "dense", 6, 3,
         false},
        {13,
         "in x 0,2,3; i s 0,0,3; i t 0,-1; w a 6,3; Reshape x s > g; Reshape g t > h; Gemm h a "
         "> y; out y",
         "dense", 6, 3, false},
        {13, "in x 0,2,3; Shape x > s; w a 6,3; Reshape x s > h; Gemm h a > y; out y", "dense", 6,
         3, false},
        {13,
         "in x 0,2,3; Shape x > s; w a 6,3; Reshape x s > h; Flatten h > g; Gemm g a > y; out y",
         "dense", 6, 3, false},
        {13,
         "in x 0,2,3; Shape x > s; w a 6,3; Reshape x s > h; MatMul h a > g; Softmax g > y; out y",
         "dense softmax", 6, 3, false},
        {13, GEMM "Shape x > s; i t -1,3; Reshape h s > g; Reshape g t > k; Softmax k > y; out y",
         "dense softmax", 2, 3, false},
        {13, "in x 0,0; w a 2,3; MatMul x a > y; out y", "dense", 2, 3, false},
        {13, "in x; w a 2,3; MatMul x a > y; out y", "dense", 2, 3, false},
        /* standardisation */
        {13, IN "c m 1,2; c d 2,4; Sub x m > g; Div g d > h; Gemm h a b > y; out y", "dense", 2, 3,
         true},
        {13, IN "c d 255; Div x d > h; MatMul h a > g; Add g b > y; out y", "dense", 2, 3, true},
        {13, IN "ml.Scaler x > h offset=1.5,2.5 scale=0.5,0.25; Gemm h a b > y; out y", "dense", 2,
         3, true},
        {13, IN "i k 2; Cast k > d to=1; Div x d > h; Gemm h a b > y; out y", "dense", 2, 3, true},
        {13, IN "i k 2; Mul x k > h; Gemm h a b > y; out y", "dense", 2, 3, true},
        {13, IN "d k 1e38; Mul x k > h; Gemm h a b > y; out y", "dense", 2, 3, true},
        {13, IN "c m 1,-2; Mul x m > h; Gemm h a b > y; out y", "dense", 2, 3, false},
        {13, IN "c m 1; Div x m > h; Gemm h a b > y; out y", "dense", 2, 3, false},
        {13,
         "in x 0,2,2; i s 0,4; w k 2,1; w a 4,3; Sub x k > g; Reshape g s > h; Gemm h a > y; "
         "out y",
         "dense", 4, 3, true},
        /* scikit-learn */
        {13,
         IN "w d 2,1; c o 1; MatMul x d > h; Sigmoid h > p; Sub o p > q; Concat q p > y axis=1; "
            "out y",
         "dense softmax", 2, 2, false},
        {13, GEMM "Softmax h > p; ml.ZipMap p > z; ArgMax p > l; out p", "dense softmax", 2, 3,
         false},
        {13,
         IN "ml.LinearClassifier x > l y coefficients=1.0,2.0,3.0,4.0,5.0,6.0 "
            "intercepts=1.0,2.0,3.0 post_transform='SOFTMAX'; ml.Normalizer y > z norm='L1'; out z",
         "dense softmax", 2, 3, false},
        {13,
         IN "ml.LinearClassifier x > l y coefficients=-1.0,2.0,1.0,-2.0 intercepts=-1.0,1.0 "
            "post_transform='LOGISTIC'; out y",
         "dense softmax", 2, 2, false},
        /* several outputs, of which the last one counts */
        {13, GEMM "Softmax h > y; out y; out h", "dense softmax", 2, 3, false},
        /* before IR 4, weights were inputs too */
        {13, "in x 0,2; in a 2,3; w a 2,3; Gemm x a > y; out y", "dense", 2, 3, false},
        {13, "in a 2,3; w a 2,3; in x 0,2; Gemm x a > y; out y", "dense", 2, 3, false},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_model *model = NULL;
        print_message("%s\n", cases[i].words);
        assert_ok(read_words(cases[i].opset, cases[i].words, &model));
        assert_layers(model, cases[i].layers);
        assert_int_equal(tg_model_inputs(model), cases[i].inputs);
        assert_int_equal(tg_model_outputs(model), cases[i].outputs);
        assert_int_equal(tg_model_input(model) != NULL, cases[i].standardised);
        tg_model_destroy(model);
    }
}

static void assert_parameters(const char *words, const float *expected, size_t count) {
    tg_model *model = NULL;
    tg_tensor parameters;
    print_message("%s\n", words);
    assert_ok(read_words(13, words, &model));
    assert_ok(tg_model_parameters(model, &parameters));
    assert_int_equal(parameters.count, count);
    const float *actual = test_read(&parameters);
    for (size_t i = 0; i < count; i++) assert_close((double)expected[i], (double)actual[i], 0, 1);
    tg_model_destroy(model);
}

/* Where each number goes: `a` is 2 x 3: (0.5, -1, 1.5), (-2, 2.5, -3). */
static void test_parameters(void **state) {
    (void)state;
    static const struct {
        const char *words;
        float expected[9]; /* the weight, outputs x inputs, and the bias */
    } cases[] = {
        {GEMM "out h", {0.5f, -2, -1, 2.5f, 1.5f, -3, 0.5f, -1, 1.5f}},
        {IN "Gemm x c b > h transB=1; out h", {0.5f, -1, 1.5f, -2, 2.5f, -3, 0.5f, -1, 1.5f}},
        {IN "Gemm x a b > h alpha=2.0 beta=-1.0; out h", {1, -4, -2, 5, 3, -6, -0.5f, 1, -1.5f}},
        {IN "c k 4; Gemm x a k > h; out h", {0.5f, -2, -1, 2.5f, 1.5f, -3, 4, 4, 4}},
        {IN "MatMul x a > h; out h", {0.5f, -2, -1, 2.5f, 1.5f, -3, 0, 0, 0}},
        {IN "MatMul x a > h; Add h b > g; out g", {0.5f, -2, -1, 2.5f, 1.5f, -3, 0.5f, -1, 1.5f}},
        /* what is scaled behind: 2 (W x + b) - (1, 2, 3); 1 - (W x + b) */
        {GEMM "c k 2; c m 1,2,3; Mul h k > g; Sub g m > y; out y", {1, -4, -2, 5, 3, -6, 0, -4, 0}},
        {GEMM "c k 1; Sub k h > y; out y", {-0.5f, 2, 1, -2.5f, -1.5f, 3, 0.5f, 2, -0.5f}},
        /* in front, with a scale that no standardisation has: W (-2 x + 1) + b */
        {IN "c k -2; c m 1; Mul x k > g; Add g m > h; Gemm h a b > y; out y",
         {-1, 4, 2, -5, -3, 6, 0.5f - 1.5f, -1 + 1.5f, 0}},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++)
        assert_parameters(cases[i].words, cases[i].expected, 9);
}

static void test_statistics(void **state) {
    (void)state;
    tg_model *model = NULL;
    assert_ok(read_words(13, IN "c m 1,2; c d 2,4; Sub x m > g; Div g d > h; Gemm h a b > y; out y",
                         &model));
    const tg_input *input = tg_model_input(model);
    assert_int_equal(input->statistics, 2);
    assert_true(input->mean[0] == 1 && input->mean[1] == 2);
    assert_true(input->deviation[0] == 2 && input->deviation[1] == 4);
    tg_model_destroy(model);
    /* (2, 1) against rows of (2, 2) */
    assert_ok(read_words(13,
                         "in x 0,2,2; i s 0,4; w k 2,1; w a 4,3; Sub x k > g; Reshape g s > h; "
                         "Gemm h a > y; out y",
                         &model));
    static const float means[] = {0.5f, 0.5f, -1, -1};
    assert_memory_equal(tg_model_input(model)->mean, means, sizeof means);
    tg_model_destroy(model);
    assert_ok(read_words(13, IN "c t 2; Gemm x a > g; Div g t > h; Softmax h > y; out y", &model));
    assert_true(tg_model_layer(model, 1)->value == 2);
    tg_model_destroy(model);
}

static void assert_classes(const char *words, const char *const *names, size_t count) {
    tg_model *model = NULL;
    assert_ok(read_words(13, words, &model));
    assert_int_equal(tg_model_classes(model), count);
    for (size_t i = 0; i < count; i++) assert_string_equal(tg_model_class_name(model, i), names[i]);
    tg_model_destroy(model);
}

static void test_classes(void **state) {
    (void)state;
    static const char *const texts[] = {"cat", "dog", "owl"}, *const values[] = {"3", "-1", "7"};
#define LABEL "Softmax h > p; ArgMax p > l; ml.ArrayFeatureExtractor k l > n; out p"
    assert_classes(GEMM "t k cat,dog,owl; " LABEL, texts, 3);
    assert_classes(GEMM "i k 3,-1,7; " LABEL, values, 3);
    assert_classes(GEMM "i k 3,-1; " LABEL, NULL, 0);
    tg_model *model = NULL;
    assert_fails(TG_BAD_FORMAT, "f: node 3 \"n\" (ai.onnx.ml.ArrayFeatureExtractor): ",
                 read_words(13, GEMM "t k cat,cat,owl; " LABEL, &model));
}

static void test_refused(void **state) {
    (void)state;
    static const struct {
        const char *words;
        tg_status status;
        const char *message;
    } cases[] = {
        {GEMM "Conv h > y; out y", TG_UNSUPPORTED,
         "f: node 1 \"n\" (Conv): this operator is not "
         "read; those that are: Add, "},
        {GEMM "ml.Relu h > y; out y", TG_UNSUPPORTED, "(ai.onnx.ml.Relu): this operator is not"},
        {GEMM "", TG_UNSUPPORTED, "f: no output is made by a node and holds floats"},
        {"in x 0,2; Relu x > y; out y", TG_UNSUPPORTED, "f: it has no dense layer"},
        {"in x 0,2; out x", TG_UNSUPPORTED, "f: no output is made by a node"},
        {GEMM "Relu k > y; out y", TG_BAD_FORMAT, "f: nothing makes the value \"k\""},
        {IN "Relu h > y; Gemm x a > h; out y", TG_BAD_FORMAT,
         "f: node 1 \"n\" (Gemm): it stands behind a node that uses it"},
        {IN "Relu h > h; out h", TG_BAD_FORMAT, "it stands behind a node that uses it"},
        {GEMM "Relu x > h; out h", TG_BAD_FORMAT, "f: the value \"h\" is made twice"},
        {GEMM "w a 2,3; out h", TG_BAD_FORMAT, "f: the value \"a\" is made twice"},
        {GEMM "Tanh h > y; Sigmoid h > z; out y; out z", TG_UNSUPPORTED,
         "f: the output \"y\" is not on the way to the last one"},
        {IN "Relu a > y; out y", TG_UNSUPPORTED, "f: the output is a constant"},
        /* shapes */
        {"in x 0,3; w a 2,3; Gemm x a > y; out y", TG_UNSUPPORTED,
         "f: the shape of the input \"x\" is not fixed, or not the 2 values that the first"},
        {"in x 0,0,2; w a 2,3; MatMul x a > y; out y", TG_UNSUPPORTED, "f: the shape of the input"},
        {"in x 2; w a 2,3; MatMul x a > y; out y", TG_UNSUPPORTED, "is not a batch of rows"},
        {"in x 0,1,2; w a 2,3; MatMul x a > y; out y", TG_UNSUPPORTED, "values of rank 3; 2 is"},
        {"in x 0,9223372036854775807,4; w a 2,3; Gemm x a > y; out y", TG_UNSUPPORTED,
         "f: the shape of the input \"x\""},
        {GEMM "MatMul h a > y; out y", TG_BAD_FORMAT,
         "f: node 1 \"n\" (MatMul): its weight is for 2 values, but rows of 3 come in"},
        {IN "Gemm x a > h transA=1; out h", TG_UNSUPPORTED, "it takes its samples as columns"},
        {IN "MatMul a x > h; out h", TG_UNSUPPORTED, "its second input is no constant weight"},
        {IN "MatMul x b > h; out h", TG_UNSUPPORTED, "its weight is no matrix, or empty"},
        {"in x 0,2; w a 2,0; Gemm x a > y; out y", TG_UNSUPPORTED, "no matrix, or empty"},
        {IN "c k 1,2; Gemm x a k > h; out h", TG_UNSUPPORTED, "its bias has 2 values for 3"},
        {GEMM "Softmax h > y axis=0; out y", TG_UNSUPPORTED, "not along the rows"},
        {GEMM "Flatten h > y axis=0; out y", TG_UNSUPPORTED, "does not keep each sample in a row"},
        {GEMM "i s -1,1; Reshape h s > y; out y", TG_UNSUPPORTED,
         "f: node 1 \"n\" (Reshape): its shape does not keep each sample's 3 values in a row"},
        {GEMM "i s 1,-1; Reshape h s > y; out y", TG_UNSUPPORTED, "does not keep each sample's"},
        {GEMM "i s -1,4611686018427387904,4; Reshape h s > y; out y", TG_UNSUPPORTED, "keep each"},
        {GEMM "i s -1,3,1; Reshape h s > g; Softmax g > y; out y", TG_UNSUPPORTED, "not along"},
        {GEMM "i s -1; Reshape h s > y; out y", TG_UNSUPPORTED, "its shape has 1 dimensions"},
        /* a shape that is only known when the network runs */
        {GEMM "Shape x > s; Reshape h s > g; Sigmoid g > y; out y", TG_UNSUPPORTED,
         "f: behind the last dense layer there is a Reshape whose shape is only known when"},
        {GEMM "Shape x > s; Reshape h s > g; Softmax g > y; out y", TG_UNSUPPORTED, "not along"},
        {GEMM "Shape x > s; Reshape h s > g; LogSoftmax g > y axis=1; out y", TG_UNSUPPORTED,
         "not along"},
        {GEMM "Shape x > s; Reshape h s > g; Flatten g > k; Softmax k > y; out y", TG_UNSUPPORTED,
         "not along"},
        {GEMM "Shape x > s; i t 0,-1; Reshape h s > g; Reshape g t > k; Softmax k > y; out y",
         TG_UNSUPPORTED, "does not keep each sample's"},
        {"in x 0,2,3; Shape x > s; w a 6,3; Reshape x s > h; MatMul h a > g; Softmax g > y axis=1; "
         "out y",
         TG_UNSUPPORTED, "not along"},
        /* arithmetic */
        {GEMM "Mul h h > y; out y", TG_UNSUPPORTED,
         "f: node 1 \"n\" (Mul): it joins \"h\" and \"h\", of which one must be constant"},
        {GEMM "c r 1.5; c o 1; c e 0.5; Div h r > i; Erf i > j; Add j o > k; Mul h k > l; Mul l e "
              "> y; out y",
         TG_UNSUPPORTED, "(Mul): it joins \"h\" and \"k\", of which one must be"},
        {GEMM "Relu h > g; c k 2; Mul g k > y; out y", TG_UNSUPPORTED,
         "f: node 2 \"n\" (Mul): no dense layer stands beside it that could take it up"},
        {GEMM "c k 1,2; Add h k > y; out y", TG_UNSUPPORTED, "constant does not fit rows of 3"},
        {GEMM "w k 2,3; Add h k > y; out y", TG_UNSUPPORTED, "constant does not fit rows of 3"},
        {GEMM "c k 2; Div k h > y; out y", TG_UNSUPPORTED, "divides by a value that depends"},
        {GEMM "c k 0; Div h k > y; out y", TG_UNSUPPORTED, "makes column 0 infinite or NaN"},
        {IN "i k 2; Div x k > h; Gemm h a > y; out y", TG_UNSUPPORTED, "it divides whole numbers"},
        {IN "d k 1e39; Mul x k > h; Gemm h a > y; out y", TG_UNSUPPORTED,
         "tensor \"k\": its element 0 is beyond float32"},
        {IN "ml.Scaler x > h offset=1.0,2.0,3.0 scale=1.0; Gemm h a > y; out y", TG_BAD_FORMAT,
         "\"offset\" has 3 numbers for 2 columns"},
        /* attributes */
        {GEMM "LeakyRelu h > y alpha=2.0; out y", TG_UNSUPPORTED, "its slope is 2; slopes of 0"},
        {GEMM "LeakyRelu h > y alpha=1; out y", TG_BAD_FORMAT,
         "the attribute \"alpha\" has the type 2; it must be 1"},
        {GEMM "LeakyRelu h > y alpha=0.5 alpha=0.5; out y", TG_BAD_FORMAT,
         "\"alpha\" is there twice"},
        {GEMM "Gelu h > y approximate='x'; out y", TG_UNSUPPORTED, "its approximation is \"x\""},
        {GEMM "Cast h > y to=7; out y", TG_UNSUPPORTED, "only casts to FLOAT and DOUBLE"},
        {GEMM "i t 1; Dropout h - t > y; out y", TG_UNSUPPORTED, "it drops values"},
        {GEMM "Dropout h > g y; out y", TG_UNSUPPORTED, "its output 1 is used"},
        {GEMM "Concat h h > y axis=1; out y", TG_UNSUPPORTED, "only (1 - p, p)"},
        {GEMM "ml.Normalizer h > y norm='L1'; out y", TG_UNSUPPORTED, "not stand behind a softmax"},
        {IN "ml.LinearClassifier x > l y coefficients=1.0,2.0,3.0 intercepts=1.0,2.0; out y",
         TG_BAD_FORMAT, "its coefficients and intercepts do not fit each other"},
        {IN "ml.LinearClassifier x > l y coefficients=1.0,2.0 intercepts=1.0 "
            "classlabels_ints=0.0,1.0 post_transform='SOFTMAX'; out y",
         TG_UNSUPPORTED, "it has 2 labels for 1 rows of coefficients"},
        {IN "ml.LinearClassifier x > l y coefficients=1.0,2.0,3.0,4.0 intercepts=1.0,2.0 "
            "post_transform='LOGISTIC'; out y",
         TG_UNSUPPORTED, "its post_transform is \"LOGISTIC\""},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_model *model = NULL;
        print_message("%s\n", cases[i].words);
        assert_fails(cases[i].status, cases[i].message, read_words(13, cases[i].words, &model));
        assert_null(model);
    }
    tg_model *model = NULL;
    assert_fails(TG_UNSUPPORTED, "f: its operators are of version (opset) 6; this library reads 7 ",
                 read_words(6, GEMM "out h", &model));
    assert_fails(TG_UNSUPPORTED, "(opset) 29; this", read_words(29, GEMM "out h", &model));
    assert_fails(TG_BAD_FORMAT, "f: not an ONNX file: it has no graph",
                 tg_onnx_read_memory(test_device(), "", 0, "f", &model));
    assert_fails(TG_BAD_FORMAT, "f: byte 1: a length is 123, but",
                 tg_onnx_read_memory(test_device(), "\x0a{\"a\":1}", 9, "f", &model));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_onnx_read(test_device(), NULL, &model));
    assert_fails(TG_IO_ERROR, "nowhere/f: cannot open",
                 tg_onnx_read(test_device(), "nowhere/f", &model));
}

/* ---- Tensors by hand ---- */

typedef struct outside {
    const char *location, *offset, *length;
} outside;

static void write_pair(tg_writer *to, const char *key, const char *value) {
    const size_t begin = tg_write_begin(to, TENSOR_EXTERNAL);
    tg_write_text(to, PAIR_KEY, key);
    if (value) tg_write_text(to, PAIR_VALUE, value);
    tg_write_end(to, begin);
}

/* A model of one MatMul, whose weight of 2 x 1 is what `write` writes. */
static test_image make_around(void (*write)(tg_writer *to, const void *what), const void *what) {
    test_image image = test_onnx(13, "in x 0,2; MatMul x a > y; out y");
    tg_writer to = {.bytes = NULL};
    /* Messages that come again are joined in protobuf, but not here: so the graph is made anew. */
    tg_reader file = tg_reader_start(image.bytes, image.size);
    for (tg_field field; file.next < file.end;) {
        assert_ok(tg_reader_next(&file, &field));
        if (field.number == MODEL_OPSET_IMPORT)
            tg_write_bytes(&to, field.number, field.bytes.data, field.bytes.size);
        if (field.number != MODEL_GRAPH) continue;
        const size_t graph = tg_write_begin(&to, MODEL_GRAPH);
        tg_reader parts = tg_reader_of(&file, field.bytes);
        for (tg_field part; parts.next < parts.end;) {
            assert_ok(tg_reader_next(&parts, &part));
            tg_write_bytes(&to, part.number, part.bytes.data, part.bytes.size);
        }
        const size_t tensor = tg_write_begin(&to, GRAPH_INITIALIZER);
        tg_write_text(&to, TENSOR_NAME, "a");
        write(&to, what);
        tg_write_end(&to, tensor);
        tg_write_end(&to, graph);
    }
    assert_ok(to.status);
    free(image.bytes);
    image = (test_image){malloc(to.size), to.size};
    memcpy(image.bytes, to.bytes, to.size);
    tg_release(to.bytes);
    return image;
}

static void write_outside(tg_writer *to, const void *what) {
    const outside *place = what;
    tg_write_varint(to, TENSOR_DIMS, 2);
    tg_write_varint(to, TENSOR_DIMS, 1);
    tg_write_varint(to, TENSOR_TYPE, TYPE_FLOAT);
    if (place->location) write_pair(to, "location", place->location);
    if (place->offset) write_pair(to, "offset", place->offset);
    if (place->length) write_pair(to, "length", place->length);
    tg_write_varint(to, TENSOR_LOCATION, 1);
}

static void test_external(void **state) {
    (void)state;
    char *folder = test_make_folder();
    static const unsigned char data[] = {0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40};
    test_write_file(test_path(folder, "data"), data, sizeof data);
    const char *path = test_path(folder, "f");
    static const struct {
        outside place;
        tg_status status;
        const char *message;
    } cases[] = {
        {{"data", "4", "8"}, TG_OK, ""},
        {{"data", "4", NULL}, TG_OK, ""},
        {{"data", NULL, "8"}, TG_OK, ""},
        {{"data", "5", NULL},
         TG_BAD_FORMAT,
         "tensor \"a\": its data are 8 bytes at 5 of \"data\", "
         "which has 12 bytes"},
        {{"data", "18446744073709551615", NULL}, TG_BAD_FORMAT, "8 bytes at 18446744073709551615"},
        {{"data", "18446744073709551616", NULL}, TG_BAD_FORMAT, "\"offset\" is "},
        {{"data", "-1", NULL}, TG_BAD_FORMAT, "\"offset\" is \"-1\", no number"},
        {{"data", "", NULL}, TG_BAD_FORMAT, "\"offset\" is \"\", no number"},
        {{"data", "4", "4"}, TG_BAD_FORMAT, "its shape has 2 elements of 4 bytes, its external"},
        {{"none", NULL, NULL}, TG_IO_ERROR, "none: cannot open"},
        {{"../data", NULL, NULL}, TG_BAD_FORMAT, "are in \"../data\", no plain name of a file"},
        {{"/etc/passwd", NULL, NULL}, TG_BAD_FORMAT, "no plain name of a file"},
        {{"..", NULL, NULL}, TG_BAD_FORMAT, "no plain name"},
        {{".", NULL, NULL}, TG_BAD_FORMAT, "no plain name"},
        {{"", NULL, NULL}, TG_BAD_FORMAT, "no plain name"},
        {{"a\\b", NULL, NULL}, TG_BAD_FORMAT, "no plain name"},
        {{NULL, NULL, NULL}, TG_BAD_FORMAT, "no plain name"},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        test_image image = make_around(write_outside, &cases[i].place);
        test_write_file(path, image.bytes, image.size);
        tg_model *model = NULL;
        tg_status status = tg_onnx_read(test_device(), path, &model);
        if (cases[i].status) {
            assert_fails(cases[i].status, cases[i].message, status);
            test_message_contains("f: ", __FILE__, __LINE__);
            assert_null(model);
        } else {
            tg_tensor weight;
            assert_ok(status);
            assert_ok(tg_model_weight(model, 0, &weight));
            assert_true(test_read(&weight)[0] == (cases[i].place.offset ? 1.0f : 0.0f));
            tg_model_destroy(model);
        }
        if (i == 0)
            assert_fails(TG_UNSUPPORTED, "in the file \"data\", but this model is not in a folder",
                         tg_onnx_read_memory(test_device(), image.bytes, image.size, "f", &model));
        free(image.bytes);
    }
    test_remove_folder(folder);
}

/* Dimensions, a type, and so many bytes of raw data or floats. */
typedef struct claim {
    uint64_t dims[10];
    size_t rank;
    uint64_t type;
    size_t raw, floats;
} claim;

static void write_claim(tg_writer *to, const void *what) {
    static const unsigned char zeros[64];
    const claim *c = what;
    for (size_t i = 0; i < c->rank; i++) tg_write_varint(to, TENSOR_DIMS, c->dims[i]);
    tg_write_varint(to, TENSOR_TYPE, c->type);
    if (c->raw > 0) tg_write_bytes(to, TENSOR_RAW, zeros, c->raw);
    for (size_t i = 0; i < c->floats; i++) tg_write_float(to, TENSOR_FLOATS, 0);
}

static void test_claims(void **state) {
    (void)state;
    static const struct {
        claim claim;
        tg_status status;
        const char *message;
    } cases[] = {
        {{{2, 1}, 2, TYPE_FLOAT, 8, 0}, TG_OK, ""},
        {{{2, 1}, 2, TYPE_FLOAT, 0, 2}, TG_OK, ""},
        {{{2, 1}, 2, TYPE_DOUBLE, 16, 0}, TG_OK, ""},
        {{{2, 1}, 2, TYPE_FLOAT, 7, 0},
         TG_BAD_FORMAT,
         "tensor \"a\": its shape has 2 elements of "
         "4 bytes, its data 7 bytes"},
        {{{2, 1}, 2, TYPE_FLOAT, 12, 0}, TG_BAD_FORMAT, "its data 12 bytes"},
        {{{2, 1}, 2, TYPE_FLOAT, 0, 3}, TG_BAD_FORMAT, "its shape has 2 elements, its data 3"},
        {{{2, 1}, 2, TYPE_FLOAT, 0, 0}, TG_BAD_FORMAT, "its shape has 2 elements, its data 0"},
        {{{(uint64_t)1 << 62, 4}, 2, TYPE_FLOAT, 8, 0}, TG_BAD_FORMAT, "dimensions overflows"},
        {{{UINT64_MAX, 1}, 2, TYPE_FLOAT, 8, 0}, TG_BAD_FORMAT, "dimensions overflows"},
        {{{(uint64_t)1 << 62, 1}, 2, TYPE_FLOAT, 8, 0}, TG_BAD_FORMAT, "its data 8 bytes"},
        {{{2, 1, 1, 1, 1, 1, 1, 1, 1}, 9, TYPE_FLOAT, 8, 0}, TG_UNSUPPORTED, "more than 8"},
        {{{2, 1}, 2, 10, 4, 0}, TG_UNSUPPORTED, "its type is FLOAT16 (10); FLOAT, DOUBLE, "},
        {{{2, 1}, 2, 99, 4, 0}, TG_UNSUPPORTED, "its type is unknown (99)"},
        {{{2, 1}, 2, UINT64_MAX, 4, 0}, TG_UNSUPPORTED, "its type is unknown (-1)"},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        test_image image = make_around(write_claim, &cases[i].claim);
        tg_model *model = NULL;
        tg_status status = tg_onnx_read_memory(test_device(), image.bytes, image.size, "f", &model);
        if (cases[i].status) {
            assert_fails(cases[i].status, cases[i].message, status);
            test_message_contains("f: ", __FILE__, __LINE__);
            assert_null(model);
        } else {
            assert_ok(status);
            tg_model_destroy(model);
        }
        free(image.bytes);
    }
}

/* ---- Limits ---- */

static void test_many(void **state) {
    (void)state;
    enum { NODES = 12000 };
    char *words = malloc(NODES * 32);
    assert_non_null(words);
    size_t used = (size_t)sprintf(words, GEMM);
    for (int i = 0; i < NODES; i++) used += (size_t)sprintf(words + used, "Relu h > v%d; ", i);
    tg_model *model = NULL;
    assert_fails(TG_UNSUPPORTED, "f: more than 10000 nodes, values or tensors",
                 read_words(13, words, &model));
    free(words);
}

/* ---- Memory that cannot be had ---- */

static tg_status attempt(void *context) {
    const test_image *image = context;
    tg_model *model = NULL;
    tg_status status = tg_onnx_read_memory(test_device(), image->bytes, image->size, "f", &model);
    tg_model_destroy(model);
    return status;
}

static tg_status attempt_file(void *context) {
    tg_model *model = NULL;
    tg_status status = tg_onnx_read(test_device(), context, &model);
    tg_model_destroy(model);
    return status;
}

static void test_allocations(void **state) {
    (void)state;
    static const char *const words[] = {
        IN
        "c m 1,2; c d 2,4; Sub x m > g; Div g d > h; Gemm h a b > y; t k p,q,r; " /* and labels */
        "ml.ArrayFeatureExtractor k y > l; out y",
        IN "c m 1,-2; Mul x m > h; Gemm h a b > y; i k 1,2,3; ml.ArrayFeatureExtractor k y > l; "
           "out y",
        IN "ml.Scaler x > h offset=1.5,2.5 scale=0.5,0.25; w d 2,1; c o 1; MatMul h d > g; "
           "Sigmoid g > p; Sub o p > q; Concat q p > y axis=1; out y",
        IN "ml.LinearClassifier x > l y coefficients=1.0,2.0,3.0,4.0 intercepts=1.0,2.0 "
           "post_transform='SOFTMAX'; i s -1,2; Reshape y s > z; out z",
        GEMM "c r 1.41421356; c o 1; c e 0.5; Div h r > i; Erf i > j; Add j o > k; Mul h k > l; "
             "Mul l e > y; out y",
    };
    for (size_t i = 0; i < TG_COUNT(words); i++) {
        test_image image = test_onnx(13, words[i]);
        assert_true(test_every_allocation(attempt, &image) > 10);
        free(image.bytes);
    }
    char *folder = test_make_folder();
    static const unsigned char data[8];
    test_write_file(test_path(folder, "data"), data, sizeof data);
    test_image image = make_around(write_outside, &(outside){"data", NULL, NULL});
    char *path = strdup(test_path(folder, "f"));
    test_write_file(path, image.bytes, image.size);
    assert_true(test_every_allocation(attempt_file, path) > 10);
    free(image.bytes);
    free(path);
    test_remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layers),      cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_statistics),  cmocka_unit_test(test_classes),
        cmocka_unit_test(test_refused),     cmocka_unit_test(test_external),
        cmocka_unit_test(test_claims),      cmocka_unit_test(test_many),
        cmocka_unit_test(test_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
