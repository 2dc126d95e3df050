/* SPDX-License-Identifier: MIT */
/* Samples into rows of the network's input, and the statistics that this needs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "base/streams.h"
#include "base/workers.h"
#include "data/batch.h"
#include "data/dataset.h"
#include "data/input.h"
#include "nn/host.h"

static bool is_picture(tg_picture_shape shape) {
    return shape.height > 0;
}

static bool same_shape(tg_picture_shape a, tg_picture_shape b) {
    return a.height == b.height && a.width == b.width && a.channels == b.channels;
}

/* "pictures of 28 x 28 x 1" or "rows of 4 values". */
typedef struct kind_name {
    char text[96];
} kind_name;

static kind_name name_kind(tg_picture_shape shape, size_t columns) {
    kind_name name;
    if (is_picture(shape))
        snprintf(name.text, sizeof name.text, "pictures of %zu x %zu x %zu", shape.height,
                 shape.width, shape.channels);
    else
        snprintf(name.text, sizeof name.text, "rows of %zu values", columns);
    return name;
}

/* Whether `input` is sound and takes the samples of the data set. */
static tg_status check_input(const tg_input *input, const tg_dataset *dataset) {
    TG_TRY(tg_input_check(input));
    bool rows = !is_picture(input->shape);
    TG_REQUIRE(same_shape(input->shape, dataset->shape) &&
                   (!rows || input->size == dataset->columns),
               "the model takes %s, the data are %s", name_kind(input->shape, input->size).text,
               name_kind(dataset->shape, dataset->columns).text);
    return TG_OK;
}

static void read_pixels(const uint8_t *pixels, size_t count, float *values) {
    for (size_t i = 0; i < count; i++) values[i] = (float)pixels[i] / 255.0f;
}

static void standardise(const tg_input *input, float *row) {
    if (input->statistics == 0) return;
    for (size_t i = 0; i < input->size; i += input->statistics) {
        size_t rest = input->size - i;
        size_t count = rest < input->statistics ? rest : input->statistics;
        for (size_t j = 0; j < count; j++)
            row[i + j] = (row[i + j] - input->mean[j]) / input->deviation[j];
    }
}

static bool is_hog(const tg_input *input) {
    return input && input->features == TG_FEATURES_HOG;
}

/* The floats of working memory that make_features() needs for a picture of `count` values. */
static size_t scratch_size(const tg_input *input, const tg_augmentation *augmentation,
                           size_t count) {
    return ((is_hog(input) ? 1u : 0u) + (tg_augmentation_is_none(augmentation) ? 0u : 1u)) * count;
}

/* A picture into a row, not yet standardised. `input` was checked; it may be NULL, as may
 * `augmentation` and then `random`. */
static void make_features(const tg_input *input, tg_picture_shape shape, const uint8_t *pixels,
                          const tg_augmentation *augmentation, tg_random *random, float *scratch,
                          float *row) {
    size_t count = tg_picture_size(shape);
    float *picture = row;
    if (is_hog(input)) {
        picture = scratch;
        scratch += count;
    }
    if (tg_augmentation_is_none(augmentation)) {
        read_pixels(pixels, count, picture);
    } else {
        read_pixels(pixels, count, scratch);
        tg_augment(augmentation, shape, scratch, random, picture);
    }
    if (is_hog(input)) {
        tg_status status = tg_hog_compute(&input->hog, shape, picture, row);
        (void)status; /* It fails only where tg_input_check() does. */
    }
}

/* A loop over `count` things, split for threads into parts with working memory of their own. */
typedef struct work {
    size_t count, parts, scratch_each;
    float *scratch;
} work;

/* So many values are worth a thread of their own. */
enum { VALUES_PER_PART = 16384 };

static size_t parts_for(size_t threads, size_t count, size_t values_each) {
    size_t parts = threads, values = 0;
    if (!tg_multiply(count, values_each, &values)) values = SIZE_MAX;
    if (parts > values / VALUES_PER_PART + 1) parts = values / VALUES_PER_PART + 1;
    return parts > count ? count : parts;
}

