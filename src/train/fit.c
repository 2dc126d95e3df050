/* SPDX-License-Identifier: MIT */
/* The trainer; docs/architecture.md tells a batch's day, which take_step() is. */
#include <tigrillo/fit.h>

#include <math.h>

#include "base/memory.h"
#include "base/status.h"
#include "base/streams.h"
#include "data/picture.h"
#include "device/device.h"
#include "nn/loss.h"
#include "nn/optimizer.h"
#include "train/checkpoint.h"
#include "train/history.h"
#include "train/metrics.h"
#include "train/trainer.h"

tg_fit_options tg_fit_defaults(void) {
    tg_fit_options options = {
        .epochs = 10, .batch_size = 64, .seed = 1, .keep_best = true, .report_every = 1};
    options.rule = tg_adamw(1e-3f);
    options.schedule = tg_schedule_constant();
    options.loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    options.augmentation = tg_augmentation_none();
    options.monitor = TG_MONITOR_LOSS;
    return options;
}

/* ---- Setting up ---- */

static tg_status check_options(const tg_model *model, const tg_dataset *train,
                               const tg_dataset *validation, const tg_fit_options *options) {
    TG_REQUIRE(options->epochs >= 1, "tg_fit: 0 epochs");
    TG_REQUIRE(options->batch_size >= 1, "tg_fit: the batch size is 0");
    TG_TRY(tg_update_rule_check(&options->rule));
    TG_TRY(tg_schedule_check(&options->schedule));
    TG_TRY(tg_loss_check(&options->loss, tg_model_outputs(model)));
    TG_REQUIRE(options->loss.kind == TG_CROSS_ENTROPY || tg_dataset_target_columns(train) > 0,
               "tg_fit: this loss needs target values, the data set has labels");
    TG_REQUIRE(options->clip_norm >= 0 && isfinite(options->clip_norm),
               "tg_fit: the norm is clipped at %g", (double)options->clip_norm);
    TG_TRY(tg_augmentation_check(&options->augmentation));
    TG_REQUIRE(tg_augmentation_is_none(&options->augmentation) ||
                   tg_dataset_shape(train).height > 0,
               "tg_fit: only pictures can be augmented");
    TG_REQUIRE(!options->balance_classes || tg_dataset_classes(train) > 0,
               "tg_fit: there are no classes to balance");
    TG_REQUIRE(!options->balance_classes || !options->loss.class_weights,
               "tg_fit: class weights are given, and classes to be balanced");
    TG_REQUIRE(options->patience == 0 || validation,
               "tg_fit: early stopping needs a validation set");
    TG_REQUIRE(options->monitor == TG_MONITOR_LOSS ||
                   options->monitor == TG_MONITOR_BALANCED_ACCURACY,
               "tg_fit: there is no monitor %d", (int)options->monitor);
    TG_REQUIRE(options->monitor == TG_MONITOR_LOSS || tg_dataset_classes(train) > 0,
               "tg_fit: without classes there is no balanced accuracy to monitor");
    TG_REQUIRE(!validation ||
                   tg_dataset_target_columns(validation) == tg_dataset_target_columns(train),
               "tg_fit: training and validation set have different targets");
    return TG_OK;
}

static tg_status balance_classes(tg_trainer *t, const tg_dataset *train) {
    /* One weight per output: a model may have more outputs than the data has classes. */
    t->class_weights = tg_allocate(tg_model_outputs(t->model), sizeof *t->class_weights);
    if (!t->class_weights) return TG_OUT_OF_MEMORY;
    TG_TRY(tg_dataset_class_weights(train, t->class_weights));
    t->loss.class_weights = t->class_weights;
    return TG_OK;
}

static tg_status set_up(tg_trainer *t, const tg_dataset *train, const tg_dataset *validation) {
    const tg_fit_options *options = t->options;
    const size_t count = tg_dataset_count(train), parameters = tg_model_parameter_count(t->model);
    const tg_augmentation *augmentation = tg_augmentation_is_none(&options->augmentation)
                                              ? NULL
                                              : &options->augmentation;
    t->batch_size = options->batch_size < count || count == 0 ? options->batch_size : count;
    t->steps_per_epoch = count / t->batch_size + (count % t->batch_size > 0);
    t->loss = options->loss;
    t->best_value = (double)INFINITY;
    TG_TRY(tg_source_open(&t->train, t->model, train, augmentation, options->seed, t->batch_size));
    if (options->balance_classes) TG_TRY(balance_classes(t, train));
    TG_TRY(tg_plan_create(t->model, TG_TRAINING, t->batch_size, &t->plan));
    tg_plan_set_dropout(t->plan, options->seed, 0);
    TG_TRY(
        tg_optimizer_create(tg_model_device(t->model), parameters, &options->rule, &t->optimizer));
    t->order = tg_allocate(count, sizeof *t->order);
    if (!t->order) return TG_OUT_OF_MEMORY;
    TG_TRY(tg_queue_open(t));
    if (!validation) return TG_OK;
    TG_TRY(tg_source_open(&t->validation, t->model, validation, NULL, 0, TG_EVALUATION_ROWS));
    TG_TRY(tg_plan_create(t->model, TG_INFERENCE, TG_EVALUATION_ROWS, &t->validation_plan));
    if (options->keep_best)
        TG_TRY(tg_vector_create(tg_model_device(t->model), parameters, &t->best));
    return TG_OK;
}

