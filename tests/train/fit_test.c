/* SPDX-License-Identifier: MIT */
/* The trainer: learning, determinism, resuming, stopping, and everything that can go wrong. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/safetensors.h"
#include "support/device.h"
#include "support/reference.h"
#include "support/test.h"

enum { IN = 4, CLASSES = 3, SAMPLES = 100 };

/* Three noisy clusters. */
static tg_dataset *make_clusters(uint64_t seed, size_t count) {
    static const double centres[CLASSES][IN] = {{1, 0, 0, 2}, {-1, 1, 0, 0}, {0, -1, 1, -2}};
    float *values = calloc(count * IN, sizeof *values);
    int32_t *labels = calloc(count, sizeof *labels);
    assert_non_null(values);
    assert_non_null(labels);
    for (size_t i = 0; i < count; i++) {
        labels[i] = (int32_t)(i % CLASSES);
        for (size_t j = 0; j < IN; j++)
            values[i * IN + j] = (float)(centres[labels[i]][j] + test_uniform(&seed, -0.8, 0.8));
    }
    tg_tensor rows;
    tg_dataset *data = NULL;
    assert_ok(tg_matrix_view(values, count, IN, &rows));
    assert_ok(tg_dataset_from_rows(&rows, labels, CLASSES, NULL, &data));
    free(values);
    free(labels);
    return data;
}

static tg_model *make_model(float dropout) {
    const tg_layer layers[] = {tg_dense(8), tg_tanh(), tg_dropout(dropout), tg_dense(CLASSES),
                               tg_softmax()};
    tg_model *model = NULL;
    assert_ok(tg_model_create(test_device(), IN, layers, TG_COUNT(layers), 5, &model));
    return model;
}

static float *copy_parameters(const tg_model *model) {
    tg_tensor all;
    assert_ok(tg_model_parameters(model, &all));
    float *copy = malloc(all.count * sizeof *copy);
    assert_non_null(copy);
    assert_ok(tg_tensor_read(&all, copy, all.count));
    return copy;
}

static void assert_same_parameters(const tg_model *a, const tg_model *b) {
    float *of_a = copy_parameters(a), *of_b = copy_parameters(b);
    assert_memory_equal(of_a, of_b, tg_model_parameter_count(a) * sizeof(float));
    free(of_a);
    free(of_b);
}

/* What the callbacks saw, and when they should stop. */
typedef struct watcher {
    size_t steps, epochs, samples, stop_at_step, stop_at_epoch;
    double last_rate, largest_norm;
    tg_model *spoil; /* its first weight becomes NaN at step `spoil_at` */
    size_t spoil_at;
} watcher;

static bool watch_step(void *user, const tg_step_report *report) {
    watcher *w = user;
    w->steps++;
    w->samples += report->samples;
    w->last_rate = report->learning_rate;
    w->largest_norm = fmax(w->largest_norm, report->gradient_norm);
    assert_true(isfinite(report->loss));
    assert_true(report->step < report->steps_per_epoch && report->epoch < report->epochs);
    if (w->spoil && w->steps == w->spoil_at) {
        tg_tensor weight;
        assert_ok(tg_model_weight(w->spoil, 0, &weight));
        test_set(&weight, 0, NAN);
    }
    return w->steps != w->stop_at_step;
}

static bool watch_epoch(void *user, const tg_epoch_report *report) {
    watcher *w = user;
    assert_int_equal(report->epoch, w->epochs);
    w->epochs++;
    return w->epochs != w->stop_at_epoch;
}

static tg_fit_options watched(watcher *w) {
    tg_fit_options options = tg_fit_defaults();
    options.epochs = 5;
    options.batch_size = 16;
    options.rule = tg_adam(0.01f);
    options.on_step = watch_step;
    options.on_epoch = watch_epoch;
    options.user = w;
    return options;
}

static void learns_with_every_optimizer(void **state) {
    (void)state;
    const tg_update_rule rules[] = {tg_sgd(0.3f), tg_momentum(0.1f, 0.9f), tg_nesterov(0.1f, 0.9f),
                                    tg_adam(0.02f), tg_adamw(0.02f)};
    tg_dataset *train = make_clusters(1, SAMPLES), *validation = make_clusters(2, 60);
    for (size_t i = 0; i < TG_COUNT(rules); i++) {
        tg_model *model = make_model(0);
        watcher w = {0};
        tg_fit_options options = watched(&w);
        options.epochs = 15;
        options.rule = rules[i];
        tg_history history;
        assert_ok(tg_fit(model, train, validation, &options, &history));
        assert_int_equal(history.count, 15);
        assert_int_equal(w.steps, 15 * 7);
        assert_int_equal(w.samples, 15 * SAMPLES);
        const tg_epoch_report *last = &history.epochs[14];
        assert_true(last->train_loss < 0.2 * history.epochs[0].train_loss);
        assert_true(last->validation.accuracy > 0.95 && last->train_accuracy > 0.95);
        tg_metrics metrics;
        assert_ok(tg_evaluate(model, validation, NULL, &metrics));
        assert_true(metrics.loss == history.epochs[history.best_epoch].validation.loss);
        tg_metrics_destroy(&metrics);
        tg_history_destroy(&history);
        tg_model_destroy(model);
    }
    tg_dataset_destroy(train);
    tg_dataset_destroy(validation);
}

/* ---- No step allocates: counted through the allocator, between one step and the next ---- */