static tg_status start_work(size_t count, size_t parts, size_t scratch_each, work *started) {
    size_t scratch = 0;
    *started = (work){.count = count, .parts = parts, .scratch_each = scratch_each};
    if (!tg_multiply(parts, scratch_each, &scratch)) scratch = SIZE_MAX;
    if (scratch > 0) started->scratch = tg_allocate(scratch, sizeof *started->scratch);
    return scratch > 0 && !started->scratch ? TG_OUT_OF_MEMORY : TG_OK;
}

/* Where a part begins, and so where the one before it ends. */
static size_t part_begin(const work *w, size_t part) {
    return tg_part_begin(w->count, 1, w->parts, part);
}

static float *part_scratch(const work *w, size_t part) {
    return w->scratch ? w->scratch + part * w->scratch_each : NULL;
}

/* ---- Batches. ---- */

enum { BYTES = 256 };

/* One call of tg_batch_fill(). */
typedef struct batch {
    const tg_batch_maker *maker;
    uint64_t seed, epoch;
    const size_t *samples;
    float *rows;
    work work;
} batch;

static void fill_row(const batch *b, size_t sample, float *scratch, float *row) {
    const tg_batch_maker *m = b->maker;
    const tg_dataset *dataset = m->dataset;
    if (!is_picture(dataset->shape)) {
        memcpy(row, dataset->values + sample * dataset->columns, m->size * sizeof *row);
        if (m->input) standardise(m->input, row);
        return;
    }
    const uint8_t *pixels = dataset->pixels + sample * dataset->columns;
    if (m->table) {
        const size_t channels = dataset->shape.channels;
        for (size_t i = 0; i < dataset->columns; i += channels)
            for (size_t c = 0; c < channels; c++) row[i + c] = m->table[c * BYTES + pixels[i + c]];
        return;
    }
    tg_random random = tg_random_start(b->seed,
                                       tg_stream(TG_STREAM_AUGMENT, (b->epoch << 32) + sample));
    make_features(m->input, dataset->shape, pixels, m->augmentation, &random, scratch, row);
    if (m->input) standardise(m->input, row);
}

static void fill_part(void *context, size_t part) {
    const batch *b = context;
    for (size_t i = part_begin(&b->work, part); i < part_begin(&b->work, part + 1); i++)
        fill_row(b, b->samples[i], part_scratch(&b->work, part), b->rows + i * b->maker->size);
}

static tg_status check_samples(const tg_dataset *dataset, const size_t *samples, size_t count) {
    TG_REQUIRE(samples || count == 0, "samples is NULL");
    for (size_t i = 0; i < count; i++)
        TG_REQUIRE(samples[i] < dataset->count, "sample %zu: the data set has %zu", samples[i],
                   dataset->count);
    return TG_OK;
}

static tg_status check_tensor(const tg_tensor *tensor, size_t rows, size_t columns) {
    TG_REQUIRE(tg_tensor_rows(tensor) == rows && tg_tensor_columns(tensor) == columns,
               "the tensor is %zu x %zu, it must be %zu x %zu", tg_tensor_rows(tensor),
               tg_tensor_columns(tensor), rows, columns);
    TG_REQUIRE(tg_tensor_data(tensor) || tensor->count == 0, "the tensor must be in host memory");
    return TG_OK;
}

/* Where a byte of a picture always becomes the same value: table[channel][byte]. */
static tg_status make_table(tg_batch_maker *m) {
    const size_t channels = m->dataset->shape.channels;
    const tg_input *input = m->input;
    if (!is_picture(m->dataset->shape) || is_hog(input) ||
        !tg_augmentation_is_none(m->augmentation) ||
        (input && input->statistics != 0 && input->statistics != channels))
        return TG_OK;
    m->table = tg_allocate(channels * BYTES, sizeof *m->table);
    if (!m->table) return TG_OUT_OF_MEMORY;
    for (size_t i = 0; i < channels * BYTES; i++) {
        const uint8_t byte = (uint8_t)(i % BYTES);
        read_pixels(&byte, 1, &m->table[i]);
        if (!input || input->statistics == 0) continue;
        const size_t c = i / BYTES;
        m->table[i] = (m->table[i] - input->mean[c]) / input->deviation[c];
    }
    return TG_OK;
}

