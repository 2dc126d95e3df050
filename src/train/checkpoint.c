/* SPDX-License-Identifier: MIT */
#include "train/checkpoint.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "io/description.h"
#include "io/json.h"
#include "io/model_file.h"
#include "model/plan.h"
#include "train/history.h"

#define KEY "tigrillo.train"
#define CONFUSION TG_TRAINING_PREFIX "confusion"

/* ---- To JSON. jansson gives NULL for all of these when it has no memory; json_pack() passes that
 * on, and tg_json_print() reports it. ---- */

/* NaN and infinity, which JSON does not know, become null. */
static json_t *number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

/* An array under construction takes one more entry; NULL, when there is no memory, stays NULL. */
static json_t *append(json_t *array, json_t *entry) {
    if (array && json_array_append_new(array, entry) == 0) return array;
    json_decref(array);
    return NULL;
}

static json_t *weights_array(const float *weights, size_t count) {
    if (!weights) return json_null();
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) array = append(array, number((double)weights[i]));
    return array;
}

/* Whether the learning rate at a step depends on how many there will be. */
static bool depends_on_epochs(const tg_schedule *schedule) {
    return schedule->kind == TG_COSINE || schedule->kind == TG_ONE_CYCLE;
}

/* By their enumerations. */
static const char *const optimizer_names[] = {"sgd", "adam"};
static const char *const schedule_names[] = {"constant", "step", "cosine", "one-cycle"};
static const char *const loss_names[] = {"cross-entropy", "binary cross-entropy",
                                         "mean squared error"};

/* What must be the same for training to go on bit by bit. */
static json_t *options_object(const tg_trainer *t) {
    const tg_fit_options *o = t->options;
    const tg_update_rule *rule = &o->rule;
    const tg_schedule *schedule = &o->schedule;
    const tg_augmentation *augmentation = &o->augmentation;
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, o->seed);
    const size_t validation = t->validation_plan ? tg_dataset_count(t->validation.dataset) : 0;
    return json_pack(
        "{s:s, s:I, s:I, s:I, s:I,"
        " s:s, s:o, s:o, s:b, s:o, s:b, s:o, s:o, s:o,"
        " s:s, s:I, s:o, s:I, s:o, s:I,"
        " s:s, s:s, s:i, s:o, s:o,"
        " s:b, s:o, s:b, s:I, s:o, s:o, s:s, s:b}",
        "seed", seed, "batch size", (json_int_t)t->batch_size, "training samples",
        (json_int_t)tg_dataset_count(t->train.dataset), "validation samples",
        (json_int_t)validation, "columns", (json_int_t)tg_model_inputs(t->model),

        "optimizer", optimizer_names[rule->kind], "learning rate",
        number((double)rule->learning_rate), "weight decay", number((double)rule->weight_decay),
        "decoupled decay", rule->decoupled_decay, "momentum", number((double)rule->momentum),
        "nesterov", rule->nesterov, "beta1", number((double)rule->beta1), "beta2",
        number((double)rule->beta2), "epsilon", number((double)rule->epsilon),

        "schedule", schedule_names[schedule->kind], "warm-up steps",
        (json_int_t)schedule->warmup_steps, "schedule factor", number((double)schedule->factor),
        "schedule every", (json_int_t)schedule->every, "schedule final",
        number((double)schedule->final), "epochs of the schedule",
        (json_int_t)(depends_on_epochs(schedule) ? o->epochs : 0),

        "loss", loss_names[o->loss.kind], "reduction", o->loss.reduction == TG_SUM ? "sum" : "mean",
        "ignore index", (int)o->loss.ignore_index, "label smoothing",
        number((double)o->loss.label_smoothing), "class weights",
        weights_array(t->loss.class_weights, tg_model_outputs(t->model)),

        "balance classes", o->balance_classes, "clip norm", number((double)o->clip_norm), "mirror",
        augmentation->mirror, "shift", (json_int_t)augmentation->shift, "brightness",
        number((double)augmentation->brightness), "contrast",
        number((double)augmentation->contrast), "monitor",
        o->monitor == TG_MONITOR_LOSS ? "loss" : "balanced accuracy", "keep best", o->keep_best);
}

static json_t *history_array(const tg_history *history) {
    json_t *array = json_array();
    for (size_t i = 0; i < history->count; i++) {
        const tg_epoch_report *e = &history->epochs[i];
        const tg_metrics *v = &e->validation;
        array = append(array, json_pack("[o, o, o, b, o, o, o, I]", number(e->learning_rate),
                                        number(e->train_loss), number(e->train_accuracy), e->best,
                                        number(v->loss), number(v->accuracy),
                                        number(v->balanced_accuracy), (json_int_t)v->samples));
    }
    return array;
}

