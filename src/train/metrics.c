/* SPDX-License-Identifier: MIT */
/* Metrics of a classifier, and running a model over a data set to get them. */
#include "train/metrics.h"

#include <math.h>

#include <tigrillo/labels.h>

#include "base/memory.h"
#include "base/status.h"
#include "device/device.h"
#include "model/plan.h"
#include "nn/loss.h"

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

/* tg_metrics_add() without the rows of the ignored label. */
static tg_status add_rows(tg_metrics *metrics, const tg_tensor *outputs, const int32_t *labels,
                          int32_t ignored) {
    TG_REQUIRE(metrics && outputs && outputs->device && (labels || tg_tensor_rows(outputs) == 0),
               "tg_metrics_add: an argument is NULL");
    const size_t n = tg_tensor_rows(outputs), k = tg_tensor_columns(outputs);
    TG_REQUIRE(k == metrics->classes && k > 0, "tg_metrics_add: %zu outputs for %zu classes", k,
               metrics->classes);
    for (size_t r = 0; r < n; r++)
        TG_REQUIRE(labels[r] == ignored || (labels[r] >= 0 && (size_t)labels[r] < k),
                   "tg_metrics_add: row %zu: label %d is not in 0 .. %zu", r, (int)labels[r],
                   k - 1);
    enum { AT_ONCE = 256 };
    int32_t predicted[AT_ONCE]; /* -1 where there is a NaN */
    for (size_t first = 0; first < n; first += AT_ONCE) {
        const size_t count = n - first < AT_ONCE ? n - first : AT_ONCE;
        TG_TRY(outputs->device->operations->argmax(
            outputs->device, count, k, (const float *)outputs->memory + first * k, predicted));
        for (size_t i = 0; i < count; i++) {
            const int32_t label = labels[first + i];
            if (label == ignored) continue;
            if (predicted[i] >= 0) metrics->confusion[(size_t)label * k + (size_t)predicted[i]]++;
            metrics->samples++;
        }
    }
    return TG_OK;
}

tg_status tg_metrics_add(tg_metrics *metrics, const tg_tensor *outputs, const int32_t *labels) {
    return add_rows(metrics, outputs, labels, TG_NO_IGNORE_INDEX);
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

size_t tg_count_judged(const tg_loss *loss, tg_targets targets, size_t n, size_t k) {
    if (loss->kind == TG_CROSS_ENTROPY && !targets.values) {
        size_t count = 0;
        for (size_t r = 0; r < n; r++) count += targets.labels[r] != loss->ignore_index;
        return count;
    }
    return loss->kind == TG_CROSS_ENTROPY ? n : loss->kind == TG_BINARY_CROSS_ENTROPY ? n * k : 0;
}

tg_status tg_count_correct(const tg_loss *loss, const tg_model *model, const tg_tensor *outputs,
                           tg_device_targets targets, size_t *correct) {
    const tg_operations *operations = outputs->device->operations;
    if (loss->kind == TG_CROSS_ENTROPY)
        return operations->count_correct_rows(outputs->device, tg_tensor_rows(outputs),
                                              tg_tensor_columns(outputs), outputs->memory, targets,
                                              loss->ignore_index, correct);
    if (loss->kind == TG_BINARY_CROSS_ENTROPY) {
        const tg_layer *last = tg_model_layer(model, tg_model_layer_count(model) - 1);
        const float threshold = tg_loss_is_fused(loss->kind, last->kind) ? 0.5f : 0;
        return operations->count_correct_elements(outputs->device, outputs->count, outputs->memory,
                                                  targets.values, threshold, correct);
    }
    if (correct) *correct = 0;
    return TG_OK;
}

tg_status tg_evaluate_source(const tg_model *model, tg_plan *plan, tg_source *source, size_t rows,
                             const tg_loss *loss, tg_metrics *metrics) {
    const size_t n = tg_dataset_count(source->dataset);
    tg_loss summed = *loss;
    summed.reduction = TG_SUM;
    double total = 0, weight = 0;
    size_t correct = 0, counted = 0;
    size_t *samples = tg_allocate(rows, sizeof *samples);
    if (!samples) return TG_OUT_OF_MEMORY;
    tg_status status = TG_OK;
    for (size_t first = 0; first < n && !status; first += rows) {
        const size_t count = n - first < rows ? n - first : rows;
        for (size_t i = 0; i < count; i++) samples[i] = first + i;
        tg_tensor x, y, values;
        tg_targets targets = {0};
        double value = 0;
        size_t right = 0;
        status = tg_source_batch(source, 0, samples, count, &x, &values, &targets);
        if (!status) status = tg_plan_forward(plan, &x, &y);
        if (!status) status = tg_plan_loss(plan, &summed, targets, &value);
        if (status) break;
        /* Of labels, the confusion matrix tells how many are correct. */
        if (metrics->classes > 0)
            status = add_rows(metrics, &y, targets.labels, loss->ignore_index);
        else
            status = tg_count_correct(loss, model, &y, tg_device_targets_of(&targets), &right);
        total += value;
        weight += tg_loss_normalizer(loss, targets, count, tg_tensor_columns(&y));
        correct += right;
        counted += tg_count_judged(loss, targets, count, tg_tensor_columns(&y));
    }
    tg_release(samples);
    if (status) return status;
    tg_metrics_finish(metrics);
    metrics->loss = weight > 0 ? total / weight : 0;
    if (metrics->classes == 0) {
        metrics->samples = n;
        metrics->accuracy = counted > 0 ? ratio(correct, counted) : (double)NAN;
        metrics->balanced_accuracy = (double)NAN;
    }
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
    if (!status)
        status = tg_evaluate_source(model, plan, &source, TG_EVALUATION_ROWS, &chosen, &made);
    tg_plan_destroy(plan);
    tg_source_destroy(&source);
    if (status) {
        tg_metrics_destroy(&made);
        return status;
    }
    *metrics = made;
    return TG_OK;
}