tg_status tg_batch_maker_create(const tg_dataset *dataset, const tg_input *input,
                                const tg_augmentation *augmentation, size_t rows,
                                tg_workers *workers, tg_batch_maker *maker) {
    TG_REQUIRE(tg_augmentation_is_none(augmentation) || is_picture(dataset->shape),
               "augmentation needs pictures, not rows of numbers");
    if (input) TG_TRY(check_input(input, dataset));
    tg_batch_maker made = {.dataset = dataset,
                           .input = input,
                           .augmentation = augmentation,
                           .workers = workers,
                           .size = input ? input->size : dataset->columns};
    made.parts = parts_for(tg_workers_count(workers), rows, dataset->columns);
    work room;
    made.scratch_each = scratch_size(input, augmentation, dataset->columns);
    tg_status status = start_work(rows, made.parts, made.scratch_each, &room);
    made.scratch = room.scratch;
    if (!status) status = make_table(&made);
    if (status) {
        tg_batch_maker_destroy(&made);
        return status;
    }
    *maker = made;
    return TG_OK;
}

void tg_batch_maker_destroy(tg_batch_maker *maker) {
    tg_release(maker->scratch);
    tg_release(maker->table);
    *maker = (tg_batch_maker){0};
}

tg_status tg_batch_fill(const tg_batch_maker *maker, uint64_t seed, uint64_t epoch,
                        const size_t *samples, size_t count, tg_tensor *x, int32_t *labels) {
    const tg_dataset *dataset = maker->dataset;
    TG_REQUIRE(!labels || dataset->labels, "the data set has no labels");
    TG_TRY(check_samples(dataset, samples, count));
    TG_TRY(check_tensor(x, count, maker->size));
    size_t parts = parts_for(maker->parts, count, dataset->columns);
    batch b = {.maker = maker,
               .seed = seed,
               .epoch = epoch,
               .samples = samples,
               .rows = tg_tensor_data(x),
               .work = {count, parts, maker->scratch_each, maker->scratch}};
    tg_workers_run(maker->workers, parts, fill_part, &b);
    for (size_t i = 0; labels && i < count; i++) labels[i] = dataset->labels[samples[i]];
    return TG_OK;
}

tg_status tg_dataset_batch(const tg_dataset *dataset, const tg_input *input,
                           const tg_augmentation *augmentation, uint64_t seed, uint64_t epoch,
                           const size_t *samples, size_t count, int threads, tg_tensor *x,
                           int32_t *labels) {
    TG_REQUIRE(dataset && x, "tg_dataset_batch: an argument is NULL");
    TG_REQUIRE(threads >= 0, "%d threads", threads);
    const size_t wanted = parts_for((size_t)tg_thread_count(threads), count, dataset->columns);
    tg_workers *workers = NULL;
    tg_batch_maker maker = {0};
    tg_tensor room = {0};
    if (wanted > 1) TG_TRY(tg_workers_create((int)wanted, &workers));
    tg_status status = tg_batch_maker_create(dataset, input, augmentation, count, workers, &maker);
    if (!status) status = tg_host_room(x, &room);
    if (!status) status = tg_batch_fill(&maker, seed, epoch, samples, count, &room, labels);
    if (!status) status = tg_host_send(&room, x);
    tg_tensor_destroy(&room);
    tg_batch_maker_destroy(&maker);
    tg_workers_destroy(workers);
    return status;
}