static json_t *state_object(const tg_trainer *t) {
    return json_pack(
        "{s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:I, s:I, s:o, s:o, s:I, s:I, s:o}", "options",
        options_object(t), "epoch", (json_int_t)t->epoch, "step", (json_int_t)t->step,
        "optimizer steps", (json_int_t)tg_optimizer_steps(t->optimizer), "dropout step",
        (json_int_t)tg_plan_dropout_step(t->plan), "loss sum", number(t->loss_sum), "weight",
        number(t->weight), "correct", (json_int_t)t->correct, "counted", (json_int_t)t->counted,
        "last learning rate", number(t->learning_rate), "best value", number(t->best_value),
        "best epoch", (json_int_t)t->history.best_epoch, "epochs since best",
        (json_int_t)t->epochs_since_best, "history", history_array(&t->history));
}

/* ---- The confusion matrices of all epochs, as a tensor: most cells are 0, and there may be too
 * many for a text. A row for each cell that is not: epoch, true class, predicted class, count,
 * which are exact as float32 up to 2^24. ---- */

enum { CELL_COLUMNS = 4 };

static tg_status confusion_to_tensor(const tg_history *history, tg_tensor *cells) {
    size_t count = 0;
    for (size_t e = 0; e < history->count; e++) {
        const tg_metrics *m = &history->epochs[e].validation;
        for (size_t i = 0; i < m->classes * m->classes; i++) count += m->confusion[i] > 0;
    }
    TG_TRY(tg_matrix_create(tg_cpu(), count, CELL_COLUMNS, cells));
    float *row = tg_tensor_data(cells);
    for (size_t e = 0; e < history->count; e++) {
        const tg_metrics *m = &history->epochs[e].validation;
        for (size_t i = 0; i < m->classes * m->classes; i++) {
            if (m->confusion[i] == 0) continue;
            row[0] = (float)e;
            row[1] = (float)(i / m->classes);
            row[2] = (float)(i % m->classes);
            row[3] = (float)m->confusion[i];
            row += CELL_COLUMNS;
        }
    }
    return TG_OK;
}

/* A whole number below `bound`. */
static bool is_index(float value, size_t bound) {
    return value >= 0 && (double)value < (double)bound && value == (float)(size_t)value;
}

static tg_status confusion_from_tensor(const tg_tensor *cells, tg_history *history) {
    const float *row = tg_tensor_data(cells);
    for (size_t i = 0; i < cells->shape[0]; i++, row += CELL_COLUMNS) {
        tg_metrics *m = is_index(row[0], history->count)
                            ? &history->epochs[(size_t)row[0]].validation
                            : NULL;
        if (!m || !is_index(row[1], m->classes) || !is_index(row[2], m->classes) ||
            !is_index(row[3], (size_t)1 << 32))
            return tg_fail(TG_BAD_FORMAT, "\"" CONFUSION "\": row %zu fits no epoch and class", i);
        m->confusion[(size_t)row[1] * m->classes + (size_t)row[2]] = (size_t)row[3];
    }
    /* The figures follow from it; without classes they are those that were kept. */
    for (size_t e = 0; e < history->count; e++) {
        tg_metrics *m = &history->epochs[e].validation;
        if (m->classes > 0) tg_metrics_finish(m);
    }
    return TG_OK;
}

/* ---- The tensors beside the model's ---- */

enum { MOST_STATES = 3 }; /* the best epoch's weights and two of the optimiser */

static const char *const state_names[] = {TG_TRAINING_PREFIX "state.0",
                                          TG_TRAINING_PREFIX "state.1"};

/* Names, and views of what the trainer has. */
static tg_status list_states(const tg_trainer *t, tg_tensor views[MOST_STATES],
                             tg_named_tensor named[MOST_STATES], size_t *count) {
    size_t n = 0;
    if (t->best.device) {
        views[n] = t->best;
        named[n] = (tg_named_tensor){TG_TRAINING_PREFIX "best", &views[n]};
        n++;
    }
    for (size_t i = 0; i < tg_optimizer_state_count(t->optimizer); i++) {
        TG_TRY(tg_optimizer_state(t->optimizer, i, &views[n]));
        named[n] = (tg_named_tensor){state_names[i], &views[n]};
        n++;
    }
    *count = n;
    return TG_OK;
}

tg_status tg_checkpoint_write(const tg_trainer *t, const char *path) {
    tg_tensor views[MOST_STATES], cells = {0};
    tg_named_tensor named[MOST_STATES + 1];
    size_t count = 0;
    char *text = NULL;
    TG_TRY(list_states(t, views, named, &count));
    TG_TRY(confusion_to_tensor(&t->history, &cells));
    named[count++] = (tg_named_tensor){CONFUSION, &cells};
    tg_status status = tg_json_print(state_object(t), &text);
    if (!status) {
        const tg_text_pair metadata[] = {{KEY, text}};
        status = tg_model_write(t->model, path, named, count, metadata, TG_COUNT(metadata));
    }
    tg_release(text);
    tg_tensor_destroy(&cells);
    return status;
}