typedef struct tally {
    size_t allocations; /* so far, by any thread */
    size_t before, steps;
} tally;

static void *count_allocation(void *user, size_t alignment, size_t bytes) {
    void *memory = NULL;
    __atomic_fetch_add((size_t *)user, 1, __ATOMIC_SEQ_CST);
    return posix_memalign(&memory, alignment, bytes) == 0 ? memory : NULL;
}

static void free_counted(void *user, void *memory) {
    (void)user;
    free(memory);
}

static bool look_at_step(void *user, const tg_step_report *report) {
    tally *t = user;
    const size_t present = __atomic_load_n(&t->allocations, __ATOMIC_SEQ_CST);
    /* Between epochs there is validation, and the history grows. */
    if (report->step > 0) assert_int_equal(present, t->before);
    t->before = present;
    t->steps++;
    return true;
}

static void steps_allocate_nothing(void **state) {
    (void)state;
    const tg_update_rule rules[] = {tg_sgd(0.1f), tg_momentum(0.1f, 0.9f), tg_adam(0.01f)};
    tally t = {0};
    tg_allocator allocator = {count_allocation, free_counted, &t.allocations};
    tg_set_allocator(&allocator);
    tg_dataset *train = make_clusters(1, SAMPLES);
    tg_device *device = NULL;
    assert_ok(test_device_open(2, &device));
    for (size_t i = 0; i < TG_COUNT(rules); i++) {
        const tg_layer layers[] = {tg_dense(300), tg_gelu(),        tg_dropout(0.5f),
                                   tg_dense(64),  tg_leaky_relu(0), tg_dense(CLASSES),
                                   tg_softmax()};
        tg_model *model = NULL;
        assert_ok(tg_model_create(device, IN, layers, TG_COUNT(layers), 5, &model));
        tg_fit_options options = tg_fit_defaults();
        options.epochs = 3;
        options.batch_size = 16;
        options.rule = rules[i];
        options.clip_norm = i == 1 ? 0.5f : 0;
        options.on_step = look_at_step;
        options.user = &t;
        assert_ok(tg_fit(model, train, train, &options, NULL));
        tg_model_destroy(model);
    }
    tg_device_close(device);
    tg_dataset_destroy(train);
    tg_set_allocator(NULL);
    assert_int_equal(t.steps, 3 * 3 * 7);
    assert_true(t.allocations > 50);
}

/* The same steps by hand, from the parts. */
static void equals_a_loop_by_hand(void **state) {
    (void)state;
    tg_dataset *train = make_clusters(3, SAMPLES);
    tg_model *model = make_model(0.25f), *by_hand = make_model(0.25f);
    watcher w = {0};
    tg_fit_options options = watched(&w);
    options.epochs = 3;
    options.rule = tg_momentum(0.1f, 0.9f);
    options.schedule = tg_schedule_cosine(0.1f);
    options.schedule.warmup_steps = 4;
    options.clip_norm = 0.5f;
    options.balance_classes = true;
    assert_ok(tg_fit(model, train, NULL, &options, NULL));
    assert_true(w.largest_norm > 0.5);

    tg_plan *plan = NULL;
    tg_optimizer *optimizer = NULL;
    tg_tensor parameters, part, x = test_matrix(NULL, 16, IN);
    float weights[CLASSES];
    int32_t labels[16];
    size_t order[SAMPLES], step = 0;
    double value;
    assert_ok(tg_plan_create(by_hand, TG_TRAINING, 16, &plan));
    tg_plan_set_dropout(plan, options.seed, 0);
    assert_ok(tg_model_parameters(by_hand, &parameters));
    assert_ok(tg_optimizer_create(test_device(), parameters.count, &options.rule, &optimizer));
    assert_ok(tg_dataset_class_weights(train, weights));
    tg_loss loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    loss.class_weights = weights;
    for (size_t epoch = 0; epoch < 3; epoch++) {
        tg_random random = tg_random_start(options.seed, (uint64_t)1 << 56 | epoch);
        for (size_t i = 0; i < SAMPLES; i++) order[i] = i;
        tg_random_shuffle(&random, order, SAMPLES);
        for (size_t first = 0; first < SAMPLES; first += 16, step++) {
            size_t count = SAMPLES - first < 16 ? SAMPLES - first : 16;
            tg_tensor gradients = *tg_plan_gradients(plan);
            assert_ok(tg_tensor_slice(&x, 0, count, &part));
            assert_ok(
                tg_dataset_batch(train, NULL, NULL, 0, 0, order + first, count, 1, &part, labels));
            assert_ok(tg_plan_forward(plan, &part, NULL));
            assert_ok(tg_plan_loss(plan, &loss, tg_labels(labels, count), &value));
            assert_ok(tg_plan_backward(plan));
            assert_ok(tg_clip_norm(&gradients, options.clip_norm, NULL));
            double factor = tg_schedule_factor(&options.schedule, step, 7, 3);
            assert_ok(tg_optimizer_step(optimizer, (float)((double)0.1f * factor), &gradients,
                                        &parameters));
        }
    }
    assert_same_parameters(model, by_hand);
    tg_optimizer_destroy(optimizer);
    tg_plan_destroy(plan);
    tg_tensor_destroy(&x);
    tg_model_destroy(model);
    tg_model_destroy(by_hand);
    tg_dataset_destroy(train);
}

