/* SPDX-License-Identifier: MIT */
#include "export/samples.h"

#include <math.h>
#include <string.h>

#include <tigrillo/random.h>

#include "base/memory.h"
#include "base/status.h"
#include "data/dataset.h"
#include "export/speed.h"

/* ---- Batches of the data set. ---- */

tg_status tg_export_check_dataset(const tg_model *model, const tg_dataset *dataset) {
    const tg_input *input = tg_model_input(model);
    const size_t columns = input ? input->size : dataset->columns;
    TG_REQUIRE(dataset->count > 0, "the data set is empty");
    TG_REQUIRE(columns == tg_model_inputs(model),
               "the data set's samples have %zu values, the model takes %zu", columns,
               tg_model_inputs(model));
    TG_REQUIRE(tg_model_outputs(model) == 1 || dataset->classes <= tg_model_outputs(model),
               "the data set has %zu classes, the model %zu outputs", dataset->classes,
               tg_model_outputs(model));
    return TG_OK;
}

enum { BATCH = 256 };

/* Rows `first` and the following, fewer than BATCH at the end. The caller destroys `x`. */
static tg_status make_batch(const tg_model *model, const tg_dataset *dataset, size_t first,
                            tg_tensor *x) {
    const size_t rest = dataset->count - first, count = rest < BATCH ? rest : BATCH;
    size_t samples[BATCH];
    tg_tensor made = {0};
    for (size_t i = 0; i < count; i++) samples[i] = first + i;
    TG_TRY(tg_matrix_create(tg_cpu(), count, tg_model_inputs(model), &made));
    tg_status status = tg_dataset_batch(dataset, tg_model_input(model), NULL, 0, 0, samples, count,
                                        0, &made, NULL);
    if (status) {
        tg_tensor_destroy(&made);
        return status;
    }
    *x = made;
    return TG_OK;
}

tg_status tg_export_calibrate(const tg_exported *exported, const tg_dataset *dataset,
                              tg_export_range *ranges) {
    tg_status status = TG_OK;
    for (size_t i = 0; i < dataset->count && !status; i += BATCH) {
        tg_tensor x = {0};
        status = make_batch(exported->model, dataset, i, &x);
        if (!status) status = tg_exported_watch(exported, &x, ranges);
        tg_tensor_destroy(&x);
    }
    return status;
}

/* ---- The report. ---- */

/* The first of the largest. */
static size_t find_best(const float *row, size_t count) {
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (row[i] > row[best]) best = i;
    return best;
}

typedef struct tally {
    size_t same, right, model_right;
    double difference;
} tally;

static void compare(const tg_tensor *ours, const tg_tensor *models, const int32_t *labels,
                    tally *t) {
    const size_t k = tg_tensor_columns(ours);
    for (size_t r = 0; r < tg_tensor_rows(ours); r++) {
        const float *a = tg_tensor_data(ours) + r * k, *b = tg_tensor_data(models) + r * k;
        const size_t best = find_best(a, k), models_best = find_best(b, k);
        t->same += best == models_best ? 1 : 0;
        t->right += labels && best == (size_t)labels[r] ? 1 : 0;
        t->model_right += labels && models_best == (size_t)labels[r] ? 1 : 0;
        for (size_t j = 0; j < k; j++)
            t->difference = fmax(t->difference, fabs((double)a[j] - (double)b[j]));
    }
}

static tg_status judge_batch(const tg_exported *exported, const tg_model *copy, const tg_tensor *x,
                             const int32_t *labels, tally *t) {
    const size_t rows = tg_tensor_rows(x), outputs = tg_model_outputs(copy);
    tg_tensor ours = {0}, models = {0};
    tg_status status = tg_matrix_create(tg_cpu(), rows, outputs, &ours);
    if (!status) status = tg_matrix_create(tg_cpu(), rows, outputs, &models);
    if (!status) status = tg_exported_predict(exported, x, &ours);
    if (!status) status = tg_model_predict(copy, x, &models);
    if (!status) compare(&ours, &models, labels, t);
    tg_tensor_destroy(&ours);
    tg_tensor_destroy(&models);
    return status;
}

tg_status tg_export_judge(const tg_exported *exported, const tg_model *model,
                          const tg_dataset *dataset, tg_export_report *report) {
    tg_exported plain; /* the model itself, on the CPU */
    TG_TRY(tg_exported_create(model, TG_EXPORT_FLOAT32, NULL, &plain));
    /* A single output is the value or probability of something, and not one of classes. */
    const int32_t *labels = tg_model_outputs(model) > 1 ? dataset->labels : NULL;
    tally t = {0};
    tg_status status = TG_OK;
    for (size_t i = 0; i < dataset->count && !status; i += BATCH) {
        tg_tensor x = {0};
        status = make_batch(model, dataset, i, &x);
        if (!status)
            status = judge_batch(exported, plain.model, &x, labels ? labels + i : NULL, &t);
        tg_tensor_destroy(&x);
    }
    if (!status) status = tg_export_measure(exported, &report->seconds);
    if (!status) status = tg_export_measure(&plain, &report->float_seconds);
    tg_exported_destroy(&plain);
    if (status) return status;
    const double count = (double)dataset->count;
    report->samples = dataset->count;
    report->agreement = (double)t.same / count;
    report->difference = t.difference;
    report->accuracy = labels ? (double)t.right / count : (double)NAN;
    report->model_accuracy = labels ? (double)t.model_right / count : (double)NAN;
    return TG_OK;
}

