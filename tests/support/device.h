/* SPDX-License-Identifier: MIT */
/* Tensors for tests, on the device that is tested: made from arrays, read back into arrays. The
 * memory of a device may be out of the host's reach, so nothing looks at it but through these. */
#ifndef TG_TESTS_SUPPORT_DEVICE_H
#define TG_TESTS_SUPPORT_DEVICE_H

#include <tigrillo/tigrillo.h>

/* The device that TIGRILLO_TEST_DEVICE names: "cpu" (when it is not set), "opaque" (see opaque.h)
 * or any other that tg_device_open() knows. Opened by the first call, with one thread, and closed
 * when the program ends. Where this build or machine has no such device, the program ends as
 * skipped. */
tg_device *test_device(void);

/* Whether it is a GPU. */
bool test_is_cuda(void);

/* Opens another of the same kind, which the caller closes. */
tg_status test_device_open(int threads, tg_device **device);

/* Tensors on test_device(), of these elements, or of zeros when `values` is NULL. The caller
 * destroys them. */
tg_tensor test_tensor(const float *values, const size_t *shape, size_t rank);
tg_tensor test_matrix(const float *values, size_t rows, size_t columns);
tg_tensor test_vector(const float *values, size_t count);

/* The elements, in memory that the next calls reuse (eight of them). */
const float *test_read(const tg_tensor *tensor);

/* Sets one element. */
void test_set(const tg_tensor *tensor, size_t index, float value);

/* Whether all elements are `value`. */
bool test_all(const tg_tensor *tensor, float value);

/* Fails the test unless the two have the same elements, bit by bit. */
#define assert_same(a, b) test_same(a, b, #a, #b, __FILE__, __LINE__)
void test_same(const tg_tensor *a, const tg_tensor *b, const char *name_a, const char *name_b,
               const char *file, int line);

/* Destroys each of the tensors whose addresses are given. */
#define test_destroy(...)                                                                          \
    test_destroy_all((tg_tensor *[]){__VA_ARGS__},                                                 \
                     sizeof(tg_tensor *[]){__VA_ARGS__} / sizeof(tg_tensor *))
void test_destroy_all(tg_tensor *const *tensors, size_t count);

#endif
