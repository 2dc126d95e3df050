/* SPDX-License-Identifier: MIT */
/* src/data/batch.c: rows, features, statistics. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/streams.h"
#include "data/dataset.h"

enum { PICTURES = 70, HEIGHT = 17, WIDTH = 20, CHANNELS = 3, PIXELS = HEIGHT * WIDTH * CHANNELS };

static const tg_picture_shape shape = {HEIGHT, WIDTH, CHANNELS};

/* The pixels of all pictures: noise, in channels of different means and spreads. */
static const uint8_t *all_pixels(void) {
    static uint8_t pixels[PICTURES * PIXELS];
    uint64_t seed = 1;
    for (size_t i = 0; i < PICTURES * PIXELS; i++) {
        double channel = (double)(i % CHANNELS);
        pixels[i] = (uint8_t)test_uniform(&seed, 20 * channel, 100 + 70 * channel);
    }
    return pixels;
}

/* Sample i has the label i % 3. */
static tg_dataset *make_pictures(void) {
    int32_t labels[PICTURES];
    for (size_t i = 0; i < PICTURES; i++) labels[i] = (int32_t)(i % 3);
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_from_pictures(all_pixels(), PICTURES, shape, labels, 3, NULL, &dataset));
    return dataset;
}

enum { ROWS = 101, COLUMNS = 6 };

/* Columns of very different sizes; two never vary. */
static void fill_rows(float *rows) {
    uint64_t seed = 2;
    for (size_t i = 0; i < ROWS; i++) {
        float *row = rows + i * COLUMNS;
        row[0] = (float)test_uniform(&seed, -1, 1);
        row[1] = (float)(1e6 + test_uniform(&seed, -2, 2));
        row[2] = 0.1f;
        row[3] = (float)test_uniform(&seed, -1e38, 1e38);
        row[4] = -3e38f;
        row[5] = i == 0 ? 1e5f : (float)test_uniform(&seed, -1e-5, 1e-5);
    }
}

static tg_dataset *make_rows(void) {
    static float rows[ROWS * COLUMNS];
    static const int32_t labels[ROWS];
    fill_rows(rows);
    tg_tensor samples;
    assert_ok(tg_matrix_view(rows, ROWS, COLUMNS, &samples));
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_from_rows(&samples, labels, 2, NULL, &dataset));
    return dataset;
}

static tg_dataset *make_targets(void) {
    static float rows[ROWS * COLUMNS], values[ROWS * 2];
    uint64_t seed = 3;
    fill_rows(rows);
    test_fill(&seed, values, ROWS * 2, 0, 1);
    tg_tensor samples, targets;
    assert_ok(tg_matrix_view(rows, ROWS, COLUMNS, &samples));
    assert_ok(tg_matrix_view(values, ROWS, 2, &targets));
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_from_targets(&samples, &targets, &dataset));
    return dataset;
}

/* A batch of samples as the caller of tg_dataset_batch() gets it. */
static float *make_batch(const tg_dataset *dataset, const tg_input *input,
                         const tg_augmentation *augmentation, uint64_t epoch, const size_t *samples,
                         size_t count, int threads, int32_t *labels) {
    size_t columns = input ? input->size : tg_dataset_columns(dataset);
    float *rows = malloc(count * columns * sizeof *rows + 1);
    assert_non_null(rows);
    for (size_t i = 0; i < count * columns; i++) rows[i] = NAN;
    tg_tensor x;
    assert_ok(tg_matrix_view(rows, count, columns, &x));
    assert_ok(tg_dataset_batch(dataset, input, augmentation, 9, epoch, samples, count, threads, &x,
                               labels));
    return rows;
}

static const size_t some[] = {5, 69, 0, 5, 33};

