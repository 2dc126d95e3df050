/* SPDX-License-Identifier: MIT */
/* Writing ONNX, and reading it again: the same model, whatever its layers are. What other programs
 * make of these files is compared in tests/interop. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/device.h"
#include "support/mutate.h"
#include "support/reference.h"

enum { INPUTS = 5 };

static tg_model *make_model(const tg_layer *layers, size_t count) {
    tg_model *model = NULL;
    assert_ok(tg_model_create(test_device(), INPUTS, layers, count, 1, &model));
    tg_tensor parameters, numbers;
    uint64_t random = 1;
    assert_ok(tg_model_parameters(model, &parameters));
    numbers = reference_tensor(&random, &(reference_shape){1, {parameters.count}}, -1, 1);
    assert_ok(tg_tensor_copy(&numbers, &parameters));
    tg_tensor_destroy(&numbers);
    return model;
}

static tg_model *make_full_model(void) {
    const tg_layer layers[] = {
        tg_dense(4),         tg_sigmoid(), tg_dropout(0.5f), tg_dense(4),
        tg_tanh(),           tg_relu(),    tg_gelu(),        tg_dense(3),
        tg_leaky_relu(0.1f), tg_dense(4),  tg_gelu_tanh(),   tg_dense(3),
        tg_log_softmax(),    tg_dense(3),  tg_dropout(0.2f), tg_softmax_temperature(1.7f)};
    static const char *const classes[] = {"cat", "\xc3\xa4 \"quoted\"\\\n", "dog"};
    tg_model *model = make_model(layers, TG_COUNT(layers));
    float mean[INPUTS] = {0.1f, -2, 3, 0, 1}, deviation[INPUTS] = {1, 2, 1.0f / 3, 1e-9f, 1e9f};
    const tg_input input = {
        .size = INPUTS, .statistics = INPUTS, .mean = mean, .deviation = deviation};
    assert_ok(tg_model_set_classes(model, classes, TG_COUNT(classes)));
    assert_ok(tg_model_set_input(model, &input));
    return model;
}

/* The same but for dropout, which ONNX does not keep. */
static void assert_same_model(const tg_model *a, const tg_model *b) {
    size_t j = 0;
    for (size_t i = 0; i < tg_model_layer_count(a); i++) {
        const tg_layer *left = tg_model_layer(a, i), *right = tg_model_layer(b, j);
        if (left->kind == TG_LAYER_DROPOUT) continue;
        assert_non_null(right);
        assert_int_equal(left->kind, right->kind);
        assert_int_equal(left->units, right->units);
        assert_memory_equal(&left->value, &right->value, sizeof left->value);
        j++;
    }
    assert_int_equal(j, tg_model_layer_count(b));
    tg_tensor of_a, of_b;
    assert_ok(tg_model_parameters(a, &of_a));
    assert_ok(tg_model_parameters(b, &of_b));
    assert_same(&of_a, &of_b);
    assert_int_equal(tg_model_classes(a), tg_model_classes(b));
    for (size_t i = 0; i < tg_model_classes(a); i++)
        assert_string_equal(tg_model_class_name(a, i), tg_model_class_name(b, i));
    const tg_input *left = tg_model_input(a), *right = tg_model_input(b);
    assert_int_equal(!left, !right);
    if (!left) return;
    assert_memory_equal(&left->shape, &right->shape, sizeof left->shape);
    assert_int_equal(left->statistics, right->statistics);
    if (left->statistics == 0) return;
    assert_memory_equal(left->mean, right->mean, left->statistics * sizeof(float));
    assert_memory_equal(left->deviation, right->deviation, left->statistics * sizeof(float));
}

static void assert_round_trip(const tg_model *model) {
    char *folder = test_make_folder();
    const char *path = test_path(folder, "model.onnx");
    tg_model *read = NULL;
    assert_ok(tg_onnx_write(model, path));
    assert_ok(tg_onnx_read(test_device(), path, &read));
    assert_same_model(model, read);
    tg_model_destroy(read);
    test_remove_folder(folder);
}

static void test_round_trip(void **state) {
    (void)state;
    tg_model *model = make_full_model();
    assert_round_trip(model);
    const tg_input pictures = {.size = INPUTS, .shape = {1, 5, 1}};
    assert_ok(tg_model_set_input(model, &pictures));
    assert_ok(tg_model_set_classes(model, NULL, 0));
    assert_round_trip(model);
    tg_tensor parameters;
    assert_ok(tg_model_parameters(model, &parameters));
    test_set(&parameters, 0, NAN);
    test_set(&parameters, 1, -INFINITY);
    test_set(&parameters, 2, -0.0f);
    assert_round_trip(model);
    tg_model_destroy(model);
}

