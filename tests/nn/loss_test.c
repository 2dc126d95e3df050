/* SPDX-License-Identifier: MIT */
#include "support/device.h"
#include "support/reference.h"
#include "support/test.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/loss.h"

typedef tg_status loss_function(const tg_tensor *outputs, tg_targets targets,
                                const tg_loss *options, double *loss, tg_tensor *gradient);

enum { MOST_CLASSES = 40003 };

/* 16 weights, again and again. */
static const float *class_weights(void) {
    static const float some[16] = {0.75f, 0.5f, 0, 2, 1.5f, 3,     0.25f, 1,
                                   0.1f,  7,    1, 1, 0,    1e-3f, 4,     2};
    static float weights[MOST_CLASSES];
    for (size_t c = 0; c < MOST_CLASSES; c++) weights[c] = some[c % TG_COUNT(some)];
    return weights;
}

/* Every loss with its options; labels are used where `values` is false. */
static const struct {
    const char *name;
    loss_function *function;
    reference_loss *reference;
    bool values, weighted, ignoring;
    float smoothing;
    double low, high; /* of the outputs */
} losses[] = {
#define OF_LOGITS tg_softmax_cross_entropy, reference_softmax_cross_entropy
#define OF_PROBABILITIES tg_cross_entropy, reference_cross_entropy
    {"cross-entropy", OF_LOGITS, false, false, false, 0, -4, 4},
    {"with weights", OF_LOGITS, false, true, false, 0, -4, 4},
    {"ignoring", OF_LOGITS, false, false, true, 0, -4, 4},
    {"ignoring, with weights", OF_LOGITS, false, true, true, 0, -4, 4},
    {"smoothed", OF_LOGITS, false, false, false, 0.1f, -4, 4},
    {"smoothed to the end", OF_LOGITS, false, false, false, 1, -4, 4},
    {"smoothed, with everything", OF_LOGITS, false, true, true, 0.3f, -4, 4},
    {"of soft targets", OF_LOGITS, true, false, false, 0, -4, 4},
    {"of soft targets, with weights", OF_LOGITS, true, true, false, 0, -4, 4},
    {"of probabilities", OF_PROBABILITIES, false, false, false, 0, 0.05, 1},
    {"of probabilities, with weights", OF_PROBABILITIES, false, true, true, 0, 0.05, 1},
    {"of probabilities, smoothed", OF_PROBABILITIES, false, true, true, 0.2f, 0.05, 1},
    {"of probabilities, soft", OF_PROBABILITIES, true, true, false, 0, 0.05, 1},
    {"binary", tg_binary_cross_entropy, reference_binary_cross_entropy, true, false, false, 0, -6,
     6},
    {"squared", tg_mean_squared_error, reference_mean_squared_error, true, false, false, 0, -2, 2},
#undef OF_LOGITS
#undef OF_PROBABILITIES
};

/* One loss on one shape: all that a test needs. */
typedef struct problem {
    size_t which, n, k;
    tg_loss options;
    tg_tensor outputs, values;
    int32_t *labels;
    double *wide_outputs, *wide_values;
    reference_targets wide_targets;
} problem;

static problem make_problem(size_t which, size_t n, size_t k, tg_reduction reduction,
                            uint64_t *seed) {
    problem p = {.which = which, .n = n, .k = k, .options = tg_loss_defaults(TG_CROSS_ENTROPY)};
    p.options.reduction = reduction;
    p.options.label_smoothing = losses[which].smoothing;
    if (losses[which].weighted) p.options.class_weights = class_weights();
    if (losses[which].ignoring) p.options.ignore_index = k > 1 ? 1 : -1;
    p.outputs = reference_matrix(seed, n, k, losses[which].low, losses[which].high);
    p.labels = calloc(n + 1, sizeof *p.labels);
    assert_non_null(p.labels);
    tg_tensor values = reference_rows(seed, n, k, 0, 1);
    for (size_t r = 0; r < n; r++) {
        p.labels[r] = (int32_t)test_uniform(seed, 0, (double)k);
        float *row = tg_tensor_data(&values) + r * k;
        float sum = 0;
        for (size_t c = 0; c < k; c++) sum += row[c];
        for (size_t c = 0; c < k; c++) row[c] /= sum;
    }
    p.values = test_matrix(tg_tensor_data(&values), n, k);
    p.wide_outputs = reference_widen(test_read(&p.outputs), n * k);
    p.wide_values = reference_widen(tg_tensor_data(&values), n * k);
    tg_tensor_destroy(&values);
    p.wide_targets = (reference_targets){losses[which].values ? NULL : p.labels, p.wide_values};
    return p;
}

