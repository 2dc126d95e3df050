/* SPDX-License-Identifier: MIT */
/* Losses on tensors: everything is checked here, computed on the device. */
#include "nn/loss.h"

#include <math.h>

#include "nn/check.h"

tg_targets tg_labels(const int32_t *labels, size_t count) {
    tg_targets targets = {labels, count, NULL};
    return targets;
}

tg_targets tg_values(const tg_tensor *values) {
    tg_targets targets = {NULL, 0, values};
    return targets;
}

tg_loss tg_loss_defaults(tg_loss_kind kind) {
    tg_loss loss = {.kind = kind, .reduction = TG_MEAN, .ignore_index = TG_NO_IGNORE_INDEX};
    return loss;
}

tg_status tg_loss_check(const tg_loss *loss, size_t k) {
    TG_REQUIRE(loss->kind == TG_CROSS_ENTROPY || loss->kind == TG_BINARY_CROSS_ENTROPY ||
                   loss->kind == TG_MEAN_SQUARED_ERROR,
               "loss: there is no kind %d", (int)loss->kind);
    TG_REQUIRE(loss->reduction == TG_MEAN || loss->reduction == TG_SUM,
               "loss: there is no reduction %d", (int)loss->reduction);
    TG_REQUIRE(loss->label_smoothing >= 0 && loss->label_smoothing <= 1,
               "loss: the label smoothing is %g, but must be in [0, 1]",
               (double)loss->label_smoothing);
    for (size_t c = 0; loss->class_weights && c < k; c++)
        TG_REQUIRE(loss->class_weights[c] >= 0 && isfinite(loss->class_weights[c]),
                   "loss: the weight of class %zu is %g, but must be finite and not below 0", c,
                   (double)loss->class_weights[c]);
    return TG_OK;
}

static tg_status check_labels(const tg_targets *targets, size_t n, size_t k, int32_t ignored) {
    TG_REQUIRE(targets->count == n, "loss: %zu labels for %zu rows", targets->count, n);
    const uint32_t bound = k <= INT32_MAX ? (uint32_t)k : (uint32_t)INT32_MAX + 1;
    /* Without a branch, so that the compiler takes many labels at once. */
    uint32_t wrong = 0;
    for (size_t r = 0; r < n; r++)
        wrong |= (uint32_t)((targets->labels[r] != ignored) &
                            ((uint32_t)targets->labels[r] >= bound));
    for (size_t r = 0; wrong && r < n; r++) {
        int32_t label = targets->labels[r];
        TG_REQUIRE(label == ignored || (label >= 0 && (size_t)label < k),
                   "loss: row %zu: label %d is not in 0 .. %zu", r, (int)label, k - 1);
    }
    return TG_OK;
}

/* The common part: shapes, targets, options. */
static tg_status check(const char *operation, const tg_tensor *outputs, const tg_targets *targets,
                       const tg_loss *options, double *loss, const tg_tensor *gradient) {
    TG_TRY(tg_check_tensor(operation, "the output", outputs));
    TG_REQUIRE(loss, "%s: loss is NULL", operation);
    TG_TRY(tg_check_trains(operation, outputs->device));
    size_t n = tg_tensor_rows(outputs), k = tg_tensor_columns(outputs);
    TG_REQUIRE(k > 0, "%s: the outputs have no columns", operation);
    TG_TRY(tg_loss_check(options, k));
    if (gradient) TG_TRY(tg_check_like(operation, "the output", outputs, "gradient", gradient));
    TG_REQUIRE(targets->values || targets->labels || n == 0, "%s: there are no targets", operation);
    if (targets->values)
        return tg_check_like(operation, "the output", outputs, "targets", targets->values);
    TG_REQUIRE(options->kind == TG_CROSS_ENTROPY, "%s: the targets must be values, not labels",
               operation);
    return check_labels(targets, n, k, options->ignore_index);
}

tg_device_targets tg_device_targets_of(const tg_targets *targets) {
    tg_device_targets result = {.labels = targets->labels};
    if (targets->values) result.values = targets->values->memory;
    return result;
}

double tg_loss_normalizer(const tg_loss *loss, tg_targets targets, size_t n, size_t k) {
    if (loss->kind != TG_CROSS_ENTROPY) return (double)n * (double)k;
    if (targets.values) return (double)n;
    if (!loss->class_weights) {
        size_t count = 0;
        for (size_t r = 0; r < n; r++) count += targets.labels[r] != loss->ignore_index;
        return (double)count;
    }
    double total = 0;
    for (size_t r = 0; r < n; r++)
        if (targets.labels[r] != loss->ignore_index)
            total += (double)loss->class_weights[targets.labels[r]];
    return total;
}

/* What the sum is multiplied by: 1 / N, and 0 when no row counts. */
static double scale_of(const tg_loss *loss, tg_targets targets, const tg_tensor *outputs) {
    if (loss->reduction == TG_SUM) return 1;
    const double n = tg_loss_normalizer(loss, targets, tg_tensor_rows(outputs),
                                        tg_tensor_columns(outputs));
    return n > 0 ? 1 / n : 0;
}

