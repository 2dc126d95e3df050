/* SPDX-License-Identifier: MIT */
/* tigrillo check: is there anything wrong with data before a long training shows it? */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "data.h"
#include "json.h"
#include "options.h"
#include "progress.h"

/* What is looked at: enough to tell, few enough to tell soon. */
enum {
    MOST_SAMPLES = 2000,
    FEW = 20,
    HIDDEN = 64,
    FEW_EPOCHS = 1000,
    EPOCHS = 10,
    FOLDS = 5,
    CHECKS = 4
};

/* With usual initial weights an untrained network's outputs scatter about 0, which costs about half
 * their variance, and much more where one class is nearly all of the data and the draw is against
 * it. So its last layer begins with a hundredth of them; what is left is far below `near`. */
static const float shrink = 0.01f;
static const double near = 0.1;
static const double learned = 0.01; /* a loss that says: all of it */
static const double errors = 4;     /* standard errors that chance does not reach */

static const double none = (double)NAN;

/* A number that was looked at. */
typedef struct measure {
    const char *name; /* NULL: it was not */
    double value;
    double chance;      /* what it is when nothing is learned; none: not asked */
    double least, most; /* what passes; none: no limit */
} measure;

typedef struct check {
    const char *name, *meaning; /* what it usually means when it fails */
    char expected[96], seen[96];
    measure measures[2];
    bool passed;
    bool open; /* chance may reach everything: too few samples, or nearly all of one class */
} check;

typedef struct checker {
    tg_dataset *dataset;
    tg_input input;
    tg_tensor x; /* n x columns, as the network gets them, in random order */
    int32_t *labels;
    size_t n, classes;
    check checks[CHECKS];
    size_t count;
} checker;

static void checker_end(checker *own) {
    free(own->labels);
    tg_tensor_destroy(&own->x);
    tg_input_destroy(&own->input);
    tg_dataset_destroy(own->dataset);
}

static tg_status read_data(checker *own, const command_line *line, const char *label) {
    const tg_read_options options = data_options(label);
    tg_status status = data_read(line->arguments, line->argument_count, &options, &own->dataset);
    if (status) return status;
    const size_t count = tg_dataset_count(own->dataset);
    own->classes = tg_dataset_classes(own->dataset);
    own->n = count < MOST_SAMPLES ? count : MOST_SAMPLES;
    own->labels = calloc(own->n, sizeof *own->labels);
    size_t *order = calloc(count, sizeof *order);
    status = own->labels && order ? TG_OK : TG_OUT_OF_MEMORY;
    if (!status) {
        tg_random random = tg_random_start(1, 0);
        for (size_t i = 0; i < count; ++i) order[i] = i;
        tg_random_shuffle(&random, order, count);
        status = tg_input_fit(own->dataset, TG_FEATURES_PLAIN, NULL, 0, &own->input);
    }
    if (!status) status = tg_matrix_create(tg_cpu(), own->n, own->input.size, &own->x);
    if (!status) {
        status = tg_dataset_batch(own->dataset, &own->input, NULL, 0, 0, order, own->n, 0, &own->x,
                                  own->labels);
    }
    free(order);
    return status;
}

static tg_status make_model(const checker *own, tg_model **model) {
    const tg_layer layers[] = {tg_dense(HIDDEN), tg_relu(), tg_dense(own->classes), tg_softmax()};
    return tg_model_create(tg_cpu(), own->input.size, layers, TG_COUNT(layers), 1, model);
}

/* The samples, with these labels. */
static tg_status with_labels(const checker *own, const int32_t *labels, tg_dataset **all) {
    return tg_dataset_from_rows(&own->x, labels, own->classes, NULL, all);
}