static void test_values_as_they_are(void **state) {
    (void)state;
    tg_dataset *pictures = make_pictures(), *rows = make_rows();
    int32_t labels[TG_COUNT(some)];
    float *batch = make_batch(pictures, NULL, NULL, 0, some, TG_COUNT(some), 1, labels);
    const uint8_t *pixels = all_pixels();
    for (size_t i = 0; i < TG_COUNT(some) * PIXELS; i++)
        assert_true(batch[i] == (float)pixels[some[i / PIXELS] * PIXELS + i % PIXELS] / 255.0f);
    for (size_t i = 0; i < TG_COUNT(some); i++) assert_int_equal(labels[i], some[i] % 3);
    free(batch);
    float values[ROWS * COLUMNS];
    fill_rows(values);
    batch = make_batch(rows, NULL, NULL, 0, some, TG_COUNT(some), 1, NULL);
    for (size_t i = 0; i < TG_COUNT(some); i++)
        assert_memory_equal(batch + i * COLUMNS, values + some[i] * COLUMNS,
                            COLUMNS * sizeof *values);
    free(batch);
    free(make_batch(rows, NULL, NULL, 0, NULL, 0, 4, NULL));
    tg_dataset_destroy(pictures);
    tg_dataset_destroy(rows);
}

static void test_targets(void **state) {
    (void)state;
    tg_dataset *dataset = make_targets();
    float values[ROWS * 2], got[TG_COUNT(some) * 2];
    uint64_t seed = 3;
    test_fill(&seed, values, ROWS * 2, 0, 1);
    tg_tensor targets;
    assert_ok(tg_matrix_view(got, TG_COUNT(some), 2, &targets));
    assert_ok(tg_dataset_batch_targets(dataset, some, TG_COUNT(some), &targets));
    for (size_t i = 0; i < TG_COUNT(got); i++)
        assert_true(got[i] == values[some[i / 2] * 2 + i % 2]);
    tg_dataset_destroy(dataset);
}

/* Mean and deviation of every `statistics`-th value, in two passes. */
static void assert_statistics(const tg_input *input, const float *values, size_t count) {
    for (size_t j = 0; j < input->statistics; j++) {
        double n = 0, sum = 0, squares = 0;
        bool varies = false;
        for (size_t i = j; i < count; i += input->statistics) {
            sum += (double)values[i];
            n++;
            varies |= values[i] != values[j];
        }
        for (size_t i = j; i < count; i += input->statistics)
            squares += pow((double)values[i] - sum / n, 2);
        assert_close(sum / n, (double)input->mean[j], 1e-6, 1e-6);
        if (varies)
            assert_close(sqrt(squares / n), (double)input->deviation[j], 1e-6, 0);
        else
            assert_true(input->deviation[j] == 1 && input->mean[j] == values[j]);
    }
}

/* Of each kind: what it takes, and how many statistics it keeps. */
typedef struct kind {
    tg_dataset *(*make)(void);
    tg_features features;
    const tg_hog *hog;
    size_t size, statistics;
} kind;

static const tg_hog hog = {5, true};

static const kind kinds[] = {
    {make_rows, TG_FEATURES_PLAIN, NULL, COLUMNS, COLUMNS},
    {make_targets, TG_FEATURES_PLAIN, NULL, COLUMNS, COLUMNS},
    {make_pictures, TG_FEATURES_PLAIN, NULL, PIXELS, CHANNELS},
    {make_pictures, TG_FEATURES_HOG, &hog, 2 * 3 * 36 + 3 * 4 * 3, 2 * 3 * 36 + 3 * 4 * 3},
    /* cells of 17 / 8 = 2 pixels */
    {make_pictures, TG_FEATURES_HOG, NULL, 7 * 9 * 36 + 8 * 10 * 3, 7 * 9 * 36 + 8 * 10 * 3},
};

