/* SPDX-License-Identifier: MIT */
/* Kernels that work on rows of logits, by one thread: n rows, k columns. The output may be one of
 * the inputs. Formulas, for temperature 1: softmax.h and loss.h of the public headers. */
#ifndef TG_CPU_KERNELS_SOFTMAX_H
#define TG_CPU_KERNELS_SOFTMAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the cross-entropy of labels needs besides the logits. Products of scale and weights that are
 * not 0 lie between 1e-15 and 1e15. */
typedef struct tg_label_targets {
    const int32_t *labels;      /* each below k, or ignore_index */
    const float *class_weights; /* or NULL */
    int32_t ignore_index;
    double scale; /* of the gradient */
} tg_label_targets;

/* The exponentials of some columns of a row: of exp(x - unit). */
typedef struct tg_row_part {
    float max;   /* a NaN passed over */
    double unit; /* 0 where the maximum is -Inf: then all are 0, or NaN */
    double sum;
} tg_row_part;

typedef struct tg_softmax_kernels {
    void (*softmax)(size_t n, size_t k, const float *x, float *y);
    /* Returns the sum of the rows' losses, each times its class weight. dx may be NULL for up to
     * tg_most_columns_without_gradient columns. */
    double (*cross_entropy)(size_t n, size_t k, const float *x, const tg_label_targets *targets,
                            float *dx);

    /* For rows so long that they are split by columns. e may be x, or NULL. */
    tg_row_part (*part_exps)(size_t k, const float *x, float *e);
    /* e times the factor; what was written last is read first. */
    void (*part_scale)(size_t k, double factor, float *e);
    /* y = factor exp(x - unit), where `max` is the largest of the whole row; past the caches unless
     * y is x. */
    void (*part_write)(size_t k, const float *x, float max, double unit, double factor, float *y);

    void (*softmax_backward)(size_t n, size_t k, const float *y, const float *dy, float *dx);
    void (*softmax_jacobian)(size_t n, size_t k, float temperature, const float *y,
                             float *jacobian);
    void (*log_softmax)(size_t n, size_t k, const float *x, float *y);
    void (*log_softmax_backward)(size_t n, size_t k, const float *y, const float *dy, float *dx);
    void (*argmax)(size_t n, size_t k, const float *x, int32_t *labels);
} tg_softmax_kernels;

enum {
    tg_most_columns_without_gradient = 8192,
    /* Results of more bytes are written past the caches: they would not stay there. */
    tg_stream_bytes = 6 << 20
};

#endif
