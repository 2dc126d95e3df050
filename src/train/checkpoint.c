/* SPDX-License-Identifier: MIT */
#include "train/checkpoint.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "io/description.h"
#include "io/json.h"
#include "io/model_file.h"
#include "model/plan.h"

/* ---- To JSON. jansson gives NULL for all of these when it has no memory; json_pack() passes that
 * on, and tg_json_print() reports it. ---- */

/* NaN and infinity, which JSON does not know, become null. */
static json_t *number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *weights_array(const float *weights, size_t count) {
    if (!weights) return json_null();
    json_t *array = json_array();
    for (size_t i = 0; array && i < count; i++)
        if (json_array_append_new(array, json_real((double)weights[i])) != 0) {
            json_decref(array);
            return NULL;
        }
    return array;
}

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
        " s:i, s:f, s:f, s:b, s:f, s:b, s:f, s:f, s:f,"
        " s:i, s:I, s:f, s:I, s:f,"
        " s:i, s:i, s:i, s:f, s:o,"
        " s:b, s:f, s:b, s:I, s:f, s:f, s:i, s:b}",
        "seed", seed, "batch size", (json_int_t)t->batch_size, "training samples",
        (json_int_t)tg_dataset_count(t->train.dataset), "validation samples",
        (json_int_t)validation, "columns", (json_int_t)tg_model_inputs(t->model),

        "optimizer", (int)rule->kind, "learning rate", (double)rule->learning_rate, "weight decay",
        (double)rule->weight_decay, "decoupled decay", rule->decoupled_decay, "momentum",
        (double)rule->momentum, "nesterov", rule->nesterov, "beta1", (double)rule->beta1, "beta2",
        (double)rule->beta2, "epsilon", (double)rule->epsilon,

        "schedule", (int)schedule->kind, "warm-up steps", (json_int_t)schedule->warmup_steps,
        "schedule factor", (double)schedule->factor, "schedule every", (json_int_t)schedule->every,
        "schedule final", (double)schedule->final,

        "loss", (int)o->loss.kind, "reduction", (int)o->loss.reduction, "ignore index",
        (int)o->loss.ignore_index, "label smoothing", (double)o->loss.label_smoothing,
        "class weights", weights_array(t->loss.class_weights, tg_model_outputs(t->model)),

        "balance classes", o->balance_classes, "clip norm", (double)o->clip_norm, "mirror",
        augmentation->mirror, "shift", (json_int_t)augmentation->shift, "brightness",
        (double)augmentation->brightness, "contrast", (double)augmentation->contrast, "monitor",
        (int)o->monitor, "keep best", o->keep_best);
}

