/* SPDX-License-Identifier: MIT */
/* Softmax and its relatives. Exponentials and sums are float64: the subtraction of the
 * maximum alone, rounded to float32, would cost more accuracy than all the rest. */
#include <math.h>

#include "cpu/cpu.h"

/* The largest value that is not a NaN; -Inf when there is none. A NaN is not lost: it comes back
 * through the sum of exponentials. */
static float row_max(const float *x, size_t k) {
    float m = -INFINITY;
    for (size_t c = 0; c < k; c++)
        if (x[c] > m) m = x[c];
    return m;
}

/* y_i = exp((x_i - m) / T) / sum */
tg_status tg_cpu_softmax_forward(tg_device *device, size_t n, size_t k, float temperature,
                                 const float *x, float *y) {
    (void)device;
    for (size_t r = 0; r < n; r++, x += k, y += k) {
        double m = (double)row_max(x, k), sum = 0;
        for (size_t c = 0; c < k; c++) {
            double e = exp(((double)x[c] - m) / (double)temperature);
            sum += e;
            y[c] = (float)e;
        }
        double scale = 1 / sum;
        for (size_t c = 0; c < k; c++) y[c] = (float)((double)y[c] * scale);
    }
    return TG_OK;
}

/* dx_i = y_i (dy_i - sum_j dy_j y_j) / T */
tg_status tg_cpu_softmax_backward(tg_device *device, size_t n, size_t k, float temperature,
                                  const float *y, const float *dy, float *dx) {
    (void)device;
    for (size_t r = 0; r < n; r++, y += k, dy += k, dx += k) {
        double dot = 0;
        for (size_t c = 0; c < k; c++) dot += (double)dy[c] * (double)y[c];
        for (size_t c = 0; c < k; c++)
            dx[c] = (float)((double)y[c] * ((double)dy[c] - dot) / (double)temperature);
    }
    return TG_OK;
}

/* J_ij = y_i ((i == j) - y_j) / T */
tg_status tg_cpu_softmax_jacobian(tg_device *device, size_t n, size_t k, float temperature,
                                  const float *y, float *jacobian) {
    (void)device;
    for (size_t r = 0; r < n; r++, y += k)
        for (size_t i = 0; i < k; i++, jacobian += k) {
            float yi = y[i] / temperature;
            for (size_t j = 0; j < k; j++) jacobian[j] = -yi * y[j];
            jacobian[i] = yi * (1 - y[i]);
        }
    return TG_OK;
}

/* y_i = x_i - m - log sum. The largest term of the sum is exactly 1, and log1p of the others keeps
 * the accuracy of a row that is nearly sure. */
tg_status tg_cpu_log_softmax_forward(tg_device *device, size_t n, size_t k, const float *x,
                                     float *y) {
    (void)device;
    for (size_t r = 0; r < n; r++, x += k, y += k) {
        double m = (double)row_max(x, k);
        double others = m - m; /* NaN where the maximum is infinite */
        bool skipped = false;
        for (size_t c = 0; c < k; c++) {
            if ((double)x[c] == m && !skipped)
                skipped = true;
            else
                others += exp((double)x[c] - m);
        }
        double log_sum = log1p(others);
        for (size_t c = 0; c < k; c++) y[c] = (float)((double)x[c] - m - log_sum);
    }
    return TG_OK;
}

/* dx_i = dy_i - exp(y_i) sum_j dy_j */
tg_status tg_cpu_log_softmax_backward(tg_device *device, size_t n, size_t k, const float *y,
                                      const float *dy, float *dx) {
    (void)device;
    for (size_t r = 0; r < n; r++, y += k, dy += k, dx += k) {
        double sum = 0;
        for (size_t c = 0; c < k; c++) sum += (double)dy[c];
        for (size_t c = 0; c < k; c++) dx[c] = (float)((double)dy[c] - exp((double)y[c]) * sum);
    }
    return TG_OK;
}

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

tg_status tg_cpu_argmax(tg_device *device, size_t n, size_t k, const float *x, int32_t *labels) {
    (void)device;
    for (size_t r = 0; r < n; r++, x += k) {
        int32_t best = k > 0 ? 0 : -1;
        for (size_t c = 0; c < k && best >= 0; c++) {
            if (isnan(x[c]))
                best = -1;
            else if (x[c] > x[best])
                best = (int32_t)c;
        }
        labels[r] = best;
    }
    return TG_OK;
}
