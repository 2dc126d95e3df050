/* SPDX-License-Identifier: MIT */
/* Losses and their gradients; the formulas are in loss.h. What is usual, softmax cross-entropy of
 * labels, is done by the kernels; the rest is computed in float64. */
#include <math.h>
#include <string.h>

#include "cpu/cpu.h"
#include "cpu/softmax_columns.h"
#include "cpu/split.h"
#include "device/loss.h"

/* The target of one row: the distribution q of loss.h and the class weights. */
typedef struct row_target {
    bool counts;          /* false: the row has the ignored label */
    const float *values;  /* q itself, or NULL: then of a label, */
    size_t label;         /* where q is `peak`, */
    double peak, rest;    /* and elsewhere `rest` */
    const float *weights; /* w, or NULL */
} row_target;

static row_target target_of_row(tg_device_targets targets, const tg_loss *options, size_t r,
                                size_t k) {
    row_target t = {.counts = true, .weights = options->class_weights};
    if (targets.values) {
        t.values = targets.values + r * k;
    } else if (targets.labels[r] == options->ignore_index) {
        t.counts = false;
    } else {
        const double smoothing = (double)options->label_smoothing;
        t.label = (size_t)targets.labels[r];
        t.rest = smoothing / (double)k;
        t.peak = 1 - smoothing + t.rest;
    }
    return t;
}

