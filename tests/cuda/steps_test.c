/* SPDX-License-Identifier: MIT */
/* Steps that the device takes by itself: beside the CPU's, for every loss and rule; the same
 * however often the host asks, and wherever the samples are; without a call that waits; and stopped
 * by a loss that is not finite. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cuda/stand_in.h"
#include "support/device.h"
#include "support/test.h"

static stand_in runtime;

static int find_runtime(void **state) {
    (void)state;
    runtime = find_stand_in();
    return 0;
}

/* ---- Cases ---- */

enum { IN = 300, OUT = 3, SAMPLES = 50, BATCH = 8, EPOCHS = 4, STEPS = EPOCHS * 7 };

static const float class_weights[OUT] = {1, 0.5f, 3};

/* A recipe, and the layers that end the model. */
typedef struct recipe {
    const char *name;
    tg_update_rule rule;
    tg_loss loss;
    tg_layer last;
    float clip_norm, dropout;
    bool values; /* the data set has target values */
} recipe;

static tg_loss a_loss(tg_loss_kind kind) {
    return tg_loss_defaults(kind);
}

static tg_loss weighted_loss(tg_reduction reduction, int32_t ignored, float smoothing) {
    tg_loss loss = tg_loss_defaults(TG_CROSS_ENTROPY);
    loss.reduction = reduction;
    loss.class_weights = class_weights;
    loss.ignore_index = ignored;
    loss.label_smoothing = smoothing;
    return loss;
}

enum { RECIPES = 9 };

static void make_recipes(recipe made[RECIPES]) {
    const tg_loss classes = a_loss(TG_CROSS_ENTROPY);
    const recipe all[RECIPES] = {
        {"sgd", tg_sgd(0.1f), classes, tg_softmax(), 0, 0, false},
        {"nesterov, clipped, dropout", tg_nesterov(0.05f, 0.9f), classes, tg_softmax(), 2.0f, 0.4f,
         false},
        {"adamw, log-softmax", tg_adamw(0.01f), classes, tg_log_softmax(), 0, 0, false},
        {"adam, weights, one class ignored", tg_adam(0.01f), weighted_loss(TG_MEAN, 1, 0),
         tg_softmax(), 0, 0.2f, false},
        {"sum, weights, smoothing", tg_momentum(0.002f, 0.9f),
         weighted_loss(TG_SUM, TG_NO_IGNORE_INDEX, 0.1f), tg_softmax(), 0, 0, false},
        {"temperature", tg_sgd(0.1f), classes, tg_softmax_temperature(2), 0, 0, false},
        {"soft targets", tg_adam(0.01f), classes, tg_softmax(), 0, 0, true},
        {"binary", tg_adam(0.01f), a_loss(TG_BINARY_CROSS_ENTROPY), tg_sigmoid(), 0.3f, 0, true},
        {"regression", tg_momentum(0.05f, 0.8f), a_loss(TG_MEAN_SQUARED_ERROR), tg_tanh(), 0, 0,
         true},
    };
    memcpy(made, all, sizeof all);
}

static tg_dataset *make_data(bool with_values) {
    static float x[SAMPLES * IN], t[SAMPLES * OUT];
    int32_t labels[SAMPLES];
    uint64_t seed = 3;
    test_fill(&seed, x, SAMPLES * IN, -1, 1);
    for (size_t i = 0; i < SAMPLES; i++) {
        labels[i] = (int32_t)(i % OUT);
        x[i * IN + i % OUT] += 1;
        for (size_t c = 0; c < OUT; c++) t[i * OUT + c] = c == i % OUT ? 0.75f : 0.125f;
    }
    tg_tensor samples, values;
    tg_dataset *made = NULL;
    assert_ok(tg_matrix_view(x, SAMPLES, IN, &samples));
    assert_ok(tg_matrix_view(t, SAMPLES, OUT, &values));
    if (with_values)
        assert_ok(tg_dataset_from_targets(&samples, &values, &made));
    else
        assert_ok(tg_dataset_from_rows(&samples, labels, OUT, NULL, &made));
    return made;
}

/* What training was seen to do. */
typedef struct run {
    tg_step_report steps[STEPS];
    size_t count;
    double train_loss[EPOCHS], train_accuracy[EPOCHS];
    float parameters[4096];
} run;

static bool record(void *user, const tg_step_report *report) {
    run *r = user;
    r->steps[r->count++] = *report;
    return true;
}

static tg_fit_options options_of(const recipe *r, size_t report_every, run *seen) {
    tg_fit_options options = tg_fit_defaults();
    options.epochs = EPOCHS;
    options.batch_size = BATCH;
    options.rule = r->rule;
    options.loss = r->loss;
    options.clip_norm = r->clip_norm;
    options.schedule = tg_schedule_one_cycle();
    options.report_every = report_every;
    options.on_step = report_every > 0 ? record : NULL;
    options.user = seen;
    return options;
}

