/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "support/device.h"
#include "support/reference.h"
#include "support/test.h"
#include "train/metrics.h"

/* Worked by hand: 3 classes, 8 samples, the last without an answer. */
static void figures(void **state) {
    (void)state;
    static const float scores[8][3] = {{9, 1, 1}, {2, 1, 0}, {0, 3, 1}, {0, 5, 1},
                                       {7, 5, 1}, {1, 8, 2}, {0, 0, 0}, {1, NAN, 3}};
    const int32_t labels[] = {0, 0, 0, 1, 1, 1, 1, 2};
    tg_tensor outputs = test_matrix(scores[0], 8, 3);
    tg_metrics m;
    assert_ok(tg_metrics_create(3, &m));
    assert_ok(tg_metrics_add(&m, &outputs, labels));
    tg_metrics_finish(&m);
    const size_t confusion[] = {2, 1, 0, 2, 2, 0, 0, 0, 0};
    for (size_t i = 0; i < 9; i++) assert_int_equal(m.confusion[i], confusion[i]);
    assert_int_equal(m.samples, 8);
    assert_close(4.0 / 8, m.accuracy, 1e-15, 0);
    assert_close((2.0 / 3 + 2.0 / 4) / 2, m.balanced_accuracy, 1e-15, 0);
    assert_close(2.0 / 4, m.precision[0], 1e-15, 0);
    assert_close(2.0 / 3, m.precision[1], 1e-15, 0);
    assert_close(2.0 / 3, m.recall[0], 1e-15, 0);
    assert_close(2.0 / 4, m.recall[1], 1e-15, 0);
    assert_close(4.0 / 7, m.f1[0], 1e-15, 0);
    assert_true(m.precision[2] == 0 && m.recall[2] == 0 && m.f1[2] == 0);
    tg_metrics_destroy(&m);
    tg_metrics_destroy(&m);
    tg_metrics_destroy(NULL);
    tg_tensor_destroy(&outputs);
}

static void nothing_counted(void **state) {
    (void)state;
    tg_metrics m;
    assert_ok(tg_metrics_create(2, &m));
    tg_metrics_finish(&m);
    assert_true(m.accuracy == 0 && m.balanced_accuracy == 0);
    tg_metrics_destroy(&m);
}

static void misuse(void **state) {
    (void)state;
    int32_t label = 3;
    tg_tensor outputs = test_matrix((const float[]){1, 2, 3}, 1, 3);
    tg_metrics m;
    assert_fails(TG_OUT_OF_MEMORY, "classes", tg_metrics_create(SIZE_MAX / 2, &m));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_metrics_create(2, NULL));
    assert_ok(tg_metrics_create(3, &m));
    assert_fails(TG_INVALID_ARGUMENT, "label 3", tg_metrics_add(&m, &outputs, &label));
    label = -1;
    assert_fails(TG_INVALID_ARGUMENT, "label -1", tg_metrics_add(&m, &outputs, &label));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_metrics_add(&m, &outputs, NULL));
    assert_int_equal(m.samples, 0);
    tg_metrics_destroy(&m);
    assert_ok(tg_metrics_create(2, &m));
    assert_fails(TG_INVALID_ARGUMENT, "3 outputs for 2", tg_metrics_add(&m, &outputs, &label));
    tg_metrics_destroy(&m);
    tg_tensor_destroy(&outputs);
}

/* tg_evaluate() over several batches against the outputs of the whole, and PyTorch's weighted mean.
 */