/* Trains a new network on `train` and adds its predictions of `judged` to the metrics. */
static tg_status learn(const checker *own, const tg_dataset *train, const tg_dataset *judged,
                       size_t epochs, float learning_rate, tg_metrics *metrics) {
    tg_model *model = NULL;
    tg_metrics one = {0};
    tg_fit_options options = tg_fit_defaults();
    options.epochs = epochs;
    options.batch_size = FEW;
    options.rule = tg_adam(learning_rate);
    tg_status status = make_model(own, &model);
    if (!status) status = tg_fit(model, train, NULL, &options, NULL);
    if (!status) status = tg_evaluate(model, judged, NULL, &one);
    if (!status) {
        for (size_t i = 0; i < one.classes * one.classes; ++i) {
            metrics->confusion[i] += one.confusion[i];
        }
        metrics->samples += one.samples;
        metrics->loss = one.loss;
        tg_metrics_finish(metrics);
    }
    tg_metrics_destroy(&one);
    tg_model_destroy(model);
    return status;
}

static tg_status shrink_last(tg_model *model) {
    tg_tensor weight;
    tg_status status = tg_model_weight(model, tg_model_layer_count(model) - 2, &weight);
    for (size_t i = 0; !status && i < weight.count; ++i) tg_tensor_data(&weight)[i] *= shrink;
    return status;
}

static tg_status check_start(checker *own) {
    check *at = &own->checks[own->count++];
    at->name = "start";
    at->meaning = "in a program of yours: initial weights or inputs are too large, or the loss is "
                  "another one; here, where inputs are standardised, all data pass";
    tg_dataset *all = NULL;
    tg_model *model = NULL;
    tg_metrics metrics = {0};
    notice("an untrained network ...");
    tg_status status = with_labels(own, own->labels, &all);
    if (!status) status = make_model(own, &model);
    if (!status) status = shrink_last(model);
    if (!status) status = tg_evaluate(model, all, NULL, &metrics);
    const double chance = log((double)own->classes);
    at->measures[0] = (measure){"loss", metrics.loss, chance, chance - near, chance + near};
    at->passed = fabs(metrics.loss - chance) < near;
    snprintf(at->expected, sizeof at->expected,
             "the loss of an untrained network is within %.1f of ln(%zu) = %.4f", near,
             own->classes, chance);
    snprintf(at->seen, sizeof at->seen, "%.4f", metrics.loss);
    tg_metrics_destroy(&metrics);
    tg_model_destroy(model);
    tg_dataset_destroy(all);
    return status;
}

static tg_status check_overfit(checker *own) {
    check *at = &own->checks[own->count++];
    at->name = "overfit";
    at->meaning = "equal samples with different labels, values that hardly differ, or labels that "
                  "follow from them in too complicated a way for so few steps";
    tg_dataset *all = NULL, *few = NULL;
    tg_metrics metrics = {0};
    const size_t count = own->n < FEW ? own->n : FEW;
    size_t first[FEW];
    for (size_t i = 0; i < count; ++i) first[i] = i;
    notice("learning %zu samples by heart ...", count);
    tg_status status = with_labels(own, own->labels, &all);
    if (!status) status = tg_dataset_subset(all, first, count, &few);
    if (!status) status = tg_metrics_create(own->classes, &metrics);
    if (!status) status = learn(own, few, few, FEW_EPOCHS, 1e-2f, &metrics);
    at->measures[0] = (measure){"loss", metrics.loss, none, none, learned};
    at->measures[1] = (measure){"accuracy", metrics.accuracy, none, 1, none};
    at->passed = metrics.loss < learned && metrics.accuracy >= 1;
    snprintf(at->expected, sizeof at->expected,
             "%zu samples can be learned by heart: loss below %.2g, accuracy 1", count, learned);
    snprintf(at->seen, sizeof at->seen, "loss %.4g, accuracy %.4f", metrics.loss, metrics.accuracy);
    tg_metrics_destroy(&metrics);
    tg_dataset_destroy(few);
    tg_dataset_destroy(all);
    return status;
}

/* The accuracy of predictions that know nothing of the labels, and its standard error: of classes
 * as frequent as they are, and predicted as often as they were. */