static void free_problem(problem *p) {
    test_destroy(&p->outputs, &p->values);
    free(p->labels);
    free(p->wide_outputs);
    free(p->wide_values);
}

static double reference_value(void *context) {
    const problem *p = context;
    return losses[p->which].reference(p->wide_outputs, p->wide_targets, p->n, p->k, &p->options,
                                      NULL);
}

static const size_t shapes[][2] = {{1, 1}, {1, 4}, {7, 3}, {13, 11}, {32, 10}, {5, 16}};

static void references_agree_with_central_differences(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (size_t i = 0; i < TG_COUNT(losses) * TG_COUNT(shapes) * 2; i++) {
        const size_t *shape = shapes[i / 2 % TG_COUNT(shapes)];
        problem p = make_problem(i / 2 / TG_COUNT(shapes), shape[0], shape[1],
                                 i % 2 ? TG_SUM : TG_MEAN, &seed);
        double *gradient = calloc(p.n * p.k, sizeof *gradient);
        (void)losses[p.which].reference(p.wide_outputs, p.wide_targets, p.n, p.k, &p.options,
                                        gradient);
        double error = reference_gradient_error(reference_value, &p, p.wide_outputs, p.n * p.k,
                                                gradient);
        if (!(error < 1e-7)) fail_msg("%s, %zu x %zu: %g", losses[p.which].name, p.n, p.k, error);
        free(gradient);
        free_problem(&p);
    }
}

/* Softmax cross-entropy of labels alone takes exponentials, and each row's loss, in float32. All
 * others compute in float64 and round gradients once. What gradients are measured by is the size
 * of the two terms they are the difference of. */
static bool in_float32(size_t which) {
    return losses[which].function == tg_softmax_cross_entropy && !losses[which].values &&
           losses[which].smoothing == 0;
}
static double value_tolerance(size_t which) {
    return in_float32(which) ? 5e-7 : 1e-12;
}
static double gradient_tolerance(size_t which) {
    return in_float32(which) ? 6e-7 : 1.3e-7;
}

static void agree_with_the_references(void **state) {
    (void)state;
    const size_t many = test_is_too_large(&(reference_shape){2, {50021, 7}}) ? 2003 : 50021;
    /* Long rows too, which devices take in other ways than short ones. */
    const size_t more[][2] = {{0, 3},    {1, 2},    {1009, 7}, {many, 7}, {2, 1},   {3, 33},
                              {2, 100},  {3, 129},  {2, 256},  {2, 257},  {1, 513}, {2, 1000},
                              {3, 1024}, {2, 1025}, {2, 4099}, {1, 40003}};
    uint64_t seed = 2;
    size_t shape_count = TG_COUNT(shapes) + TG_COUNT(more);
    for (size_t i = 0; i < TG_COUNT(losses) * shape_count * 2; i++) {
        size_t s = i / 2 % shape_count;
        const size_t *shape = s < TG_COUNT(shapes) ? shapes[s] : more[s - TG_COUNT(shapes)];
        if (test_is_too_large(&(reference_shape){2, {shape[0], shape[1]}})) continue;
        problem p = make_problem(i / 2 / shape_count, shape[0], shape[1], i % 2 ? TG_SUM : TG_MEAN,
                                 &seed);
        size_t count = p.n * p.k;
        double *gradient = calloc(count + 1, sizeof *gradient), value = -1, again = -1, alone = -1;
        double expected = losses[p.which].reference(p.wide_outputs, p.wide_targets, p.n, p.k,
                                                    &p.options, gradient);
        double *scale = calloc(count + 1, sizeof *scale);
        for (size_t j = 0; j < count; j++) scale[j] = fabs(gradient[j]) + 0x1p-126;

        tg_tensor made = reference_matrix(&seed, p.n, p.k, -1, 1);
        tg_tensor in_place = test_matrix(test_read(&p.outputs), p.n, p.k);
        loss_function *function = losses[p.which].function;
        tg_targets targets = losses[p.which].values ? tg_values(&p.values)
                                                    : tg_labels(p.labels, p.n);
        assert_ok(function(&p.outputs, targets, &p.options, &value, &made));
        assert_ok(function(&p.outputs, targets, &p.options, &alone, NULL));
        assert_ok(function(&in_place, targets, &p.options, &again, &in_place));
        if (p.n == 0) expected = 0;
        assert_close(expected, value, value_tolerance(p.which), 1e-3);
        assert_close(expected, alone, value_tolerance(p.which), 1e-3);
        /* The CPU sums longer rows in another order where it has no room for their exponentials. */
        const bool alike = p.k <= 8192 || test_is_cuda();
        assert_true(!alike || (value == alone && value == again));
        reference_near(gradient, test_read(&made), scale, count, gradient_tolerance(p.which),
                       losses[p.which].name, __FILE__, __LINE__);
        if (alike) assert_same(&made, &in_place);
        test_destroy(&made, &in_place);
        free(gradient);
        free(scale);
        free_problem(&p);
    }
}