static void same_seed_same_weights(void **state) {
    (void)state;
    tg_dataset *train = make_clusters(4, SAMPLES);
    tg_model *models[3];
    for (size_t i = 0; i < 3; i++) {
        watcher w = {0};
        tg_fit_options options = watched(&w);
        options.seed = i < 2 ? 11 : 12;
        models[i] = make_model(0.5f);
        assert_ok(tg_fit(models[i], train, NULL, &options, NULL));
    }
    assert_same_parameters(models[0], models[1]);
    float *a = copy_parameters(models[0]), *b = copy_parameters(models[2]);
    assert_memory_not_equal(a, b, tg_model_parameter_count(models[0]) * sizeof *a);
    free(a);
    free(b);
    for (size_t i = 0; i < 3; i++) tg_model_destroy(models[i]);
    tg_dataset_destroy(train);
}

static void assert_same_history(const tg_history *a, const tg_history *b) {
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->best_epoch, b->best_epoch);
    assert_int_equal(a->stopped_early, b->stopped_early);
    for (size_t i = 0; i < a->count; i++) {
        const tg_epoch_report *x = &a->epochs[i], *y = &b->epochs[i];
        assert_close(x->train_loss, y->train_loss, 0, 0);
        assert_close(x->train_accuracy, y->train_accuracy, 0, 0);
        assert_close(x->validation.loss, y->validation.loss, 0, 0);
        assert_close(x->validation.balanced_accuracy, y->validation.balanced_accuracy, 0, 0);
        assert_close(x->learning_rate, y->learning_rate, 0, 0);
        assert_int_equal(x->best, y->best);
        const tg_metrics *v = &x->validation, *u = &y->validation;
        assert_int_equal(v->samples, u->samples);
        assert_int_equal(v->classes, u->classes);
        assert_memory_equal(v->confusion, u->confusion, v->classes * v->classes * sizeof(size_t));
        assert_memory_equal(v->f1, u->f1, v->classes * sizeof(double));
    }
}

/* Cancelled anywhere, in an epoch or between two, and resumed: bit by bit as if never cancelled. */
static void resuming_is_exact(void **state) {
    (void)state;
    const tg_update_rule rules[] = {tg_sgd(0.1f), tg_momentum(0.05f, 0.9f), tg_adamw(0.01f)};
    const size_t stops[] = {1, 6, 7, 8, 20, 34, 35};
    char *folder = test_make_folder();
    const char *checkpoint = test_path(folder, "a.checkpoint");
    tg_dataset *train = make_clusters(5, SAMPLES), *validation = make_clusters(6, 40);
    for (size_t r = 0; r < TG_COUNT(rules); r++) {
        watcher w = {0};
        tg_fit_options options = watched(&w);
        options.rule = rules[r];
        options.schedule = tg_schedule_one_cycle();
        tg_model *whole = make_model(0.3f);
        tg_history expected, history;
        assert_ok(tg_fit(whole, train, validation, &options, &expected));
        for (size_t s = 0; s < TG_COUNT(stops); s++) {
            tg_model *model = make_model(0.3f);
            w = (watcher){.stop_at_step = stops[s]};
            options.checkpoint = checkpoint;
            options.resume = NULL;
            assert_fails(TG_CANCELLED, "cancelled",
                         tg_fit(model, train, validation, &options, &history));
            assert_int_equal(history.count, (stops[s] - 1) / 7);
            tg_history_destroy(&history);
            tg_model_destroy(model);
            model = make_model(0.3f);
            w = (watcher){.epochs = (stops[s] - 1) / 7};
            options.resume = checkpoint;
            assert_ok(tg_fit(model, train, validation, &options, &history));
            assert_int_equal(w.steps, 35 - stops[s]);
            assert_same_parameters(whole, model);
            assert_same_history(&expected, &history);
            tg_history_destroy(&history);
            tg_model_destroy(model);
        }
        tg_history_destroy(&expected);
        tg_model_destroy(whole);
    }
    tg_dataset_destroy(train);
    tg_dataset_destroy(validation);
    test_remove_folder(folder);
}

static void cancelled_after_an_epoch(void **state) {
    (void)state;
    char *folder = test_make_folder();
    tg_dataset *train = make_clusters(5, SAMPLES);
    tg_model *model = make_model(0), *loaded = NULL;
    watcher w = {.stop_at_epoch = 2};
    tg_fit_options options = watched(&w);
    options.checkpoint = test_path(folder, "b.checkpoint");
    tg_history history;
    assert_fails(TG_CANCELLED, "after epoch 2", tg_fit(model, train, NULL, &options, &history));
    assert_int_equal(history.count, 2);
    assert_true(isnan(history.epochs[0].validation.loss));
    tg_history_destroy(&history);
    /* A checkpoint is a model file too. */
    assert_ok(tg_model_load(test_device(), options.checkpoint, &loaded));
    assert_same_parameters(model, loaded);
    tg_model_destroy(loaded);
    /* More epochs than there were to be. */
    options.resume = options.checkpoint;
    options.epochs = 6;
    assert_ok(tg_fit(model, train, NULL, &options, &history));
    assert_int_equal(history.count, 6);
    tg_history_destroy(&history);
    tg_model_destroy(model);
    tg_dataset_destroy(train);
    test_remove_folder(folder);
}

