/* SPDX-License-Identifier: MIT */
/* What `tigrillo train` can be told, and what the library makes of it. */
#include "settings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "device.h"
#include "log.h"

enum { SGD, MOMENTUM, NESTEROV, ADAM, ADAMW };
static const char *const optimizers[] = {"sgd", "momentum", "nesterov", "adam", "adamw", NULL};
static const char *const schedules[] = {"constant", "step", "cosine", "one-cycle", NULL};
static const char *const features[] = {"pixels", "hog", NULL};
static const char *const monitors[] = {"loss", "balanced_accuracy", NULL};
static const char *const activations[] = {"sigmoid", "tanh",      "relu", "leaky_relu",
                                          "gelu",    "gelu_tanh", NULL};
enum { RELU = 2 };

settings settings_defaults(void) {
    return (settings){.hidden = "256,128",
                      .activation = RELU,
                      .features = TG_FEATURES_PLAIN,
                      .optimizer = ADAMW,
                      .schedule = TG_COSINE,
                      .monitor = TG_MONITOR_LOSS,
                      .size = 32,
                      .epochs = 20,
                      .batch = 64,
                      .seed = 1,
                      .learning_rate = (double)NAN,
                      .weight_decay = (double)NAN};
}

static option choice(const char *name, const char *help, size_t *value,
                     const char *const *choices) {
    return (option){
        .name = name, .argument = "NAME", .help = help, .choice = value, .choices = choices};
}

static option count(const char *name, const char *help, uint64_t *value, double least,
                    double most) {
    return (option){
        .name = name, .argument = "N", .help = help, .count = value, .least = least, .most = most};
}

static option number(const char *name, const char *help, double *value, double most) {
    return (option){.name = name, .argument = "X", .help = help, .number = value, .most = most};
}

void settings_options(settings *set, option options[TRAIN_OPTIONS]) {
    const option table[] = {
        {.name = "out",
         .argument = "MODEL",
         .help = "the file to save the model in; required",
         .text = &set->out},
        {.name = "validation",
         .argument = "DATA",
         .help = "judge each epoch on DATA; may be given several times (default: a tenth of each "
                 "class of the training data, set aside)",
         .texts = &set->validation},
        {.name = "hidden",
         .argument = "N,N,...",
         .help = "units of the hidden layers, or none",
         .text = &set->hidden},
        choice("activation", "after each hidden layer", &set->activation, activations),
        number("dropout", "part of each hidden layer to drop at random", &set->dropout, 0.95),
        choice("features", "what the network sees of a picture", &set->features, features),
        count("size", "side in pixels to which pictures in folders are resized", &set->size, 1,
              4096),
        {.name = "grey", .help = "read pictures in folders as grey", .flag = &set->grey},
        label_option(&set->label),
        count("epochs", "passes over the training data", &set->epochs, 1, MOST_EPOCHS),
        count("batch", "samples a step", &set->batch, 1, 1e6),
        choice("optimizer", "rule that changes the weights", &set->optimizer, optimizers),
        number("learning-rate",
               "size of the steps (default: 0.001 for adam and adamw, 0.01 for momentum and "
               "nesterov, 0.1 for sgd)",
               &set->learning_rate, 1e3),
        number("weight-decay", "pull of the weights to 0 (default: 0.01 for adamw, else 0)",
               &set->weight_decay, 1e3),
        choice("schedule",
               "course of the learning rate (step: a tenth of it after each third of the epochs; "
               "cosine: down to 0)",
               &set->schedule, schedules),
        count("warmup", "steps in which the learning rate rises first", &set->warmup, 0, 1e9),
        {.name = "augment",
         .help = "change training pictures at random: mirrored, shifted by up to 2 pixels, "
                 "brightness and contrast by up to 0.1",
         .flag = &set->augment},
        {.name = "balance",
         .help = "give rare classes more weight, so that all count alike",
         .flag = &set->balance},
        number("label-smoothing", "part of each label that is spread over all classes",
               &set->label_smoothing, 1),
        number("clip", "limit of the gradient's norm; 0: none", &set->clip, 1e9),
        choice("monitor", "what makes an epoch the best, whose weights are kept", &set->monitor,
               monitors),
        count("patience", "stop after so many epochs without a better one; 0: never",
              &set->patience, 0, 1e6),
        count("seed", "of everything random", &set->seed, 0, 1e19),
        device_option(&set->device),
        count("threads", "0: one for each processor", &set->threads, 0, 1024),
        {.name = "resume",
         .argument = "CHECKPOINT",
         .help = "go on from the checkpoint of a training that was interrupted; all else on the "
                 "command line as it was",
         .text = &set->resume},
        {.name = "log",
         .argument = "FILE",
         .help = "write a line of JSON for each epoch, which tigrillo plot draws",
         .text = &set->log},
        {.name = "report",
         .argument = "FILE",
         .help = "write a page (HTML) on how training goes and what came out, anew after each "
                 "epoch, but at most once a second",
         .text = &set->report},
    };
    _Static_assert(TG_COUNT(table) == TRAIN_OPTIONS, "TRAIN_OPTIONS is their number");
    memcpy(options, table, sizeof table);
}