static tg_model *make_model(tg_device *device, const recipe *r) {
    const tg_layer layers[] = {tg_dense(9), tg_gelu(), tg_dropout(r->dropout), tg_dense(OUT),
                               r->last};
    tg_model *model = NULL;
    assert_ok(tg_model_create(device, IN, layers, TG_COUNT(layers), 1, &model));
    return model;
}

static void read_parameters(const tg_model *model, run *seen) {
    tg_tensor parameters;
    assert_ok(tg_model_parameters(model, &parameters));
    assert_true(parameters.count <= TG_COUNT(seen->parameters));
    assert_ok(tg_tensor_read(&parameters, seen->parameters, parameters.count));
}

/* Leaves so much of the device's memory that training fits in, and the data set does not. */
static void limit_memory(bool limited) {
    runtime.memory(limited ? runtime.memory_used() + 110000 : (size_t)1 << 30);
}

/* `report_every` 0: nobody asks before an epoch ends. */
static void train(tg_device *device, const recipe *r, size_t report_every, bool limited,
                  run *seen) {
    tg_dataset *data = make_data(r->values);
    tg_model *model = make_model(device, r);
    limit_memory(limited);
    const tg_fit_options options = options_of(r, report_every, seen);
    tg_history history;
    memset(seen, 0, sizeof *seen);
    assert_ok(tg_fit(model, data, NULL, &options, &history));
    assert_int_equal(history.count, EPOCHS);
    for (size_t i = 0; i < EPOCHS; i++) {
        seen->train_loss[i] = history.epochs[i].train_loss;
        seen->train_accuracy[i] = history.epochs[i].train_accuracy;
    }
    limit_memory(false);
    read_parameters(model, seen);
    tg_history_destroy(&history);
    tg_model_destroy(model);
    tg_dataset_destroy(data);
}

static void as_on_the_cpu(void **state) {
    (void)state;
    recipe recipes[RECIPES];
    make_recipes(recipes);
    for (size_t i = 0; i < RECIPES; i++) {
        run cpu, gpu;
        double largest = 0;
        size_t clipped = 0;
        train(tg_cpu(), &recipes[i], 1, false, &cpu);
        train(test_device(), &recipes[i], 1, false, &gpu);
        assert_int_equal(cpu.count, STEPS);
        assert_int_equal(gpu.count, STEPS);
        for (size_t s = 0; s < STEPS; s++) {
            const tg_step_report *a = &cpu.steps[s], *b = &gpu.steps[s];
            largest = fmax(largest, fabs(a->loss - b->loss) / fabs(a->loss));
            assert_int_equal(a->samples, b->samples);
            assert_true(a->learning_rate == b->learning_rate);
            assert_close(a->gradient_norm, b->gradient_norm, 1e-4, 0);
            const double limit = (double)recipes[i].clip_norm;
            clipped += a->step > 0 && a[-1].gradient_norm > limit && a->gradient_norm < limit;
        }
        print_message("%s: largest difference of a loss %.2g\n", recipes[i].name, largest);
        assert_true(largest < 1e-4);
        /* A gradient is clipped, and the next of the same epoch is not. */
        if (recipes[i].clip_norm > 0) assert_true(clipped > 0);
        for (size_t e = 0; e < EPOCHS; e++)
            assert_close(cpu.train_accuracy[e], gpu.train_accuracy[e], 0, 0);
    }
}

static void assert_same_run(const run *a, const run *b) {
    assert_memory_equal(a->parameters, b->parameters, sizeof a->parameters);
    assert_memory_equal(a->train_loss, b->train_loss, sizeof a->train_loss);
    assert_memory_equal(a->train_accuracy, b->train_accuracy, sizeof a->train_accuracy);
}

/* In bunches of steps, or without a word; and with samples that do not fit into the device. */
static void however_it_is_asked(void **state) {
    (void)state;
    recipe recipes[RECIPES];
    make_recipes(recipes);
    for (size_t i = 0; i < RECIPES; i++) {
        run each, few, none, sent, sent_each;
        train(test_device(), &recipes[i], 1, false, &each);
        train(test_device(), &recipes[i], 3, false, &few);
        train(test_device(), &recipes[i], 0, false, &none);
        assert_same_run(&each, &few);
        assert_same_run(&each, &none);
        assert_int_equal(few.count, STEPS);
        assert_memory_equal(each.steps, few.steps, sizeof each.steps);
        const unsigned long pinned = runtime.calls_of("cuMemHostAlloc");
        train(test_device(), &recipes[i], 0, true, &sent);
        train(test_device(), &recipes[i], 3, true, &sent_each);
        assert_int_equal(runtime.calls_of("cuMemHostAlloc"), pinned + 4);
        assert_same_run(&each, &sent);
        assert_memory_equal(each.steps, sent_each.steps, sizeof each.steps);
    }
}