static void a_checkpoint_of_something_else_is_refused(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "c.checkpoint"), *plain = test_path(folder, "plain");
    const char *named = test_path(folder, "named.checkpoint");
    tg_dataset *train = make_clusters(5, SAMPLES), *less = make_clusters(5, SAMPLES - 1);
    tg_model *model = make_model(0), *other = NULL;
    watcher w = {0};
    tg_fit_options options = watched(&w), changed;
    options.epochs = 1;
    options.checkpoint = path;
    assert_ok(tg_fit(model, train, NULL, &options, NULL));
    assert_ok(tg_model_save(model, plain));
    options.checkpoint = NULL;
    options.resume = path;
    float *before = copy_parameters(model);

    assert_fails(TG_INVALID_ARGUMENT, "training samples is 99 here and 100 there",
                 tg_fit(model, less, NULL, &options, NULL));
    changed = options;
    changed.seed = 9;
    assert_fails(TG_INVALID_ARGUMENT, "the seed is \"9\" here and \"1\" there",
                 tg_fit(model, train, NULL, &changed, NULL));
    changed = options;
    changed.rule = tg_adam(0.5f);
    assert_fails(TG_INVALID_ARGUMENT, "the learning rate is 0.5 here",
                 tg_fit(model, train, NULL, &changed, NULL));
    changed = options;
    changed.rule = tg_sgd(0.01f);
    assert_fails(TG_INVALID_ARGUMENT, "the optimizer is \"sgd\" here and \"adam\" there",
                 tg_fit(model, train, NULL, &changed, NULL));
    changed = options;
    changed.balance_classes = true;
    assert_fails(TG_INVALID_ARGUMENT, "the class weights is",
                 tg_fit(model, train, NULL, &changed, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "validation samples",
                 tg_fit(model, train, train, &options, NULL));
    const tg_layer relu[] = {tg_dense(8), tg_relu(), tg_dropout(0), tg_dense(CLASSES),
                             tg_softmax()};
    assert_ok(tg_model_create(test_device(), IN, relu, 5, 5, &other));
    assert_fails(TG_INVALID_ARGUMENT, "the layers here",
                 tg_fit(other, train, NULL, &options, NULL));
    changed = options;
    changed.epochs = 0;
    assert_fails(TG_INVALID_ARGUMENT, "0 epochs", tg_fit(model, train, NULL, &changed, NULL));
    changed = options;
    changed.schedule = tg_schedule_cosine(0);
    assert_fails(TG_INVALID_ARGUMENT, "the schedule is \"cosine\" here and \"constant\" there",
                 tg_fit(model, train, NULL, &changed, NULL));
    const char *names[] = {"cat", "dog", "tiger"};
    assert_ok(tg_model_set_classes(model, names, CLASSES));
    assert_fails(TG_INVALID_ARGUMENT, "the classes here: [\"cat\",\"dog\",\"tiger\"]",
                 tg_fit(model, train, NULL, &options, NULL));
    assert_ok(tg_model_set_classes(model, NULL, 0));
    /* And the other way round: classes there, none here. */
    tg_model *with_classes = make_model(0);
    assert_ok(tg_model_set_classes(with_classes, names, CLASSES));
    changed = options;
    changed.resume = NULL;
    changed.checkpoint = named;
    w = (watcher){0};
    assert_ok(tg_fit(with_classes, train, NULL, &changed, NULL));
    tg_model_destroy(with_classes);
    changed.resume = named;
    assert_fails(TG_INVALID_ARGUMENT, "the classes here: none; there: [\"cat\"",
                 tg_fit(model, train, NULL, &changed, NULL));
    changed = options;
    changed.resume = plain;
    assert_fails(TG_BAD_FORMAT, "no checkpoint", tg_fit(model, train, NULL, &changed, NULL));
    changed.resume = test_path(folder, "missing");
    assert_fails(TG_IO_ERROR, "missing", tg_fit(model, train, NULL, &changed, NULL));

    float *after = copy_parameters(model);
    assert_memory_equal(before, after, tg_model_parameter_count(model) * sizeof *before);
    free(before);
    free(after);
    tg_model_destroy(model);
    tg_model_destroy(other);
    tg_dataset_destroy(train);
    tg_dataset_destroy(less);
    test_remove_folder(folder);
}

/* Epochs: fewer than are done, or others for a schedule that depends on them. */
static void epochs_of_a_checkpoint(void **state) {
    (void)state;
    char *folder = test_make_folder();
    tg_dataset *train = make_clusters(5, SAMPLES);
    tg_model *model = make_model(0);
    watcher w = {0};
    tg_fit_options options = watched(&w);
    options.epochs = 3;
    options.checkpoint = test_path(folder, "n.checkpoint");
    assert_ok(tg_fit(model, train, NULL, &options, NULL));
    options.resume = options.checkpoint;
    /* A best epoch that is none of those in the history: the last digit of "best epoch":2. */
    size_t size = 0;
    unsigned char *bytes = test_read_file(options.checkpoint, &size);
    const char *key = "\\\"best epoch\\\":2";
    size_t at = 0;
    while (at + strlen(key) <= size && memcmp(bytes + at, key, strlen(key)) != 0) at++;
    assert_true(at + strlen(key) <= size);
    bytes[at + strlen(key) - 1] = '3';
    options.resume = test_path(folder, "crafted");
    test_write_file(options.resume, bytes, size);
    assert_fails(TG_BAD_FORMAT, "best epoch", tg_fit(model, train, NULL, &options, NULL));
    free(bytes);
    options.resume = options.checkpoint;
    options.epochs = 2;
    assert_fails(TG_INVALID_ARGUMENT, "2 epochs are asked for, 3 are done",
                 tg_fit(model, train, NULL, &options, NULL));
    options.resume = NULL;
    options.schedule = tg_schedule_cosine(0);
    w = (watcher){0};
    assert_ok(tg_fit(model, train, NULL, &options, NULL));
    options.resume = options.checkpoint;
    options.epochs = 4;
    assert_fails(TG_INVALID_ARGUMENT, "the epochs of the schedule is 4 here and 2 there",
                 tg_fit(model, train, NULL, &options, NULL));
    tg_model_destroy(model);
    tg_dataset_destroy(train);
    test_remove_folder(folder);
}

