/* SPDX-License-Identifier: MIT */
/* Metrics of a classifier, and running a model over a data set to get them. */
#include "train/metrics.h"

#include "base/memory.h"
#include "base/status.h"
#include "device/device.h"
#include <math.h>

tg_status tg_metrics_create(size_t classes, tg_metrics *metrics) {
    TG_REQUIRE(metrics, "tg_metrics_create: metrics is NULL");
    size_t cells = 0;
    if (!tg_multiply(classes, classes, &cells))
        return tg_fail(TG_OUT_OF_MEMORY, "%zu classes are too many", classes);
    tg_metrics made = {.classes = classes};
    made.confusion = tg_allocate(cells, sizeof *made.confusion);
    made.precision = tg_allocate(classes, sizeof *made.precision);
    made.recall = tg_allocate(classes, sizeof *made.recall);
    made.f1 = tg_allocate(classes, sizeof *made.f1);
    if (!made.confusion || !made.precision || !made.recall || !made.f1) {
        tg_metrics_destroy(&made);
        return TG_OUT_OF_MEMORY;
    }
    *metrics = made;
    return TG_OK;
}

void tg_metrics_destroy(tg_metrics *metrics) {
    if (!metrics) return;
    tg_release(metrics->confusion);
    tg_release(metrics->precision);
    tg_release(metrics->recall);
    tg_release(metrics->f1);
    *metrics = (tg_metrics){0};
}

/* The column of the largest value; -1 where there is a NaN. */
static int32_t best_of(const float *row, size_t k) {
    int32_t best = -1;
    return tg_cpu_operations.argmax(tg_cpu(), 1, k, row, &best) == TG_OK ? best : -1;
}

tg_status tg_metrics_add(tg_metrics *metrics, const tg_tensor *outputs, const int32_t *labels) {
    TG_REQUIRE(metrics && outputs && (labels || tg_tensor_rows(outputs) == 0),
               "tg_metrics_add: an argument is NULL");
    const size_t n = tg_tensor_rows(outputs), k = tg_tensor_columns(outputs);
    const float *row = tg_tensor_data(outputs);
    TG_REQUIRE(row || n == 0, "tg_metrics_add: the outputs must be on the CPU");
    TG_REQUIRE(k == metrics->classes && k > 0, "tg_metrics_add: %zu outputs for %zu classes", k,
               metrics->classes);
    for (size_t r = 0; r < n; r++)
        TG_REQUIRE(labels[r] >= 0 && (size_t)labels[r] < k,
                   "tg_metrics_add: row %zu: label %d is not in 0 .. %zu", r, (int)labels[r],
                   k - 1);
    for (size_t r = 0; r < n; r++, row += k) {
        int32_t predicted = best_of(row, k);
        if (predicted >= 0) metrics->confusion[(size_t)labels[r] * k + (size_t)predicted]++;
    }
    metrics->samples += n;
    return TG_OK;
}

static double ratio(size_t part, size_t whole) {
    return whole > 0 ? (double)part / (double)whole : 0;
}

void tg_metrics_finish(tg_metrics *metrics) {
    const size_t k = metrics->classes;
    size_t all_right = 0, present = 0;
    double recalls = 0;
    for (size_t c = 0; c < k; c++) {
        size_t right = metrics->confusion[c * k + c], truly = 0, predicted = 0;
        for (size_t o = 0; o < k; o++) {
            truly += metrics->confusion[c * k + o];
            predicted += metrics->confusion[o * k + c];
        }
        const double precision = ratio(right, predicted), recall = ratio(right, truly);
        metrics->precision[c] = precision;
        metrics->recall[c] = recall;
        metrics->f1[c] = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
        all_right += right;
        recalls += recall;
        if (truly > 0) present++;
    }
    metrics->accuracy = ratio(all_right, metrics->samples);
    metrics->balanced_accuracy = present > 0 ? recalls / (double)present : 0;
}