/* Between the epochs of one of them a larger batch is judged, for which the device's scratch has to
 * grow: the recorded steps must not notice. */
static void judging_between_epochs(void **state) {
    (void)state;
    recipe recipes[RECIPES];
    make_recipes(recipes);
    tg_dataset *data = make_data(false), *twice = NULL, *many = NULL;
    assert_ok(tg_dataset_concat(data, data, &twice));
    assert_ok(tg_dataset_concat(twice, twice, &many));
    run runs[2];
    memset(runs, 0, sizeof runs);
    for (size_t i = 0; i < 2; i++) {
        tg_model *model = make_model(test_device(), &recipes[0]);
        tg_fit_options options = options_of(&recipes[0], 1, &runs[i]);
        options.keep_best = false;
        assert_ok(tg_fit(model, data, i == 0 ? NULL : many, &options, NULL));
        read_parameters(model, &runs[i]);
        tg_model_destroy(model);
    }
    assert_memory_equal(runs[0].steps, runs[1].steps, sizeof runs[0].steps);
    assert_memory_equal(runs[0].parameters, runs[1].parameters, sizeof runs[0].parameters);
    tg_dataset_destroy(data);
    tg_dataset_destroy(twice);
    tg_dataset_destroy(many);
}

/* ---- Nothing waits ---- */

static const char *const waiting[] = {
    "cuStreamSynchronize",         "cuMemAlloc",     "cuMemFree",          "cuMemcpyHtoDAsync",
    "cuMemcpyDtoHAsync",           "cuMemHostAlloc", "cuEventSynchronize", "cuStreamBeginCapture",
    "cuGraphInstantiateWithFlags", "cuLaunchKernel", "cublasSgemm"};

typedef struct tally {
    unsigned long before[TG_COUNT(waiting)], epochs[EPOCHS][TG_COUNT(waiting)];
    unsigned long launches[EPOCHS], launched;
    size_t epoch;
} tally;

static void look(tally *t, bool count) {
    for (size_t i = 0; i < TG_COUNT(waiting); i++) {
        const unsigned long calls = runtime.calls_of(waiting[i]);
        if (count) t->epochs[t->epoch][i] = calls - t->before[i];
        t->before[i] = calls;
    }
    const unsigned long launched = runtime.calls_of("cuGraphLaunch");
    if (count) t->launches[t->epoch++] = launched - t->launched;
    t->launched = launched;
}

static bool look_after_epoch(void *user, const tg_epoch_report *report) {
    (void)report;
    look(user, true);
    return true;
}

/* Epochs of 7 and of 13 steps make the same calls, but for launches of graphs; the third epoch and
 * those behind it are recorded completely. */
static void no_step_waits(void **state) {
    (void)state;
    recipe recipes[RECIPES];
    make_recipes(recipes);
    tally tallies[2] = {0};
    for (size_t i = 0; i < 2; i++) {
        tg_dataset *data = make_data(false);
        tg_model *model = make_model(test_device(), &recipes[1]);
        tg_fit_options options = options_of(&recipes[1], 0, NULL);
        options.batch_size = i == 0 ? BATCH : 4;
        options.on_epoch = look_after_epoch;
        options.user = &tallies[i];
        look(&tallies[i], false);
        assert_ok(tg_fit(model, data, NULL, &options, NULL));
        tg_model_destroy(model);
        tg_dataset_destroy(data);
    }
    for (size_t e = 2; e < EPOCHS; e++) {
        assert_int_equal(tallies[0].launches[e], 7);
        assert_int_equal(tallies[1].launches[e], 13);
        for (size_t i = 0; i < TG_COUNT(waiting); i++)
            if (tallies[0].epochs[e][i] != tallies[1].epochs[e][i])
                fail_msg("%s: %lu calls in an epoch of 7 steps, %lu in one of 13", waiting[i],
                         tallies[0].epochs[e][i], tallies[1].epochs[e][i]);
    }
    for (size_t i = 0; i < TG_COUNT(waiting); i++)
        if (!strcmp(waiting[i], "cublasSgemm") || !strcmp(waiting[i], "cuMemAlloc"))
            assert_int_equal(tallies[0].epochs[2][i], 0);
}

/* ---- A loss that is not finite ---- */

/* The samples of one step are huge. */
static tg_dataset *make_exploding(void) {
    static float x[SAMPLES * IN];
    int32_t labels[SAMPLES];
    uint64_t seed = 3;
    test_fill(&seed, x, SAMPLES * IN, -1, 1);
    for (size_t i = 0; i < SAMPLES; i++) labels[i] = (int32_t)(i % OUT);
    for (size_t c = 0; c < IN; c++) x[3 * IN + c] = 3e38f;
    tg_tensor samples;
    tg_dataset *made = NULL;
    assert_ok(tg_matrix_view(x, SAMPLES, IN, &samples));
    assert_ok(tg_dataset_from_rows(&samples, labels, OUT, NULL, &made));
    return made;
}