/* A cell of a confusion matrix that no epoch or class has. */
static void a_confusion_matrix_that_does_not_fit(void **state) {
    (void)state;
    char *folder = test_make_folder();
    tg_dataset *train = make_clusters(5, SAMPLES);
    tg_model *model = make_model(0);
    watcher w = {0};
    tg_fit_options options = watched(&w);
    options.epochs = 2;
    options.checkpoint = test_path(folder, "f.checkpoint");
    assert_ok(tg_fit(model, train, train, &options, NULL));
    options.resume = test_path(folder, "crafted");
    size_t size = 0;
    unsigned char *bytes = test_read_file(options.checkpoint, &size);
    tg_safetensors *file = NULL;
    assert_ok(tg_safetensors_parse(bytes, size, "f", &file));
    const tg_entry *entry = tg_safetensors_find(file, "train.confusion");
    assert_non_null(entry);
    assert_int_equal(entry->shape[1], 4);
    const size_t header = bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16;
    unsigned char *cells = bytes + 8 + header + entry->begin;
    const float bad[] = {2, 3, 3, -1, 0.5f, NAN, INFINITY};
    for (size_t i = 0; i < TG_COUNT(bad); i++) {
        unsigned char kept[sizeof(float)];
        unsigned char *at = cells + (i < 4 ? i : 1) * sizeof(float);
        memcpy(kept, at, sizeof kept);
        memcpy(at, &bad[i], sizeof bad[i]);
        test_write_file(options.resume, bytes, size);
        assert_fails(TG_BAD_FORMAT, "\"train.confusion\": row 0 fits no epoch and class",
                     tg_fit(model, train, train, &options, NULL));
        memcpy(at, kept, sizeof kept);
    }
    tg_safetensors_close(file);
    free(bytes);
    tg_model_destroy(model);
    tg_dataset_destroy(train);
    test_remove_folder(folder);
}

/* Cut short, or changed in any byte: refused or harmless, and the model never half changed. */
static void damaged_checkpoints(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "d.checkpoint"), *broken = test_path(folder, "broken");
    tg_dataset *train = make_clusters(5, SAMPLES);
    tg_model *model = make_model(0);
    watcher w = {.stop_at_step = 10};
    tg_fit_options options = watched(&w);
    options.epochs = 2;
    options.checkpoint = path;
    assert_fails(TG_CANCELLED, "", tg_fit(model, train, NULL, &options, NULL));
    options.checkpoint = NULL;
    options.on_step = NULL;
    options.on_epoch = NULL;
    options.resume = broken;
    size_t size = 0, refused = 0;
    unsigned char *bytes = test_read_file(path, &size);
    uint64_t seed = 4;
    for (size_t i = 0; i < 300; i++) {
        const size_t at = (size_t)test_uniform(&seed, 0, (double)size);
        const unsigned char kept = bytes[at];
        const bool cut = i % 10 == 0;
        if (!cut) bytes[at] = (unsigned char)test_uniform(&seed, 0, 256);
        test_write_file(broken, bytes, cut ? at : size);
        bytes[at] = kept;
        tg_model *victim = make_model(0);
        tg_status status = tg_fit(victim, train, NULL, &options, NULL);
        if (status && status != TG_NOT_FINITE) {
            refused++;
            tg_model *fresh = make_model(0);
            assert_same_parameters(fresh, victim);
            tg_model_destroy(fresh);
        }
        assert_true(!cut || status);
        tg_model_destroy(victim);
    }
    assert_true(refused > 50);
    free(bytes);
    tg_model_destroy(model);
    tg_dataset_destroy(train);
    test_remove_folder(folder);
}

/* Validation labels are random, so the loss there soon rises while training goes on. */
static void early_stopping_restores_the_best(void **state) {
    (void)state;
    tg_dataset *train = make_clusters(7, SAMPLES), *validation = NULL;
    uint64_t seed = 5;
    tg_tensor x = reference_rows(&seed, 30, IN, -2, 2);
    int32_t labels[30];
    for (size_t i = 0; i < 30; i++) labels[i] = (int32_t)test_uniform(&seed, 0, CLASSES);
    assert_ok(tg_dataset_from_rows(&x, labels, CLASSES, NULL, &validation));
    const tg_monitor monitors[] = {TG_MONITOR_LOSS, TG_MONITOR_BALANCED_ACCURACY};
    for (size_t m = 0; m < TG_COUNT(monitors); m++) {
        tg_model *model = make_model(0);
        watcher w = {0};
        tg_fit_options options = watched(&w);
        options.epochs = 200;
        options.patience = 4;
        options.monitor = monitors[m];
        tg_history history;
        assert_ok(tg_fit(model, train, validation, &options, &history));
        assert_true(history.stopped_early);
        assert_int_equal(history.count, history.best_epoch + 5);
        assert_true(history.epochs[history.best_epoch].best);
        tg_metrics metrics;
        assert_ok(tg_evaluate(model, validation, NULL, &metrics));
        assert_true(metrics.loss == history.epochs[history.best_epoch].validation.loss);
        for (size_t i = 0; i < history.count; i++) {
            if (m == 0)
                assert_true(history.epochs[i].validation.loss >= metrics.loss);
            else
                assert_true(history.epochs[i].validation.balanced_accuracy <=
                            metrics.balanced_accuracy);
        }
        tg_metrics_destroy(&metrics);
        tg_history_destroy(&history);
        tg_model_destroy(model);
    }
    tg_tensor_destroy(&x);
    tg_dataset_destroy(train);
    tg_dataset_destroy(validation);
}