void tg_count_right(tg_loss_kind kind, const tg_tensor *outputs, tg_targets targets, size_t *right,
                    size_t *counted) {
    const size_t n = tg_tensor_rows(outputs), k = tg_tensor_columns(outputs);
    const float *row = tg_tensor_data(outputs);
    const float *values = targets.values ? tg_tensor_data(targets.values) : NULL;
    if (kind == TG_CROSS_ENTROPY) {
        for (size_t r = 0; r < n; r++) {
            int32_t label = values ? best_of(values + r * k, k) : targets.labels[r];
            *right += best_of(row + r * k, k) == label;
        }
        *counted += n;
    } else if (kind == TG_BINARY_CROSS_ENTROPY && values) {
        for (size_t i = 0; i < n * k; i++) *right += (row[i] > 0) == (values[i] > 0.5f);
        *counted += n * k;
    }
}

/* What the sum of a batch's losses is to be divided by, as TG_MEAN does (loss.h). */
static double normalizer(const tg_loss *loss, tg_targets targets, size_t n, size_t k) {
    if (loss->kind != TG_CROSS_ENTROPY) return (double)n * (double)k;
    if (targets.values) return (double)n;
    double total = 0;
    for (size_t r = 0; r < n; r++) {
        const int32_t label = targets.labels[r];
        if (label == loss->ignore_index) continue;
        total += loss->class_weights ? (double)loss->class_weights[label] : 1;
    }
    return total;
}

tg_status tg_evaluate_source(tg_plan *plan, tg_source *source, size_t rows, const tg_loss *loss,
                             tg_metrics *metrics) {
    const size_t n = tg_dataset_count(source->dataset);
    tg_loss summed = *loss;
    summed.reduction = TG_SUM;
    double total = 0, weight = 0;
    size_t right = 0, counted = 0;
    size_t *samples = tg_allocate(rows, sizeof *samples);
    if (!samples) return TG_OUT_OF_MEMORY;
    tg_status status = TG_OK;
    for (size_t first = 0; first < n && !status; first += rows) {
        const size_t count = n - first < rows ? n - first : rows;
        for (size_t i = 0; i < count; i++) samples[i] = first + i;
        tg_tensor x, y, values;
        tg_targets targets = {0};
        double value = 0;
        status = tg_source_batch(source, 0, samples, count, &x, &values, &targets);
        if (!status) status = tg_plan_forward(plan, &x, &y);
        if (!status) status = tg_plan_loss(plan, &summed, targets, &value);
        if (!status && metrics->classes > 0) status = tg_metrics_add(metrics, &y, targets.labels);
        if (status) break;
        tg_count_right(loss->kind, &y, targets, &right, &counted);
        total += value;
        weight += normalizer(loss, targets, count, tg_tensor_columns(&y));
    }
    tg_release(samples);
    if (status) return status;
    metrics->samples = n;
    tg_metrics_finish(metrics);
    metrics->loss = loss->reduction == TG_SUM ? total : weight > 0 ? total / weight : 0;
    if (metrics->classes == 0)
        metrics->accuracy = counted > 0 ? ratio(right, counted) : (double)NAN;
    return TG_OK;
}

tg_status tg_evaluate(const tg_model *model, const tg_dataset *dataset, const tg_loss *loss,
                      tg_metrics *metrics) {
    TG_REQUIRE(model && dataset && metrics, "tg_evaluate: an argument is NULL");
    const tg_loss chosen = loss ? *loss : tg_loss_defaults(TG_CROSS_ENTROPY);
    const bool labelled = tg_dataset_classes(dataset) > 0;
    tg_source source = {0};
    tg_plan *plan = NULL;
    tg_metrics made = {0};
    tg_status status = tg_source_open(&source, model, dataset, NULL, 0, TG_EVALUATION_ROWS);
    if (!status) status = tg_plan_create(model, TG_INFERENCE, TG_EVALUATION_ROWS, &plan);
    if (!status) status = tg_metrics_create(labelled ? tg_model_outputs(model) : 0, &made);
    if (!status) status = tg_evaluate_source(plan, &source, TG_EVALUATION_ROWS, &chosen, &made);
    tg_plan_destroy(plan);
    tg_source_destroy(&source);
    if (status) {
        tg_metrics_destroy(&made);
        return status;
    }
    *metrics = made;
    return TG_OK;
}
