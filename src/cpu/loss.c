/* SPDX-License-Identifier: MIT */
/* Losses and their gradients; the formulas are in loss.h. Rows are computed in float64. */
#include <math.h>

#include "cpu/cpu.h"

/* The target of one row, seen as a_c = w_c q_c (loss.h). */
typedef struct row_target {
    const float *values; /* the distribution q, or NULL: then from the label */
    size_t label;
    double rest;          /* q of every class but the label's: smoothing / k */
    const float *weights; /* w, or NULL */
} row_target;

static double target(const row_target *t, size_t c, double smoothing) {
    double q = t->values ? (double)t->values[c] : c == t->label ? 1 - smoothing + t->rest : t->rest;
    return t->weights ? (double)t->weights[c] * q : q;
}

/* What a row adds to N. */
static double row_weight(const row_target *t) {
    return t->weights && !t->values ? (double)t->weights[t->label] : 1;
}

static bool is_counted(tg_device_targets targets, const tg_loss *options, size_t r) {
    return targets.values || targets.labels[r] != options->ignore_index;
}

static row_target make_row(tg_device_targets targets, const float *weights, const tg_loss *options,
                           size_t r, size_t k) {
    row_target t = {.weights = weights};
    if (targets.values) {
        t.values = targets.values + r * k;
    } else {
        t.label = (size_t)targets.labels[r];
        t.rest = (double)options->label_smoothing / (double)k;
    }
    return t;
}

/* 1 / N of loss.h; 0 when nothing counts. */
static double inverse_normalizer(size_t n, size_t k, tg_device_targets targets,
                                 const float *weights, const tg_loss *options) {
    if (options->reduction == TG_SUM) return 1;
    double total = 0;
    for (size_t r = 0; r < n; r++) {
        if (!is_counted(targets, options, r)) continue;
        row_target t = make_row(targets, weights, options, r, k);
        total += row_weight(&t);
    }
    return total > 0 ? 1 / total : 0;
}

/* The logits z of a row as probabilities, without forming them: p_c = exp(score(c)) / (1 + others),
 * score(c) = (z_c - z_top) / T. The top's own exponential is exactly 1. */
typedef struct row_softmax {
    size_t top;
    double z_top, temperature;
    double others; /* sum of the exponentials of all but the top */
} row_softmax;

static double score(const row_softmax *s, float z) {
    return ((double)z - s->z_top) / s->temperature;
}

static row_softmax softmax_row(const float *z, size_t k, float temperature) {
    row_softmax s = {.temperature = (double)temperature};
    for (size_t c = 1; c < k; c++)
        if (z[c] > z[s.top] || isnan(z[c])) s.top = c;
    s.z_top = (double)z[s.top];
    /* NaN for a top that is NaN or infinite, which then reaches loss and gradients. */
    s.others = s.z_top - s.z_top;
    for (size_t c = 0; c < k; c++)
        if (c != s.top) s.others += exp(score(&s, z[c]));
    return s;
}

tg_status tg_cpu_softmax_cross_entropy(tg_device *device, size_t n, size_t k, const float *logits,
                                       float temperature, tg_device_targets targets,
                                       const float *weights, const tg_loss *options, double *loss,
                                       float *gradient) {
    (void)device;
    const double smoothing = (double)options->label_smoothing;
    const double scale = inverse_normalizer(n, k, targets, weights, options);
    double total = 0;
    for (size_t r = 0; r < n; r++) {
        const float *z = logits + r * k;
        float *dz = gradient ? gradient + r * k : NULL;
        if (!is_counted(targets, options, r) || scale == 0) {
            for (size_t c = 0; dz && c < k; c++) dz[c] = 0;
            continue;
        }
        row_target t = make_row(targets, weights, options, r, k);
        row_softmax s = softmax_row(z, k, temperature);
        double log_sum = log1p(s.others), sum = 1 + s.others, mass = 0, row_loss = 0;
        for (size_t c = 0; c < k; c++) {
            double a = target(&t, c, smoothing);
            mass += a;
            /* A class of no weight adds nothing, even where its logit is -Inf. */
            if (a != 0) row_loss -= a * (score(&s, z[c]) - log_sum);
        }
        total += row_loss;
        if (!dz) continue;
        for (size_t c = 0; c < k; c++) {
            const bool top = c == s.top;
            double e = top ? 1 + 0 * s.others : exp(score(&s, z[c]));
            double rest = top ? s.others : sum - e, a = target(&t, c, smoothing);
            /* p_c mass - a_c, with 1 - p_c as the other probabilities: p_c - 1 would cancel. */
            dz[c] = (float)(((mass - a) * e - a * rest) / sum * scale / s.temperature);
        }
    }
    *loss = total * scale;
    return TG_OK;
}

tg_status tg_cpu_cross_entropy(tg_device *device, size_t n, size_t k, const float *probabilities,
                               tg_device_targets targets, const float *weights,
                               const tg_loss *options, double *loss, float *gradient) {
    (void)device;
    const double smoothing = (double)options->label_smoothing, least = 1e-30;
    const double scale = inverse_normalizer(n, k, targets, weights, options);
    double total = 0;
    for (size_t r = 0; r < n; r++) {
        const float *p = probabilities + r * k;
        float *dp = gradient ? gradient + r * k : NULL;
        const bool counted = is_counted(targets, options, r) && scale != 0;
        row_target t = {0};
        if (counted) t = make_row(targets, weights, options, r, k);
        for (size_t c = 0; c < k; c++) {
            double a = counted ? target(&t, c, smoothing) : 0;
            double bounded = (double)p[c] < least ? least : (double)p[c];
            if (a != 0) total -= a * log(bounded);
            if (dp) dp[c] = a != 0 ? (float)(-a / bounded * scale) : 0;
        }
    }
    *loss = total * scale;
    return TG_OK;
}

static double per_element(size_t n, size_t k, tg_reduction reduction) {
    return reduction == TG_MEAN && n > 0 && k > 0 ? 1 / ((double)n * (double)k) : 1;
}

tg_status tg_cpu_binary_cross_entropy(tg_device *device, size_t n, size_t k, const float *logits,
                                      const float *targets, tg_reduction reduction, double *loss,
                                      float *gradient) {
    (void)device;
    const double scale = per_element(n, k, reduction);
    double total = 0;
    for (size_t i = 0; i < n * k; i++) {
        double z = (double)logits[i], t = (double)targets[i], e = exp(-fabs(z));
        total += (z > 0 ? z : 0) - z * t + log1p(e);
        /* s(z) - t; for t = 1 as -s(-z), which does not cancel. */
        double slope = t == 1 ? -(z < 0 ? 1 : e) / (1 + e) : (z < 0 ? e : 1) / (1 + e) - t;
        if (gradient) gradient[i] = (float)(slope * scale);
    }
    *loss = total * scale;
    return TG_OK;
}

tg_status tg_cpu_mean_squared_error(tg_device *device, size_t n, size_t k, const float *outputs,
                                    const float *targets, tg_reduction reduction, double *loss,
                                    float *gradient) {
    (void)device;
    const double scale = per_element(n, k, reduction);
    double total = 0;
    for (size_t i = 0; i < n * k; i++) {
        double difference = (double)outputs[i] - (double)targets[i];
        total += difference * difference;
        if (gradient) gradient[i] = (float)(2 * difference * scale);
    }
    *loss = total * scale;
    return TG_OK;
}