static void test_statistics(void **state) {
    (void)state;
    for (size_t i = 0; i < TG_COUNT(kinds); i++) {
        tg_dataset *dataset = kinds[i].make();
        tg_input input;
        assert_ok(tg_input_fit(dataset, kinds[i].features, kinds[i].hog, 1, &input));
        assert_int_equal(input.size, kinds[i].size);
        assert_int_equal(input.statistics, kinds[i].statistics);
        assert_int_equal(input.shape.width, tg_dataset_shape(dataset).width);
        size_t count = tg_dataset_count(dataset), all[ROWS];
        for (size_t j = 0; j < count; j++) all[j] = j;
        /* The features as they are, and then standardised. */
        tg_input bare = input;
        bare.statistics = 0;
        float *before = make_batch(dataset, &bare, NULL, 0, all, count, 1, NULL);
        float *after = make_batch(dataset, &input, NULL, 0, all, count, 1, NULL);
        assert_statistics(&input, before, count * input.size);
        for (size_t j = 0; j < count * input.size; j++) {
            size_t column = j % input.size % input.statistics;
            assert_true(after[j] == (before[j] - input.mean[column]) / input.deviation[column]);
        }
        free(before);
        free(after);
        tg_input_destroy(&input);
        tg_dataset_destroy(dataset);
    }
}

static void test_hog_features_are_those_of_the_picture(void **state) {
    (void)state;
    tg_dataset *dataset = make_pictures();
    tg_input input = {
        .shape = shape, .features = TG_FEATURES_HOG, .hog = hog, .size = tg_hog_size(&hog, shape)};
    float *batch = make_batch(dataset, &input, NULL, 0, some, TG_COUNT(some), 1, NULL);
    float *plain = make_batch(dataset, NULL, NULL, 0, some, TG_COUNT(some), 1, NULL);
    float *expected = calloc(input.size, sizeof *expected);
    for (size_t i = 0; i < TG_COUNT(some); i++) {
        assert_ok(tg_hog_compute(&hog, shape, plain + i * PIXELS, expected));
        assert_memory_equal(batch + i * input.size, expected, input.size * sizeof *expected);
    }
    free(expected);
    free(plain);
    free(batch);
    tg_dataset_destroy(dataset);
}

static const tg_augmentation augmentation = {
    .mirror = true, .shift = 2, .brightness = 0.1f, .contrast = 0.2f};

/* The stream of a change is that of the seed, the epoch and the sample. */
static void test_augmentation(void **state) {
    (void)state;
    tg_dataset *dataset = make_pictures();
    float *plain = make_batch(dataset, NULL, NULL, 0, some, TG_COUNT(some), 1, NULL);
    for (uint64_t epoch = 0; epoch < 3; epoch++) {
        float *batch = make_batch(dataset, NULL, &augmentation, epoch, some, TG_COUNT(some), 1,
                                  NULL);
        for (size_t i = 0; i < TG_COUNT(some); i++) {
            float expected[PIXELS];
            tg_random random = tg_random_start(
                9, tg_stream(TG_STREAM_AUGMENT, (epoch << 32) + some[i]));
            tg_augment(&augmentation, shape, plain + i * PIXELS, &random, expected);
            assert_memory_equal(batch + i * PIXELS, expected, sizeof expected);
        }
        free(batch);
    }
    free(plain);
    tg_dataset_destroy(dataset);
}

/* Statistics and batches are the same for any number of threads, bit by bit. */
static void test_threads_change_nothing(void **state) {
    (void)state;
    const int threads[] = {1, 2, 3, 5, 8, 0};
    for (size_t i = 0; i < TG_COUNT(kinds); i++) {
        tg_dataset *dataset = kinds[i].make();
        bool pictures = tg_dataset_shape(dataset).height > 0;
        size_t samples[1000];
        for (size_t j = 0; j < TG_COUNT(samples); j++) samples[j] = j % PICTURES;
        tg_input first = {.size = 0};
        float *expected = NULL;
        for (size_t j = 0; j < TG_COUNT(threads); j++) {
            tg_input input;
            assert_ok(tg_input_fit(dataset, kinds[i].features, kinds[i].hog, threads[j], &input));
            float *batch = make_batch(dataset, &input, pictures ? &augmentation : NULL, 1, samples,
                                      TG_COUNT(samples), threads[j], NULL);
            if (j == 0) {
                first = input;
                expected = batch;
                continue;
            }
            size_t bytes = input.statistics * sizeof(float);
            assert_memory_equal(input.mean, first.mean, bytes);
            assert_memory_equal(input.deviation, first.deviation, bytes);
            assert_memory_equal(batch, expected, TG_COUNT(samples) * input.size * sizeof(float));
            tg_input_destroy(&input);
            free(batch);
        }
        tg_input_destroy(&first);
        free(expected);
        tg_dataset_destroy(dataset);
    }
}