static void evaluation(void **state) {
    (void)state;
    enum { N = 600, IN = 5, K = 3 };
    const tg_layer layers[] = {tg_dense(K), tg_softmax()};
    uint64_t seed = 8;
    tg_tensor rows = reference_rows(&seed, N, IN, -2, 2);
    tg_tensor row_targets = reference_rows(&seed, N, K, 0, 1);
    tg_tensor x = test_matrix(tg_tensor_data(&rows), N, IN), y = test_matrix(NULL, N, K);
    tg_tensor values = test_matrix(tg_tensor_data(&row_targets), N, K);
    int32_t labels[N];
    for (size_t i = 0; i < N; i++) labels[i] = (int32_t)test_uniform(&seed, 0, K);
    tg_model *model = NULL;
    tg_dataset *data = NULL, *soft = NULL;
    tg_metrics m, plain, expected;
    assert_ok(tg_dataset_from_rows(&rows, labels, K, NULL, &data));
    assert_ok(tg_dataset_from_targets(&rows, &row_targets, &soft));
    assert_ok(tg_model_create(test_device(), IN, layers, 2, 3, &model));
    assert_ok(tg_model_predict(model, &x, &y));

    const float weights[K] = {1, 0.25f, 3};
    tg_loss loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    double value = 0, weighted = 0;
    assert_ok(tg_cross_entropy(&y, tg_labels(labels, N), &loss, &value, NULL));
    loss.class_weights = weights;
    assert_ok(tg_cross_entropy(&y, tg_labels(labels, N), &loss, &weighted, NULL));
    assert_ok(tg_metrics_create(K, &expected));
    assert_ok(tg_metrics_add(&expected, &y, labels));
    tg_metrics_finish(&expected);

    assert_ok(tg_evaluate(model, data, NULL, &plain));
    assert_ok(tg_evaluate(model, data, &loss, &m));
    assert_close(value, plain.loss, 1e-6, 0);
    assert_close(weighted, m.loss, 1e-6, 0);
    assert_int_equal(m.samples, N);
    assert_true(m.accuracy == expected.accuracy);
    assert_memory_equal(m.confusion, expected.confusion, K * K * sizeof *m.confusion);
    tg_metrics_destroy(&m);
    tg_metrics_destroy(&plain);
    tg_metrics_destroy(&expected);

    /* Target values: by the largest target, by the side of 0, or not at all. */
    loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    size_t right = 0, sides = 0;
    const float *out = test_read(&y), *t = test_read(&values);
    for (size_t r = 0; r < N; r++, out += K, t += K) {
        size_t best = 0, wanted = 0;
        for (size_t c = 0; c < K; c++) {
            if (out[c] > out[best]) best = c;
            if (t[c] > t[wanted]) wanted = c;
            sides += (out[c] > 0) == (t[c] > 0.5f);
        }
        right += best == wanted;
    }
    assert_ok(tg_evaluate(model, soft, &loss, &m));
    assert_int_equal(m.classes, 0);
    assert_close((double)right / N, m.accuracy, 1e-12, 0);
    tg_metrics_destroy(&m);
    loss = tg_loss_defaults(TG_BINARY_CROSS_ENTROPY);
    assert_ok(tg_binary_cross_entropy(&y, tg_values(&values), NULL, &value, NULL));
    assert_ok(tg_evaluate(model, soft, &loss, &m));
    assert_close((double)sides / (N * K), m.accuracy, 1e-12, 0);
    assert_close(value, m.loss, 1e-6, 0);
    tg_metrics_destroy(&m);
    /* Weights that are NaN predict nothing, and so nothing right. */
    tg_model *broken = NULL;
    tg_tensor weights_of_broken;
    assert_ok(tg_model_create(test_device(), IN, layers, 2, 3, &broken));
    assert_ok(tg_model_parameters(broken, &weights_of_broken));
    assert_ok(tg_tensor_fill(&weights_of_broken, NAN));
    assert_ok(tg_evaluate(broken, soft, &loss, &m));
    assert_true(m.accuracy == 0 && isnan(m.loss) && isnan(m.balanced_accuracy));
    tg_metrics_destroy(&m);
    tg_model_destroy(broken);
    loss = tg_loss_defaults(TG_MEAN_SQUARED_ERROR);
    assert_ok(tg_mean_squared_error(&y, tg_values(&values), NULL, &value, NULL));
    assert_ok(tg_evaluate(model, soft, &loss, &m));
    assert_true(isnan(m.accuracy));
    assert_close(value, m.loss, 1e-6, 0);
    tg_metrics_destroy(&m);
    loss.reduction = TG_SUM;
    assert_ok(tg_evaluate(model, soft, &loss, &m));
    assert_close(value, m.loss, 1e-6, 0);
    tg_metrics_destroy(&m);

    tg_dataset_destroy(data);
    tg_dataset_destroy(soft);
    tg_model_destroy(model);
    test_destroy(&rows, &row_targets, &x, &y, &values);
}

/* Binary cross-entropy counts elements, more here than are looked at together. */
static void sides_of_many_elements(void **state) {
    (void)state;
    enum { N = 999, K = 7 };
    const tg_layer last[] = {tg_dense(K), tg_sigmoid()};
    uint64_t seed = 5;
    tg_tensor outputs = reference_matrix(&seed, N, K, -1, 1);
    tg_tensor values = reference_matrix(&seed, N, K, 0, 1);
    test_set(&outputs, N * K - 1, NAN);
    const float *y = test_read(&outputs), *t = test_read(&values);
    const tg_loss loss = tg_loss_defaults(TG_BINARY_CROSS_ENTROPY);
    for (size_t layers = 1; layers <= 2; layers++) {
        const float middle = layers == 2 ? 0.5f : 0;
        const tg_device_targets targets = {NULL, values.memory};
        size_t expected = 0, correct = 0;
        for (size_t i = 0; i + 1 < N * K; i++) expected += (y[i] > middle) == (t[i] > 0.5f);
        tg_model *model = NULL;
        assert_ok(tg_model_create(test_device(), 1, last, layers, 1, &model));
        assert_ok(tg_count_correct(&loss, model, &outputs, targets, &correct));
        assert_int_equal(correct, expected);
        assert_int_equal(tg_count_judged(&loss, tg_values(&values), N, K), N * K);
        tg_model_destroy(model);
    }
    test_destroy(&outputs, &values);
}