/* Loss and gradient of one row of logits. */
static double one_row(const float *logits, size_t k, tg_targets targets, const tg_loss *options,
                      float *gradient) {
    tg_tensor x = test_matrix(logits, 1, k), dx = test_matrix(NULL, 1, k);
    double value = -1;
    assert_ok(tg_softmax_cross_entropy(&x, targets, options, &value, &dx));
    assert_ok(tg_tensor_read(&dx, gradient, k));
    test_destroy(&x, &dx);
    return value;
}

/* p of the true class is 1 to more digits than float32 or float64 has; its gradient, minus the sum
 * of the other probabilities, and the loss must still be accurate. */
static void stays_accurate_on_confident_rows(void **state) {
    (void)state;
    static const float gaps[] = {1, 5, 10, 15, 17, 20, 30, 36, 38, 50, 80};
    for (size_t i = 0; i < TG_COUNT(gaps); i++) {
        float logits[4] = {3, 3 + gaps[i], 3, 2}, gradient[4];
        int32_t label = 1;
        double e = exp(-(double)gaps[i]), others = e * (2 + exp(-1));
        double value = one_row(logits, 4, tg_labels(&label, 1), NULL, gradient);
        assert_close(log1p(others), value, 5e-7, 0);
        assert_close(-others / (1 + others), (double)gradient[1], 6e-7, 0);
        assert_close(e / (1 + others), (double)gradient[0], 1e-6, 0);
        assert_close(e * exp(-1) / (1 + others), (double)gradient[3], 1e-6, 0);
    }
}

/* The same row, given as a one-hot distribution. */
static void stays_accurate_on_confident_soft_rows(void **state) {
    (void)state;
    static const float gaps[] = {1, 5, 10, 15};
    for (size_t i = 0; i < TG_COUNT(gaps); i++) {
        float logits[3] = {0, gaps[i], 0}, gradient[3];
        tg_tensor values = test_matrix((const float[]){0, 1, 0}, 1, 3);
        double others = 2 * exp(-(double)gaps[i]);
        double value = one_row(logits, 3, tg_values(&values), NULL, gradient);
        assert_close(log1p(others), value, 1e-12, 0);
        assert_close(-others / (1 + others), (double)gradient[1], 1e-6, 0);
        tg_tensor_destroy(&values);
    }
}