static void not_finite_names_epoch_step_and_layer(void **state) {
    (void)state;
    tg_dataset *train = make_clusters(8, SAMPLES);
    tg_model *model = make_model(0);
    watcher w = {.spoil = model, .spoil_at = 9};
    tg_fit_options options = watched(&w);
    tg_history history;
    assert_fails(TG_NOT_FINITE, "epoch 2, step 3: the loss is",
                 tg_fit(model, train, NULL, &options, &history));
    assert_non_null(strstr(tg_error_message(), "layer 0 (dense) is the first"));
    assert_int_equal(history.count, 1);
    tg_history_destroy(&history);
    /* A learning rate that overflows the weights. */
    tg_model_destroy(model);
    model = make_model(0);
    w = (watcher){0};
    options.rule = tg_sgd(FLT_MAX);
    assert_fails(TG_NOT_FINITE, "epoch 1, step", tg_fit(model, train, NULL, &options, NULL));
    tg_model_destroy(model);
    tg_dataset_destroy(train);
}

/* What the last step of an epoch spoils shows before the epoch is called done: its weights are
 * never the result, nor in a checkpoint. */
static void a_bad_last_step_is_seen(void **state) {
    (void)state;
    char *folder = test_make_folder();
    tg_dataset *train = make_clusters(8, 60), *validation = make_clusters(9, 20);
    for (int kept = 0; kept < 2; kept++) {
        tg_model *model = make_model(0), *loaded = NULL;
        watcher w = {.spoil = model, .spoil_at = 8};
        tg_fit_options options = watched(&w);
        options.keep_best = kept;
        options.checkpoint = test_path(folder, "last.checkpoint");
        tg_history history;
        assert_fails(TG_NOT_FINITE, "epoch 2, step 4: after it layer 0 (dense) is the first",
                     tg_fit(model, train, validation, &options, &history));
        assert_int_equal(history.count, 1);
        tg_history_destroy(&history);
        assert_ok(tg_model_load(test_device(), options.checkpoint, &loaded));
        if (kept) assert_same_parameters(model, loaded);
        tg_model_destroy(loaded);
        tg_model_destroy(model);
    }
    /* Cancelled right behind it: no checkpoint of such weights either. */
    tg_model *spoilt = make_model(0);
    watcher both = {.spoil = spoilt, .spoil_at = 2, .stop_at_step = 2};
    tg_fit_options cancelled = watched(&both);
    cancelled.checkpoint = test_path(folder, "never.checkpoint");
    assert_fails(TG_NOT_FINITE, "epoch 1, step 2: after it layer 0",
                 tg_fit(spoilt, train, NULL, &cancelled, NULL));
    assert_int_equal(access(cancelled.checkpoint, F_OK), -1);
    tg_model_destroy(spoilt);
    /* Samples so large that the outputs overflow, in the validation set alone. */
    float huge[2][IN] = {{FLT_MAX, FLT_MAX, FLT_MAX, FLT_MAX}, {1, 1, 1, 1}};
    const int32_t labels[] = {0, 1};
    const tg_layer relu[] = {tg_dense(8), tg_relu(), tg_dense(CLASSES), tg_softmax()};
    tg_tensor x;
    tg_dataset *overflowing = NULL;
    tg_model *model = NULL;
    watcher w = {0};
    tg_fit_options options = watched(&w);
    assert_ok(tg_matrix_view(huge[0], 2, IN, &x));
    assert_ok(tg_dataset_from_rows(&x, labels, CLASSES, NULL, &overflowing));
    assert_ok(tg_model_create(test_device(), IN, relu, TG_COUNT(relu), 1, &model));
    assert_fails(TG_NOT_FINITE, "epoch 1, step 4: the validation loss is",
                 tg_fit(model, train, overflowing, &options, NULL));
    tg_model_destroy(model);
    tg_dataset_destroy(overflowing);
    tg_dataset_destroy(train);
    tg_dataset_destroy(validation);
    test_remove_folder(folder);
}

/* With learning rate 0, the mean over an epoch of batches is the mean of evaluating the whole, also
 * with class weights, an ignored label, and sums. */