/* Cross-entropy counts rows, more here than are looked at together. */
static void largest_of_many_rows(void **state) {
    (void)state;
    enum { N = 999, K = 7, IGNORED = 5 };
    static int32_t labels[N];
    uint64_t seed = 6;
    tg_tensor outputs = reference_matrix(&seed, N, K, -1, 1);
    tg_tensor values = reference_matrix(&seed, N, K, 0, 1);
    test_set(&outputs, 4 * K + 1, NAN); /* row 4 is wrong */
    const float *y = test_read(&outputs), *t = test_read(&values);
    size_t right = 0, by_values = 0, kept = 0;
    for (size_t r = 0; r < N; r++) {
        size_t best = 0, target = 0;
        for (size_t c = 1; c < K; c++) {
            if (y[r * K + c] > y[r * K + best]) best = c;
            if (t[r * K + c] > t[r * K + target]) target = c;
        }
        /* Every other row is right. */
        labels[r] = (int32_t)(r % 2 == 0 ? best : (best + 1) % K);
        kept += labels[r] != IGNORED;
        right += r % 2 == 0 && r != 4 && labels[r] != IGNORED;
        by_values += best == target && r != 4;
    }
    tg_loss loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    loss.ignore_index = IGNORED;
    size_t correct = 0;
    assert_ok(
        tg_count_correct(&loss, NULL, &outputs, (tg_device_targets){.labels = labels}, &correct));
    assert_int_equal(correct, right);
    assert_int_equal(tg_count_judged(&loss, tg_labels(labels, N), N, K), kept);
    assert_ok(tg_count_correct(&loss, NULL, &outputs, (tg_device_targets){.values = values.memory},
                               &correct));
    assert_int_equal(correct, by_values);
    assert_int_equal(tg_count_judged(&loss, tg_values(&values), N, K), N);
    test_destroy(&outputs, &values);
}

/* Rows of the ignored label count for nothing, neither in the loss nor in the figures. */
static void ignored_rows(void **state) {
    (void)state;
    const tg_layer layers[] = {tg_dense(3), tg_softmax()};
    uint64_t seed = 4;
    tg_tensor x = reference_rows(&seed, 9, 2, -1, 1);
    const int32_t labels[] = {0, 1, 2, 0, 1, 2, 1, 1, 0}, others[] = {0, 2, 0, 2, 0};
    const size_t kept[] = {0, 2, 3, 5, 8};
    tg_model *model = NULL;
    tg_dataset *data = NULL, *without = NULL;
    tg_metrics ignoring, expected;
    assert_ok(tg_dataset_from_rows(&x, labels, 3, NULL, &data));
    assert_ok(tg_dataset_subset(data, kept, TG_COUNT(kept), &without));
    assert_memory_equal(tg_dataset_labels(without), others, sizeof others);
    assert_ok(tg_model_create(test_device(), 2, layers, 2, 3, &model));
    tg_loss loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    loss.ignore_index = 1;
    assert_ok(tg_evaluate(model, data, &loss, &ignoring));
    assert_ok(tg_evaluate(model, without, NULL, &expected));
    assert_int_equal(ignoring.samples, 5);
    /* The rows stand in other groups, in which the kernels round otherwise. */
    assert_close(expected.loss, ignoring.loss, 1e-6, 0);
    assert_true(expected.accuracy == ignoring.accuracy);
    assert_memory_equal(expected.confusion, ignoring.confusion, 9 * sizeof(size_t));
    tg_metrics_destroy(&ignoring);
    tg_metrics_destroy(&expected);
    tg_dataset_destroy(data);
    tg_dataset_destroy(without);
    tg_model_destroy(model);
    tg_tensor_destroy(&x);
}

static void evaluation_refuses_what_does_not_fit(void **state) {
    (void)state;
    const tg_layer two = tg_dense(2);
    uint64_t seed = 1;
    tg_tensor x = reference_rows(&seed, 3, 4, 0, 1), t = reference_rows(&seed, 3, 3, 0, 1);
    const int32_t labels[] = {0, 1, 2};
    tg_dataset *labelled = NULL, *targets = NULL;
    tg_model *narrow = NULL, *wide = NULL;
    tg_metrics m;
    assert_ok(tg_dataset_from_rows(&x, labels, 3, NULL, &labelled));
    assert_ok(tg_dataset_from_targets(&x, &t, &targets));
    assert_ok(tg_model_create(test_device(), 3, &two, 1, 1, &narrow));
    assert_ok(tg_model_create(test_device(), 4, &two, 1, 1, &wide));
    assert_fails(TG_INVALID_ARGUMENT, "4 values, the model takes 3",
                 tg_evaluate(narrow, labelled, NULL, &m));
    assert_fails(TG_INVALID_ARGUMENT, "3 classes, the model 2",
                 tg_evaluate(wide, labelled, NULL, &m));
    assert_fails(TG_INVALID_ARGUMENT, "3 target values, the model 2",
                 tg_evaluate(wide, targets, NULL, &m));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_evaluate(NULL, targets, NULL, &m));
    tg_dataset_destroy(labelled);
    tg_dataset_destroy(targets);
    tg_model_destroy(narrow);
    tg_model_destroy(wide);
    test_destroy(&x, &t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures),
        cmocka_unit_test(nothing_counted),
        cmocka_unit_test(misuse),
        cmocka_unit_test(evaluation),
        cmocka_unit_test(sides_of_many_elements),
        cmocka_unit_test(largest_of_many_rows),
        cmocka_unit_test(ignored_rows),
        cmocka_unit_test(evaluation_refuses_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