/* "256,128" into numbers. */
static int read_hidden(const command *self, const char *text, size_t units[MAX_HIDDEN],
                       size_t *count) {
    *count = 0;
    if (strcmp(text, "none") == 0) return PARSED;
    for (const char *next = text; next; ++*count) {
        char word[16] = "";
        size_t length = strcspn(next, ",");
        uint64_t value = 0;
        if (length < sizeof word) memcpy(word, next, length);
        if (!parse_count(word, 1, 65536, &value)) {
            return misuse(self, "--hidden: '%s' is not a list of whole numbers from 1 to 65536",
                          text);
        }
        if (*count == MAX_HIDDEN) return misuse(self, "--hidden: more than %d layers", MAX_HIDDEN);
        units[*count] = (size_t)value;
        next = next[length] ? next + length + 1 : NULL;
    }
    return PARSED;
}

int settings_hidden(const command *self, const settings *set, tg_layer layers[MAX_HIDDEN_LAYERS],
                    size_t *count) {
    size_t units[MAX_HIDDEN], hidden, used = 0;
    int code = read_hidden(self, set->hidden, units, &hidden);
    if (code != PARSED) return code;
    if (hidden == 0 && set->dropout > 0) return misuse(self, "--dropout: there is no hidden layer");
    if (hidden == 0 && set->activation != RELU) {
        return misuse(self, "--activation: there is no hidden layer");
    }
    tg_layer activation;
    tg_status status = tg_layer_from_name(activations[set->activation], &activation);
    if (status) return finish(status);
    for (size_t i = 0; i < hidden; ++i) {
        layers[used++] = tg_dense(units[i]);
        layers[used++] = activation;
        if (set->dropout > 0) layers[used++] = tg_dropout((float)set->dropout);
    }
    *count = used;
    return PARSED;
}

static tg_update_rule rule(const settings *set) {
    tg_update_rule rules[] = {[SGD] = tg_sgd(0.1f),
                              [MOMENTUM] = tg_momentum(0.01f, 0.9f),
                              [NESTEROV] = tg_nesterov(0.01f, 0.9f),
                              [ADAM] = tg_adam(1e-3f),
                              [ADAMW] = tg_adamw(1e-3f)};
    tg_update_rule chosen = rules[set->optimizer];
    if (!isnan(set->learning_rate)) chosen.learning_rate = (float)set->learning_rate;
    if (!isnan(set->weight_decay)) chosen.weight_decay = (float)set->weight_decay;
    return chosen;
}

static tg_schedule schedule(const settings *set) {
    size_t third = (size_t)(set->epochs + 2) / 3;
    tg_schedule kinds[] = {[TG_CONSTANT] = tg_schedule_constant(),
                           [TG_STEP_DECAY] = tg_schedule_step(third, 0.1f),
                           [TG_COSINE] = tg_schedule_cosine(0),
                           [TG_ONE_CYCLE] = tg_schedule_one_cycle()};
    tg_schedule chosen = kinds[set->schedule];
    chosen.warmup_steps = (size_t)set->warmup;
    return chosen;
}

tg_fit_options settings_fit(const settings *set) {
    tg_fit_options fit = tg_fit_defaults();
    fit.epochs = (size_t)set->epochs;
    fit.batch_size = (size_t)set->batch;
    fit.seed = set->seed;
    fit.rule = rule(set);
    fit.schedule = schedule(set);
    fit.loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    fit.loss.label_smoothing = (float)set->label_smoothing;
    fit.balance_classes = set->balance;
    fit.clip_norm = (float)set->clip;
    fit.augmentation = tg_augmentation_none();
    if (set->augment) {
        fit.augmentation = (tg_augmentation){
            .mirror = true, .shift = 2, .brightness = 0.1f, .contrast = 0.1f};
    }
    fit.monitor = (tg_monitor)set->monitor;
    fit.keep_best = true;
    fit.patience = (size_t)set->patience;
    return fit;
}

tg_features settings_features(const settings *set) {
    return (tg_features)set->features;
}

tg_picture_shape settings_shape(const settings *set) {
    return (tg_picture_shape){(size_t)set->size, (size_t)set->size, set->grey ? 1 : 3};
}
