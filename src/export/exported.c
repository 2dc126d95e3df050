/* SPDX-License-Identifier: MIT */
#include "export/exported.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <tigrillo/activation.h>
#include <tigrillo/dense.h>
#include <tigrillo/softmax.h>

#include "base/memory.h"
#include "base/status.h"
#include "export/quantise.h"
#include "model/model.h"

/* ---- The parameters. ---- */

/* int8 x int8 summed so many times fits an int32. */
enum { MOST_INT8_INPUTS = 131072 };

/* The caller destroys the copy also on failure. */
static tg_status copy_to_cpu(const tg_model *model, tg_model **copy) {
    tg_tensor from, to;
    TG_TRY(tg_model_create_empty(tg_cpu(), model->inputs, model->layers, model->layer_count, copy));
    TG_TRY(tg_model_parameters(model, &from));
    TG_TRY(tg_model_parameters(*copy, &to));
    TG_TRY(tg_tensor_copy(&from, &to));
    if (model->has_input) TG_TRY(tg_model_set_input(*copy, &model->input));
    return tg_model_set_classes(*copy, (const char *const *)model->class_names, model->classes);
}

static tg_status check_finite(const float *values, size_t count, size_t layer, const char *what) {
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return tg_fail(TG_NOT_FINITE, "layer %zu: its %s has a NaN or an infinity (number %zu)",
                           layer, what, i);
    return TG_OK;
}

static tg_status make_values(const float *weight, const tg_export_step *step,
                             tg_export_dense *dense) {
    dense->values = tg_allocate(step->in * step->out, sizeof *dense->values);
    if (!dense->values) return TG_OUT_OF_MEMORY;
    for (size_t j = 0; j < step->out; j++)
        for (size_t i = 0; i < step->in; i++)
            dense->values[i * step->out + j] = weight[j * step->in + i];
    return TG_OK;
}

/* Rounds `weight` itself as well. */
static tg_status make_halves(float *weight, const tg_export_step *step, tg_export_dense *dense) {
    dense->halves = tg_allocate(step->in * step->out, sizeof *dense->halves);
    if (!dense->halves) return TG_OUT_OF_MEMORY;
    for (size_t j = 0; j < step->out; j++)
        for (size_t i = 0; i < step->in; i++) {
            float *value = &weight[j * step->in + i];
            const uint16_t half = tg_half_from_float(*value);
            if ((half & 0x7fff) == 0x7c00)
                return tg_fail(TG_UNSUPPORTED, "layer %zu: the weight %g is too large for float16",
                               step->index, (double)*value);
            dense->halves[i * step->out + j] = half;
            *value = tg_float_from_half(half);
        }
    return TG_OK;
}

static tg_status make_bytes(const float *weight, const tg_export_step *step,
                            const tg_export_range *range, tg_export_dense *dense) {
    if (step->in > MOST_INT8_INPUTS)
        return tg_fail(TG_UNSUPPORTED, "layer %zu: %zu inputs are more than int8's %d", step->index,
                       step->in, (int)MOST_INT8_INPUTS);
    dense->bytes = tg_allocate(step->in * step->out, 1);
    dense->scale = dense->bytes ? tg_allocate(step->out, sizeof *dense->scale) : NULL;
    if (!dense->scale) return TG_OUT_OF_MEMORY;
    /* In double: high - low may be larger than any float. */
    const double width = fmax((double)range->high - (double)range->low, 255.0 * (double)FLT_MIN);
    const double step_width = width / 255;
    dense->inverse_step = (float)(1 / step_width);
    dense->zero = (float)fmin(127, fmax(-128, nearbyint(-128 - (double)range->low / step_width)));
    for (size_t j = 0; j < step->out; j++) {
        int8_t *row = dense->bytes + j * step->in;
        const double scale = (double)tg_quantise_row(weight + j * step->in, step->in, row);
        double sum = 0;
        for (size_t i = 0; i < step->in; i++) sum += row[i];
        dense->scale[j] = (float)(scale * step_width);
        dense->bias[j] = (float)((double)dense->bias[j] -
                                 scale * step_width * (double)dense->zero * sum);
    }
    return TG_OK;
}