static tg_loss options_or_default(const tg_loss *options, tg_loss_kind kind) {
    tg_loss chosen = options ? *options : tg_loss_defaults(kind);
    chosen.kind = kind;
    return chosen;
}

static tg_status softmax_cross_entropy(const tg_tensor *logits, float temperature,
                                       tg_targets targets, const tg_loss *options, double *loss,
                                       tg_tensor *gradient) {
    tg_loss chosen = options_or_default(options, TG_CROSS_ENTROPY);
    TG_TRY(check("tg_softmax_cross_entropy", logits, &targets, &chosen, loss, gradient));
    return logits->device->operations->softmax_cross_entropy(
        logits->device, tg_tensor_rows(logits), tg_tensor_columns(logits), logits->memory,
        temperature, tg_device_targets_of(&targets), &chosen, scale_of(&chosen, targets, logits),
        loss, gradient ? gradient->memory : NULL);
}

tg_status tg_softmax_cross_entropy(const tg_tensor *logits, tg_targets targets,
                                   const tg_loss *options, double *loss, tg_tensor *gradient) {
    return softmax_cross_entropy(logits, 1, targets, options, loss, gradient);
}

tg_status tg_cross_entropy(const tg_tensor *probabilities, tg_targets targets,
                           const tg_loss *options, double *loss, tg_tensor *gradient) {
    tg_loss chosen = options_or_default(options, TG_CROSS_ENTROPY);
    TG_TRY(check("tg_cross_entropy", probabilities, &targets, &chosen, loss, gradient));
    return probabilities->device->operations->cross_entropy(
        probabilities->device, tg_tensor_rows(probabilities), tg_tensor_columns(probabilities),
        probabilities->memory, tg_device_targets_of(&targets), &chosen,
        scale_of(&chosen, targets, probabilities), loss, gradient ? gradient->memory : NULL);
}

tg_status tg_binary_cross_entropy(const tg_tensor *logits, tg_targets targets,
                                  const tg_loss *options, double *loss, tg_tensor *gradient) {
    tg_loss chosen = options_or_default(options, TG_BINARY_CROSS_ENTROPY);
    TG_TRY(check("tg_binary_cross_entropy", logits, &targets, &chosen, loss, gradient));
    return logits->device->operations->binary_cross_entropy(
        logits->device, logits->count, logits->memory, tg_device_targets_of(&targets).values,
        scale_of(&chosen, targets, logits), loss, gradient ? gradient->memory : NULL);
}

tg_status tg_mean_squared_error(const tg_tensor *outputs, tg_targets targets,
                                const tg_loss *options, double *loss, tg_tensor *gradient) {
    tg_loss chosen = options_or_default(options, TG_MEAN_SQUARED_ERROR);
    TG_TRY(check("tg_mean_squared_error", outputs, &targets, &chosen, loss, gradient));
    return outputs->device->operations->mean_squared_error(
        outputs->device, outputs->count, outputs->memory, tg_device_targets_of(&targets).values,
        scale_of(&chosen, targets, outputs), loss, gradient ? gradient->memory : NULL);
}

tg_status tg_loss_of_logits(const tg_loss *loss, const tg_tensor *outputs, float temperature,
                            tg_targets targets, double *value, tg_tensor *gradient) {
    switch (loss->kind) {
    case TG_CROSS_ENTROPY:
        return softmax_cross_entropy(outputs, temperature, targets, loss, value, gradient);
    case TG_BINARY_CROSS_ENTROPY:
        return tg_binary_cross_entropy(outputs, targets, loss, value, gradient);
    case TG_MEAN_SQUARED_ERROR:
        return tg_mean_squared_error(outputs, targets, loss, value, gradient);
    }
    return tg_loss_check(loss, 0);
}

tg_status tg_loss_of_step(const tg_loss *loss, const tg_tensor *outputs, float temperature,
                          tg_device_targets targets, tg_tensor *gradient) {
    const tg_operations *operations = outputs->device->operations;
    float *slope = gradient ? gradient->memory : NULL;
    switch (loss->kind) {
    case TG_CROSS_ENTROPY:
        return operations->softmax_cross_entropy(outputs->device, tg_tensor_rows(outputs),
                                                 tg_tensor_columns(outputs), outputs->memory,
                                                 temperature, targets, loss, 0, NULL, slope);
    case TG_BINARY_CROSS_ENTROPY:
        return operations->binary_cross_entropy(outputs->device, outputs->count, outputs->memory,
                                                targets.values, 0, NULL, slope);
    case TG_MEAN_SQUARED_ERROR:
        return operations->mean_squared_error(outputs->device, outputs->count, outputs->memory,
                                              targets.values, 0, NULL, slope);
    }
    return tg_loss_check(loss, 0);
}
