/* SPDX-License-Identifier: MIT */
/* Parts of data sets, and data sets put together. */
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "base/streams.h"
#include "data/dataset.h"

#include <tigrillo/random.h>

/* ---- Copies ---- */

/* Copies sample `sample` of one data set into place `place` of another with the same columns. */
static void copy_sample(const tg_dataset *from, size_t sample, tg_dataset *to, size_t place) {
    size_t columns = from->columns, target_columns = from->target_columns;
    if (from->pixels)
        memcpy(to->pixels + place * columns, from->pixels + sample * columns, columns);
    else
        memcpy(to->values + place * columns, from->values + sample * columns,
               columns * sizeof *from->values);
    if (from->labels)
        to->labels[place] = from->labels[sample];
    else
        memcpy(to->targets + place * target_columns, from->targets + sample * target_columns,
               target_columns * sizeof *from->targets);
}

/* A data set like this one, with the same classes, for `count` samples. */
static tg_status allocate_like(const tg_dataset *dataset, size_t count, tg_dataset **like) {
    tg_dataset *made = NULL;
    TG_TRY(tg_dataset_allocate(count, dataset->shape, dataset->columns, dataset->target_columns,
                               &made));
    tg_status status = TG_OK;
    if (dataset->labels)
        status = tg_dataset_set_classes(made, (const char *const *)dataset->class_names,
                                        dataset->classes);
    return tg_dataset_finish(status, made, like);
}

tg_status tg_dataset_subset(const tg_dataset *dataset, const size_t *samples, size_t count,
                            tg_dataset **subset) {
    TG_REQUIRE(dataset && samples && subset, "dataset, samples or subset is NULL");
    for (size_t i = 0; i < count; i++)
        TG_REQUIRE(samples[i] < dataset->count, "samples[%zu] is %zu, but there are %zu samples", i,
                   samples[i], dataset->count);
    tg_dataset *made = NULL;
    TG_TRY(allocate_like(dataset, count, &made));
    for (size_t i = 0; i < count; i++) copy_sample(dataset, samples[i], made, i);
    *subset = made;
    return TG_OK;
}

static tg_status check_alike(const tg_dataset *a, const tg_dataset *b) {
    TG_REQUIRE(a->columns == b->columns && memcmp(&a->shape, &b->shape, sizeof a->shape) == 0,
               "the samples have %zu values in the first data set (%zu x %zu x %zu pixels) and %zu "
               "in the second (%zu x %zu x %zu)",
               a->columns, a->shape.height, a->shape.width, a->shape.channels, b->columns,
               b->shape.height, b->shape.width, b->shape.channels);
    TG_REQUIRE(a->target_columns == b->target_columns,
               "%zu target values in the first data set, %zu in the second", a->target_columns,
               b->target_columns);
    TG_REQUIRE(a->classes == b->classes, "%zu classes in the first data set, %zu in the second",
               a->classes, b->classes);
    for (size_t i = 0; i < a->classes; i++)
        TG_REQUIRE(strcmp(a->class_names[i], b->class_names[i]) == 0,
                   "class %zu is \"%.80s\" in the first data set and \"%.80s\" in the second", i,
                   a->class_names[i], b->class_names[i]);
    return TG_OK;
}

tg_status tg_dataset_concat(const tg_dataset *first, const tg_dataset *second, tg_dataset **both) {
    TG_REQUIRE(first && second && both, "first, second or both is NULL");
    TG_TRY(check_alike(first, second));
    if (first->count > SIZE_MAX - second->count)
        return tg_fail(TG_OUT_OF_MEMORY, "out of memory: too many samples");
    tg_dataset *made = NULL;
    TG_TRY(allocate_like(first, first->count + second->count, &made));
    for (size_t i = 0; i < first->count; i++) copy_sample(first, i, made, i);
    for (size_t i = 0; i < second->count; i++) copy_sample(second, i, made, first->count + i);
    made->skipped = first->skipped + second->skipped;
    *both = made;
    return TG_OK;
}