static void meets_extreme_logits(void **state) {
    (void)state;
    const float inf = INFINITY;
    const struct {
        float logits[3];
        int32_t label;
        double value;
        float gradient[3];
    } cases[] = {
        {{1e4f, -1e4f, 0}, 0, 0, {0, 0, 0}},
        {{1e4f, -1e4f, 0}, 1, 2e4, {1, -1, 0}},
        {{1e4f, -1e4f, 0}, 2, 1e4, {1, 0, -1}},
        {{1e30f, -1e30f, 1e30f}, 0, 0.69314718055994531, {-0.5f, 0, 0.5f}},
        {{-inf, 0, -inf}, 1, 0, {0, 0, 0}},
        {{-inf, 0, 0}, 1, 0.69314718055994531, {0, -0.5f, 0.5f}},
        {{-inf, 0, -inf}, 0, HUGE_VAL, {-1, 1, 0}},
        {{FLT_MAX, -FLT_MAX, 0}, 1, 2 * (double)FLT_MAX, {1, -1, 0}},
        {{NAN, 0, 0}, 1, nan(""), {NAN, NAN, NAN}},
        {{0, 0, NAN}, 1, nan(""), {NAN, NAN, NAN}},
        {{inf, 0, 0}, 1, nan(""), {NAN, NAN, NAN}},
        {{-inf, -inf, -inf}, 1, nan(""), {NAN, NAN, NAN}},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        float gradient[3];
        double value = one_row(cases[i].logits, 3, tg_labels(&cases[i].label, 1), NULL, gradient);
        if (isfinite(cases[i].value))
            assert_close(cases[i].value, value, 1e-7, 1);
        else /* not finite, whichever way */
            assert_true(!isfinite(value));
        for (size_t c = 0; c < 3; c++)
            assert_close((double)cases[i].gradient[c], (double)gradient[c], 1e-7, 1);
    }
}

/* A bad row spoils the value, but not the gradients of the others. */
static void keeps_a_bad_row_to_itself(void **state) {
    (void)state;
    int32_t labels[] = {0, 1, 0};
    tg_tensor x = test_matrix((const float[]){1, 2, NAN, 4, 5, 6}, 3, 2);
    tg_tensor dx = test_matrix(NULL, 3, 2);
    double value = 0;
    assert_ok(tg_softmax_cross_entropy(&x, tg_labels(labels, 3), NULL, &value, &dx));
    assert_true(isnan(value));
    const float *gradient = test_read(&dx);
    for (size_t i = 0; i < 6; i++) assert_int_equal(isnan(gradient[i]) != 0, i / 2 == 1);
    /* Ignored, it spoils nothing. */
    labels[1] = TG_NO_IGNORE_INDEX;
    assert_ok(tg_softmax_cross_entropy(&x, tg_labels(labels, 3), NULL, &value, &dx));
    assert_true(isfinite(value));
    gradient = test_read(&dx);
    for (size_t i = 0; i < 6; i++) assert_true(isfinite(gradient[i]));
    assert_true(gradient[2] == 0 && gradient[3] == 0);
    test_destroy(&x, &dx);
}

/* Cross-entropy without options, against the reference. */
static void check_cross_entropy(const tg_tensor *x, const int32_t *labels, tg_tensor *dx) {
    const tg_loss options = tg_loss_defaults(TG_CROSS_ENTROPY);
    const size_t n = tg_tensor_rows(x), k = tg_tensor_columns(x), count = n * k;
    double *wide = reference_widen(test_read(x), count), value = -1;
    double *gradient = calloc(count, sizeof *gradient), *scale = calloc(count, sizeof *scale);
    const double expected = reference_softmax_cross_entropy(wide, (reference_targets){labels, NULL},
                                                            n, k, &options, gradient);
    for (size_t j = 0; j < count; j++) scale[j] = fabs(gradient[j]) + 0x1p-126;
    assert_ok(tg_tensor_fill(dx, 7));
    assert_ok(tg_softmax_cross_entropy(x, tg_labels(labels, n), &options, &value, dx));
    assert_close(expected, value, value_tolerance(0), 1e-3);
    assert_near(gradient, test_read(dx), scale, count, gradient_tolerance(0));
    free(wide);
    free(gradient);
    free(scale);
}

/* For each length of rows that devices take in a way of its own. */
static void ignores_rows_of_nan(void **state) {
    (void)state;
    static const size_t lengths[] = {1, 2, 4, 7, 10, 32, 33, 200, 500, 1000, 1025, 40003};
    uint64_t seed = 3;
    for (size_t i = 0; i < TG_COUNT(lengths); i++) {
        const size_t k = lengths[i];
        const int32_t labels[] = {-100, (int32_t)(k / 2)};
        tg_tensor x = reference_matrix(&seed, 2, k, -4, 4), dx = test_matrix(NULL, 2, k), first;
        assert_ok(tg_tensor_slice(&x, 0, 1, &first));
        assert_ok(tg_tensor_fill(&first, NAN));
        check_cross_entropy(&x, labels, &dx);
        test_destroy(&x, &dx);
    }
}