/* Each ending on its own: they decide about the names of the outputs. */
static void test_endings(void **state) {
    (void)state;
    const tg_layer endings[] = {tg_sigmoid(), tg_tanh(),        tg_relu(),
                                tg_gelu(),    tg_gelu_tanh(),   tg_leaky_relu(0),
                                tg_softmax(), tg_log_softmax(), tg_softmax_temperature(0.3f),
                                tg_dense(1),  tg_dropout(0.1f)};
    for (size_t i = 0; i < TG_COUNT(endings); i++) {
        const tg_layer layers[] = {tg_dense(3), endings[i]};
        tg_model *model = make_model(layers, TG_COUNT(layers));
        assert_round_trip(model);
        tg_model_destroy(model);
    }
}

static void test_files(void **state) {
    (void)state;
    tg_model *model = make_full_model();
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_onnx_write(model, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_onnx_write(NULL, "x"));
    assert_fails(TG_IO_ERROR, "nowhere/x", tg_onnx_write(model, "nowhere/x"));
    tg_model_destroy(model);
}

/* ---- Damage ---- */

static unsigned char *make_file(size_t *size) {
    char *folder = test_make_folder();
    const char *path = test_path(folder, "model.onnx");
    tg_model *model = make_full_model();
    assert_ok(tg_onnx_write(model, path));
    tg_model_destroy(model);
    unsigned char *bytes = test_read_file(path, size);
    test_remove_folder(folder);
    return bytes;
}

static tg_status read_copy(const unsigned char *bytes, size_t size) {
    /* In exactly the memory that it needs, so that the sanitizer sees a read past its end. */
    unsigned char *exact = malloc(size > 0 ? size : 1);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    tg_model *model = NULL;
    tg_status status = tg_onnx_read_memory(test_device(), exact, size, "f", &model);
    assert_int_equal(status == TG_OK, model != NULL);
    if (status) test_message_contains("f: ", __FILE__, __LINE__);
    tg_model_destroy(model);
    free(exact);
    return status;
}

static void test_truncations(void **state) {
    (void)state;
    size_t size = 0;
    unsigned char *bytes = make_file(&size);
    for (size_t i = 0; i < size; i++) assert_int_equal(read_copy(bytes, i), TG_BAD_FORMAT);
    assert_ok(read_copy(bytes, size));
    free(bytes);
}

static void test_mutations(void **state) {
    (void)state;
    const size_t rounds = 20000;
    size_t size = 0, accepted = 0;
    unsigned char *bytes = make_file(&size);
    uint64_t random = 4;
    for (size_t i = 0; i < rounds; i++) {
        test_image damaged = test_mutate(&random, bytes, size);
        tg_status status = read_copy(damaged.bytes, damaged.size);
        assert_true(status == TG_OK || status == TG_BAD_FORMAT || status == TG_UNSUPPORTED);
        if (status == TG_OK) accepted++;
        free(damaged.bytes);
    }
    print_message("%zu of %zu damaged files are still valid\n", accepted, rounds);
    assert_true(accepted > 0 && accepted < rounds / 2);
    free(bytes);
}

/* ---- Memory that cannot be had ---- */

typedef struct files {
    tg_model *model;
    const char *path, *out;
} files;

static tg_status attempt_write(void *context) {
    const files *f = context;
    return tg_onnx_write(f->model, f->out);
}

static tg_status attempt_read(void *context) {
    const files *f = context;
    tg_model *model = NULL;
    tg_status status = tg_onnx_read(test_device(), f->path, &model);
    tg_model_destroy(model);
    return status;
}

static void test_allocations(void **state) {
    (void)state;
    char *folder = test_make_folder();
    files f = {make_full_model(), test_path(folder, "in"), test_path(folder, "out")};
    assert_ok(tg_onnx_write(f.model, f.path));
    assert_true(test_every_allocation(attempt_write, &f) > 5);
    assert_true(test_every_allocation(attempt_read, &f) > 20);
    tg_model_destroy(f.model);
    test_remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_endings),
        cmocka_unit_test(test_files),      cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_mutations),  cmocka_unit_test(test_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