static double chance_of(const tg_metrics *metrics, double *error) {
    const size_t k = metrics->classes;
    const double n = (double)metrics->samples;
    double chance = 0;
    for (size_t c = 0; c < k; ++c) {
        double is = 0, predicted = 0;
        for (size_t i = 0; i < k; ++i) {
            is += (double)metrics->confusion[c * k + i];
            predicted += (double)metrics->confusion[i * k + c];
        }
        chance += is * predicted / n / n;
    }
    *error = sqrt(chance * (1 - chance) / n);
    return chance;
}

/* Cross-validation: each fifth is judged by a network that learned the others. */
static tg_status cross_validate(const checker *own, const tg_dataset *all, tg_metrics *metrics) {
    size_t *order = calloc(own->n, sizeof *order);
    if (!order) return TG_OUT_OF_MEMORY;
    tg_status status = tg_metrics_create(own->classes, metrics);
    for (size_t fold = 0; !status && fold < FOLDS; ++fold) {
        const size_t first = own->n * fold / FOLDS, count = own->n * (fold + 1) / FOLDS - first;
        tg_dataset *train = NULL, *judged = NULL;
        for (size_t i = 0; i < own->n; ++i) order[i] = (first + i) % own->n;
        status = tg_dataset_subset(all, order, count, &judged);
        if (!status) status = tg_dataset_subset(all, order + count, own->n - count, &train);
        if (!status) status = learn(own, train, judged, EPOCHS, 3e-3f, metrics);
        tg_dataset_destroy(train);
        tg_dataset_destroy(judged);
    }
    free(order);
    return status;
}

static void judge_labels(check *at, const tg_metrics *metrics, bool permuted) {
    double error;
    const double chance = chance_of(metrics, &error);
    const double high = chance + errors * error;
    at->measures[0] = (measure){"accuracy", metrics->accuracy, chance, none, none};
    at->open = high >= 1;
    if (permuted) {
        at->measures[0].most = high;
        /* Below is fine: of a class of which more is judged, less was there to learn. */
        at->passed = metrics->accuracy <= high;
        snprintf(at->expected, sizeof at->expected,
                 "accuracy on samples not learned is chance, %.4f, or nearly: at most %.4f", chance,
                 high);
    } else {
        at->measures[0].least = high;
        at->passed = metrics->accuracy > high;
        snprintf(at->expected, sizeof at->expected,
                 "accuracy on samples not learned is above chance, %.4f, by far: %.4f", chance,
                 high);
    }
    snprintf(at->seen, sizeof at->seen, "%.4f%s", metrics->accuracy,
             at->open ? "; open, since no accuracy is above what chance may reach" : "");
}

static tg_status check_labels(checker *own, bool permuted) {
    check *at = &own->checks[own->count++];
    at->name = permuted ? "permuted labels" : "labels";
    at->meaning = permuted
                      ? "what is judged was learned from: something is wrong with the program"
                      : "the values hardly tell the labels: another column is meant, labels are "
                        "out of step with samples, or there are too few samples";
    size_t *order = calloc(own->n, sizeof *order);
    int32_t *labels = calloc(own->n, sizeof *labels);
    tg_dataset *all = NULL;
    tg_metrics metrics = {0};
    notice("cross-validating, labels %s ...", permuted ? "permuted" : "as they are");
    tg_status status = order && labels ? TG_OK : TG_OUT_OF_MEMORY;
    if (!status) {
        tg_random random = tg_random_start(2, 0);
        for (size_t i = 0; i < own->n; ++i) order[i] = i;
        if (permuted) tg_random_shuffle(&random, order, own->n);
        for (size_t i = 0; i < own->n; ++i) labels[i] = own->labels[order[i]];
        status = with_labels(own, labels, &all);
    }
    if (!status) status = cross_validate(own, all, &metrics);
    if (!status) judge_labels(at, &metrics, permuted);
    tg_metrics_destroy(&metrics);
    tg_dataset_destroy(all);
    free(labels);
    free(order);
    return status;
}

