/* SPDX-License-Identifier: MIT */
/* How weights and gradients spread. Weights fall into bins of equal width from -range to range,
 * which doubles when one lies outside: each two bins then become one, exactly. Gradients differ by
 * powers of ten, so they fall into three bins for each power by their size, from 1e-10 on; what is
 * smaller is in the lowest bin. */
#include "histograms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"

enum { LEAST_POWER = -10, BINS_A_POWER = 3 };
_Static_assert(HISTOGRAM_BINS % 4 == 0, "halves of the bins are merged by twos");

static size_t clamp_bin(double place) {
    return place < 0 ? 0 : place >= HISTOGRAM_BINS ? HISTOGRAM_BINS - 1 : (size_t)place;
}

static void double_range(histogram *own) {
    for (size_t e = 0; e < HISTOGRAM_EPOCHS; ++e) {
        size_t merged[HISTOGRAM_BINS] = {0};
        for (size_t i = 0; i < HISTOGRAM_BINS; ++i) {
            merged[HISTOGRAM_BINS / 4 + i / 2] += own->bins[e][i];
        }
        memcpy(own->bins[e], merged, sizeof merged);
    }
    own->range *= 2;
}

/* All values are finite. */
static void add(histogram *own, size_t epoch, bool gradients, const float *values, size_t count) {
    double sum = 0, squares = 0;
    own->largest = 0;
    own->zeros = 0;
    own->count = count;
    for (size_t i = 0; i < count; ++i) {
        const double value = (double)values[i];
        sum += value;
        own->largest = fmax(own->largest, fabs(value));
        own->zeros += values[i] == 0;
    }
    own->mean = sum / (double)count;
    if (!gradients) {
        if (own->range == 0) own->range = exp2(ceil(log2(fmax(own->largest, 1e-30))));
        while (own->range < own->largest) double_range(own);
    }
    memset(own->bins[epoch], 0, sizeof own->bins[epoch]);
    for (size_t i = 0; i < count; ++i) {
        const double value = (double)values[i];
        squares += (value - own->mean) * (value - own->mean);
        const double place = gradients
                                 ? (log10(fmax(fabs(value), 1e-30)) - LEAST_POWER) * BINS_A_POWER
                                 : (value + own->range) / (2 * own->range) * HISTOGRAM_BINS;
        ++own->bins[epoch][clamp_bin(place)];
    }
    own->deviation = sqrt(squares / (double)count);
}

/* Every second epoch goes. */
static void thin(histograms *own) {
    for (size_t e = 0; e < HISTOGRAM_EPOCHS / 2; ++e) {
        own->epoch[e] = own->epoch[2 * e];
        for (size_t l = 0; l < own->layers; ++l) {
            const size_t size = sizeof own->weights[l].bins[e];
            memcpy(own->weights[l].bins[e], own->weights[l].bins[2 * e], size);
            memcpy(own->gradients[l].bins[e], own->gradients[l].bins[2 * e], size);
        }
    }
    own->epochs = HISTOGRAM_EPOCHS / 2;
    own->stride *= 2;
}

static tg_status open_sample(histograms *own, const tg_model *model, const tg_dataset *train) {
    const size_t n = tg_dataset_count(train);
    own->samples = n < GRADIENT_SAMPLES ? n : GRADIENT_SAMPLES;
    size_t samples[GRADIENT_SAMPLES];
    for (size_t i = 0; i < own->samples; ++i) {
        samples[i] = (size_t)((double)i * (double)n / (double)own->samples);
    }
    own->labels = calloc(GRADIENT_SAMPLES, sizeof *own->labels);
    if (!own->labels) return TG_OUT_OF_MEMORY;
    tg_status status = tg_matrix_create(tg_model_device(model), own->samples,
                                        tg_model_inputs(model), &own->x);
    if (!status) {
        status = tg_dataset_batch(train, tg_model_input(model), NULL, 0, 0, samples, own->samples,
                                  0, &own->x, own->labels);
    }
    return status ? status : tg_plan_create(model, TG_TRAINING, own->samples, &own->plan);
}

tg_status histograms_open(histograms *own, const tg_model *model, const tg_dataset *train,
                          const tg_fit_options *fit) {
    *own = (histograms){.stride = 1, .loss = fit->loss, .seed = fit->seed};
    const size_t layers = tg_model_layer_count(model);
    own->layer = calloc(layers, sizeof *own->layer);
    if (!own->layer) return TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < layers; ++i) {
        if (tg_model_layer(model, i)->kind == TG_LAYER_DENSE) own->layer[own->layers++] = i;
    }
    own->weights = calloc(own->layers, sizeof *own->weights);
    own->gradients = calloc(own->layers, sizeof *own->gradients);
    own->values = calloc(tg_model_parameter_count(model), sizeof *own->values);
    if (!own->weights || !own->gradients || !own->values) return TG_OUT_OF_MEMORY;
    tg_status status = TG_OK;
    if (fit->balance_classes) {
        own->class_weights = calloc(tg_dataset_classes(train), sizeof *own->class_weights);
        if (!own->class_weights) return TG_OUT_OF_MEMORY;
        status = tg_dataset_class_weights(train, own->class_weights);
        own->loss.class_weights = own->class_weights;
    }
    return status ? status : open_sample(own, model, train);
}