static tg_status make_dense(const tg_exported *exported, const tg_export_step *step,
                            const tg_export_range *range, tg_export_dense *dense) {
    tg_tensor weight, bias;
    TG_TRY(tg_model_weight(exported->model, step->index, &weight));
    TG_TRY(tg_model_bias(exported->model, step->index, &bias));
    TG_TRY(check_finite(tg_tensor_data(&weight), weight.count, step->index, "weight"));
    TG_TRY(check_finite(tg_tensor_data(&bias), bias.count, step->index, "bias"));
    dense->bias = tg_allocate(step->out, sizeof *dense->bias);
    if (!dense->bias) return TG_OUT_OF_MEMORY;
    memcpy(dense->bias, tg_tensor_data(&bias), step->out * sizeof *dense->bias);
    float *values = tg_tensor_data(&weight);
    if (exported->type == TG_EXPORT_INT8) return make_bytes(values, step, range, dense);
    if (exported->type == TG_EXPORT_FLOAT16) return make_halves(values, step, dense);
    return make_values(values, step, dense);
}

static tg_status make_all(tg_exported *exported, const tg_export_range *ranges) {
    const tg_export_layout *layout = &exported->layout;
    exported->dense = tg_allocate(layout->dense, sizeof *exported->dense);
    if (!exported->dense) return TG_OUT_OF_MEMORY;
    for (size_t i = 0, d = 0; i < layout->count; i++) {
        const tg_export_step *step = &layout->steps[i];
        if (!step->layer || step->layer->kind != TG_LAYER_DENSE) continue;
        TG_TRY(make_dense(exported, step, ranges ? &ranges[d] : NULL, &exported->dense[d]));
        d++;
    }
    return TG_OK;
}

tg_status tg_exported_create(const tg_model *model, tg_export_type type,
                             const tg_export_range *ranges, tg_exported *exported) {
    tg_exported made = {.type = type};
    tg_status status = copy_to_cpu(model, &made.model);
    if (!status) status = tg_export_layout_create(made.model, &made.layout);
    if (!status) status = make_all(&made, ranges);
    if (status) {
        tg_exported_destroy(&made);
        return status;
    }
    *exported = made;
    return TG_OK;
}

void tg_exported_destroy(tg_exported *exported) {
    for (size_t i = 0; exported->dense && i < exported->layout.dense; i++) {
        tg_export_dense *dense = &exported->dense[i];
        tg_release(dense->values);
        tg_release(dense->halves);
        tg_release(dense->bytes);
        tg_release(dense->scale);
        tg_release(dense->bias);
    }
    tg_release(exported->dense);
    tg_export_layout_destroy(&exported->layout);
    tg_model_destroy(exported->model);
    *exported = (tg_exported){.type = TG_EXPORT_FLOAT32};
}

size_t tg_exported_bytes(const tg_exported *exported) {
    static const size_t each[] = {
        [TG_EXPORT_FLOAT32] = 4, [TG_EXPORT_FLOAT16] = 2, [TG_EXPORT_INT8] = 1};
    size_t bytes = 0;
    for (size_t i = 0; i < exported->layout.count; i++) {
        const tg_export_step *step = &exported->layout.steps[i];
        if (!step->layer || step->layer->kind != TG_LAYER_DENSE) continue;
        bytes += step->in * step->out * each[exported->type] + step->out * sizeof(float);
        if (exported->type == TG_EXPORT_INT8) bytes += step->out * sizeof(float);
    }
    return bytes;
}

/* ---- Predictions, step by step. ---- */

/* parts/dense_int8.inc once more, plainly: exported files are tested against it. */
static void dense_row(const tg_export_dense *dense, const tg_export_step *step, const float *x,
                      int8_t *q, float *y) {
    for (size_t i = 0; i < step->in; i++)
        q[i] = tg_quantise_input(x[i], dense->inverse_step, dense->zero);
    for (size_t j = 0; j < step->out; j++) {
        const int8_t *row = dense->bytes + j * step->in;
        int32_t sum = 0;
        for (size_t i = 0; i < step->in; i++) sum += (int32_t)q[i] * row[i];
        y[j] = (float)sum * dense->scale[j] + dense->bias[j];
    }
}