static void training_loss_is_the_mean_over_all(void **state) {
    (void)state;
    const float weights[CLASSES] = {100, 1, 2};
    tg_dataset *train = make_clusters(3, SAMPLES);
    for (int variant = 0; variant < 4; variant++) {
        tg_model *model = make_model(0);
        watcher w = {0};
        tg_fit_options options = watched(&w);
        options.epochs = 1;
        options.rule = tg_sgd(0);
        if (variant == 1) options.loss.class_weights = weights;
        if (variant == 2) options.loss.ignore_index = 1;
        if (variant == 3) options.loss.reduction = TG_SUM;
        tg_history history;
        assert_ok(tg_fit(model, train, train, &options, &history));
        const tg_epoch_report *report = &history.epochs[0];
        assert_close(report->validation.loss, report->train_loss, 1e-6, 0);
        assert_close(report->validation.accuracy, report->train_accuracy, 1e-12, 0);
        assert_int_equal(report->validation.classes, CLASSES);
        tg_history_destroy(&history);
        tg_model_destroy(model);
    }
    tg_dataset_destroy(train);
}

/* Targets instead of labels: three losses, each towards what it can reach. */
static void target_values(void **state) {
    (void)state;
    const tg_loss_kind kinds[] = {TG_CROSS_ENTROPY, TG_BINARY_CROSS_ENTROPY, TG_MEAN_SQUARED_ERROR};
    uint64_t seed = 6;
    tg_tensor x = reference_rows(&seed, SAMPLES, IN, -1, 1);
    tg_tensor t = reference_rows(&seed, SAMPLES, 2, 0, 0);
    for (size_t i = 0; i < SAMPLES; i++) {
        const float *row = tg_tensor_data(&x) + i * IN;
        tg_tensor_data(&t)[2 * i] = row[0] + row[1] > 0;
        tg_tensor_data(&t)[2 * i + 1] = row[0] + row[1] <= 0;
    }
    tg_dataset *train = NULL;
    assert_ok(tg_dataset_from_targets(&x, &t, &train));
    for (size_t k = 0; k < TG_COUNT(kinds); k++) {
        const tg_layer layers[] = {tg_dense(16), tg_relu(), tg_dense(2)};
        tg_model *model = NULL;
        assert_ok(tg_model_create(test_device(), IN, layers, 3, 1, &model));
        watcher w = {0};
        tg_fit_options options = watched(&w);
        options.epochs = 30;
        options.loss = tg_loss_defaults(kinds[k]);
        tg_history history;
        assert_ok(tg_fit(model, train, train, &options, &history));
        const tg_epoch_report *last = &history.epochs[29];
        assert_true(last->validation.loss < 0.4 * history.epochs[0].train_loss);
        if (kinds[k] == TG_MEAN_SQUARED_ERROR)
            assert_true(isnan(last->train_accuracy) && isnan(last->validation.accuracy));
        else
            assert_true(last->train_accuracy > 0.9 && last->validation.accuracy > 0.9);
        assert_true(isnan(last->validation.balanced_accuracy));
        tg_history_destroy(&history);
        tg_model_destroy(model);
    }
    tg_dataset_destroy(train);
    test_destroy(&x, &t);
}

/* Pictures through histograms, prepared once, and through augmentation, made anew each epoch. */
static void pictures(void **state) {
    (void)state;
    enum { N = 60, SIDE = 16 };
    const tg_picture_shape shape = {SIDE, SIDE, 1};
    uint8_t *pixels = malloc(N * SIDE * SIDE);
    int32_t labels[N];
    uint64_t seed = 12;
    assert_non_null(pixels);
    for (size_t i = 0; i < N; i++) {
        labels[i] = (int32_t)(i % 2);
        const double phase = test_uniform(&seed, 0, 6);
        for (size_t y = 0; y < SIDE; y++)
            for (size_t x = 0; x < SIDE; x++)
                pixels[(i * SIDE + y) * SIDE + x] =
                    (uint8_t)(127 + 100 * sin((double)(labels[i] ? x : y) + phase) +
                              test_uniform(&seed, -20, 20));
    }
    tg_dataset *train = NULL;
    assert_ok(tg_dataset_from_pictures(pixels, N, shape, labels, 2, NULL, &train));
    for (int augmented = 0; augmented < 2; augmented++) {
        tg_input input = {0};
        assert_ok(tg_input_fit(train, TG_FEATURES_HOG, NULL, 1, &input));
        const tg_layer layers[] = {tg_dense(2), tg_softmax()};
        tg_model *model = NULL;
        assert_ok(tg_model_create(test_device(), input.size, layers, 2, 1, &model));
        assert_ok(tg_model_set_input(model, &input));
        watcher w = {0};
        tg_fit_options options = watched(&w);
        if (augmented) options.augmentation = (tg_augmentation){true, 2, 0.1f, 0.1f};
        tg_history history;
        assert_ok(tg_fit(model, train, train, &options, &history));
        assert_true(history.epochs[4].validation.accuracy > 0.95);
        tg_history_destroy(&history);
        tg_model_destroy(model);
        tg_input_destroy(&input);
    }
    tg_fit_options options = tg_fit_defaults();
    tg_model *model = NULL;
    const tg_layer layer = tg_dense(2);
    assert_ok(tg_model_create(test_device(), SIDE * SIDE, &layer, 1, 1, &model));
    options.augmentation.brightness = NAN;
    assert_fails(TG_INVALID_ARGUMENT, "brightness", tg_fit(model, train, NULL, &options, NULL));
    options.augmentation = (tg_augmentation){.contrast = -1};
    assert_fails(TG_INVALID_ARGUMENT, "contrast", tg_fit(model, train, NULL, &options, NULL));
    tg_model_destroy(model);
    tg_dataset_destroy(train);
    free(pixels);
}

