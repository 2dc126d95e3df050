/* SPDX-License-Identifier: MIT */
#include "support/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/opaque.h"
#include "support/test.h"

enum { SKIPPED = 77 }; /* the exit code that ctest takes for it */

static tg_device *opened;

static const char *device_name(void) {
    const char *name = getenv("TIGRILLO_TEST_DEVICE");
    return name ? name : "cpu";
}

bool test_is_cuda(void) {
    return strcmp(tg_device_name(test_device()), "cuda") == 0;
}

tg_status test_device_open(int threads, tg_device **device) {
    const char *name = device_name();
    return strcmp(name, "opaque") == 0 ? opaque_open(threads, device)
                                       : tg_device_open(name, threads, device);
}

static void close_device(void) {
    tg_device_close(opened);
    opened = NULL;
}

tg_device *test_device(void) {
    if (opened) return opened;
    const tg_status status = test_device_open(1, &opened);
    if (status == TG_UNSUPPORTED) {
        fprintf(stderr, "SKIPPED: %s\n", tg_error_message());
        exit(SKIPPED);
    }
    assert_ok(status);
    assert_int_equal(atexit(close_device), 0);
    return opened;
}

tg_tensor test_tensor(const float *values, const size_t *shape, size_t rank) {
    tg_tensor tensor;
    assert_ok(tg_tensor_create(test_device(), shape, rank, &tensor));
    if (values) assert_ok(tg_tensor_write(&tensor, values, tensor.count));
    return tensor;
}

tg_tensor test_matrix(const float *values, size_t rows, size_t columns) {
    return test_tensor(values, (const size_t[]){rows, columns}, 2);
}

tg_tensor test_vector(const float *values, size_t count) {
    return test_tensor(values, &count, 1);
}

const float *test_read(const tg_tensor *tensor) {
    static float *copies[8];
    static size_t next;
    float **copy = &copies[next++ % 8];
    free(*copy);
    *copy = malloc(tensor->count > 0 ? tensor->count * sizeof **copy : 1);
    assert_non_null(*copy);
    assert_ok(tg_tensor_read(tensor, *copy, tensor->count));
    return *copy;
}

void test_set(const tg_tensor *tensor, size_t index, float value) {
    const size_t count = tensor->count;
    tg_tensor flat, element;
    assert_ok(tg_tensor_reshape(tensor, &count, 1, &flat));
    assert_ok(tg_tensor_slice(&flat, index, 1, &element));
    assert_ok(tg_tensor_write(&element, &value, 1));
}

bool test_all(const tg_tensor *tensor, float value) {
    const float *elements = test_read(tensor);
    for (size_t i = 0; i < tensor->count; i++)
        if (elements[i] != value) return false;
    return true;
}

void test_same(const tg_tensor *a, const tg_tensor *b, const char *name_a, const char *name_b,
               const char *file, int line) {
    if (a->count == b->count && memcmp(test_read(a), test_read(b), a->count * sizeof(float)) == 0)
        return;
    print_error("%s and %s are not the same\n", name_a, name_b);
    _fail(file, line);
}

void test_destroy_all(tg_tensor *const *tensors, size_t count) {
    for (size_t i = 0; i < count; i++) tg_tensor_destroy(tensors[i]);
}
