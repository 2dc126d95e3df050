/* SPDX-License-Identifier: MIT */
/* Making one batch after the other, with memory and threads that are kept between them. */
#ifndef TG_DATA_BATCH_H
#define TG_DATA_BATCH_H

#include <tigrillo/input.h>

#include "base/workers.h"

typedef struct tg_batch_maker {
    const tg_dataset *dataset;
    const tg_input *input;
    const tg_augmentation *augmentation;
    tg_workers *workers;
    size_t size;                /* columns of the rows */
    size_t parts, scratch_each; /* working memory of so many parts, of so many floats each */
    float *scratch;
    float *table; /* pixels' values by channel and byte, where nothing else changes them */
} tg_batch_maker;

/* For batches of up to `rows` rows; otherwise as tg_dataset_batch(). All is borrowed. Destroy it
 * when this succeeded. */
tg_status tg_batch_maker_create(const tg_dataset *dataset, const tg_input *input,
                                const tg_augmentation *augmentation, size_t rows,
                                tg_workers *workers, tg_batch_maker *maker);
void tg_batch_maker_destroy(tg_batch_maker *maker);

/* As tg_dataset_batch(), but `x` must be in host memory; allocates nothing. */
tg_status tg_batch_fill(const tg_batch_maker *maker, uint64_t seed, uint64_t epoch,
                        const size_t *samples, size_t count, tg_tensor *x, int32_t *labels);

#endif