static void tear_down(tg_trainer *t) {
    tg_queue_destroy(t);
    tg_source_destroy(&t->train);
    tg_source_destroy(&t->validation);
    tg_plan_destroy(t->plan);
    tg_plan_destroy(t->validation_plan);
    tg_optimizer_destroy(t->optimizer);
    tg_tensor_destroy(&t->best);
    tg_release(t->class_weights);
    tg_release(t->order);
    tg_history_destroy(&t->history);
}

/* ---- Steps ---- */

/* The order of an epoch depends on seed and epoch alone, so a resumed run finds the same. */
static void shuffle(tg_trainer *t) {
    const size_t count = tg_dataset_count(t->train.dataset);
    tg_random random = tg_random_start(t->options->seed, tg_stream(TG_STREAM_SHUFFLE, t->epoch));
    for (size_t i = 0; i < count; i++) t->order[i] = i;
    tg_random_shuffle(&random, t->order, count);
}

/* Says where a loss that is NaN or infinite came from: `what` is its name, `step` counts from 1. */
static tg_status report_not_finite(const tg_trainer *t, tg_plan *plan, const char *what,
                                   size_t step, double loss) {
    long layer = -1;
    if (isnan(loss)) loss = fabs(loss); /* "nan", never "-nan" */
    TG_TRY(tg_plan_find_not_finite(plan, &layer));
    if (layer < 0)
        return tg_fail(TG_NOT_FINITE,
                       "epoch %zu, step %zu: the %s is %g, though all layers' outputs are finite",
                       t->epoch + 1, step, what, loss);
    return tg_fail(TG_NOT_FINITE,
                   "epoch %zu, step %zu: the %s is %g; layer %ld (%s) is the first whose outputs "
                   "are not finite",
                   t->epoch + 1, step, what, loss, layer,
                   tg_layer_name(tg_model_layer(t->model, (size_t)layer)->kind));
}

/* A step that spoils the weights shows in the loss of the next; after the last of an epoch there is
 * none, so the weights themselves are looked at. */
static tg_status check_weights(const tg_trainer *t) {
    for (size_t i = 0; i < tg_model_layer_count(t->model); i++) {
        if (tg_model_layer(t->model, i)->kind != TG_LAYER_DENSE) continue;
        tg_tensor parts[2];
        TG_TRY(tg_model_weight(t->model, i, &parts[0]));
        TG_TRY(tg_model_bias(t->model, i, &parts[1]));
        for (size_t p = 0; p < TG_COUNT(parts); p++) {
            tg_device *device = parts[p].device;
            bool finite = true;
            TG_TRY(
                device->operations->all_finite(device, parts[p].memory, parts[p].count, &finite));
            if (!finite)
                return tg_fail(TG_NOT_FINITE,
                               "epoch %zu, step %zu: after it layer %zu (dense) is the first whose "
                               "%s is not finite",
                               t->epoch + 1, t->step, i, p == 0 ? "weight" : "bias");
        }
    }
    return TG_OK;
}

const size_t *tg_trainer_samples(const tg_trainer *t, size_t step, size_t *count) {
    const size_t first = step * t->batch_size, left = tg_dataset_count(t->train.dataset) - first;
    *count = left < t->batch_size ? left : t->batch_size;
    return t->order + first;
}

double tg_trainer_learning_rate(const tg_trainer *t, size_t step) {
    const tg_fit_options *options = t->options;
    return (double)options->rule.learning_rate *
           tg_schedule_factor(&options->schedule, t->epoch * t->steps_per_epoch + step,
                              t->steps_per_epoch, options->epochs);
}

