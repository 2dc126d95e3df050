/* SPDX-License-Identifier: MIT */
/* Batches reach the model's device as the data set has them, wherever they were made. */
#include <stdlib.h>

#include "support/device.h"
#include "support/reference.h"
#include "support/test.h"
#include "train/source.h"

enum { SAMPLES = 12, COLUMNS = 5, TARGETS = 3, ROWS = 4, SIDE = 8 };

static tg_model *make_model(size_t inputs, size_t outputs) {
    const tg_layer layer = tg_dense(outputs);
    tg_model *model = NULL;
    assert_ok(tg_model_create(test_device(), inputs, &layer, 1, 1, &model));
    return model;
}

static const int32_t labels[SAMPLES] = {0, 1, 2, 2, 1, 0, 0, 1, 2, 1, 1, 0};

/* A full batch and then a smaller one, which must not hold anything of the first. */
static const size_t batches[2][ROWS] = {{11, 0, 7, 3}, {5, 5, 2}};
static const size_t counts[2] = {ROWS, 3};

/* Fails unless the rows of `batch` are those samples among all rows. */
static void assert_gathered(const tg_tensor *all, const size_t *samples, size_t count,
                            const tg_tensor *batch) {
    assert_ptr_equal(batch->device, test_device());
    assert_int_equal(tg_tensor_rows(batch), count);
    for (size_t i = 0; i < count; i++) {
        tg_tensor expected, row;
        assert_ok(tg_tensor_slice(all, samples[i], 1, &expected));
        assert_ok(tg_tensor_slice(batch, i, 1, &row));
        assert_same(&expected, &row);
    }
}

/* Batches of a source, and of the public functions, against all rows at once. */
static void compare(const tg_dataset *data, const tg_model *model, const tg_tensor *all,
                    const tg_tensor *all_targets) {
    tg_source source;
    assert_ok(tg_source_open(&source, model, data, NULL, 0, ROWS));
    for (size_t b = 0; b < 2; b++) {
        const size_t *samples = batches[b], count = counts[b];
        int32_t given[ROWS];
        tg_tensor x, values, own = test_matrix(NULL, count, tg_tensor_columns(all));
        tg_targets targets;
        assert_ok(tg_source_batch(&source, 0, samples, count, &x, &values, &targets));
        assert_gathered(all, samples, count, &x);
        assert_ok(tg_dataset_batch(data, tg_model_input(model), NULL, 0, 0, samples, count, 1, &own,
                                   all_targets ? NULL : given));
        assert_gathered(all, samples, count, &own);
        if (all_targets) {
            tg_tensor own_targets = test_matrix(NULL, count, TARGETS);
            assert_gathered(all_targets, samples, count, targets.values);
            assert_ok(tg_dataset_batch_targets(data, samples, count, &own_targets));
            assert_gathered(all_targets, samples, count, &own_targets);
            tg_tensor_destroy(&own_targets);
        }
        for (size_t i = 0; i < count && !all_targets; i++) {
            assert_int_equal(targets.labels[i], labels[samples[i]]);
            assert_int_equal(given[i], labels[samples[i]]);
        }
        tg_tensor_destroy(&own);
    }
    tg_source_destroy(&source);
}

static void rows_with_labels(void **state) {
    (void)state;
    uint64_t seed = 1;
    tg_tensor rows = reference_rows(&seed, SAMPLES, COLUMNS, -1, 1);
    tg_dataset *data = NULL;
    tg_model *model = make_model(COLUMNS, 3);
    assert_ok(tg_dataset_from_rows(&rows, labels, 3, NULL, &data));
    compare(data, model, &rows, NULL);
    tg_model_destroy(model);
    tg_dataset_destroy(data);
    tg_tensor_destroy(&rows);
}

static void rows_with_target_values(void **state) {
    (void)state;
    uint64_t seed = 2;
    tg_tensor rows = reference_rows(&seed, SAMPLES, COLUMNS, -1, 1);
    tg_tensor targets = reference_rows(&seed, SAMPLES, TARGETS, 0, 1);
    tg_dataset *data = NULL;
    tg_model *model = make_model(COLUMNS, TARGETS);
    assert_ok(tg_dataset_from_targets(&rows, &targets, &data));
    compare(data, model, &rows, &targets);
    tg_model_destroy(model);
    tg_dataset_destroy(data);
    test_destroy(&rows, &targets);
}

/* Histograms are prepared for all samples when the source is opened. */
static void pictures(void **state) {
    (void)state;
    const tg_features features[] = {TG_FEATURES_PLAIN, TG_FEATURES_HOG};
    uint64_t seed = 3;
    uint8_t pixels[SAMPLES * SIDE * SIDE];
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)test_uniform(&seed, 0, 256);
    tg_dataset *data = NULL;
    assert_ok(tg_dataset_from_pictures(pixels, SAMPLES, (tg_picture_shape){SIDE, SIDE, 1}, labels,
                                       3, NULL, &data));
    for (size_t f = 0; f < TG_COUNT(features); f++) {
        tg_input input;
        assert_ok(tg_input_fit(data, features[f], NULL, 1, &input));
        tg_model *model = make_model(input.size, 3);
        assert_ok(tg_model_set_input(model, &input));
        tg_tensor all;
        assert_ok(tg_matrix_create(tg_cpu(), SAMPLES, input.size, &all));
        for (size_t i = 0; i < SAMPLES; i++)
            assert_ok(tg_input_apply(&input, pixels + i * SIDE * SIDE,
                                     tg_tensor_data(&all) + i * input.size));
        compare(data, model, &all, NULL);
        tg_tensor_destroy(&all);
        tg_model_destroy(model);
        tg_input_destroy(&input);
    }
    tg_dataset_destroy(data);
}

static void batches_of_another_size_are_refused(void **state) {
    (void)state;
    uint64_t seed = 4;
    tg_tensor rows = reference_rows(&seed, SAMPLES, COLUMNS, -1, 1);
    tg_tensor targets = reference_rows(&seed, SAMPLES, TARGETS, 0, 1);
    tg_tensor x = test_matrix(NULL, 2, COLUMNS), y = test_matrix(NULL, 2, TARGETS);
    tg_dataset *data = NULL;
    assert_ok(tg_dataset_from_targets(&rows, &targets, &data));
    assert_fails(TG_INVALID_ARGUMENT, "the tensor is 2 x 5, it must be 3 x 5",
                 tg_dataset_batch(data, NULL, NULL, 0, 0, batches[0], 3, 1, &x, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "the tensor is 2 x 3, it must be 3 x 3",
                 tg_dataset_batch_targets(data, batches[0], 3, &y));
    tg_dataset_destroy(data);
    test_destroy(&rows, &targets, &x, &y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_with_labels),
        cmocka_unit_test(rows_with_target_values),
        cmocka_unit_test(pictures),
        cmocka_unit_test(batches_of_another_size_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
