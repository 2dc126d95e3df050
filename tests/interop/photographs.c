/* SPDX-License-Identifier: MIT */
/* The recipe for photographs, and what PyTorch needs to repeat it: photographs.py compares.
 *
 *     photographs train SEED [--features hog|pixels]      trains; prints how good the best epoch is
 *     photographs batches SEED [--features hog|pixels]    writes what tg_fit() would train on
 *
 * The pictures are those of animals/ and animals-web/, each with train/ and val/, in the folder
 * that TIGRILLO_DATA names, else in ../shared/data; without them the exit status is 77.
 *
 * `batches` writes to standard output, in the machine's byte order, numbers as int32 and float32:
 *
 *     columns, hidden units, classes, training samples, validation samples, batch size, epochs
 *     all initial parameters: layer by layer, the weight before the bias
 *     the labels of the training samples, for the class weights
 *     the validation samples (a row each), their labels
 *     epoch by epoch, batch by batch: the samples (a row each), their labels
 *
 * Batches are shuffled, augmented and standardised. Only the masks of dropout are not there:
 * PyTorch draws its own, so the two trainings are alike, but not step by step. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tigrillo/tigrillo.h>

enum { HIDDEN = 512, BATCH = 128, PATIENCE = 8, SKIPPED = 77 };
static const float dropout_rate = 0.3f, weight_decay = 0.01f;

typedef struct recipe {
    tg_features features;
    tg_dataset *train, *validation;
    tg_model *model;
    tg_fit_options options;
} recipe;

/* The data set `folder`/animals/`part` with `folder`/animals-web/`part` behind it. */
static tg_status read_part(const char *folder, const char *part, tg_dataset **both) {
    const char *names[] = {"animals", "animals-web"};
    tg_dataset *sets[] = {NULL, NULL};
    tg_status status = TG_OK;
    for (size_t i = 0; i < TG_COUNT(names) && !status; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s/%s", folder, names[i], part);
        status = tg_dataset_read_folder(path, NULL, &sets[i]);
    }
    if (!status) status = tg_dataset_concat(sets[0], sets[1], both);
    tg_dataset_destroy(sets[0]);
    tg_dataset_destroy(sets[1]);
    return status;
}

static bool print_epoch(void *user, const tg_epoch_report *report) {
    (void)user;
    fprintf(stderr, "epoch %zu: training loss %.4f, balanced accuracy %.4f\n", report->epoch + 1,
            report->train_loss, report->validation.balanced_accuracy);
    return true;
}

static tg_fit_options make_options(tg_features features, uint64_t seed) {
    const bool hog = features == TG_FEATURES_HOG;
    tg_fit_options options = tg_fit_defaults();
    options.epochs = hog ? 30 : 15;
    options.batch_size = BATCH;
    options.seed = seed;
    options.rule = tg_adamw(hog ? 1e-3f : 5e-4f);
    options.rule.weight_decay = weight_decay;
    options.schedule = tg_schedule_cosine(0);
    options.balance_classes = true;
    options.augmentation = (tg_augmentation){.mirror = true, .shift = 2};
    options.monitor = TG_MONITOR_BALANCED_ACCURACY;
    options.patience = PATIENCE;
    options.on_epoch = print_epoch;
    return options;
}

static tg_status make_recipe(const char *folder, uint64_t seed, recipe *r) {
    tg_input input = {0};
    tg_status status = read_part(folder, "train", &r->train);
    if (!status) status = read_part(folder, "val", &r->validation);
    if (!status) status = tg_input_fit(r->train, r->features, NULL, 0, &input);
    if (!status) {
        const tg_layer layers[] = {tg_dense(HIDDEN), tg_relu(), tg_dropout(dropout_rate),
                                   tg_dense(tg_dataset_classes(r->train)), tg_softmax()};
        status = tg_model_create(tg_cpu(), input.size, layers, TG_COUNT(layers), seed, &r->model);
    }
    if (!status) status = tg_model_set_input(r->model, &input);
    tg_input_destroy(&input);
    r->options = make_options(r->features, seed);
    return status;
}

/* ---- train ---- */

static tg_status train(const recipe *r) {
    tg_history history = {0};
    tg_metrics metrics = {0};
    tg_status status = tg_fit(r->model, r->train, r->validation, &r->options, &history);
    if (!status) status = tg_evaluate(r->model, r->validation, NULL, &metrics);
    if (!status) {
        printf("best epoch: %zu of %zu\n", history.best_epoch + 1, history.count);
        printf("balanced accuracy: %.6f\n", metrics.balanced_accuracy);
        for (size_t k = 0; k < metrics.classes; k++)
            printf("recall of %s: %.6f\n", tg_dataset_class_name(r->train, k), metrics.recall[k]);
    }
    tg_metrics_destroy(&metrics);
    tg_history_destroy(&history);
    return status;
}

/* ---- batches ---- */

static tg_status put(const void *values, size_t count) {
    return fwrite(values, 4, count, stdout) == count ? TG_OK : TG_IO_ERROR;
}

