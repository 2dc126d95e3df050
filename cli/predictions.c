/* SPDX-License-Identifier: MIT */
/* What a classifier says of each sample. */
#include "predictions.h"

#include <math.h>
#include <stdlib.h>

enum { ROWS = 256 };

void predictions_end(predictions *made) {
    free(made->predicted);
    free(made->confidence);
    free(made->right);
    *made = (predictions){0};
}

/* Fills in `count` samples from `first` on, of whose outputs `p` has `classes` each. */
static void take(predictions *made, const tg_dataset *dataset, size_t first, size_t count,
                 const float *p, size_t classes) {
    for (size_t i = first; i < first + count; ++i, p += classes) {
        size_t best = 0;
        for (size_t c = 1; c < classes; ++c) best = p[c] > p[best] ? c : best;
        made->predicted[i] = (int32_t)best;
        made->confidence[i] = p[best];
        made->right[i] = p[tg_dataset_labels(dataset)[i]];
    }
}

static tg_status run(const tg_model *model, const tg_dataset *dataset, tg_plan *plan, tg_tensor *x,
                     float *p, predictions *made) {
    const size_t classes = tg_model_outputs(model);
    tg_status status = TG_OK;
    for (size_t first = 0; first < made->count && !status; first += ROWS) {
        const size_t left = made->count - first, count = left < ROWS ? left : ROWS;
        size_t samples[ROWS];
        tg_tensor rows, y;
        for (size_t i = 0; i < count; ++i) samples[i] = first + i;
        status = tg_tensor_slice(x, 0, count, &rows);
        if (!status) {
            status = tg_dataset_batch(dataset, tg_model_input(model), NULL, 0, 0, samples, count, 0,
                                      &rows, NULL);
        }
        if (!status) status = tg_plan_forward(plan, &rows, &y);
        if (!status) status = tg_tensor_read(&y, p, count * classes);
        if (!status) take(made, dataset, first, count, p, classes);
    }
    return status;
}

tg_status predictions_make(const tg_model *model, const tg_dataset *dataset, predictions *made) {
    predictions own = {.count = tg_dataset_count(dataset)};
    tg_plan *plan = NULL;
    tg_tensor x = {0};
    own.predicted = calloc(own.count, sizeof *own.predicted);
    own.confidence = calloc(own.count, sizeof *own.confidence);
    own.right = calloc(own.count, sizeof *own.right);
    float *p = calloc(tg_model_outputs(model), ROWS * sizeof *p);
    const bool room = own.predicted && own.confidence && own.right && p;
    tg_status status = room ? TG_OK : TG_OUT_OF_MEMORY;
    if (!status) status = tg_plan_create(model, TG_INFERENCE, ROWS, &plan);
    if (!status) {
        status = tg_matrix_create(tg_model_device(model), ROWS, tg_model_inputs(model), &x);
    }
    if (!status) status = run(model, dataset, plan, &x, p, &own);
    tg_tensor_destroy(&x);
    tg_plan_destroy(plan);
    free(p);
    if (status)
        predictions_end(&own);
    else
        *made = own;
    return status;
}

calibration calibrate(const predictions *from, const tg_dataset *dataset) {
    calibration made = {0};
    for (size_t i = 0; i < from->count; ++i) {
        const double confidence = (double)from->confidence[i];
        size_t bin = confidence > 0 ? (size_t)(confidence * CALIBRATION_BINS) : 0;
        if (bin >= CALIBRATION_BINS) bin = CALIBRATION_BINS - 1;
        ++made.count[bin];
        made.confidence[bin] += confidence;
        made.accuracy[bin] += from->predicted[i] == tg_dataset_labels(dataset)[i];
    }
    for (size_t bin = 0; bin < CALIBRATION_BINS; ++bin) {
        if (made.count[bin] == 0) continue;
        made.error += fabs(made.accuracy[bin] - made.confidence[bin]) / (double)from->count;
        made.confidence[bin] /= (double)made.count[bin];
        made.accuracy[bin] /= (double)made.count[bin];
    }
    return made;
}

/* An order of all samples, so that its two ends have none in common: of equals the first is worse,
 * and what is not a number is worst. */
static bool is_worse(const predictions *from, size_t i, size_t j) {
    const float p = isnan(from->right[i]) ? -1 : from->right[i];
    const float q = isnan(from->right[j]) ? -1 : from->right[j];
    return p < q || (p <= q && i < j);
}

size_t predictions_extreme(const predictions *from, bool best, size_t samples[MOST_SHOWN]) {
    const size_t half = best ? from->count / 2 : from->count - from->count / 2;
    const size_t most = half < MOST_SHOWN ? half : MOST_SHOWN;
    size_t count = 0;
    for (size_t i = 0; i < from->count; ++i) {
        size_t place = count;
        while (place > 0 && (best ? is_worse(from, samples[place - 1], i)
                                  : is_worse(from, i, samples[place - 1]))) {
            --place;
        }
        if (place == most) continue;
        if (count < most) ++count;
        for (size_t j = count - 1; j > place; --j) samples[j] = samples[j - 1];
        samples[place] = i;
    }
    return count;
}