/* ---- From JSON ---- */

static tg_status get_number(const json_t *object, const char *key, double missing, double *value) {
    const json_t *json = json_object_get(object, key);
    if (!json_is_number(json) && !json_is_null(json))
        return tg_fail(TG_BAD_FORMAT, "\"%s\" is not a number", key);
    *value = json_is_null(json) ? missing : json_number_value(json);
    return TG_OK;
}

static tg_status get_size(const json_t *object, const char *key, size_t largest, size_t *value) {
    return tg_json_size(json_object_get(object, key), key, largest, value);
}

/* Two JSON values in words, for the message of a difference. */
static tg_status report_difference(const char *key, json_t *here, json_t *there) {
    char *mine = json_dumps(here, JSON_ENCODE_ANY | JSON_REAL_PRECISION(7));
    char *theirs = there ? json_dumps(there, JSON_ENCODE_ANY | JSON_REAL_PRECISION(7)) : NULL;
    tg_status status = tg_fail(TG_INVALID_ARGUMENT, "the %s is %.60s here and %.60s there", key,
                               mine ? mine : "?", theirs ? theirs : "not given");
    free(mine);
    free(theirs);
    return status;
}

static tg_status check_options(const tg_trainer *t, json_t *there) {
    json_t *here = options_object(t);
    if (!here) return tg_fail(TG_OUT_OF_MEMORY, "out of memory: cannot make a JSON text");
    tg_status status = TG_OK;
    const char *key;
    json_t *value;
    json_object_foreach(here, key, value) {
        json_t *other = json_object_get(there, key);
        if (!status && !json_equal(value, other)) status = report_difference(key, value, other);
    }
    json_decref(here);
    return status;
}

static tg_status read_epoch(const json_t *row, const tg_trainer *t, tg_epoch_report *report) {
    double value[7];
    for (size_t i = 0; i < TG_COUNT(value); i++) {
        const json_t *json = json_array_get(row, i);
        if (!json_is_number(json) && !json_is_null(json) && !json_is_boolean(json))
            return tg_fail(TG_BAD_FORMAT, "no number");
        value[i] = json_is_number(json) ? json_number_value(json) : (double)NAN;
    }
    report->learning_rate = value[0];
    report->train_loss = value[1];
    report->train_accuracy = value[2];
    report->best = json_is_true(json_array_get(row, 3));
    const bool labelled = t->validation_plan && t->validation.labels;
    TG_TRY(tg_metrics_create(labelled ? tg_model_outputs(t->model) : 0, &report->validation));
    report->validation.loss = value[4];
    report->validation.accuracy = value[5];
    report->validation.balanced_accuracy = value[6];
    return tg_json_size(json_array_get(row, 7), "samples", TG_JSON_LARGEST,
                        &report->validation.samples);
}

static tg_status read_history(const json_t *array, tg_trainer *t) {
    if (!json_is_array(array)) return tg_fail(TG_BAD_FORMAT, "\"history\" is missing");
    const size_t count = json_array_size(array);
    while (t->history.count < count) {
        TG_TRY(tg_history_grow(&t->history, &t->history_capacity));
        /* Counted at once, so that what it owns is destroyed with the rest. */
        tg_epoch_report *report = &t->history.epochs[t->history.count];
        *report = (tg_epoch_report){.epoch = t->history.count++};
        char place[48];
        snprintf(place, sizeof place, "\"history\": epoch %zu", report->epoch);
        TG_TRY(tg_within(place, read_epoch(json_array_get(array, report->epoch), t, report)));
    }
    return TG_OK;
}

static tg_status read_state(json_t *state, tg_trainer *t) {
    const size_t any = TG_JSON_LARGEST;
    size_t optimizer_steps = 0, dropout_step = 0;
    TG_TRY(check_options(t, json_object_get(state, "options")));
    TG_TRY(get_size(state, "epoch", any, &t->epoch));
    TG_TRY(get_size(state, "step", t->steps_per_epoch, &t->step));
    TG_TRY(get_size(state, "optimizer steps", any, &optimizer_steps));
    TG_TRY(get_size(state, "dropout step", any, &dropout_step));
    TG_TRY(get_number(state, "loss sum", 0, &t->loss_sum));
    TG_TRY(get_number(state, "weight", 0, &t->weight));
    TG_TRY(get_size(state, "correct", any, &t->correct));
    TG_TRY(get_size(state, "counted", any, &t->counted));
    TG_TRY(get_number(state, "last learning rate", 0, &t->learning_rate));
    TG_TRY(get_number(state, "best value", (double)INFINITY, &t->best_value));
    TG_TRY(read_history(json_object_get(state, "history"), t));
    if (t->history.count != t->epoch)
        return tg_fail(TG_BAD_FORMAT, "a history of %zu epochs at epoch %zu", t->history.count,
                       t->epoch);
    if (t->epoch > t->options->epochs)
        return tg_fail(TG_INVALID_ARGUMENT, "%zu epochs are asked for, %zu are done",
                       t->options->epochs, t->epoch);
    TG_TRY(get_size(state, "best epoch", t->epoch > 0 ? t->epoch - 1 : 0, &t->history.best_epoch));
    TG_TRY(get_size(state, "epochs since best", t->epoch, &t->epochs_since_best));
    tg_optimizer_set_steps(t->optimizer, optimizer_steps);
    tg_plan_set_dropout(t->plan, t->options->seed, dropout_step);
    return TG_OK;
}