/* Four elements at a time are for memory that is aligned, which a part of a tensor is not. */
static void agrees_wherever_a_tensor_begins(void **state) {
    (void)state;
    static const size_t lengths[] = {8, 100, 256, 512, 1000, 1028, 4100};
    uint64_t seed = 4;
    for (size_t i = 0; i < TG_COUNT(lengths); i++) {
        const size_t k = lengths[i], shape[] = {1, k};
        const int32_t label = (int32_t)(k / 2);
        tg_tensor whole = reference_tensor(&seed, &(reference_shape){1, {k + 1}}, -4, 4), part;
        tg_tensor aligned = reference_matrix(&seed, 1, k, -4, 4), x;
        assert_ok(tg_tensor_slice(&whole, 1, k, &part));
        assert_ok(tg_tensor_reshape(&part, shape, 2, &x));
        check_cross_entropy(&x, &label, &aligned);
        check_cross_entropy(&aligned, &label, &x);
        test_destroy(&whole, &aligned);
    }
}

static void is_zero_when_no_row_counts(void **state) {
    (void)state;
    static const float zeros[3] = {0, 0, 0};
    int32_t ignored[] = {-100, -100}, labels[] = {0, 2};
    tg_tensor x = test_matrix((const float[]){1, 2, 3, 4, 5, 6}, 2, 3);
    tg_tensor dx = test_matrix(NULL, 2, 3), nothing = test_matrix(NULL, 0, 3);
    for (int i = 0; i < 8; i++) {
        loss_function *function = i & 1 ? tg_cross_entropy : tg_softmax_cross_entropy;
        tg_loss options = tg_loss_defaults(TG_CROSS_ENTROPY);
        options.reduction = i & 2 ? TG_SUM : TG_MEAN;
        options.class_weights = i & 4 ? zeros : NULL; /* else: ignored */
        assert_ok(tg_tensor_fill(&dx, 7));
        double value = 7;
        assert_ok(function(&x, tg_labels(i & 4 ? labels : ignored, 2), &options, &value, &dx));
        assert_true(value == 0);
        assert_true(test_all(&dx, 0));
        value = 7;
        assert_ok(function(&nothing, tg_labels(NULL, 0), &options, &value, &nothing));
        assert_true(value == 0);
    }
    test_destroy(&x, &dx, &nothing);
}

static void bounds_impossible_probabilities(void **state) {
    (void)state;
    static const float p[] = {0, 1, 1e-35f, 1, 1e-30f, 1, 0.5f, 0.5f};
    static const double least[] = {1e-30, 1e-30, 1e-30, 0.5};
    int32_t labels[4] = {0};
    tg_loss options = tg_loss_defaults(TG_CROSS_ENTROPY);
    options.reduction = TG_SUM;
    double expected = 0, value = 0;
    tg_tensor x = test_matrix(p, 4, 2), dx = test_matrix(NULL, 4, 2);
    assert_ok(tg_cross_entropy(&x, tg_labels(labels, 4), &options, &value, &dx));
    const float *gradient = test_read(&dx);
    for (size_t r = 0; r < 4; r++) {
        expected -= log(least[r]);
        assert_close(-1 / least[r], (double)gradient[2 * r], 1e-6, 0);
        assert_true(gradient[2 * r + 1] == 0);
    }
    assert_close(expected, value, 1e-7, 0);
    test_set(&x, 0, NAN);
    assert_ok(tg_cross_entropy(&x, tg_labels(labels, 4), &options, &value, &dx));
    gradient = test_read(&dx);
    assert_true(isnan(value) && isnan(gradient[0]) && isfinite(gradient[2]));
    test_destroy(&x, &dx);
}

static void binary_meets_extreme_logits(void **state) {
    (void)state;
    static const struct {
        float z, t;
        double value, gradient;
    } cases[] = {
        {1e4f, 1, 0, 0},
        {1e4f, 0, 1e4, 1},
        {-1e4f, 1, 1e4, -1},
        {-1e4f, 0, 0, 0},
        {1e30f, 0, 1.0000000150474662e30, 1},
        {-50, 0, 1.9287498479639178e-22, 1.9287498479639178e-22},
        {50, 1, 1.9287498479639178e-22, -1.9287498479639178e-22},
        {0, 0.5f, 0.69314718055994531, 0},
        {NAN, 1, 0, 0},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_tensor x = test_matrix(&cases[i].z, 1, 1), values = test_matrix(&cases[i].t, 1, 1);
        tg_tensor dx = test_matrix(NULL, 1, 1);
        double value = -1;
        assert_ok(tg_binary_cross_entropy(&x, tg_values(&values), NULL, &value, &dx));
        const float dz = *test_read(&dx);
        test_destroy(&x, &values, &dx);
        if (isnan(cases[i].z)) {
            assert_true(isnan(value) && isnan(dz));
            continue;
        }
        assert_close(cases[i].value, value, 1e-12, 0);
        assert_close(cases[i].gradient, (double)dz, 1e-7, 0);
    }
}