/* ---- Samples of the self-test. ---- */

/* Enough to notice what is wrong; fewer where one is very large. */
enum { SAMPLES = 3, MOST_VALUES = 1 << 20 };

static bool takes_pictures(const tg_model *model) {
    const tg_input *input = tg_model_input(model);
    return input && input->shape.height > 0;
}

static size_t count_columns(const tg_model *model) {
    return takes_pictures(model) ? tg_picture_size(tg_model_input(model)->shape)
                                 : tg_model_inputs(model);
}

/* Values like those that a standardising input expects. */
static void fill_values(const tg_input *input, size_t columns, size_t count, float *values) {
    tg_random random = tg_random_start(1, 0);
    const size_t statistics = input ? input->statistics : 0;
    for (size_t i = 0; i < count * columns; i++) {
        float value = 4 * tg_random_uniform(&random) - 2;
        if (statistics > 0) {
            const size_t s = i % columns % statistics;
            value = value * input->deviation[s] + input->mean[s];
        }
        values[i] = value;
    }
}

static tg_status fill_samples(const tg_model *model, const tg_dataset *dataset, size_t columns,
                              tg_export_samples *samples) {
    const size_t count = samples->count * columns;
    if (takes_pictures(model)) {
        samples->pixels = tg_allocate(count, 1);
        if (!samples->pixels) return TG_OUT_OF_MEMORY;
        tg_random random = tg_random_start(1, 0);
        for (size_t i = 0; i < count; i++)
            samples->pixels[i] = dataset ? dataset->pixels[i]
                                         : (uint8_t)(tg_random_bits(&random) & 0xff);
        return TG_OK;
    }
    samples->values = tg_allocate(count, sizeof *samples->values);
    if (!samples->values) return TG_OUT_OF_MEMORY;
    if (!dataset)
        fill_values(tg_model_input(model), columns, samples->count, samples->values);
    else if (dataset->values)
        memcpy(samples->values, dataset->values, count * sizeof *samples->values);
    else /* a model without an input takes pictures as numbers */
        for (size_t i = 0; i < count; i++) samples->values[i] = (float)dataset->pixels[i] / 255.0f;
    return TG_OK;
}

static tg_status predict_sample(const tg_exported *exported, const tg_export_samples *samples,
                                size_t i, size_t columns, float *x) {
    const tg_input *input = tg_model_input(exported->model);
    const size_t inputs = tg_model_inputs(exported->model);
    const size_t outputs = tg_model_outputs(exported->model);
    tg_tensor row, y;
    if (samples->pixels)
        TG_TRY(tg_input_apply(input, samples->pixels + i * columns, x));
    else if (input)
        TG_TRY(tg_input_apply_row(input, samples->values + i * columns, x));
    else
        memcpy(x, samples->values + i * columns, columns * sizeof *x);
    TG_TRY(tg_matrix_view(x, 1, inputs, &row));
    TG_TRY(tg_matrix_view(samples->expected + i * outputs, 1, outputs, &y));
    TG_TRY(tg_exported_predict(exported, &row, &y));
    for (size_t j = 0; j < inputs + outputs; j++)
        if (!isfinite(j < inputs ? x[j] : samples->expected[i * outputs + j - inputs]))
            return tg_fail(TG_NOT_FINITE, "sample %zu: it or the model's output is not finite", i);
    return TG_OK;
}

tg_status tg_export_samples_create(const tg_exported *exported, const tg_dataset *dataset,
                                   tg_export_samples *samples) {
    const tg_model *model = exported->model;
    const size_t columns = count_columns(model), inputs = tg_model_inputs(model);
    tg_export_samples made = {.count = SAMPLES};
    while (made.count > 1 && made.count * columns > MOST_VALUES) made.count--;
    if (dataset && made.count > dataset->count) made.count = dataset->count;
    tg_status status = fill_samples(model, dataset, columns, &made);
    float *x = tg_allocate(inputs, sizeof *x);
    made.expected = tg_allocate(made.count * tg_model_outputs(model), sizeof *made.expected);
    if (!x || !made.expected) status = TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < made.count && !status; i++)
        status = predict_sample(exported, &made, i, columns, x);
    tg_release(x);
    if (status) {
        tg_export_samples_destroy(&made);
        return status;
    }
    *samples = made;
    return TG_OK;
}

void tg_export_samples_destroy(tg_export_samples *samples) {
    tg_release(samples->pixels);
    tg_release(samples->values);
    tg_release(samples->expected);
    *samples = (tg_export_samples){0};
}
