/* SPDX-License-Identifier: MIT */
/* Scales and shifts: standardisation, biases, temperatures. They are brought together in float64
 * and rounded once, when a layer takes them. */
#include <math.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/status.h"
#include "onnx/network.h"

void tg_affine_end(tg_affine *affine) {
    tg_release(affine->scale);
    tg_release(affine->shift);
    *affine = (tg_affine){.node = NULL};
}

static tg_status start(tg_network *net, const tg_onnx_node *node) {
    tg_affine *affine = &net->affine;
    if (!affine->scale) {
        affine->scale = tg_allocate(net->width, sizeof *affine->scale);
        affine->shift = tg_allocate(net->width, sizeof *affine->shift);
        if (!affine->scale || !affine->shift) return TG_OUT_OF_MEMORY;
        for (size_t i = 0; i < net->width; i++) affine->scale[i] = 1;
        affine->uniform = true;
    }
    affine->node = node;
    return TG_OK;
}

/* ---- Broadcasting ---- */

/* How far the constant moves when each dimension of the value does. */
typedef struct strides {
    size_t rank, shape[TG_ONNX_RANK], step[TG_ONNX_RANK];
} strides;

static tg_status align(const tg_network *net, const tg_onnx_tensor *constant, strides *s) {
    *s = (strides){.rank = net->rank};
    for (size_t i = 0; i < net->rank; i++) s->shape[i] = net->shape[i];
    if (net->rank == 0) { /* seen as rows */
        s->rank = 2;
        s->shape[1] = net->width;
    }
    size_t step = 1;
    bool fits = constant->rank <= s->rank && constant->count > 0;
    for (size_t i = 0; i < constant->rank && fits; i++) {
        const size_t dimension = constant->shape[constant->rank - 1 - i], at = s->rank - 1 - i;
        fits = dimension == 1 || (at > 0 && dimension == s->shape[at]);
        s->step[at] = dimension == 1 ? 0 : step;
        step *= dimension;
    }
    if (fits) return TG_OK;
    return tg_fail(TG_UNSUPPORTED, "the shape of its constant does not fit rows of %zu values",
                   net->width);
}

/* Which element of the constant column `i` meets. */
static size_t meet(const strides *s, size_t i) {
    size_t place = 0;
    for (size_t at = s->rank; at-- > 1;) {
        place += i % s->shape[at] * s->step[at];
        i /= s->shape[at];
    }
    return place;
}

/* ---- Steps ---- */

static void apply(tg_affine *affine, size_t i, const tg_step *step, double c) {
    double *scale = &affine->scale[i], *shift = &affine->shift[i];
    if (tg_onnx_is(step->node, "", "Add")) {
        *shift += c;
    } else if (tg_onnx_is(step->node, "", "Sub")) {
        *scale = step->constant_first ? -*scale : *scale;
        *shift = step->constant_first ? c - *shift : *shift - c;
    } else if (tg_onnx_is(step->node, "", "Mul")) {
        *scale *= c;
        *shift *= c;
    } else {
        *scale /= c;
        *shift /= c;
    }
}

static tg_status check_finite(const tg_affine *affine, size_t width) {
    for (size_t i = 0; i < width; i++)
        if (!isfinite(affine->scale[i]) || !isfinite(affine->shift[i]))
            return tg_fail(TG_UNSUPPORTED, "its constant makes column %zu infinite or NaN", i);
    return TG_OK;
}

static tg_status take_arithmetic(tg_network *net, const tg_step *step) {
    if (step->constant_first && tg_onnx_is(step->node, "", "Div"))
        return tg_fail(TG_UNSUPPORTED, "it divides by a value that depends on the sample");
    if (tg_onnx_is(step->node, "", "Div") && tg_onnx_is_whole(&step->constant))
        return tg_fail(TG_UNSUPPORTED, "it divides whole numbers, and so rounds");
    strides s;
    float *values = NULL;
    TG_TRY(align(net, &step->constant, &s));
    TG_TRY(tg_onnx_floats(net->graph, &step->constant, &values));
    tg_status status = start(net, step->node);
    if (!status) {
        for (size_t i = 0; i < net->width; i++)
            apply(&net->affine, i, step, (double)values[meet(&s, i)]);
        if (step->constant.count != 1) net->affine.uniform = false;
    }
    tg_release(values);
    return status;
}