static tg_status apply_dense(const tg_exported *exported, const tg_export_step *step, size_t d,
                             const tg_tensor *x, tg_tensor *y) {
    const tg_export_dense *dense = &exported->dense[d];
    if (!dense->bytes) {
        tg_tensor weight, bias;
        TG_TRY(tg_model_weight(exported->model, step->index, &weight));
        TG_TRY(tg_model_bias(exported->model, step->index, &bias));
        return tg_dense_forward(x, &weight, &bias, y);
    }
    int8_t *q = tg_allocate(step->in, 1);
    if (!q) return TG_OUT_OF_MEMORY;
    for (size_t r = 0; r < tg_tensor_rows(x); r++)
        dense_row(dense, step, tg_tensor_data(x) + r * step->in, q,
                  tg_tensor_data(y) + r * step->out);
    tg_release(q);
    return TG_OK;
}

static tg_status apply_activation(const tg_layer *layer, tg_tensor *y) {
    switch (layer->kind) {
    case TG_LAYER_SIGMOID:
        return tg_sigmoid_forward(y, y);
    case TG_LAYER_TANH:
        return tg_tanh_forward(y, y);
    case TG_LAYER_RELU:
        return tg_relu_forward(y, y);
    case TG_LAYER_LEAKY_RELU:
        return tg_leaky_relu_forward(y, layer->value, y);
    case TG_LAYER_GELU:
        return tg_gelu_forward(y, y);
    case TG_LAYER_GELU_TANH:
        return tg_gelu_tanh_forward(y, y);
    case TG_LAYER_SOFTMAX:
        return tg_softmax_forward(y, layer->value, y);
    case TG_LAYER_LOG_SOFTMAX:
        return tg_log_softmax_forward(y, y);
    case TG_LAYER_DENSE:
    case TG_LAYER_DROPOUT:
        break;
    }
    return TG_OK;
}

static tg_status widen(tg_export_range *range, const tg_tensor *x, size_t layer) {
    const float *values = tg_tensor_data(x);
    for (size_t i = 0; i < x->count; i++) {
        if (!isfinite(values[i]))
            return tg_fail(TG_NOT_FINITE, "layer %zu: the data give it a NaN or an infinity",
                           layer);
        range->low = fminf(range->low, values[i]);
        range->high = fmaxf(range->high, values[i]);
    }
    return TG_OK;
}

/* Goes on from `at`; `ranges` may be NULL. */
static tg_status apply_step(const tg_exported *exported, const tg_export_step *step, size_t *d,
                            tg_tensor *at, tg_export_range *ranges) {
    if (!step->layer) return TG_OK; /* `at` is a copy already */
    if (step->layer->kind != TG_LAYER_DENSE) return apply_activation(step->layer, at);
    tg_tensor next = {0};
    if (ranges) TG_TRY(widen(&ranges[*d], at, step->index));
    tg_status status = tg_matrix_create(tg_cpu(), tg_tensor_rows(at), step->out, &next);
    if (!status) status = apply_dense(exported, step, (*d)++, at, &next);
    if (status) {
        tg_tensor_destroy(&next);
        return status;
    }
    tg_tensor_destroy(at);
    *at = next;
    return TG_OK;
}

/* `y` and `ranges` may be NULL. */
static tg_status run(const tg_exported *exported, const tg_tensor *x, tg_tensor *y,
                     tg_export_range *ranges) {
    tg_tensor at = {0};
    size_t d = 0;
    tg_status status = tg_matrix_create(tg_cpu(), tg_tensor_rows(x), tg_tensor_columns(x), &at);
    if (!status) status = tg_tensor_copy(x, &at);
    for (size_t i = 0; i < exported->layout.count && !status; i++)
        status = apply_step(exported, &exported->layout.steps[i], &d, &at, ranges);
    if (!status && y) status = tg_tensor_copy(&at, y);
    tg_tensor_destroy(&at);
    return status;
}

tg_status tg_exported_predict(const tg_exported *exported, const tg_tensor *x, tg_tensor *y) {
    return run(exported, x, y, NULL);
}

tg_status tg_exported_watch(const tg_exported *exported, const tg_tensor *x,
                            tg_export_range *ranges) {
    return run(exported, x, NULL, ranges);
}