void histograms_close(histograms *own) {
    tg_plan_destroy(own->plan);
    tg_tensor_destroy(&own->x);
    free(own->labels);
    free(own->class_weights);
    free(own->values);
    free(own->weights);
    free(own->gradients);
    free(own->layer);
    *own = (histograms){0};
}

static tg_status make_gradients(histograms *own) {
    tg_tensor y;
    double value;
    tg_plan_set_dropout(own->plan, own->seed, 0);
    tg_status status = tg_plan_forward(own->plan, &own->x, &y);
    if (!status) {
        status = tg_plan_loss(own->plan, &own->loss, tg_labels(own->labels, own->samples), &value);
    }
    return status ? status : tg_plan_backward(own->plan);
}

static tg_status add_tensor(histograms *own, const tg_tensor *tensor, histogram *to,
                            bool gradients) {
    const tg_status status = tg_tensor_read(tensor, own->values, tensor->count);
    if (!status) add(to, own->epochs, gradients, own->values, tensor->count);
    return status;
}

tg_status histograms_add(histograms *own, const tg_model *model, size_t epoch) {
    if (own->epochs > 0 && (epoch - own->epoch[0]) % own->stride != 0) return TG_OK;
    if (own->epochs == HISTOGRAM_EPOCHS) thin(own);
    tg_status status = make_gradients(own);
    for (size_t l = 0; l < own->layers && !status; ++l) {
        tg_tensor view;
        status = tg_model_weight(model, own->layer[l], &view);
        if (!status) status = add_tensor(own, &view, &own->weights[l], false);
        if (!status) status = tg_plan_weight_gradient(own->plan, own->layer[l], &view);
        if (!status) status = add_tensor(own, &view, &own->gradients[l], true);
    }
    if (!status) own->epoch[own->epochs++] = epoch;
    return status;
}

static void add_tick(heat_map *map, double row, const char *format, double value) {
    if (map->tick_count == TG_COUNT(map->ticks)) return;
    struct heat_tick *tick = &map->ticks[map->tick_count++];
    tick->row = row;
    snprintf(tick->text, sizeof tick->text, format, value);
}

void histograms_svg(const histograms *own, size_t which, bool gradients, const char *id,
                    FILE *file) {
    const histogram *from = gradients ? &own->gradients[which] : &own->weights[which];
    unsigned char level[HISTOGRAM_EPOCHS * HISTOGRAM_BINS] = {0};
    size_t low = HISTOGRAM_BINS, high = 0;
    for (size_t e = 0; e < own->epochs; ++e) {
        for (size_t i = 0; i < HISTOGRAM_BINS; ++i) {
            if (from->bins[e][i] && i < low) low = i;
            if (from->bins[e][i] && i >= high) high = i + 1;
        }
    }
    for (size_t e = 0; e < own->epochs; ++e) {
        size_t most = 1;
        for (size_t i = low; i < high; ++i)
            most = from->bins[e][i] > most ? from->bins[e][i] : most;
        for (size_t i = low; i < high; ++i) {
            /* Rounded up, so that a single value is seen. */
            level[(i - low) * own->epochs + e] =
                (unsigned char)((HEAT_LEVELS * from->bins[e][i] + most - 1) / most);
        }
    }
    char title[64], description[160], first[24], last[24];
    snprintf(title, sizeof title, "Layer %zu: %s", own->layer[which],
             gradients ? "gradients, by size" : "weights");
    snprintf(description, sizeof description,
             "How they spread over the epochs. In epoch %zu: mean %.3g, standard deviation %.3g, "
             "largest size %.3g.",
             own->epoch[own->epochs - 1], from->mean, from->deviation, from->largest);
    snprintf(first, sizeof first, "%zu", own->epoch[0]);
    snprintf(last, sizeof last, "%zu", own->epoch[own->epochs - 1]);
    heat_map map = {.title = title,
                    .description = description,
                    .x_first = first,
                    .x_last = own->epochs > 1 ? last : "",
                    .x_label = "epoch",
                    .columns = own->epochs,
                    .rows = high - low,
                    .level = level};
    if (gradients) {
        const size_t step = high - low > 18 ? 2 * BINS_A_POWER : BINS_A_POWER;
        for (size_t i = 0; i <= HISTOGRAM_BINS; i += step) {
            if (i < low || i > high) continue;
            add_tick(&map, (double)(i - low), "1e%.0f", (double)(i / BINS_A_POWER) + LEAST_POWER);
        }
    } else {
        const double width = 2 * from->range / HISTOGRAM_BINS;
        const axis y = axis_around(-from->range + width * (double)low,
                                   -from->range + width * (double)high, 5, false);
        double ticks[MOST_TICKS];
        const size_t count = axis_ticks(&y, ticks);
        for (size_t i = 0; i < count; ++i) {
            const double row = (ticks[i] + from->range) / width;
            if (row < (double)low || row > (double)high) continue;
            add_tick(&map, row - (double)low, "%.3g", ticks[i]);
        }
    }
    heat_map_svg(&map, id, file);
}