static void fail_to_train(tg_device *device, size_t report_every, bool limited, run *seen,
                          char message[512]) {
    const tg_layer layers[] = {tg_dense(9), tg_relu(), tg_dense(OUT), tg_softmax()};
    recipe recipes[RECIPES];
    make_recipes(recipes);
    tg_dataset *data = make_exploding();
    tg_model *model = NULL;
    const tg_fit_options options = options_of(&recipes[0], report_every, seen);
    memset(seen, 0, sizeof *seen);
    assert_ok(tg_model_create(device, IN, layers, TG_COUNT(layers), 1, &model));
    limit_memory(limited);
    assert_fails(TG_NOT_FINITE, "dense", tg_fit(model, data, NULL, &options, NULL));
    snprintf(message, 512, "%s", tg_error_message());
    limit_memory(false);
    read_parameters(model, seen);
    tg_model_destroy(model);
    tg_dataset_destroy(data);
}

static void stops_where_the_cpu_does(void **state) {
    (void)state;
    static const size_t every[] = {1, 3, 0};
    run cpu, gpu;
    char expected[512], message[512];
    fail_to_train(tg_cpu(), 1, false, &cpu, expected);
    assert_in_range(cpu.count, 3, 5); /* recorded, and not the last */
    for (size_t i = 0; i < 2 * TG_COUNT(every); i++) {
        const bool limited = i >= TG_COUNT(every);
        fail_to_train(test_device(), every[i % TG_COUNT(every)], limited, &gpu, message);
        assert_string_equal(message, expected);
        if (every[i % TG_COUNT(every)] > 0) assert_int_equal(gpu.count, cpu.count);
        for (size_t p = 0; p < TG_COUNT(cpu.parameters); p++)
            assert_close((double)cpu.parameters[p], (double)gpu.parameters[p], 1e-4, 1e-2);
    }
}

/* ---- Pictures that are changed in each epoch ---- */

static void augmented_pictures(void **state) {
    (void)state;
    enum { SIDE = 6, PICTURES = 20, BYTES = SIDE * SIDE * 3 };
    const tg_picture_shape shape = {SIDE, SIDE, 3};
    const tg_layer layers[] = {tg_dense(8), tg_relu(), tg_dense(2), tg_softmax()};
    static uint8_t pixels[PICTURES * BYTES];
    int32_t labels[PICTURES];
    uint64_t seed = 8;
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)test_uniform(&seed, 0, 255);
    for (size_t i = 0; i < PICTURES; i++) labels[i] = (int32_t)(i % 2);
    tg_dataset *data = NULL;
    tg_input input = {0};
    assert_ok(tg_dataset_from_pictures(pixels, PICTURES, shape, labels, 2, NULL, &data));
    assert_ok(tg_input_fit(data, TG_FEATURES_PLAIN, NULL, 1, &input));
    run runs[3];
    for (size_t i = 0; i < TG_COUNT(runs); i++) {
        tg_fit_options options = tg_fit_defaults();
        options.epochs = EPOCHS;
        options.batch_size = BATCH;
        options.augmentation = (tg_augmentation){.mirror = true, .shift = 1, .brightness = 0.2f};
        options.on_step = record;
        options.report_every = i == 2 ? 3 : 1;
        options.user = &runs[i];
        memset(&runs[i], 0, sizeof runs[i]);
        tg_model *model = NULL;
        assert_ok(tg_model_create(i == 0 ? tg_cpu() : test_device(), BYTES, layers,
                                  TG_COUNT(layers), 1, &model));
        assert_ok(tg_model_set_input(model, &input));
        assert_ok(tg_fit(model, data, NULL, &options, NULL));
        tg_model_destroy(model);
    }
    assert_int_equal(runs[0].count, 3 * EPOCHS);
    for (size_t s = 0; s < runs[0].count; s++) {
        assert_close(runs[0].steps[s].loss, runs[1].steps[s].loss, 1e-4, 0);
        assert_true(runs[1].steps[s].loss == runs[2].steps[s].loss);
    }
    tg_input_destroy(&input);
    tg_dataset_destroy(data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_on_the_cpu),
        cmocka_unit_test(however_it_is_asked),
        cmocka_unit_test(judging_between_epochs),
        cmocka_unit_test(no_step_waits),
        cmocka_unit_test(stops_where_the_cpu_does),
        cmocka_unit_test(augmented_pictures),
    };
    return cmocka_run_group_tests(tests, find_runtime, NULL);
}
