/* SPDX-License-Identifier: MIT */
/* Softmax and its relatives: the kernels do the work, for rows split over the threads. A
 * temperature is rare, and is computed in float64, as is normalising by the sum. */
#include <math.h>

#include "cpu/cpu.h"
#include "cpu/softmax_columns.h"
#include "cpu/split.h"

/* How many elements are worth a thread; of the Jacobian, which takes less time each. */
enum { LEAST = 65536, LEAST_OF_JACOBIAN = 131072 };

/* What the parts of an operation work on: its inputs in the order of its arguments, its result. */
typedef struct rows_work {
    const tg_softmax_kernels *kernels;
    size_t k;
    float temperature;
    const float *a, *b;
    float *result;
    int32_t *labels;
} rows_work;

/* ---- Softmax ---- */

/* The largest value that is not a NaN; -Inf when there is none. A NaN is not lost: it comes back
 * through the sum of exponentials. */
static float row_max(const float *x, size_t k) {
    float m = -INFINITY;
    for (size_t c = 0; c < k; c++)
        if (x[c] > m) m = x[c];
    return m;
}

/* y_i = exp((x_i - m) / T) / sum */
static void forward_at_temperature(const void *context, size_t begin, size_t count) {
    const rows_work *w = context;
    const size_t k = w->k;
    const float *x = w->a + begin * k;
    float *y = w->result + begin * k;
    for (size_t r = 0; r < count; r++, x += k, y += k) {
        double m = (double)row_max(x, k), sum = 0;
        for (size_t c = 0; c < k; c++) {
            double e = exp(((double)x[c] - m) / (double)w->temperature);
            sum += e;
            y[c] = (float)e;
        }
        double scale = 1 / sum;
        for (size_t c = 0; c < k; c++) y[c] = (float)((double)y[c] * scale);
    }
}

static void forward(const void *context, size_t begin, size_t count) {
    const rows_work *w = context;
    w->kernels->softmax(count, w->k, w->a + begin * w->k, w->result + begin * w->k);
}

tg_status tg_cpu_softmax_forward(tg_device *device, size_t n, size_t k, float temperature,
                                 const float *x, float *y) {
    if (k == 0) return TG_OK;
    const rows_work w = {tg_cpu_instructions(device)->softmax, k, temperature, x, NULL, y, NULL};
    if (temperature != 1)
        tg_cpu_split_rows(device, n, k, LEAST / 16, forward_at_temperature, &w);
    else if (!tg_cpu_split_columns(device, n, k))
        tg_cpu_split_rows(device, n, k, LEAST, forward, &w);
    else
        for (size_t r = 0; r < n; r++)
            tg_cpu_softmax_columns(device, n, k, x + r * k, TG_NO_LABEL, 1, y + r * k, NULL);
    return TG_OK;
}

/* dx_i = y_i (dy_i - sum_j dy_j y_j) / T */
static void backward_at_temperature(const void *context, size_t begin, size_t count) {
    const rows_work *w = context;
    const size_t k = w->k;
    const float *y = w->a + begin * k, *dy = w->b + begin * k;
    float *dx = w->result + begin * k;
    for (size_t r = 0; r < count; r++, y += k, dy += k, dx += k) {
        double dot = 0;
        for (size_t c = 0; c < k; c++) dot += (double)dy[c] * (double)y[c];
        for (size_t c = 0; c < k; c++)
            dx[c] = (float)((double)y[c] * ((double)dy[c] - dot) / (double)w->temperature);
    }
}

static void backward(const void *context, size_t begin, size_t count) {
    const rows_work *w = context;
    const size_t first = begin * w->k;
    w->kernels->softmax_backward(count, w->k, w->a + first, w->b + first, w->result + first);
}

tg_status tg_cpu_softmax_backward(tg_device *device, size_t n, size_t k, float temperature,
                                  const float *y, const float *dy, float *dx) {
    if (k == 0) return TG_OK;
    const rows_work w = {tg_cpu_instructions(device)->softmax, k, temperature, y, dy, dx, NULL};
    if (temperature != 1)
        tg_cpu_split_rows(device, n, k, LEAST / 2, backward_at_temperature, &w);
    else
        tg_cpu_split_rows(device, n, k, LEAST, backward, &w);
    return TG_OK;
}