static tg_status put_start(const recipe *r) {
    const int32_t header[] = {(int32_t)tg_model_inputs(r->model),
                              HIDDEN,
                              (int32_t)tg_model_outputs(r->model),
                              (int32_t)tg_dataset_count(r->train),
                              (int32_t)tg_dataset_count(r->validation),
                              BATCH,
                              (int32_t)r->options.epochs};
    tg_tensor parameters;
    tg_status status = put(header, TG_COUNT(header));
    if (!status) status = tg_model_parameters(r->model, &parameters);
    if (!status) status = put(tg_tensor_data(&parameters), parameters.count);
    if (!status) status = put(tg_dataset_labels(r->train), tg_dataset_count(r->train));
    return status;
}

/* The given samples, then their labels. */
static tg_status put_samples(const recipe *r, const tg_dataset *dataset,
                             const tg_augmentation *augmentation, size_t epoch,
                             const size_t *samples, size_t count) {
    tg_tensor x = {0};
    int32_t *labels = calloc(count, sizeof *labels);
    tg_status status = labels ? TG_OK : TG_OUT_OF_MEMORY;
    if (!status) status = tg_matrix_create(tg_cpu(), count, tg_model_inputs(r->model), &x);
    if (!status)
        status = tg_dataset_batch(dataset, tg_model_input(r->model), augmentation, r->options.seed,
                                  epoch, samples, count, 1, &x, labels);
    if (!status) status = put(tg_tensor_data(&x), x.count);
    if (!status) status = put(labels, count);
    tg_tensor_destroy(&x);
    free(labels);
    return status;
}

static void start_order(size_t *order, size_t count) {
    for (size_t i = 0; i < count; i++) order[i] = i;
}

static tg_status put_epoch(const recipe *r, size_t epoch, size_t *order) {
    const size_t count = tg_dataset_count(r->train);
    tg_status status = TG_OK;
    /* As src/train/fit.c shuffles: TG_STREAM_SHUFFLE of src/base/streams.h. */
    tg_random random = tg_random_start(r->options.seed, (uint64_t)1 << 56 | epoch);
    start_order(order, count);
    tg_random_shuffle(&random, order, count);
    for (size_t first = 0; first < count && !status; first += BATCH)
        status = put_samples(r, r->train, &r->options.augmentation, epoch, order + first,
                             count - first < BATCH ? count - first : BATCH);
    return status;
}

static tg_status write_batches(const recipe *r) {
    const size_t train = tg_dataset_count(r->train), validation = tg_dataset_count(r->validation);
    size_t *order = calloc(train > validation ? train : validation, sizeof *order);
    if (!order) return TG_OUT_OF_MEMORY;
    start_order(order, validation);
    tg_status status = put_start(r);
    if (!status) status = put_samples(r, r->validation, NULL, 0, order, validation);
    for (size_t epoch = 0; epoch < r->options.epochs && !status; epoch++)
        status = put_epoch(r, epoch, order);
    if (!status && fflush(stdout) != 0) status = TG_IO_ERROR;
    free(order);
    return status;
}

/* ---- The command line ---- */

static bool read_seed(const char *text, uint64_t *seed) {
    char *end = NULL;
    *seed = strtoumax(text, &end, 10);
    return end != text && *end == '\0';
}

static bool read_features(const char *name, tg_features *features) {
    *features = strcmp(name, "hog") == 0 ? TG_FEATURES_HOG : TG_FEATURES_PLAIN;
    return *features == TG_FEATURES_HOG || strcmp(name, "pixels") == 0;
}

static bool is_there(const char *folder, const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, R_OK) == 0;
}

int main(int argc, char **argv) {
    recipe r = {.features = TG_FEATURES_HOG};
    uint64_t seed = 0;
    const bool batches = argc > 1 && strcmp(argv[1], "batches") == 0;
    bool right = batches || (argc > 1 && strcmp(argv[1], "train") == 0);
    right = right && (argc == 3 || (argc == 5 && strcmp(argv[3], "--features") == 0));
    right = right && read_seed(argv[2], &seed) &&
            (argc == 3 || read_features(argv[4], &r.features));
    if (!right) {
        fprintf(stderr, "usage: photographs train|batches SEED [--features hog|pixels]\n");
        return 2;
    }
    const char *folder = getenv("TIGRILLO_DATA");
    if (!folder) folder = "../shared/data";
    if (!is_there(folder, "animals") || !is_there(folder, "animals-web")) {
        fprintf(stderr,
                "SKIPPED: no animals/ or no animals-web/ in %s; set TIGRILLO_DATA to the folder "
                "that holds both\n",
                folder);
        return SKIPPED;
    }
    tg_status status = make_recipe(folder, seed, &r);
    if (!status) status = batches ? write_batches(&r) : train(&r);
    if (status) fprintf(stderr, "%s: %s\n", tg_status_name(status), tg_error_message());
    tg_model_destroy(r.model);
    tg_dataset_destroy(r.train);
    tg_dataset_destroy(r.validation);
    return status ? 1 : 0;
}