static void print_text(const checker *own) {
    printf("%zu of %zu samples, %zu classes; a network %zu -> %d relu -> %zu\n", own->n,
           tg_dataset_count(own->dataset), own->classes, own->input.size, HIDDEN, own->classes);
    for (size_t i = 0; i < own->count; ++i) {
        const check *at = &own->checks[i];
        printf("\n%s  %s\n      expected: %s\n      seen:     %s\n      if not:   %s\n",
               at->open     ? "open"
               : at->passed ? "ok  "
                            : "FAIL",
               at->name, at->expected, at->seen, at->meaning);
    }
}

static json_t *measures_json(const check *at) {
    json_t *array = json_array();
    for (size_t i = 0; i < TG_COUNT(at->measures) && at->measures[i].name; ++i) {
        const measure *one = &at->measures[i];
        json_t *object = json_pack("{s:s, s:o, s:o, s:o, s:o}", "name", one->name, "value",
                                   json_number(one->value), "chance", json_number(one->chance),
                                   "least", json_number(one->least), "most",
                                   json_number(one->most));
        if (json_array_append_new(array, object)) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *report(const checker *own, bool passed) {
    json_t *checks = json_array();
    bool whole = true;
    for (size_t i = 0; i < own->count; ++i) {
        const check *at = &own->checks[i];
        whole = whole &&
                !json_array_append_new(
                    checks, json_pack("{s:s, s:o, s:s, s:s, s:s, s:o}", "name", at->name, "passed",
                                      at->open ? json_null() : json_boolean(at->passed), "expected",
                                      at->expected, "seen", at->seen, "if_not", at->meaning,
                                      "measures", measures_json(at)));
    }
    json_t *object = json_pack("{s:I, s:I, s:b, s:o}", "samples", (json_int_t)own->n, "classes",
                               (json_int_t)own->classes, "passed", passed, "checks", checks);
    if (whole) return object;
    json_decref(object);
    return NULL;
}

static int check_data(const command_line *line, const char *label, bool json) {
    checker own = {0};
    const char *data = line->argument_count == 1 ? line->arguments[0] : "the data";
    tg_status status = read_data(&own, line, label);
    int code = finish(status);
    if (!status && own.n < 10) {
        code = fail("%s: %zu samples are too few to check", data, own.n);
    } else if (!status) {
        status = check_start(&own);
        if (!status) status = check_overfit(&own);
        if (!status) status = check_labels(&own, false);
        if (!status) status = check_labels(&own, true);
        notice_end();
        code = finish(status);
    }
    if (code == DONE) {
        size_t failed = 0;
        for (size_t i = 0; i < own.count; ++i)
            failed += !own.checks[i].passed && !own.checks[i].open;
        if (json)
            code = json_print(report(&own, failed == 0));
        else
            print_text(&own);
        if (failed > 0) code = fail("%s: %zu of %zu checks failed", data, failed, own.count);
    }
    checker_end(&own);
    return code;
}

static int run(const command *self, int argc, char **argv) {
    const char *label = NULL;
    bool json = false;
    const option options[] = {
        label_option(&label),
        {.name = "json",
         .help =
             "print one JSON object; the measures of each check are its numbers: value, what it "
             "is by chance, the least and the most that pass (null: no limit); passed is null "
             "where a check stays open",
         .flag = &json},
    };
    command_line line;
    int code = command_line_parse(&line, self, argc, argv, options, TG_COUNT(options));
    if (code == PARSED) code = check_data(&line, label, json);
    command_line_end(&line);
    return code;
}

const command check_command = {
    "check",
    "DATA...",
    "tells whether data can be learned from",
    "Four checks that take seconds, on at most 2000 samples: the loss of an untrained network is "
    "near\n"
    "ln(classes), 20 samples can be learned by heart, labels are told better than by chance, and\n"
    "permuted labels are not. Several DATA count as one, with the classes of the first. With too\n"
    "few samples the last two checks stay open. The exit code is 1 when one fails.",
    1,
    SIZE_MAX,
    run};