static void test_one_picture(void **state) {
    (void)state;
    tg_dataset *dataset = make_pictures();
    for (size_t i = 2; i < TG_COUNT(kinds); i++) {
        tg_input input;
        assert_ok(tg_input_fit(dataset, kinds[i].features, kinds[i].hog, 1, &input));
        float *batch = make_batch(dataset, &input, NULL, 0, some, 1, 1, NULL);
        float *row = calloc(input.size, sizeof *row);
        assert_ok(tg_input_apply(&input, all_pixels() + some[0] * PIXELS, row));
        assert_memory_equal(batch, row, input.size * sizeof *row);
        free(row);
        free(batch);
        tg_input_destroy(&input);
    }
    tg_dataset_destroy(dataset);
}

static void test_one_row(void **state) {
    (void)state;
    tg_dataset *dataset = make_rows(), *pictures = make_pictures();
    const float *values = dataset->values + some[0] * COLUMNS;
    tg_input input, of_pictures;
    assert_ok(tg_input_fit(dataset, TG_FEATURES_PLAIN, NULL, 1, &input));
    assert_ok(tg_input_fit(pictures, TG_FEATURES_PLAIN, NULL, 1, &of_pictures));
    float *batch = make_batch(dataset, &input, NULL, 0, some, 1, 1, NULL), row[COLUMNS];
    assert_ok(tg_input_apply_row(&input, values, row));
    assert_memory_equal(batch, row, sizeof row);
    memcpy(row, values, sizeof row); /* in place */
    assert_ok(tg_input_apply_row(&input, row, row));
    assert_memory_equal(batch, row, sizeof row);
    const tg_input plain = {.size = COLUMNS}, zero = {.size = 0};
    assert_ok(tg_input_apply_row(&plain, values, row));
    assert_memory_equal(values, row, sizeof row);
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_input_apply_row(NULL, values, row));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_input_apply_row(&input, NULL, row));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_input_apply_row(&input, values, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "the size is 0", tg_input_apply_row(&zero, values, row));
    assert_fails(TG_INVALID_ARGUMENT, "takes pictures, not rows",
                 tg_input_apply_row(&of_pictures, values, row));
    assert_memory_equal(values, row, sizeof row);
    free(batch);
    tg_input_destroy(&input);
    tg_input_destroy(&of_pictures);
    tg_dataset_destroy(dataset);
    tg_dataset_destroy(pictures);
}