static void jacobian_of(const void *context, size_t begin, size_t count) {
    const rows_work *w = context;
    const size_t k = w->k;
    w->kernels->softmax_jacobian(count, k, w->temperature, w->a + begin * k,
                                 w->result + begin * k * k);
}

/* J_ij = y_i ((i == j) - y_j) / T */
tg_status tg_cpu_softmax_jacobian(tg_device *device, size_t n, size_t k, float temperature,
                                  const float *y, float *jacobian) {
    if (k == 0) return TG_OK;
    const rows_work w = {
        tg_cpu_instructions(device)->softmax, k, temperature, y, NULL, jacobian, NULL};
    tg_cpu_split_rows(device, n, k * k, LEAST_OF_JACOBIAN, jacobian_of, &w);
    return TG_OK;
}

/* ---- Log-softmax ---- */

static void log_forward(const void *context, size_t begin, size_t count) {
    const rows_work *w = context;
    w->kernels->log_softmax(count, w->k, w->a + begin * w->k, w->result + begin * w->k);
}

/* y_i = x_i - m - log sum */
tg_status tg_cpu_log_softmax_forward(tg_device *device, size_t n, size_t k, const float *x,
                                     float *y) {
    if (k == 0) return TG_OK;
    const rows_work w = {tg_cpu_instructions(device)->softmax, k, 1, x, NULL, y, NULL};
    tg_cpu_split_rows(device, n, k, LEAST, log_forward, &w);
    return TG_OK;
}

static void log_backward(const void *context, size_t begin, size_t count) {
    const rows_work *w = context;
    const size_t first = begin * w->k;
    w->kernels->log_softmax_backward(count, w->k, w->a + first, w->b + first, w->result + first);
}

/* dx_i = dy_i - exp(y_i) sum_j dy_j */
tg_status tg_cpu_log_softmax_backward(tg_device *device, size_t n, size_t k, const float *y,
                                      const float *dy, float *dx) {
    if (k == 0) return TG_OK;
    const rows_work w = {tg_cpu_instructions(device)->softmax, k, 1, y, dy, dx, NULL};
    tg_cpu_split_rows(device, n, k, LEAST, log_backward, &w);
    return TG_OK;
}

/* ---- Normalising by the sum ---- */

/* y_i = x_i / sum */
tg_status tg_cpu_sum_normalize_forward(tg_device *device, size_t n, size_t k, const float *x,
                                       float *y) {
    (void)device;
    for (size_t r = 0; r < n; r++, x += k, y += k) {
        double sum = 0;
        for (size_t c = 0; c < k; c++) sum += (double)x[c];
        for (size_t c = 0; c < k; c++) y[c] = (float)((double)x[c] / sum);
    }
    return TG_OK;
}

/* dx_i = (dy_i - sum_j dy_j y_j) / sum */
tg_status tg_cpu_sum_normalize_backward(tg_device *device, size_t n, size_t k, const float *x,
                                        const float *y, const float *dy, float *dx) {
    (void)device;
    for (size_t r = 0; r < n; r++, x += k, y += k, dy += k, dx += k) {
        double sum = 0, dot = 0;
        for (size_t c = 0; c < k; c++) {
            sum += (double)x[c];
            dot += (double)dy[c] * (double)y[c];
        }
        for (size_t c = 0; c < k; c++) dx[c] = (float)(((double)dy[c] - dot) / sum);
    }
    return TG_OK;
}

/* ---- Argmax ---- */

static void argmax_of(const void *context, size_t begin, size_t count) {
    const rows_work *w = context;
    w->kernels->argmax(count, w->k, w->a + begin * w->k, w->labels + begin);
}

tg_status tg_cpu_argmax(tg_device *device, size_t n, size_t k, const float *x, int32_t *labels) {
    const rows_work w = {tg_cpu_instructions(device)->softmax, k, 1, x, NULL, NULL, labels};
    tg_cpu_split_rows(device, n, k, LEAST, argmax_of, &w);
    return TG_OK;
}
