/* SPDX-License-Identifier: MIT */
/* Every call to the driver and to cuBLAS fails once: no crash, no leak, and a status that names the
 * call. And too little device memory. */
#include <math.h>
#include <string.h>

#include "cuda/stand_in.h"
#include "support/test.h"

static stand_in runtime;

static int find_runtime(void **state) {
    (void)state;
    runtime = find_stand_in();
    return 0;
}

enum { SAMPLES = 12, SIDE = 3, INPUTS = SIDE * SIDE };

static float values[SAMPLES * INPUTS] = {1, 0, 1};
static const uint8_t pixels[SAMPLES * INPUTS] = {255, 0, 255};
static const int32_t labels[SAMPLES] = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};

/* Rows are on the device before training begins; pictures that are changed are sent batch by batch.
 */
static tg_status train(tg_device *device, const tg_dataset *dataset, float outputs[3]) {
    const tg_layer layers[] = {tg_dense(4), tg_gelu(),   tg_dropout(0.5f), tg_dense(4),
                               tg_tanh(),   tg_dense(3), tg_softmax()};
    tg_fit_options options = tg_fit_defaults();
    options.epochs = 1;
    options.batch_size = 4;
    options.clip_norm = 1;
    options.augmentation.mirror = tg_dataset_shape(dataset).height > 0;
    tg_model *model = NULL;
    tg_tensor x = {0}, y = {0};
    tg_status status = tg_model_create(device, INPUTS, layers, TG_COUNT(layers), 1, &model);
    if (!status) status = tg_fit(model, dataset, dataset, &options, NULL);
    if (!status) status = tg_matrix_create(device, 1, INPUTS, &x);
    if (!status) status = tg_matrix_create(device, 1, 3, &y);
    if (!status) status = tg_tensor_write(&x, values, INPUTS);
    if (!status) status = tg_model_predict(model, &x, &y);
    if (!status) status = tg_tensor_read(&y, outputs, 3);
    tg_tensor_destroy(&x);
    tg_tensor_destroy(&y);
    tg_model_destroy(model);
    return status;
}

static tg_status open_and_train(bool pictures, float outputs[3]) {
    const tg_picture_shape shape = {SIDE, SIDE, 1};
    tg_device *device = NULL;
    tg_dataset *dataset = NULL;
    tg_tensor samples;
    assert_ok(tg_matrix_view(values, SAMPLES, INPUTS, &samples));
    assert_ok(pictures ? tg_dataset_from_pictures(pixels, SAMPLES, shape, labels, 3, NULL, &dataset)
                       : tg_dataset_from_rows(&samples, labels, 3, NULL, &dataset));
    tg_status status = tg_device_open("cuda", 1, &device);
    if (!status) status = train(device, dataset, outputs);
    tg_dataset_destroy(dataset);
    tg_device_close(device);
    return status;
}

static void each_call_may_fail(bool pictures) {
    float expected[3], outputs[3];
    const unsigned long before = runtime.calls();
    assert_ok(open_and_train(pictures, expected));
    const unsigned long calls = runtime.calls() - before;
    assert_true(calls > 200);
    size_t failed = 0;
    for (unsigned long call = 1; call <= calls; call++) {
        memset(outputs, 0, sizeof outputs);
        runtime.fail_at(runtime.calls() + call);
        const tg_status status = open_and_train(pictures, outputs);
        if (status != TG_OK) {
            failed++;
            if (status != TG_DEVICE_ERROR && status != TG_OUT_OF_MEMORY && status != TG_UNSUPPORTED)
                fail_msg("call %lu: status %d: %s", call, (int)status, tg_error_message());
            if (!strstr(tg_error_message(), "cuda: cu"))
                fail_msg("call %lu: no call is named: %s", call, tg_error_message());
        } else {
            /* What gives back cannot fail; nothing else may go unnoticed. */
            if (memcmp(outputs, expected, sizeof expected) != 0)
                fail_msg("call %lu: it went unnoticed", call);
        }
        if (runtime.live() != 0) fail_msg("call %lu: %d things are left", call, runtime.live());
    }
    runtime.fail_at(0);
    assert_true(failed > calls / 2);
    assert_ok(open_and_train(pictures, outputs));
    assert_memory_equal(outputs, expected, sizeof expected);
}

static void each_call_may_fail_with_rows(void **state) {
    (void)state;
    each_call_may_fail(false);
}

static void each_call_may_fail_with_pictures(void **state) {
    (void)state;
    each_call_may_fail(true);
}

static void memory_is_counted(void **state) {
    (void)state;
    tg_device *device = NULL;
    assert_ok(tg_device_open("cuda", 1, &device));
    tg_tensor tensor = {0};
    assert_fails(TG_OUT_OF_MEMORY, "8589934592 bytes are wanted",
                 tg_vector_create(device, (size_t)1 << 31, &tensor));
    assert_fails(TG_OUT_OF_MEMORY, "of the device's 1073741824",
                 tg_vector_create(device, (size_t)1 << 31, &tensor));
    assert_null(tensor.memory);
    assert_ok(tg_vector_create(device, 1000, &tensor));
    tg_tensor_destroy(&tensor);
    tg_device_close(device);
    assert_int_equal(runtime.live(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_call_may_fail_with_rows),
        cmocka_unit_test(each_call_may_fail_with_pictures),
        cmocka_unit_test(memory_is_counted),
    };
    return cmocka_run_group_tests(tests, find_runtime, NULL);
}