static void test_batch_misuse(void **state) {
    (void)state;
    tg_dataset *pictures = make_pictures(), *rows = make_rows(), *targets = make_targets();
    float memory[2 * PIXELS] = {7};
    int32_t labels[2] = {7, 7};
    const size_t two[] = {0, 1}, wrong[] = {0, PICTURES};
    const tg_input zero = {.size = 0}, wide = {.size = COLUMNS + 1};
    const tg_input plain = {.shape = shape, .size = PIXELS};
    const tg_input lacking = {.shape = shape, .size = PIXELS, .statistics = 3};
    const tg_input larger = {.shape = {HEIGHT, WIDTH + 1, CHANNELS},
                             .size = HEIGHT * (WIDTH + 1) * CHANNELS};
    const tg_input narrow = {.shape = shape, .size = PIXELS - 1};
    const tg_input odd = {.shape = shape, .size = PIXELS, .features = (tg_features)7};
    const tg_input coarse = {
        .shape = shape, .size = PIXELS, .features = TG_FEATURES_HOG, .hog = {9, false}};
    const tg_input gradients = {.size = COLUMNS, .features = TG_FEATURES_HOG, .hog = {2, false}};
    tg_tensor x, short_x, rows_x, nothing;
    assert_ok(tg_matrix_view(memory, 2, PIXELS, &x));
    assert_ok(tg_matrix_view(memory, 1, PIXELS, &short_x));
    assert_ok(tg_matrix_view(memory, 2, COLUMNS, &rows_x));
    assert_ok(tg_matrix_view(NULL, 0, 0, &nothing));
    const struct {
        const tg_dataset *dataset;
        const tg_input *input;
        const tg_augmentation *augmentation;
        const size_t *samples;
        int threads;
        tg_tensor *x;
        int32_t *labels;
        const char *message;
    } cases[] = {
        {NULL, NULL, NULL, two, 1, &x, labels, "NULL"},
        {pictures, NULL, NULL, NULL, 1, &x, labels, "samples is NULL"},
        {pictures, NULL, NULL, two, 1, NULL, labels, "NULL"},
        {pictures, NULL, NULL, two, -1, &x, labels, "-1 threads"},
        {pictures, NULL, NULL, wrong, 1, &x, labels, "sample 70: the data set has 70"},
        {pictures, NULL, NULL, two, 1, &short_x, labels, "1 x 1020, it must be 2 x 1020"},
        {pictures, NULL, NULL, two, 1, &rows_x, labels, "2 x 6, it must be 2 x 1020"},
        {pictures, NULL, NULL, two, 1, &nothing, labels, "it must be 2 x 1020"},
        {targets, NULL, NULL, two, 1, &rows_x, labels, "no labels"},
        {rows, NULL, &augmentation, two, 1, &rows_x, labels, "augmentation needs pictures"},
        {rows, &plain, NULL, two, 1, &rows_x, labels,
         "the model takes pictures of 17 x 20 x 3, the data are rows of 6 values"},
        {rows, &gradients, NULL, two, 1, &rows_x, labels, "hog features need a picture's shape"},
        {rows, &zero, NULL, two, 1, &rows_x, labels, "the size is 0"},
        {rows, &wide, NULL, two, 1, &rows_x, labels,
         "the model takes rows of 7 values, the data are rows of 6 values"},
        {pictures, &wide, NULL, two, 1, &x, labels,
         "the model takes rows of 7 values, the data are pictures of 17 x 20 x 3"},
        {pictures, &lacking, NULL, two, 1, &x, labels, "no statistics, but counts 3"},
        {pictures, &larger, NULL, two, 1, &x, labels,
         "the model takes pictures of 17 x 21 x 3, the data are pictures of 17 x 20 x 3"},
        {pictures, &narrow, NULL, two, 1, &x, labels, "the size is 1019, but"},
        {pictures, &odd, NULL, two, 1, &x, labels, "no features 7"},
        {pictures, &coarse, NULL, two, 1, &x, labels, "cells of 9 pixels"},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        assert_fails(TG_INVALID_ARGUMENT, cases[i].message,
                     tg_dataset_batch(cases[i].dataset, cases[i].input, cases[i].augmentation, 1, 1,
                                      cases[i].samples, 2, cases[i].threads, cases[i].x,
                                      cases[i].labels));
        assert_true(memory[0] == 7 && labels[0] == 7);
    }
    tg_tensor two_x;
    assert_ok(tg_matrix_view(memory, 2, 2, &two_x));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_dataset_batch_targets(NULL, two, 2, &two_x));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_dataset_batch_targets(targets, two, 2, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_dataset_batch_targets(targets, NULL, 2, &two_x));
    assert_fails(TG_INVALID_ARGUMENT, "no target values",
                 tg_dataset_batch_targets(rows, two, 2, &two_x));
    assert_fails(TG_INVALID_ARGUMENT, "it must be 2 x 2",
                 tg_dataset_batch_targets(targets, two, 2, &x));
    assert_true(memory[0] == 7);
    uint8_t pixels[PIXELS] = {0};
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_input_apply(NULL, pixels, memory));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_input_apply(&plain, NULL, memory));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_input_apply(&plain, pixels, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "rows", tg_input_apply(&zero, pixels, memory));
    assert_fails(TG_INVALID_ARGUMENT, "1019", tg_input_apply(&narrow, pixels, memory));
    const tg_input huge = {.shape = {SIZE_MAX, 2, 1}, .size = SIZE_MAX - 1};
    assert_fails(TG_INVALID_ARGUMENT, "", tg_input_apply(&huge, pixels, memory));
    tg_dataset_destroy(pictures);
    tg_dataset_destroy(rows);
    tg_dataset_destroy(targets);
}

