/* SPDX-License-Identifier: MIT */
/* What tg_device_open("cuda") says where something is missing. Each case is a process of its own:
 * the runtime reads its environment once. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test.h"

/* Opens the device in a child with one more variable in its environment; what it says goes to
 * `message`, "opened" if it succeeds. */
static tg_status open_with(const char *variable, const char *value, char message[512]) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        tg_device *device = NULL;
        if (variable) setenv(variable, value, 1);
        const tg_status status = tg_device_open("cuda", 1, &device);
        const char *text = status ? tg_error_message() : "opened";
        const ssize_t written = write(ends[1], text, strlen(text));
        tg_device_close(device);
        _exit(written > 0 ? (int)status : 100);
    }
    close(ends[1]);
    size_t used = 0;
    for (ssize_t got = 0; (got = read(ends[0], message + used, 511 - used)) > 0;)
        used += (size_t)got;
    message[used] = 0;
    close(ends[0]);
    int state = 0;
    assert_int_equal(waitpid(child, &state, 0), child);
    assert_true(WIFEXITED(state));
    return (tg_status)WEXITSTATUS(state);
}

static void opens(void **state) {
    (void)state;
    char message[512];
    assert_int_equal(open_with(NULL, NULL, message), TG_OK);
    assert_string_equal(message, "opened");
}

static void says_what_is_missing(void **state) {
    (void)state;
    static const struct {
        const char *variable, *value, *says;
    } cases[] = {
        {"TIGRILLO_CUDA_LIBRARY", "/nowhere/libcuda.so.1", "cuda: no NVIDIA driver: /nowhere"},
        {"TIGRILLO_CUBLAS_LIBRARY", "/nowhere/libcublas.so", "cuda: no cuBLAS: /nowhere"},
        {"TIGRILLO_CUDA_DRIVER", "11080", "it is for CUDA 11.8, this build needs 12.0"},
        {"TIGRILLO_CUDA_DEVICES", "0", "cuda: there is a driver, but no device"},
        {"TIGRILLO_CUDA_CAPABILITY", "70", "this build has no kernels for the device, sm_70"},
    };
    char message[512];
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        const tg_status status = open_with(cases[i].variable, cases[i].value, message);
        if (status != TG_UNSUPPORTED || !strstr(message, cases[i].says))
            fail_msg("%s: status %d, %s", cases[i].variable, (int)status, message);
    }
}

static void names_its_instructions(void **state) {
    (void)state;
    tg_device *device = NULL;
    assert_ok(tg_device_open("cuda", 1, &device));
    assert_string_equal(tg_device_name(device), "cuda");
    assert_string_equal(tg_device_instructions(device), "sm_75");
    assert_ok(tg_device_set_instructions(device, "sm_75"));
    assert_fails(TG_UNSUPPORTED, "sm_75", tg_device_set_instructions(device, "avx2"));
    tg_device_close(device);
}

static void *fill(void *tensor) {
    return tg_tensor_fill(tensor, 3) == TG_OK ? tensor : NULL;
}

/* Each operation leaves the device to whoever comes next. */
static void serves_threads_in_turn(void **state) {
    (void)state;
    tg_device *device = NULL;
    tg_tensor tensor;
    float value = 0;
    pthread_t thread;
    void *filled = NULL;
    assert_ok(tg_device_open("cuda", 1, &device));
    assert_ok(tg_vector_create(device, 1, &tensor));
    assert_int_equal(pthread_create(&thread, NULL, fill, &tensor), 0);
    assert_int_equal(pthread_join(thread, &filled), 0);
    assert_ptr_equal(filled, &tensor);
    assert_ok(tg_tensor_read(&tensor, &value, 1));
    assert_true(value == 3);
    tg_tensor_destroy(&tensor);
    tg_device_close(device);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(names_its_instructions),
        cmocka_unit_test(serves_threads_in_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