tg_status tg_dataset_batch_targets(const tg_dataset *dataset, const size_t *samples, size_t count,
                                   tg_tensor *targets) {
    TG_REQUIRE(dataset && targets, "tg_dataset_batch_targets: an argument is NULL");
    TG_REQUIRE(dataset->targets, "the data set has labels, no target values");
    TG_TRY(check_samples(dataset, samples, count));
    size_t columns = dataset->target_columns;
    tg_tensor room;
    TG_TRY(tg_host_room(targets, &room));
    tg_status status = check_tensor(&room, count, columns);
    float *rows = tg_tensor_data(&room);
    for (size_t i = 0; i < count && !status; i++)
        memcpy(rows + i * columns, dataset->targets + samples[i] * columns, columns * sizeof *rows);
    if (!status) status = tg_host_send(&room, targets);
    tg_tensor_destroy(&room);
    return status;
}

tg_status tg_input_apply(const tg_input *input, const uint8_t *pixels, float *row) {
    TG_REQUIRE(input && pixels && row, "tg_input_apply: an argument is NULL");
    TG_REQUIRE(is_picture(input->shape), "the input takes rows of numbers, not pictures");
    TG_TRY(tg_input_check(input));
    size_t columns = tg_picture_size(input->shape);
    work one;
    TG_TRY(start_work(1, 1, scratch_size(input, NULL, columns), &one));
    make_features(input, input->shape, pixels, NULL, NULL, one.scratch, row);
    standardise(input, row);
    tg_release(one.scratch);
    return TG_OK;
}

tg_status tg_input_apply_row(const tg_input *input, const float *values, float *row) {
    TG_REQUIRE(input && values && row, "tg_input_apply_row: an argument is NULL");
    TG_REQUIRE(!is_picture(input->shape), "the input takes pictures, not rows of numbers");
    TG_TRY(tg_input_check(input));
    memmove(row, values, input->size * sizeof *row);
    standardise(input, row);
    return TG_OK;
}

/* ---- Statistics. ---- */

/* The samples are taken in so many chunks at most, whatever the number of threads, so that the
 * result does not depend on it. */
enum { CHUNKS = 32 };

typedef struct fitting {
    const tg_dataset *dataset;
    const tg_input *input;
    work chunks, threads;    /* samples in chunks, chunks in threads */
    double *means, *squares; /* chunk by chunk: the means and the sums of squares around them */
} fitting;

/* One more sample into the statistics (Welford, 1962). `groups` counts the values of each. */
static void add_sample(const tg_input *input, const float *row, size_t *groups, double *means,
                       double *squares) {
    for (size_t i = 0; i < input->size; i += input->statistics) {
        double share = 1 / (double)++*groups;
        for (size_t j = 0; j < input->statistics; j++) {
            double value = (double)row[i + j], difference = value - means[j];
            means[j] += difference * share;
            squares[j] += difference * (value - means[j]);
        }
    }
}

/* `scratch` holds a row and what make_features() needs, when the samples are pictures. */
static void fit_chunk(const fitting *f, size_t chunk, float *scratch) {
    const tg_dataset *dataset = f->dataset;
    double *means = f->means + chunk * f->input->statistics;
    double *squares = f->squares + chunk * f->input->statistics;
    size_t groups = 0, end = part_begin(&f->chunks, chunk + 1);
    for (size_t i = part_begin(&f->chunks, chunk); i < end; i++) {
        if (is_picture(dataset->shape)) {
            make_features(f->input, dataset->shape, dataset->pixels + i * dataset->columns, NULL,
                          NULL, scratch + f->input->size, scratch);
            add_sample(f->input, scratch, &groups, means, squares);
        } else {
            const float *row = dataset->values + i * dataset->columns;
            add_sample(f->input, row, &groups, means, squares);
        }
    }
}

static void fit_part(void *context, size_t part) {
    const fitting *f = context;
    for (size_t i = part_begin(&f->threads, part); i < part_begin(&f->threads, part + 1); i++)
        fit_chunk(f, i, part_scratch(&f->threads, part));
}