/* a_c = w_c q_c */
static double weighted(const row_target *t, size_t c) {
    double q = t->values ? (double)t->values[c] : c == t->label ? t->peak : t->rest;
    return t->weights ? (double)t->weights[c] * q : q;
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

static row_softmax softmax_of_row(const float *z, size_t k, float temperature) {
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

/* Whatever the options: in float64. */
static void any_softmax_cross_entropy(size_t n, size_t k, const float *logits, float temperature,
                                      tg_device_targets targets, const tg_loss *options,
                                      double scale, double *loss, float *gradient) {
    double total = 0;
    for (size_t r = 0; r < n; r++) {
        const float *z = logits + r * k;
        float *dz = gradient ? gradient + r * k : NULL;
        const row_target t = target_of_row(targets, options, r, k);
        if (!t.counts || scale == 0) {
            for (size_t c = 0; dz && c < k; c++) dz[c] = 0;
            continue;
        }
        const row_softmax s = softmax_of_row(z, k, temperature);
        const double sum = 1 + s.others, log_sum = log1p(s.others);
        double all_a = 0, row_loss = 0;
        for (size_t c = 0; c < k; c++) {
            const double a = weighted(&t, c);
            all_a += a;
            /* A class of no weight adds nothing, even where its logit is -Inf. */
            if (a != 0) row_loss -= a * (score(&s, z[c]) - log_sum);
        }
        total += row_loss;
        for (size_t c = 0; dz && c < k; c++) {
            const bool top = c == s.top;
            const double e = top ? 1 + 0 * s.others : exp(score(&s, z[c]));
            const double a = weighted(&t, c), other_e = top ? s.others : sum - e;
            /* p_c - y_c, for a one-hot target: written as p_c (sum of the other a) - a_c (sum of
             * the other p), because p_c - 1 would cancel where p_c is nearly 1. */
            const double slope = ((all_a - a) * e - a * other_e) / sum;
            dz[c] = (float)(slope * scale / s.temperature);
        }
    }
    *loss = total * scale;
}

/* ---- Labels, and nothing unusual ---- */

/* How many elements are worth a thread. */
enum { LEAST = 65536 };

typedef struct label_work {
    const tg_softmax_kernels *kernels;
    size_t k;
    const float *logits;
    tg_label_targets targets;
    float *gradient;
} label_work;

static double cross_entropy_part(const void *context, size_t begin, size_t count) {
    const label_work *w = context;
    tg_label_targets targets = w->targets;
    targets.labels += begin;
    return w->kernels->cross_entropy(count, w->k, w->logits + begin * w->k, &targets,
                                     w->gradient ? w->gradient + begin * w->k : NULL);
}

/* The rows one after another, each split by columns. */
static double cross_entropy_columns(tg_device *device, size_t n, const label_work *w) {
    double total = 0;
    for (size_t r = 0; r < n; r++) {
        const int32_t label = w->targets.labels[r];
        const float *weights = w->targets.class_weights;
        float *gradient = w->gradient ? w->gradient + r * w->k : NULL;
        if (label == w->targets.ignore_index) {
            if (gradient) memset(gradient, 0, w->k * sizeof *gradient);
            continue;
        }
        const double weight = weights ? (double)weights[label] : 1;
        double loss = 0;
        tg_cpu_softmax_columns(device, n, w->k, w->logits + r * w->k, (size_t)label,
                               weight * w->targets.scale, gradient, &loss);
        if (weight > 0) total += weight * loss;
    }
    return total;
}

tg_status tg_cpu_softmax_cross_entropy(tg_device *device, size_t n, size_t k, const float *logits,
                                       float temperature, tg_device_targets targets,
                                       const tg_loss *options, double scale, double *loss,
                                       float *gradient) {
    if (!tg_loss_is_usual(k, temperature, targets, options, scale)) {
        any_softmax_cross_entropy(n, k, logits, temperature, targets, options, scale, loss,
                                  gradient);
        return TG_OK;
    }
    const label_work w = {
        .kernels = tg_cpu_instructions(device)->softmax,
        .k = k,
        .logits = logits,
        .targets = {targets.labels, options->class_weights, options->ignore_index, scale},
        .gradient = gradient};
    const bool by_columns = tg_cpu_split_columns(device, n, k) ||
                            (!gradient && k > tg_most_columns_without_gradient);
    *loss = scale * (by_columns ? cross_entropy_columns(device, n, &w)
                                : tg_cpu_sum_rows(device, n, k, LEAST, cross_entropy_part, &w));
    return TG_OK;
}

/* ---- Probabilities ---- */

tg_status tg_cpu_cross_entropy(tg_device *device, size_t n, size_t k, const float *probabilities,
                               tg_device_targets targets, const tg_loss *options, double scale,
                               double *loss, float *gradient) {
    (void)device;
    const double least = 1e-30;
    double total = 0;
    for (size_t r = 0; r < n; r++) {
        const float *p = probabilities + r * k;
        float *dp = gradient ? gradient + r * k : NULL;
        const row_target t = target_of_row(targets, options, r, k);
        for (size_t c = 0; c < k; c++) {
            const double a = t.counts && scale != 0 ? weighted(&t, c) : 0;
            const double bounded = (double)p[c] < least ? least : (double)p[c];
            if (a != 0) total -= a * log(bounded);
            if (dp) dp[c] = a != 0 ? (float)(-a / bounded * scale) : 0;
        }
    }
    *loss = total * scale;
    return TG_OK;
}

/* A loss that is a sum over elements. */
typedef struct element_loss {
    double (*kernel)(size_t count, const float *outputs, const float *targets, double scale,
                     float *gradient);
    const float *outputs, *targets;
    double scale;
    float *gradient;
} element_loss;

static double element_part(const void *context, size_t begin, size_t count) {
    const element_loss *l = context;
    return l->kernel(count, l->outputs + begin, l->targets + begin, l->scale,
                     l->gradient ? l->gradient + begin : NULL);
}

tg_status tg_cpu_binary_cross_entropy(tg_device *device, size_t count, const float *logits,
                                      const float *targets, double scale, double *loss,
                                      float *gradient) {
    const element_loss l = {tg_cpu_instructions(device)->elementwise->binary_cross_entropy, logits,
                            targets, scale, gradient};
    *loss = tg_cpu_sum(device, count, 4096, element_part, &l) * scale;
    return TG_OK;
}

tg_status tg_cpu_mean_squared_error(tg_device *device, size_t count, const float *outputs,
                                    const float *targets, double scale, double *loss,
                                    float *gradient) {
    const element_loss l = {tg_cpu_instructions(device)->elementwise->mean_squared_error, outputs,
                            targets, scale, gradient};
    *loss = tg_cpu_sum(device, count, 65536, element_part, &l) * scale;
    return TG_OK;
}