static void agree_with_pytorch(void **state) {
    (void)state;
    enum { N = 6, K = 4 };
    static const struct {
        loss_function *function;
        const float *outputs;
        const int32_t *labels;
        const float *values, *weights;
        float smoothing;
        const double *mean, *mean_gradient, *sum, *sum_gradient;
    } stored[] = {
#define STORED(name)                                                                               \
    loss_##name##_mean, loss_##name##_mean_gradient, loss_##name##_sum, loss_##name##_sum_gradient
        {tg_softmax_cross_entropy, loss_logits, loss_labels, NULL, NULL, 0, STORED(plain)},
        {tg_softmax_cross_entropy, loss_logits, loss_labels, NULL, loss_weights, 0,
         STORED(weighted)},
        {tg_softmax_cross_entropy, loss_logits, loss_labels_ignored, NULL, NULL, 0,
         STORED(ignored)},
        {tg_softmax_cross_entropy, loss_logits, loss_labels, NULL, NULL, 0.25f, STORED(smoothed)},
        {tg_softmax_cross_entropy, loss_logits, loss_labels_ignored, NULL, loss_weights, 0.25f,
         STORED(everything)},
        {tg_softmax_cross_entropy, loss_logits, NULL, loss_soft, NULL, 0, STORED(soft)},
        {tg_softmax_cross_entropy, loss_logits, NULL, loss_soft, loss_weights, 0,
         STORED(soft_weighted)},
        {tg_cross_entropy, loss_probabilities, loss_labels, NULL, NULL, 0,
         STORED(of_probabilities)},
        {tg_binary_cross_entropy, loss_logits, NULL, loss_yes, NULL, 0, STORED(binary)},
        {tg_mean_squared_error, loss_logits, NULL, loss_values, NULL, 0, STORED(squared)},
#undef STORED
    };
    for (size_t i = 0; i < TG_COUNT(stored) * 2; i++) {
        size_t s = i / 2;
        bool sum = i % 2;
        tg_tensor x = test_matrix(stored[s].outputs, N, K);
        tg_tensor t = test_matrix(stored[s].values, N, K), dx = test_matrix(NULL, N, K);
        tg_loss options = tg_loss_defaults(TG_CROSS_ENTROPY);
        options.reduction = sum ? TG_SUM : TG_MEAN;
        options.class_weights = stored[s].weights;
        options.ignore_index = 9;
        options.label_smoothing = stored[s].smoothing;
        tg_targets targets = stored[s].labels ? tg_labels(stored[s].labels, N) : tg_values(&t);
        double value = 0;
        assert_ok(stored[s].function(&x, targets, &options, &value, &dx));
        assert_close(sum ? *stored[s].sum : *stored[s].mean, value, 2e-7, 0);
        assert_near(sum ? stored[s].sum_gradient : stored[s].mean_gradient, test_read(&dx), NULL,
                    N * K, 1e-6);
        test_destroy(&x, &t, &dx);
    }
}

