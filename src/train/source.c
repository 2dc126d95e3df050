/* SPDX-License-Identifier: MIT */
#include "train/source.h"

#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "device/device.h"
#include "nn/host.h"

/* Histograms cost more than the network's own step: computed once unless each epoch changes the
 * pictures. */
static tg_status prepare(tg_source *source) {
    const tg_batch_maker *maker = &source->maker;
    if (!maker->input || maker->input->features != TG_FEATURES_HOG || maker->augmentation)
        return TG_OK;
    const size_t count = tg_dataset_count(maker->dataset);
    size_t *all = tg_allocate(count, sizeof *all);
    if (!all) return TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < count; i++) all[i] = i;
    tg_status status = tg_matrix_create(tg_cpu(), count, maker->size, &source->prepared);
    if (!status) status = tg_batch_fill(maker, 0, 0, all, count, &source->prepared, NULL);
    tg_release(all);
    return status;
}

/* A part of the batch on the device, and its room on the host. */
static tg_status create_part(const tg_model *model, size_t rows, size_t columns, tg_tensor *part,
                             tg_tensor *room) {
    TG_TRY(tg_matrix_create(tg_model_device(model), rows, columns, part));
    return tg_host_room(part, room);
}

tg_status tg_source_open(tg_source *source, const tg_model *model, const tg_dataset *dataset,
                         const tg_augmentation *augmentation, uint64_t seed, size_t rows) {
    const tg_input *input = tg_model_input(model);
    const size_t columns = input ? input->size : tg_dataset_columns(dataset);
    *source = (tg_source){.dataset = dataset, .seed = seed};
    TG_REQUIRE(tg_dataset_count(dataset) > 0, "the data set is empty");
    TG_REQUIRE(columns == tg_model_inputs(model),
               "the data set's samples have %zu values, the model takes %zu", columns,
               tg_model_inputs(model));
    const size_t outputs = tg_model_outputs(model), targets = tg_dataset_target_columns(dataset);
    if (targets > 0) {
        TG_REQUIRE(targets == outputs, "the data set has %zu target values, the model %zu outputs",
                   targets, outputs);
        TG_TRY(create_part(model, rows, targets, &source->values, &source->values_room));
    } else {
        TG_REQUIRE(tg_dataset_classes(dataset) <= outputs,
                   "the data set has %zu classes, the model %zu outputs",
                   tg_dataset_classes(dataset), outputs);
        source->labels = tg_allocate(rows, sizeof *source->labels);
        if (!source->labels) return TG_OUT_OF_MEMORY;
    }
    TG_TRY(create_part(model, rows, columns, &source->x, &source->x_room));
    TG_TRY(tg_batch_maker_create(dataset, input, augmentation, rows,
                                 tg_model_device(model)->workers, &source->maker));
    return prepare(source);
}

void tg_source_destroy(tg_source *source) {
    tg_batch_maker_destroy(&source->maker);
    tg_tensor_destroy(&source->prepared);
    tg_tensor_destroy(&source->x_room);
    tg_tensor_destroy(&source->x);
    tg_tensor_destroy(&source->values_room);
    tg_tensor_destroy(&source->values);
    tg_release(source->labels);
    *source = (tg_source){0};
}

tg_targets tg_source_targets(tg_source *source, const size_t *samples, size_t count) {
    const int32_t *labels = tg_dataset_labels(source->dataset);
    if (!source->labels) return tg_values(&source->values);
    for (size_t i = 0; i < count; i++) source->labels[i] = labels[samples[i]];
    return tg_labels(source->labels, count);
}

tg_status tg_source_fill(tg_source *source, uint64_t epoch, const size_t *samples, size_t count,
                         float *x, float *values) {
    const size_t columns = tg_tensor_columns(&source->x);
    tg_tensor rows;
    if (source->prepared.memory) {
        const float *from = tg_tensor_data(&source->prepared);
        for (size_t i = 0; i < count; i++)
            memcpy(x + i * columns, from + samples[i] * columns, columns * sizeof *x);
        (void)tg_source_targets(source, samples, count);
    } else {
        TG_TRY(tg_matrix_view(x, count, columns, &rows));
        TG_TRY(tg_batch_fill(&source->maker, source->seed, epoch, samples, count, &rows,
                             source->labels));
    }
    if (source->labels) return TG_OK;
    TG_TRY(tg_matrix_view(values, count, tg_tensor_columns(&source->values), &rows));
    return tg_dataset_batch_targets(source->dataset, samples, count, &rows);
}

tg_status tg_source_batch(tg_source *source, uint64_t epoch, const size_t *samples, size_t count,
                          tg_tensor *x, tg_tensor *values, tg_targets *targets) {
    tg_tensor room;
    TG_TRY(tg_source_fill(source, epoch, samples, count, tg_tensor_data(&source->x_room),
                          tg_tensor_data(&source->values_room)));
    TG_TRY(tg_tensor_slice(&source->x, 0, count, x));
    TG_TRY(tg_tensor_slice(&source->x_room, 0, count, &room));
    TG_TRY(tg_host_send(&room, x));
    if (source->labels) {
        *targets = tg_labels(source->labels, count);
        return TG_OK;
    }
    TG_TRY(tg_tensor_slice(&source->values, 0, count, values));
    TG_TRY(tg_tensor_slice(&source->values_room, 0, count, &room));
    TG_TRY(tg_host_send(&room, values));
    *targets = tg_values(values);
    return TG_OK;
}