static json_t *history_array(const tg_history *history) {
    json_t *array = json_array();
    for (size_t i = 0; array && i < history->count; i++) {
        const tg_epoch_report *e = &history->epochs[i];
        json_t *row = json_pack("[o, o, o, o, o, o, b]", number(e->learning_rate),
                                number(e->train_loss), number(e->train_accuracy),
                                number(e->validation_loss), number(e->validation_accuracy),
                                number(e->validation_balanced_accuracy), e->best);
        if (!row || json_array_append_new(array, row) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *state_object(const tg_trainer *t) {
    return json_pack("{s:o, s:I, s:I, s:I, s:I, s:o, s:I, s:I, s:o, s:o, s:I, s:I, s:o}", "options",
                     options_object(t), "epoch", (json_int_t)t->epoch, "step", (json_int_t)t->step,
                     "optimizer steps", (json_int_t)tg_optimizer_steps(t->optimizer),
                     "dropout step", (json_int_t)tg_plan_dropout_step(t->plan), "loss sum",
                     number(t->loss_sum), "right", (json_int_t)t->right, "counted",
                     (json_int_t)t->counted, "last learning rate", number(t->learning_rate),
                     "best value", number(t->best_value), "best epoch",
                     (json_int_t)t->history.best_epoch, "epochs since best",
                     (json_int_t)t->epochs_since_best, "history", history_array(&t->history));
}

/* The tensors beside the model's: names, and views of what the trainer has. */
enum { MOST_TENSORS = 3 };

static const char *const state_names[] = {TG_TRAINING_PREFIX "state.0",
                                          TG_TRAINING_PREFIX "state.1"};

static tg_status list_tensors(const tg_trainer *t, tg_tensor views[MOST_TENSORS],
                              tg_named_tensor named[MOST_TENSORS], size_t *count) {
    size_t n = 0;
    if (t->best.memory) {
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
    tg_tensor views[MOST_TENSORS];
    tg_named_tensor named[MOST_TENSORS];
    size_t count = 0;
    TG_TRY(list_tensors(t, views, named, &count));
    char *text = NULL;
    TG_TRY(tg_json_print(state_object(t), &text));
    const tg_text_pair metadata[] = {{"tigrillo.train", text}};
    tg_status status = tg_model_write(t->model, path, named, count, metadata, TG_COUNT(metadata));
    tg_release(text);
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

static tg_status read_history(const json_t *array, tg_trainer *t) {
    if (!json_is_array(array)) return tg_fail(TG_BAD_FORMAT, "\"history\" is missing");
    const size_t count = json_array_size(array);
    t->history.count = 0;
    while (t->history.count < count) {
        const json_t *row = json_array_get(array, t->history.count);
        double value[6];
        for (size_t i = 0; i < TG_COUNT(value); i++) {
            const json_t *json = json_array_get(row, i);
            if (!json_is_number(json) && !json_is_null(json))
                return tg_fail(TG_BAD_FORMAT, "\"history\": epoch %zu: no numbers",
                               t->history.count);
            value[i] = json_is_null(json) ? (double)NAN : json_number_value(json);
        }
        TG_TRY(tg_trainer_grow_history(t));
        t->history.epochs[t->history.count] = (tg_epoch_report){
            .epoch = t->history.count,
            .learning_rate = value[0],
            .train_loss = value[1],
            .train_accuracy = value[2],
            .validation_loss = value[3],
            .validation_accuracy = value[4],
            .validation_balanced_accuracy = value[5],
            .best = json_is_true(json_array_get(row, TG_COUNT(value)))};
        t->history.count++;
    }
    return TG_OK;
}

static tg_status read_state(json_t *state, tg_trainer *t) {
    const size_t samples = tg_dataset_count(t->train.dataset), any = TG_JSON_LARGEST;
    size_t optimizer_steps = 0, dropout_step = 0, best_epoch = 0;
    TG_TRY(check_options(t, json_object_get(state, "options")));
    TG_TRY(get_size(state, "epoch", any, &t->epoch));
    TG_TRY(get_size(state, "step", t->steps_per_epoch, &t->step));
    TG_TRY(get_size(state, "optimizer steps", any, &optimizer_steps));
    TG_TRY(get_size(state, "dropout step", any, &dropout_step));
    TG_TRY(get_number(state, "loss sum", 0, &t->loss_sum));
    TG_TRY(get_size(state, "right", any, &t->right));
    TG_TRY(get_size(state, "counted", any, &t->counted));
    TG_TRY(get_number(state, "last learning rate", 0, &t->learning_rate));
    TG_TRY(get_number(state, "best value", (double)INFINITY, &t->best_value));
    TG_TRY(read_history(json_object_get(state, "history"), t));
    if (t->history.count != t->epoch)
        return tg_fail(TG_BAD_FORMAT, "a history of %zu epochs at epoch %zu", t->history.count,
                       t->epoch);
    TG_TRY(get_size(state, "best epoch", t->epoch, &best_epoch));
    TG_TRY(get_size(state, "epochs since best", t->epoch, &t->epochs_since_best));
    if (t->step > samples) return tg_fail(TG_BAD_FORMAT, "step %zu", t->step);
    t->history.best_epoch = best_epoch;
    tg_optimizer_set_steps(t->optimizer, optimizer_steps);
    tg_plan_set_dropout(t->plan, t->options->seed, dropout_step);
    return TG_OK;
}

/* The layers, activations too, must be those of the model. */
static tg_status check_model(const tg_trainer *t, const tg_safetensors *file) {
    const char *there = tg_safetensors_metadata(file, "tigrillo.model");
    char *here = NULL;
    TG_TRY(tg_describe_layers(t->model, &here));
    tg_status status = TG_OK;
    if (!there || strcmp(here, there) != 0)
        status = tg_fail(TG_INVALID_ARGUMENT, "the model is %.200s here and %.200s there", here,
                         there ? there : "not given");
    tg_release(here);
    return status;
}

static tg_status read_tensors(const tg_safetensors *file, tg_trainer *t) {
    tg_tensor views[MOST_TENSORS];
    tg_named_tensor named[MOST_TENSORS];
    size_t count = 0;
    TG_TRY(list_tensors(t, views, named, &count));
    for (size_t i = 0; i < count; i++) {
        const tg_entry *entry = tg_safetensors_find(file, named[i].name);
        if (!entry) return tg_fail(TG_BAD_FORMAT, "the tensor \"%s\" is missing", named[i].name);
        TG_TRY(tg_safetensors_load(file, entry, &views[i]));
    }
    return TG_OK;
}

static tg_status read_parts(const tg_safetensors *file, tg_trainer *t) {
    const char *text = tg_safetensors_metadata(file, "tigrillo.train");
    if (!text) return tg_fail(TG_BAD_FORMAT, "this is no checkpoint: it has no \"tigrillo.train\"");
    TG_TRY(check_model(t, file));
    json_t *state = NULL;
    TG_TRY(tg_json_parse(text, strlen(text), &state));
    tg_status status = read_state(state, t);
    json_decref(state);
    if (!status) status = read_tensors(file, t);
    /* The model last: it is the caller's, and stays as it was when anything is wrong. */
    if (!status) status = tg_model_parse_weights(t->model, file);
    return status;
}

tg_status tg_checkpoint_read(tg_trainer *t, const char *path) {
    unsigned char *bytes = NULL;
    size_t size = 0;
    tg_safetensors *file = NULL;
    TG_TRY(tg_file_read(path, SIZE_MAX / 2, &bytes, &size));
    tg_status status = tg_safetensors_parse(bytes, size, path, &file);
    if (!status) {
        status = read_parts(file, t);
        if (status && !strstr(tg_error_message(), path))
            status = tg_fail(status, "%s: %s", path, tg_error_message());
        tg_safetensors_close(file);
    }
    tg_release(bytes);
    return status;
}