/* ---- The split ---- */

/* Marks in `chosen` the samples of one class that go to the second part. `members` has room for all
 * samples. The class takes a stream of its own, so that its split does not depend on the others. */
static tg_status choose(const tg_dataset *dataset, size_t label, double fraction, uint64_t seed,
                        size_t *members, bool *chosen, size_t *chosen_count) {
    size_t count = 0;
    for (size_t i = 0; i < dataset->count; i++)
        if (!dataset->labels || (size_t)dataset->labels[i] == label) members[count++] = i;
    if (count == 0) return TG_OK;
    if (count == 1 && dataset->labels)
        return tg_fail(TG_INVALID_ARGUMENT,
                       "class \"%.80s\" has only one sample, which cannot be in both parts: give a "
                       "validation set of its own",
                       dataset->class_names[label]);
    if (count == 1)
        return tg_fail(TG_INVALID_ARGUMENT,
                       "one sample cannot be in both parts: give a validation set of its own");
    tg_random random = tg_random_start(seed, tg_stream(TG_STREAM_SPLIT, label));
    tg_random_shuffle(&random, members, count);
    size_t share = (size_t)(fraction * (double)count + 0.5);
    if (share < 1) share = 1;
    if (share > count - 1) share = count - 1;
    for (size_t i = 0; i < share; i++) chosen[members[i]] = true;
    *chosen_count += share;
    return TG_OK;
}

/* Both parts, in the order of the data set. */
static tg_status make_parts(const tg_dataset *dataset, const bool *chosen, size_t chosen_count,
                            tg_dataset **first, tg_dataset **second) {
    tg_dataset *rest = NULL, *part = NULL;
    TG_TRY(allocate_like(dataset, dataset->count - chosen_count, &rest));
    tg_status status = allocate_like(dataset, chosen_count, &part);
    if (status) {
        tg_dataset_destroy(rest);
        return status;
    }
    size_t in_rest = 0, in_part = 0;
    for (size_t i = 0; i < dataset->count; i++) {
        if (chosen[i])
            copy_sample(dataset, i, part, in_part++);
        else
            copy_sample(dataset, i, rest, in_rest++);
    }
    *first = rest;
    *second = part;
    return TG_OK;
}

tg_status tg_dataset_split(const tg_dataset *dataset, double fraction, uint64_t seed,
                           tg_dataset **first, tg_dataset **second) {
    TG_REQUIRE(dataset && first && second, "dataset, first or second is NULL");
    TG_REQUIRE(fraction > 0 && fraction < 1, "the fraction %g is not between 0 and 1", fraction);
    size_t *members = tg_allocate(dataset->count, sizeof *members);
    bool *chosen = members ? tg_allocate(dataset->count, sizeof *chosen) : NULL;
    tg_status status = chosen ? TG_OK : TG_OUT_OF_MEMORY;
    size_t groups = dataset->labels ? dataset->classes : 1, chosen_count = 0;
    for (size_t label = 0; !status && label < groups; label++)
        status = choose(dataset, label, fraction, seed, members, chosen, &chosen_count);
    if (!status) status = make_parts(dataset, chosen, chosen_count, first, second);
    tg_release(chosen);
    tg_release(members);
    return status;
}

tg_status tg_dataset_class_weights(const tg_dataset *dataset, float *weights) {
    TG_REQUIRE(dataset && weights, "dataset or weights is NULL");
    TG_REQUIRE(dataset->labels, "the data set has target values, not classes");
    size_t *counts = tg_allocate(dataset->classes, sizeof *counts);
    if (!counts) return TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < dataset->count; i++) counts[dataset->labels[i]]++;
    for (size_t k = 0; k < dataset->classes; k++) {
        double share = (double)dataset->classes * (double)counts[k];
        weights[k] = counts[k] ? (float)((double)dataset->count / share) : 0;
    }
    tg_release(counts);
    return TG_OK;
}