/* A text that the model and the file must both have, or neither. `describe` is NULL when the model
 * has none. */
static tg_status compare_text(const tg_trainer *t, const tg_safetensors *file, const char *what,
                              const char *key,
                              tg_status (*describe)(const tg_model *model, char **text)) {
    const char *there = tg_safetensors_metadata(file, key);
    char *here = NULL;
    if (describe) TG_TRY(describe(t->model, &here));
    const bool same = here && there ? strcmp(here, there) == 0 : !here && !there;
    tg_status status = TG_OK;
    if (!same)
        status = tg_fail(TG_INVALID_ARGUMENT, "the %s here: %.200s; there: %.200s", what,
                         here ? here : "none", there ? there : "none");
    tg_release(here);
    return status;
}

/* The layers, activations too, the classes and the input must be those of the model. */
static tg_status check_model(const tg_trainer *t, const tg_safetensors *file) {
    TG_TRY(compare_text(t, file, "layers", TG_KEY_LAYERS, tg_describe_layers));
    TG_TRY(compare_text(t, file, "classes", TG_KEY_CLASSES,
                        tg_model_classes(t->model) > 0 ? tg_describe_classes : NULL));
    return compare_text(t, file, "input", TG_KEY_INPUT,
                        tg_model_input(t->model) ? tg_describe_input : NULL);
}

static tg_status find_entry(const tg_safetensors *file, const char *name, const tg_entry **entry) {
    *entry = tg_safetensors_find(file, name);
    if (*entry) return TG_OK;
    return tg_fail(TG_BAD_FORMAT, "%s: the tensor \"%s\" is missing", tg_safetensors_name(file),
                   name);
}

static tg_status read_tensors(const tg_safetensors *file, tg_trainer *t) {
    tg_tensor views[MOST_STATES], cells = {0};
    tg_named_tensor named[MOST_STATES];
    const tg_entry *entry = NULL;
    size_t count = 0;
    TG_TRY(list_states(t, views, named, &count));
    for (size_t i = 0; i < count; i++) {
        TG_TRY(find_entry(file, named[i].name, &entry));
        TG_TRY(tg_safetensors_load(file, entry, &views[i]));
    }
    TG_TRY(find_entry(file, CONFUSION, &entry));
    TG_TRY(tg_matrix_create(tg_cpu(), entry->count / CELL_COLUMNS, CELL_COLUMNS, &cells));
    tg_status status = tg_safetensors_load(file, entry, &cells);
    if (!status)
        status = tg_within(tg_safetensors_name(file), confusion_from_tensor(&cells, &t->history));
    tg_tensor_destroy(&cells);
    return status;
}

static tg_status read_parts(const tg_safetensors *file, tg_trainer *t) {
    const char *text = tg_safetensors_metadata(file, KEY);
    if (!text) return tg_fail(TG_BAD_FORMAT, "this is no checkpoint: it has no \"" KEY "\"");
    TG_TRY(check_model(t, file));
    json_t *state = NULL;
    TG_TRY(tg_json_parse(text, strlen(text), &state));
    tg_status status = read_state(state, t);
    json_decref(state);
    return status;
}

static tg_status read_file(const tg_safetensors *file, tg_trainer *t) {
    tg_status status = read_parts(file, t);
    /* Not tg_within(): what differs is the caller's argument, not the file. */
    if (status) return tg_fail(status, "%s: %s", tg_safetensors_name(file), tg_error_message());
    TG_TRY(read_tensors(file, t));
    /* The model last: it is the caller's, and stays as it was when anything is wrong. */
    return tg_model_parse_weights(t->model, file);
}

tg_status tg_checkpoint_read(tg_trainer *t, const char *path) {
    tg_safetensors *file = NULL;
    TG_TRY(tg_safetensors_read(path, &file));
    tg_status status = read_file(file, t);
    tg_safetensors_close(file);
    return status;
}
