/* SPDX-License-Identifier: MIT */
/* Opening devices, and using one model and one device from many threads. */
#include <cblas.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "support/device.h"
#include "support/reference.h"
#include "support/test.h"

enum { ROWS = 32, INPUTS = 50, OUTPUTS = 7, THREADS = 4, REPEATS = 50 };

static void opening(void **state) {
    (void)state;
    tg_device *device = NULL;
    assert_ok(tg_device_open("cpu", 3, &device));
    assert_string_equal(tg_device_name(device), "cpu");
    assert_int_equal(tg_device_threads(device), 3);
    tg_device_close(device);
    assert_ok(tg_device_open("cpu", 0, &device));
    assert_true(tg_device_threads(device) >= 1);
    tg_device_close(device);
    device = NULL;
    assert_fails(TG_UNSUPPORTED, "no device \"gpu\"", tg_device_open("gpu", 1, &device));
    assert_fails(TG_INVALID_ARGUMENT, "-1 threads", tg_device_open("cpu", -1, &device));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_device_open(NULL, 1, &device));
    assert_null(device);
    assert_int_equal(tg_device_threads(tg_cpu()), 1);
    tg_device_close(tg_cpu());
    tg_device_close(NULL);
    assert_string_equal(tg_device_name(tg_cpu()), "cpu");
}

static void instruction_sets(void **state) {
    (void)state;
    tg_device *device = NULL;
    assert_ok(tg_device_open("cpu", 1, &device));
    assert_non_null(tg_device_instructions(device));
    assert_ok(tg_device_set_instructions(device, "baseline"));
    assert_string_equal(tg_device_instructions(device), "baseline");
    assert_fails(TG_UNSUPPORTED, "\"mmx\"", tg_device_set_instructions(device, "mmx"));
    assert_string_equal(tg_device_instructions(device), "baseline");
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_device_set_instructions(device, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_device_set_instructions(NULL, "baseline"));
    assert_fails(TG_INVALID_ARGUMENT, "tg_cpu()", tg_device_set_instructions(tg_cpu(), "baseline"));
    tg_device_close(device);
    device = NULL;

    /* The environment chooses too, and is not ignored when it is wrong. */
    const char *before = getenv("TIGRILLO_INSTRUCTIONS");
    char *kept = before ? strdup(before) : NULL;
    assert_int_equal(setenv("TIGRILLO_INSTRUCTIONS", "baseline", 1), 0);
    assert_ok(tg_device_open("cpu", 1, &device));
    assert_string_equal(tg_device_instructions(device), "baseline");
    tg_device_close(device);
    device = NULL;
    assert_int_equal(setenv("TIGRILLO_INSTRUCTIONS", "mmx", 1), 0);
    assert_fails(TG_UNSUPPORTED, "TIGRILLO_INSTRUCTIONS", tg_device_open("cpu", 1, &device));
    assert_null(device);
    if (kept)
        assert_int_equal(setenv("TIGRILLO_INSTRUCTIONS", kept, 1), 0);
    else
        assert_int_equal(unsetenv("TIGRILLO_INSTRUCTIONS"), 0);
    free(kept);
}

static tg_model *make_model(tg_device *device) {
    const tg_layer layers[] = {tg_dense(60), tg_relu(), tg_dense(OUTPUTS), tg_softmax()};
    tg_model *model = NULL;
    assert_ok(tg_model_create(device, INPUTS, layers, TG_COUNT(layers), 2, &model));
    return model;
}

/* The application's own number of BLAS threads is the same before and after. */
static void blas_threads_are_kept(void **state) {
    (void)state;
    const int before = openblas_get_num_threads();
    uint64_t seed = 1;
    tg_tensor x = reference_rows(&seed, ROWS, INPUTS, -1, 1), y;
    assert_ok(tg_matrix_create(tg_cpu(), ROWS, OUTPUTS, &y));
    for (int threads = 1; threads <= 3; threads++) {
        tg_device *device = NULL;
        assert_ok(tg_device_open("cpu", threads, &device));
        tg_model *model = make_model(device);
        openblas_set_num_threads(2);
        assert_ok(tg_model_predict(model, &x, &y));
        assert_int_equal(openblas_get_num_threads(), 2);
        tg_model_destroy(model);
        tg_device_close(device);
    }
    openblas_set_num_threads(before);
    tg_tensor_destroy(&x);
    tg_tensor_destroy(&y);
}

/* Devices with different numbers of threads may round differently, and no more. */
static void threads_agree(void **state) {
    (void)state;
    uint64_t seed = 3;
    tg_tensor x = reference_rows(&seed, ROWS, INPUTS, -1, 1), y[2];
    for (int i = 0; i < 2; i++) {
        tg_device *device = NULL;
        assert_ok(tg_device_open("cpu", i + 1, &device));
        tg_model *model = make_model(device);
        assert_ok(tg_matrix_create(device, ROWS, OUTPUTS, &y[i]));
        assert_ok(tg_model_predict(model, &x, &y[i]));
        tg_model_destroy(model);
    }
    double *expected = reference_widen(tg_tensor_data(&y[0]), y[0].count);
    assert_near(expected, tg_tensor_data(&y[1]), NULL, y[0].count, 2e-6);
    free(expected);
    for (int i = 0; i < 2; i++) {
        tg_device *device = y[i].device;
        tg_tensor_destroy(&y[i]);
        tg_device_close(device);
    }
    tg_tensor_destroy(&x);
}

/* Many predictors over one model, each with a plan of its own. cmocka's assertions belong to the
 * main thread, so a worker counts what went wrong. */
typedef struct worker {
    const tg_model *model;
    const tg_tensor *x;
    const float *expected;
    int wrong;
} worker;

static void *predict(void *argument) {
    worker *w = argument;
    tg_plan *plan = NULL;
    w->wrong = tg_plan_create(w->model, TG_INFERENCE, ROWS, &plan) != TG_OK;
    for (int i = 0; i < REPEATS && !w->wrong; i++) {
        tg_tensor y;
        float made[ROWS * OUTPUTS];
        w->wrong = tg_plan_forward(plan, w->x, &y) || tg_tensor_read(&y, made, ROWS * OUTPUTS);
        for (size_t j = 0; j < ROWS * OUTPUTS && !w->wrong; j++)
            w->wrong = made[j] != w->expected[j];
    }
    tg_plan_destroy(plan);
    return NULL;
}

static void many_predictors_share_a_model(void **state) {
    (void)state;
    uint64_t seed = 5;
    tg_tensor x = reference_matrix(&seed, ROWS, INPUTS, -1, 1),
              y = test_matrix(NULL, ROWS, OUTPUTS);
    tg_model *model = make_model(test_device());
    assert_ok(tg_model_predict(model, &x, &y));
    const float *expected = test_read(&y);
    pthread_t threads[THREADS];
    worker workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){model, &x, expected, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, predict, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(workers[i].wrong, 0);
    }
    tg_model_destroy(model);
    tg_tensor_destroy(&x);
    tg_tensor_destroy(&y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening),
        cmocka_unit_test(instruction_sets),
        cmocka_unit_test(blas_threads_are_kept),
        cmocka_unit_test(threads_agree),
        cmocka_unit_test(many_predictors_share_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