/* Counts a step that is done, and tells of it; *go_on becomes false if training is to end. */
static void finish_step(tg_trainer *t, size_t samples, tg_targets targets,
                        const tg_step_result *result, bool *go_on) {
    const tg_fit_options *options = t->options;
    const size_t outputs = tg_model_outputs(t->model);
    const double weight = tg_loss_normalizer(&t->loss, targets, samples, outputs);
    t->loss_sum += t->loss.reduction == TG_SUM ? result->loss : result->loss * weight;
    t->weight += weight;
    t->correct += result->correct;
    t->counted += tg_count_judged(&t->loss, targets, samples, outputs);
    t->learning_rate = tg_trainer_learning_rate(t, t->step);
    const tg_step_report report = {.epoch = t->epoch,
                                   .epochs = options->epochs,
                                   .step = t->step,
                                   .steps_per_epoch = t->steps_per_epoch,
                                   .samples = samples,
                                   .loss = result->loss,
                                   .learning_rate = t->learning_rate,
                                   .gradient_norm = result->norm};
    t->step++;
    if (options->on_step && !options->on_step(options->user, &report)) *go_on = false;
}

static tg_status take_step(tg_trainer *t, bool *go_on) {
    const float limit = t->options->clip_norm;
    const float rate = (float)tg_trainer_learning_rate(t, t->step);
    size_t count = 0;
    const size_t *samples = tg_trainer_samples(t, t->step, &count);
    tg_tensor x, y, values, parameters;
    tg_targets targets = {0};
    tg_step_result result = {0};

    TG_TRY(tg_source_batch(&t->train, t->epoch, samples, count, &x, &values, &targets));
    TG_TRY(tg_plan_forward(t->plan, &x, &y));
    TG_TRY(tg_plan_loss(t->plan, &t->loss, targets, &result.loss));
    if (!isfinite(result.loss))
        return report_not_finite(t, t->plan, "loss", t->step + 1, result.loss);
    TG_TRY(tg_model_parameters(t->model, &parameters));
    if (limit > 0) {
        tg_tensor gradients = *tg_plan_gradients(t->plan);
        TG_TRY(tg_plan_backward(t->plan));
        TG_TRY(tg_clip_norm(&gradients, limit, &result.norm));
        TG_TRY(tg_optimizer_step(t->optimizer, rate, &gradients, &parameters));
    } else {
        TG_TRY(tg_plan_backward_step(t->plan, t->optimizer, rate, &parameters));
    }
    TG_TRY(
        tg_count_correct(&t->loss, t->model, &y, tg_device_targets_of(&targets), &result.correct));
    finish_step(t, count, targets, &result, go_on);
    return TG_OK;
}

/* Steps that the device takes by itself, up to the next report. */
static tg_status take_steps(tg_trainer *t, bool *go_on) {
    const tg_fit_options *options = t->options;
    const size_t first = t->step, left = t->steps_per_epoch - first;
    const size_t wanted = options->report_every > 0 ? options->report_every : 1;
    const size_t count = options->on_step && wanted < left ? wanted : left;
    size_t done = 0, samples = 0;
    TG_TRY(tg_queue_take(t, count, &done));
    while (t->step < done) {
        const size_t *order = tg_trainer_samples(t, t->step, &samples);
        const tg_targets targets = tg_source_targets(&t->train, order, samples);
        finish_step(t, samples, targets, &t->queue.results[t->step - first], go_on);
    }
    if (done == first + count) return TG_OK;
    TG_TRY(tg_queue_repeat(t));
    return report_not_finite(t, t->plan, "loss", t->step + 1, t->queue.results[done - first].loss);
}

/* ---- Epochs ---- */

static tg_status validate(tg_trainer *t, tg_metrics *metrics) {
    metrics->loss = metrics->accuracy = metrics->balanced_accuracy = (double)NAN;
    if (!t->validation_plan) return TG_OK;
    const bool labelled = t->validation.labels != NULL;
    TG_TRY(tg_metrics_create(labelled ? tg_model_outputs(t->model) : 0, metrics));
    TG_TRY(tg_evaluate_source(t->model, t->validation_plan, &t->validation, TG_EVALUATION_ROWS,
                              &t->loss, metrics));
    if (isfinite(metrics->loss)) return TG_OK;
    return report_not_finite(t, t->validation_plan, "validation loss", t->step, metrics->loss);
}

/* The value that training makes small. */
static double monitored(const tg_trainer *t, const tg_epoch_report *report) {
    if (!t->validation_plan) return report->train_loss;
    return t->options->monitor == TG_MONITOR_LOSS ? report->validation.loss
                                                  : -report->validation.balanced_accuracy;
}