static void test_fit_misuse(void **state) {
    (void)state;
    tg_dataset *pictures = make_pictures(), *rows = make_rows();
    const tg_hog coarse = {9, false};
    tg_input input = {.size = 7};
    const struct {
        const tg_dataset *dataset;
        tg_features features;
        const tg_hog *hog;
        int threads;
        tg_input *input;
        const char *message;
    } cases[] = {
        {NULL, TG_FEATURES_PLAIN, NULL, 1, &input, "NULL"},
        {rows, TG_FEATURES_PLAIN, NULL, 1, NULL, "NULL"},
        {rows, TG_FEATURES_PLAIN, NULL, -1, &input, "-1 threads"},
        {rows, TG_FEATURES_HOG, NULL, 1, &input, "need a picture's shape, not rows"},
        {rows, TG_FEATURES_HOG, &hog, 1, &input, "need a picture's shape, not rows"},
        {pictures, TG_FEATURES_HOG, &coarse, 1, &input, "cells of 9 pixels"},
        {pictures, (tg_features)7, NULL, 1, &input, "no features 7"},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        assert_fails(TG_INVALID_ARGUMENT, cases[i].message,
                     tg_input_fit(cases[i].dataset, cases[i].features, cases[i].hog,
                                  cases[i].threads, cases[i].input));
        assert_int_equal(input.size, 7);
    }
    tg_dataset_destroy(pictures);
    tg_dataset_destroy(rows);
}

/* Fits, fills a batch and applies, each in turn with failing allocations. */
static tg_status do_everything(void *context) {
    const tg_dataset *dataset = context;
    tg_input input = {.size = 7};
    tg_status status = tg_input_fit(dataset, TG_FEATURES_HOG, &hog, 3, &input);
    if (status) {
        assert_true(input.size == 7 && !input.mean);
        return status;
    }
    static float memory[TG_COUNT(some) * 2 * PIXELS];
    static const uint8_t pixels[PIXELS];
    int32_t labels[TG_COUNT(some)] = {7};
    tg_tensor x;
    memory[0] = 7;
    status = tg_matrix_view(memory, TG_COUNT(some), input.size, &x);
    if (!status)
        status = tg_dataset_batch(dataset, &input, &augmentation, 1, 1, some, TG_COUNT(some), 3, &x,
                                  labels);
    assert_true(!status || (memory[0] == 7 && labels[0] == 7));
    memory[0] = 7;
    if (!status) {
        status = tg_input_apply(&input, pixels, memory);
        assert_true(!status || memory[0] == 7);
    }
    tg_input_destroy(&input);
    return status;
}

static void test_failing_allocations(void **state) {
    (void)state;
    tg_dataset *dataset = make_pictures();
    /* Fitting takes five and its threads three, the batch and the single picture one each. */
    assert_int_equal(test_every_allocation(do_everything, dataset), 10);
    tg_dataset_destroy(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_as_they_are),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_hog_features_are_those_of_the_picture),
        cmocka_unit_test(test_augmentation),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_one_picture),
        cmocka_unit_test(test_one_row),
        cmocka_unit_test(test_batch_misuse),
        cmocka_unit_test(test_fit_misuse),
        cmocka_unit_test(test_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