/* Calls with everything right but one thing. */
static void refuse_what_does_not_fit(void **state) {
    (void)state;
    static loss_function *const functions[] = {tg_softmax_cross_entropy, tg_cross_entropy,
                                               tg_binary_cross_entropy, tg_mean_squared_error};
    int32_t labels[] = {0, 2};
    double value = 7;
    tg_tensor x = test_matrix(NULL, 2, 3), values = test_matrix(NULL, 2, 3);
    tg_tensor dx = test_matrix(NULL, 2, 3), narrow = test_matrix(NULL, 2, 0);
    tg_tensor turned, cleared = {0};
    assert_ok(tg_tensor_fill(&x, 0.5f));
    assert_ok(tg_tensor_fill(&dx, 7));
    assert_ok(tg_tensor_reshape(&dx, (const size_t[]){3, 2}, 2, &turned));
    for (size_t i = 0; i < TG_COUNT(functions); i++) {
        loss_function *f = functions[i];
        bool of_labels = i < 2;
        tg_targets right = of_labels ? tg_labels(labels, 2) : tg_values(&values);
        tg_loss options = tg_loss_defaults(TG_CROSS_ENTROPY);
        assert_fails(TG_INVALID_ARGUMENT, "NULL", f(NULL, right, NULL, &value, &dx));
        assert_fails(TG_INVALID_ARGUMENT, "NULL", f(&cleared, right, NULL, &value, &dx));
        assert_fails(TG_INVALID_ARGUMENT, "loss is NULL", f(&x, right, NULL, NULL, &dx));
        assert_fails(TG_INVALID_ARGUMENT, "gradient", f(&x, right, NULL, &value, &turned));
        assert_fails(TG_INVALID_ARGUMENT, "gradient", f(&x, right, NULL, &value, &cleared));
        assert_fails(TG_INVALID_ARGUMENT, "targets", f(&x, (tg_targets){0}, NULL, &value, &dx));
        assert_fails(TG_INVALID_ARGUMENT, "targets", f(&x, tg_values(&turned), NULL, &value, &dx));
        assert_fails(TG_INVALID_ARGUMENT, "no columns",
                     f(&narrow, tg_values(&narrow), NULL, &value, &narrow));
        options.reduction = (tg_reduction)9;
        assert_fails(TG_INVALID_ARGUMENT, "reduction", f(&x, right, &options, &value, &dx));
        if (!of_labels) {
            assert_fails(TG_INVALID_ARGUMENT, "values",
                         f(&x, tg_labels(labels, 2), NULL, &value, &dx));
            continue;
        }
        assert_fails(TG_INVALID_ARGUMENT, "1 labels for 2 rows",
                     f(&x, tg_labels(labels, 1), NULL, &value, &dx));
        static const int32_t wrong_labels[] = {3, -1, INT32_MIN, INT32_MAX, -100};
        for (size_t j = 0; j < TG_COUNT(wrong_labels); j++) {
            int32_t wrong[] = {0, wrong_labels[j]};
            options = tg_loss_defaults(TG_CROSS_ENTROPY);
            options.ignore_index = -2;
            assert_fails(TG_INVALID_ARGUMENT, "row 1",
                         f(&x, tg_labels(wrong, 2), &options, &value, &dx));
        }
        static const float wrong_smoothing[] = {-0.1f, 1.1f, NAN};
        for (size_t j = 0; j < TG_COUNT(wrong_smoothing); j++) {
            options = tg_loss_defaults(TG_CROSS_ENTROPY);
            options.label_smoothing = wrong_smoothing[j];
            assert_fails(TG_INVALID_ARGUMENT, "smoothing", f(&x, right, &options, &value, &dx));
        }
        static const float wrong_weights[] = {-1, NAN, INFINITY};
        for (size_t j = 0; j < TG_COUNT(wrong_weights); j++) {
            float weights[] = {1, 1, wrong_weights[j]};
            options = tg_loss_defaults(TG_CROSS_ENTROPY);
            options.class_weights = weights;
            assert_fails(TG_INVALID_ARGUMENT, "class 2", f(&x, right, &options, &value, &dx));
        }
    }
    assert_true(value == 7);
    assert_true(test_all(&dx, 7));
    test_destroy(&x, &values, &dx, &narrow);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_agree_with_central_differences),
        cmocka_unit_test(agree_with_the_references),
        cmocka_unit_test(stays_accurate_on_confident_rows),
        cmocka_unit_test(stays_accurate_on_confident_soft_rows),
        cmocka_unit_test(meets_extreme_logits),
        cmocka_unit_test(keeps_a_bad_row_to_itself),
        cmocka_unit_test(ignores_rows_of_nan),
        cmocka_unit_test(agrees_wherever_a_tensor_begins),
        cmocka_unit_test(is_zero_when_no_row_counts),
        cmocka_unit_test(bounds_impossible_probabilities),
        cmocka_unit_test(binary_meets_extreme_logits),
        cmocka_unit_test(agree_with_pytorch),
        cmocka_unit_test(refuse_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