/* Puts the chunks together in their order (Chan, Golub, LeVeque, 1979). */
static void combine_chunks(const fitting *f, float *mean, float *deviation) {
    size_t statistics = f->input->statistics, groups_each = f->input->size / statistics;
    for (size_t j = 0; j < statistics; j++) {
        double count = 0, whole_mean = 0, whole_squares = 0;
        for (size_t chunk = 0; chunk < f->chunks.parts; chunk++) {
            size_t samples = part_begin(&f->chunks, chunk + 1) - part_begin(&f->chunks, chunk);
            double more = (double)(samples * groups_each), all = count + more;
            double difference = f->means[chunk * statistics + j] - whole_mean;
            whole_mean += difference * (more / all);
            whole_squares += f->squares[chunk * statistics + j] +
                             difference * difference * (count / all) * more;
            count = all;
        }
        mean[j] = (float)whole_mean;
        deviation[j] = (float)sqrt(whole_squares / count);
        if (deviation[j] == 0) deviation[j] = 1;
    }
}

/* Computes input->mean and deviation, for which there is room. */
static tg_status fit_statistics(const tg_dataset *dataset, int threads, tg_input *input) {
    fitting f = {.dataset = dataset, .input = input};
    f.chunks = (work){.count = dataset->count, .parts = CHUNKS};
    if (f.chunks.parts > dataset->count) f.chunks.parts = dataset->count;
    size_t columns = dataset->columns, scratch = 0, values = 0, total = 0;
    if (is_picture(dataset->shape)) scratch = input->size + scratch_size(input, NULL, columns);
    if (!tg_multiply(dataset->count / f.chunks.parts, columns, &values)) values = SIZE_MAX;
    if (!tg_multiply(f.chunks.parts, input->statistics, &total)) total = SIZE_MAX;
    const size_t parts = parts_for((size_t)tg_thread_count(threads), f.chunks.parts, values);
    tg_workers *workers = NULL;
    TG_TRY(start_work(f.chunks.parts, parts, scratch, &f.threads));
    tg_status status = parts > 1 ? tg_workers_create((int)parts, &workers) : TG_OK;
    f.means = status ? NULL : tg_allocate(total, sizeof *f.means);
    f.squares = f.means ? tg_allocate(total, sizeof *f.squares) : NULL;
    if (f.squares) {
        tg_workers_run(workers, f.threads.parts, fit_part, &f);
        combine_chunks(&f, input->mean, input->deviation);
    } else {
        status = TG_OUT_OF_MEMORY;
    }
    tg_workers_destroy(workers);
    tg_release(f.means);
    tg_release(f.squares);
    tg_release(f.threads.scratch);
    return status;
}

tg_status tg_input_fit(const tg_dataset *dataset, tg_features features, const tg_hog *hog,
                       int threads, tg_input *input) {
    TG_REQUIRE(dataset && input, "tg_input_fit: an argument is NULL");
    TG_REQUIRE(threads >= 0, "%d threads", threads);
    TG_REQUIRE(dataset->count > 0 && dataset->columns > 0, "the data set is empty");
    tg_input made = {.shape = dataset->shape, .features = features, .size = dataset->columns};
    if (features == TG_FEATURES_HOG) {
        made.hog = hog ? *hog : tg_hog_defaults(dataset->shape);
        made.size = tg_hog_size(&made.hog, made.shape);
    }
    TG_TRY(tg_input_check(&made));
    bool by_channel = features == TG_FEATURES_PLAIN && is_picture(made.shape);
    made.statistics = by_channel ? made.shape.channels : made.size;
    made.mean = tg_allocate(made.statistics, sizeof *made.mean);
    made.deviation = made.mean ? tg_allocate(made.statistics, sizeof *made.deviation) : NULL;
    tg_status status = made.deviation ? fit_statistics(dataset, threads, &made) : TG_OUT_OF_MEMORY;
    if (status)
        tg_input_destroy(&made);
    else
        *input = made;
    return status;
}