static void misuse(void **state) {
    (void)state;
    tg_dataset *train = make_clusters(9, SAMPLES), *targets = NULL;
    tg_model *model = make_model(0);
    uint64_t seed = 1;
    tg_tensor x = reference_rows(&seed, 5, IN, 0, 1), t = reference_rows(&seed, 5, CLASSES, 0, 1);
    assert_ok(tg_dataset_from_targets(&x, &t, &targets));
    const float weights[] = {1, 2, 3}, negative[] = {1, -1, 1};
    struct {
        const char *message;
        const tg_dataset *train, *validation;
        tg_fit_options options;
    } cases[] = {
        {.message = "0 epochs"},
        {.message = "batch size"},
        {.message = "learning rate"},
        {.message = "schedule"},
        {.message = "weight of class 1"},
        {.message = "needs target values"},
        {.message = "clipped at -1"},
        {.message = "only pictures"},
        {.message = "class weights are given"},
        {.message = "needs a validation set"},
        {.message = "no monitor 7"},
        {.message = "clipped at inf"},
        {.message = "no classes to balance", .train = targets},
        {.message = "no balanced accuracy", .train = targets},
        {.message = "different targets", .validation = targets},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) cases[i].options = tg_fit_defaults();
    cases[0].options.epochs = 0;
    cases[1].options.batch_size = 0;
    cases[2].options.rule = tg_sgd(NAN);
    cases[3].options.schedule = tg_schedule_step(0, 1);
    cases[4].options.loss.class_weights = negative;
    cases[5].options.loss.kind = TG_MEAN_SQUARED_ERROR;
    cases[6].options.clip_norm = -1;
    cases[7].options.augmentation.shift = 1;
    cases[8].options.loss.class_weights = weights;
    cases[8].options.balance_classes = true;
    cases[9].options.patience = 1;
    cases[10].options.monitor = (tg_monitor)7;
    cases[11].options.clip_norm = INFINITY;
    cases[12].options.balance_classes = true;
    cases[13].options.monitor = TG_MONITOR_BALANCED_ACCURACY;
    float *before = copy_parameters(model);
    for (size_t i = 0; i < TG_COUNT(cases); i++)
        assert_fails(TG_INVALID_ARGUMENT, cases[i].message,
                     tg_fit(model, cases[i].train ? cases[i].train : train, cases[i].validation,
                            &cases[i].options, NULL));
    const tg_fit_options defaults = tg_fit_defaults();
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_fit(NULL, train, NULL, &defaults, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_fit(model, NULL, NULL, &defaults, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_fit(model, train, NULL, NULL, NULL));
    float *after = copy_parameters(model);
    assert_memory_equal(before, after, tg_model_parameter_count(model) * sizeof *before);
    free(before);
    free(after);
    test_destroy(&x, &t);
    tg_model_destroy(model);
    tg_dataset_destroy(train);
    tg_dataset_destroy(targets);
    tg_history_destroy(NULL);
}

typedef struct sweep {
    tg_dataset *train, *validation;
    const char *checkpoint;
} sweep;

static tg_status train_and_resume(void *context) {
    const sweep *s = context;
    const tg_layer layers[] = {tg_dense(4), tg_relu(), tg_dropout(0.1f), tg_dense(CLASSES),
                               tg_softmax()};
    tg_model *model = NULL;
    tg_history history = {0};
    tg_fit_options options = tg_fit_defaults();
    options.epochs = 1;
    options.batch_size = 50;
    options.balance_classes = true;
    options.checkpoint = s->checkpoint;
    tg_status status = tg_model_create(test_device(), IN, layers, TG_COUNT(layers), 1, &model);
    if (!status) status = tg_fit(model, s->train, s->validation, &options, &history);
    tg_history_destroy(&history);
    options.resume = s->checkpoint;
    options.epochs = 2;
    if (!status) status = tg_fit(model, s->train, s->validation, &options, NULL);
    tg_model_destroy(model);
    return status;
}

static void out_of_memory(void **state) {
    (void)state;
    char *folder = test_make_folder();
    sweep s = {make_clusters(1, 100), make_clusters(2, 30), test_path(folder, "e.checkpoint")};
    assert_true(test_every_allocation(train_and_resume, &s) > 60);
    tg_dataset_destroy(s.train);
    tg_dataset_destroy(s.validation);
    test_remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learns_with_every_optimizer),
        cmocka_unit_test(steps_allocate_nothing),
        cmocka_unit_test(equals_a_loop_by_hand),
        cmocka_unit_test(same_seed_same_weights),
        cmocka_unit_test(resuming_is_exact),
        cmocka_unit_test(cancelled_after_an_epoch),
        cmocka_unit_test(a_checkpoint_of_something_else_is_refused),
        cmocka_unit_test(epochs_of_a_checkpoint),
        cmocka_unit_test(a_confusion_matrix_that_does_not_fit),
        cmocka_unit_test(damaged_checkpoints),
        cmocka_unit_test(early_stopping_restores_the_best),
        cmocka_unit_test(not_finite_names_epoch_step_and_layer),
        cmocka_unit_test(a_bad_last_step_is_seen),
        cmocka_unit_test(training_loss_is_the_mean_over_all),
        cmocka_unit_test(target_values),
        cmocka_unit_test(pictures),
        cmocka_unit_test(misuse),
        cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