/* Of two epochs with the same balanced accuracy, which small sets often have, the loss decides. */
static bool is_best(const tg_trainer *t, const tg_epoch_report *report) {
    const double value = monitored(t, report);
    if (value != t->best_value) return value < t->best_value;
    return report->validation.loss < t->history.epochs[t->history.best_epoch].validation.loss;
}

/* Keeps the weights of an epoch that is the best so far. */
static tg_status judge(tg_trainer *t, tg_epoch_report *report) {
    report->best = is_best(t, report);
    t->epochs_since_best = report->best ? 0 : t->epochs_since_best + 1;
    if (!report->best) return TG_OK;
    t->best_value = monitored(t, report);
    t->history.best_epoch = t->history.count;
    if (!t->best.device) return TG_OK;
    tg_tensor parameters;
    TG_TRY(tg_model_parameters(t->model, &parameters));
    return tg_tensor_copy(&parameters, &t->best);
}

/* Judges the epoch whose steps are done, records it, and begins the next. */
static tg_status end_epoch(tg_trainer *t) {
    TG_TRY(tg_history_grow(&t->history, &t->history_capacity));
    tg_epoch_report report = {
        .epoch = t->epoch,
        .learning_rate = t->learning_rate,
        .train_loss = t->weight > 0 ? t->loss_sum / t->weight : 0,
        .train_accuracy = t->counted > 0 ? (double)t->correct / (double)t->counted : (double)NAN};
    tg_status status = check_weights(t);
    if (!status) status = validate(t, &report.validation);
    if (!status) status = judge(t, &report);
    if (status) {
        tg_metrics_destroy(&report.validation);
        return status;
    }
    t->history.epochs[t->history.count++] = report;
    t->epoch++;
    t->step = 0;
    t->loss_sum = t->weight = 0;
    t->correct = t->counted = 0;
    return TG_OK;
}

static tg_status cancel(const tg_trainer *t, const char *when, size_t epoch) {
    if (t->options->checkpoint) TG_TRY(tg_checkpoint_write(t, t->options->checkpoint));
    return tg_fail(TG_CANCELLED, "training was cancelled %s epoch %zu", when, epoch + 1);
}

static tg_status train_epoch(tg_trainer *t) {
    const tg_fit_options *options = t->options;
    bool go_on = true;
    shuffle(t);
    if (t->queue.steps) TG_TRY(tg_queue_begin(t));
    while (t->step < t->steps_per_epoch && go_on)
        TG_TRY(t->queue.steps ? take_steps(t, &go_on) : take_step(t, &go_on));
    if (!go_on) {
        TG_TRY(check_weights(t)); /* before they go into the checkpoint */
        return cancel(t, "in", t->epoch);
    }
    TG_TRY(end_epoch(t));
    const tg_epoch_report *epoch = &t->history.epochs[t->history.count - 1];
    if (options->on_epoch && !options->on_epoch(options->user, epoch))
        return cancel(t, "after", epoch->epoch);
    if (options->checkpoint) TG_TRY(tg_checkpoint_write(t, options->checkpoint));
    return TG_OK;
}

static bool has_patience(tg_trainer *t) {
    const size_t patience = t->options->patience;
    t->history.stopped_early = patience > 0 && t->epochs_since_best >= patience;
    return !t->history.stopped_early;
}

static tg_status restore_best(tg_trainer *t) {
    if (!t->best.device || t->history.count == 0) return TG_OK;
    tg_tensor parameters;
    TG_TRY(tg_model_parameters(t->model, &parameters));
    return tg_tensor_copy(&t->best, &parameters);
}

tg_status tg_fit(tg_model *model, const tg_dataset *train, const tg_dataset *validation,
                 const tg_fit_options *options, tg_history *history) {
    TG_REQUIRE(model && train && options, "tg_fit: an argument is NULL");
    TG_TRY(check_options(model, train, validation, options));
    tg_trainer trainer = {.options = options, .model = model}, *t = &trainer;
    tg_status status = set_up(t, train, validation);
    if (!status && options->resume) status = tg_checkpoint_read(t, options->resume);
    while (!status && t->epoch < options->epochs && has_patience(t)) status = train_epoch(t);
    if (!status || status == TG_NOT_FINITE) {
        tg_status restored = restore_best(t);
        if (!status) status = restored;
    }
    if (history && (!status || status == TG_CANCELLED || status == TG_NOT_FINITE)) {
        *history = t->history;
        t->history = (tg_history){0};
    }
    tear_down(t);
    return status;
}