/* One list of a Scaler: one number for all columns, or one for each. */
static tg_status read_list(tg_network *net, const tg_step *step, const char *name, float **values,
                           size_t *count) {
    tg_onnx_tensor tensor;
    bool found = false;
    TG_TRY(tg_onnx_list(net->graph, step->node, name, &tensor, &found));
    if (!found || (tensor.count != 1 && tensor.count != net->width))
        return tg_fail(TG_BAD_FORMAT, "\"%s\" has %zu numbers for %zu columns", name,
                       found ? tensor.count : 0, net->width);
    *count = tensor.count;
    return tg_onnx_floats(net->graph, &tensor, values);
}

static tg_status take_scaler(tg_network *net, const tg_step *step) {
    float *offset = NULL, *scale = NULL;
    size_t offsets = 0, scales = 0;
    tg_status status = read_list(net, step, "offset", &offset, &offsets);
    if (!status) status = read_list(net, step, "scale", &scale, &scales);
    if (!status) status = start(net, step->node);
    for (size_t i = 0; i < net->width && !status; i++) {
        const double factor = (double)scale[scales == 1 ? 0 : i];
        net->affine.scale[i] *= factor;
        net->affine.shift[i] = (net->affine.shift[i] - (double)offset[offsets == 1 ? 0 : i]) *
                               factor;
    }
    if (!status && (offsets != 1 || scales != 1)) net->affine.uniform = false;
    tg_release(offset);
    tg_release(scale);
    return status;
}

tg_status tg_affine_step(tg_network *net, const tg_step *step) {
    TG_TRY(step->kind == TG_STEP_SCALER ? take_scaler(net, step) : take_arithmetic(net, step));
    return check_finite(&net->affine, net->width);
}

/* ---- Where it goes ---- */

/* scale (W x + b) + shift */
void tg_affine_into_last(tg_network *net) {
    tg_piece *dense = &net->pieces[net->count - 1];
    const size_t inputs = dense->inputs;
    for (size_t i = 0; i < dense->layer.units; i++) {
        const double scale = net->affine.scale[i];
        for (size_t j = 0; j < inputs && scale != 1; j++)
            dense->weight[i * inputs + j] = (float)(scale * (double)dense->weight[i * inputs + j]);
        dense->bias[i] = (float)(scale * (double)dense->bias[i] + net->affine.shift[i]);
    }
    tg_affine_end(&net->affine);
}

/* W (scale x + shift) + b */
void tg_affine_into_next(tg_network *net, tg_piece *dense) {
    for (size_t i = 0; i < dense->layer.units; i++) {
        float *row = dense->weight + i * dense->inputs;
        double bias = (double)dense->bias[i];
        for (size_t j = 0; j < dense->inputs; j++) {
            bias += (double)row[j] * net->affine.shift[j];
            row[j] = (float)((double)row[j] * net->affine.scale[j]);
        }
        dense->bias[i] = (float)bias;
    }
    tg_affine_end(&net->affine);
}

/* (x - mean) / deviation */
tg_status tg_affine_into_input(tg_network *net, bool *done) {
    const size_t width = net->width;
    float *mean = tg_allocate(width, sizeof *mean);
    float *deviation = tg_allocate(width, sizeof *deviation);
    bool fits = mean && deviation, changes = false;
    const tg_status status = fits ? TG_OK : TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < width && fits; i++) {
        const double scale = net->affine.scale[i], shift = net->affine.shift[i];
        mean[i] = (float)(0 - shift / scale); /* never -0 */
        deviation[i] = (float)(1 / scale);
        fits = deviation[i] > 0 && isfinite(deviation[i]) && isfinite(mean[i]);
        changes = changes || scale != 1 || shift != 0;
    }
    if (fits && changes) {
        net->mean = mean;
        net->deviation = deviation;
    } else {
        tg_release(mean);
        tg_release(deviation);
    }
    if (fits) tg_affine_end(&net->affine);
    *done = fits;
    return status;
}
