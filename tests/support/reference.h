/* SPDX-License-Identifier: MIT */
/* The library's operations once more, slowly and in float64, straight from the formulas in the
 * headers: what its float32 results are compared with. The backward functions are themselves
 * compared with central differences of the forward ones. Matrices are row-major; functions ending
 * in _forward and _backward write their last arguments, of which the optional ones may be NULL. */
#ifndef TG_TESTS_SUPPORT_REFERENCE_H
#define TG_TESTS_SUPPORT_REFERENCE_H

#include <stddef.h>
#include <stdint.h>

#include <tigrillo/loss.h>
#include <tigrillo/optimizer.h>
#include <tigrillo/tensor.h>

/* Activations; the derivatives take what the library's backward functions take: y or x. */
double reference_sigmoid(double x);
double reference_sigmoid_derivative(double y);
double reference_tanh_derivative(double y);
double reference_relu(double x);
double reference_relu_derivative(double y);
double reference_leaky_relu(double x, double slope);
double reference_leaky_relu_derivative(double y, double slope);
double reference_gelu(double x);
double reference_gelu_derivative(double x);
double reference_gelu_tanh(double x);
double reference_gelu_tanh_derivative(double x);

/* n rows, `in` inputs, `out` outputs; bias may be NULL, and each of dx, dweight, dbias. */
void reference_dense_forward(const double *x, const double *weight, const double *bias, size_t n,
                             size_t in, size_t out, double *y);
void reference_dense_backward(const double *x, const double *weight, const double *dy, size_t n,
                              size_t in, size_t out, double *dx, double *dweight, double *dbias);

/* n rows, k columns. */
void reference_softmax_forward(const double *x, size_t n, size_t k, double temperature, double *y);
void reference_softmax_backward(const double *y, const double *dy, size_t n, size_t k,
                                double temperature, double *dx);
void reference_softmax_jacobian(const double *y, size_t n, size_t k, double temperature,
                                double *jacobian);
void reference_log_softmax_forward(const double *x, size_t n, size_t k, double *y);
void reference_log_softmax_backward(const double *y, const double *dy, size_t n, size_t k,
                                    double *dx);
void reference_sum_normalize_forward(const double *x, size_t n, size_t k, double *y);
void reference_sum_normalize_backward(const double *x, const double *y, const double *dy, size_t n,
                                      size_t k, double *dx);

/* What the outputs should have been: labels, or else values. */
typedef struct reference_targets {
    const int32_t *labels;
    const double *values;
} reference_targets;

/* A loss of n x k outputs; `gradient` may be NULL. */
typedef double reference_loss(const double *outputs, reference_targets targets, size_t n, size_t k,
                              const tg_loss *options, double *gradient);
reference_loss reference_softmax_cross_entropy;
reference_loss reference_cross_entropy;
reference_loss reference_binary_cross_entropy;
reference_loss reference_mean_squared_error;

/* One step. `velocity`, `first` and `second` start as zeros; `step` counts from 1. */
void reference_sgd_step(double *weight, const double *gradient, size_t count,
                        const tg_update_rule *rule, double *velocity);
void reference_adam_step(double *weight, const double *gradient, size_t count,
                         const tg_update_rule *rule, uint64_t step, double *first, double *second);

/* Philox4x32-10. */
void reference_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t numbers[4]);

/* How far `gradient` is from central differences (h = 1e-5) of `value`, a function of the `count`
 * numbers in x: |gradient - n| / max(|gradient|, |n|), in Euclidean norms. */
double reference_gradient_error(double (*value)(void *context), void *context, double *x,
                                size_t count, const double *gradient);

/* sum_i a_i b_i: makes one number of many, for the function above. */
double reference_dot(const double *a, const double *b, size_t count);

/* Shapes that every operation by rows and every element-wise one is tried on: ranks 0 to 4, nothing
 * at all, single numbers, odd and prime sizes, very long rows, very many rows. */
typedef struct reference_shape {
    size_t rank, sizes[TG_MAX_RANK];
} reference_shape;
#define REFERENCE_SHAPES 17
extern const reference_shape reference_shapes[REFERENCE_SHAPES];

/* Whether a shape has more elements than TIGRILLO_TEST_ELEMENTS allows: where a GPU is executed on
 * the processor, a thousand times as slowly. */
bool test_is_too_large(const reference_shape *shape);

/* Tensors on test_device(), rows in host memory (what data sets are made of), and float64 numbers,
 * all drawn by test_uniform(). The caller destroys the tensors and frees the numbers. */
tg_tensor reference_tensor(uint64_t *state, const reference_shape *shape, double low, double high);
tg_tensor reference_matrix(uint64_t *state, size_t rows, size_t columns, double low, double high);
tg_tensor reference_rows(uint64_t *state, size_t rows, size_t columns, double low, double high);
double *reference_numbers(uint64_t *state, size_t count, double low, double high);

/* float32 numbers as float64 ones; the caller frees them. */
double *reference_widen(const float *values, size_t count);

/* Fails the test unless |actual_i - expected_i| <= tolerance scale_i for each i, where NaN equals
 * NaN and an infinity its like. scale NULL: the largest finite |expected|, of the whole tensor. */
#define assert_near(expected, actual, scale, count, tolerance)                                     \
    reference_near(expected, actual, scale, count, tolerance, #actual, __FILE__, __LINE__)
void reference_near(const double *expected, const float *actual, const double *scale, size_t count,
                    double tolerance, const char *what, const char *file, int line);

#endif
