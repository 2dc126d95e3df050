/* SPDX-License-Identifier: MIT */
/* Training on the GPU beside training on the CPU: the same losses for 50 steps, and a model that
 * was saved on one device predicts the same on the other. MNIST by its recipe, and photographs by
 * histograms of gradients, each with a smaller network and batch than in examples/. */
#include <math.h>
#include <stdio.h>

#include "support/device.h"
#include "support/test.h"

enum { STEPS = 50, BATCH = 16, MOST_OUTPUTS = 16 };

typedef struct run {
    double losses[STEPS];
    size_t steps;
} run;

static bool record(void *user, const tg_step_report *report) {
    run *r = user;
    r->losses[r->steps++] = report->loss;
    return r->steps < STEPS;
}

/* The first samples of each class in turn, as many as there are steps for. */
static tg_dataset *some_of(tg_dataset *all) {
    static size_t chosen[STEPS * BATCH];
    const size_t count = tg_dataset_count(all), step = count / TG_COUNT(chosen);
    assert_true(step > 0);
    for (size_t i = 0; i < TG_COUNT(chosen); i++) chosen[i] = i * step;
    tg_dataset *some = NULL;
    assert_ok(tg_dataset_subset(all, chosen, TG_COUNT(chosen), &some));
    tg_dataset_destroy(all);
    return some;
}

static tg_model *train(tg_device *device, const tg_dataset *dataset, const tg_input *input,
                       float rate, run *result) {
    const tg_layer layers[] = {tg_dense(24), tg_relu(), tg_dense(tg_dataset_classes(dataset)),
                               tg_softmax()};
    tg_fit_options options = tg_fit_defaults();
    options.epochs = 1;
    options.batch_size = BATCH;
    options.rule = tg_momentum(rate, 0.9f);
    options.rule.weight_decay = 5e-4f;
    options.on_step = record;
    options.user = result;
    tg_model *model = NULL;
    assert_ok(tg_model_create(device, input->size, layers, TG_COUNT(layers), 1, &model));
    assert_ok(tg_model_set_input(model, input));
    const tg_status status = tg_fit(model, dataset, NULL, &options, NULL);
    if (status != TG_CANCELLED) assert_ok(status);
    assert_int_equal(result->steps, STEPS);
    return model;
}

static void predict(const tg_model *model, const tg_dataset *dataset, float outputs[]) {
    tg_device *device = tg_model_device(model);
    static const size_t samples[] = {0};
    tg_tensor host, x, y;
    assert_ok(tg_matrix_create(tg_cpu(), 1, tg_model_inputs(model), &host));
    assert_ok(tg_matrix_create(device, 1, tg_model_inputs(model), &x));
    assert_ok(tg_matrix_create(device, 1, tg_model_outputs(model), &y));
    assert_ok(
        tg_dataset_batch(dataset, tg_model_input(model), NULL, 0, 0, samples, 1, 1, &host, NULL));
    assert_ok(tg_tensor_copy(&host, &x));
    assert_ok(tg_model_predict(model, &x, &y));
    assert_ok(tg_tensor_read(&y, outputs, tg_model_outputs(model)));
    test_destroy(&host, &x, &y);
}

/* Saved by one device and loaded by the other. */
static void check_file(const tg_model *model, tg_device *other, const tg_dataset *dataset) {
    char *folder = test_make_folder();
    const char *path = test_path(folder, "model.safetensors");
    float here[MOST_OUTPUTS], there[MOST_OUTPUTS];
    tg_model *loaded = NULL;
    assert_ok(tg_model_save(model, path));
    assert_ok(tg_model_load(other, path, &loaded));
    predict(model, dataset, here);
    predict(loaded, dataset, there);
    for (size_t i = 0; i < tg_model_outputs(model); i++)
        assert_close((double)here[i], (double)there[i], 1e-5, 1e-2);
    tg_model_destroy(loaded);
    test_remove_folder(folder);
}

static void compare(tg_dataset *dataset, tg_features features, float rate, const char *what) {
    tg_input input = {0};
    assert_ok(tg_input_fit(dataset, features, NULL, 1, &input));
    run cpu = {.steps = 0}, gpu = {.steps = 0};
    tg_model *on_cpu = train(tg_cpu(), dataset, &input, rate, &cpu);
    tg_model *on_gpu = train(test_device(), dataset, &input, rate, &gpu);
    double largest = 0, first = 0, last = 0;
    for (size_t i = 0; i < STEPS; i++) {
        *(i < STEPS / 2 ? &first : &last) += cpu.losses[i] / (STEPS / 2);
        largest = fmax(largest, fabs(cpu.losses[i] - gpu.losses[i]) / cpu.losses[i]);
    }
    print_message("%s: mean loss of the first half of the steps %.3f, of the second %.3f; largest "
                  "difference %.2g\n",
                  what, first, last, largest);
    assert_true(last < first);
    assert_true(largest < 1e-4);
    check_file(on_gpu, tg_cpu(), dataset);
    check_file(on_cpu, test_device(), dataset);
    tg_model_destroy(on_cpu);
    tg_model_destroy(on_gpu);
    tg_input_destroy(&input);
}

static void mnist_trains_alike(void **state) {
    (void)state;
    const char *folder = test_data("mnist");
    if (!folder) skip();
    char images[1024], labels[1024];
    snprintf(images, sizeof images, "%s/train-images-idx3-ubyte.gz", folder);
    snprintf(labels, sizeof labels, "%s/train-labels-idx1-ubyte.gz", folder);
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_read_idx(images, labels, NULL, &dataset));
    dataset = some_of(dataset);
    compare(dataset, TG_FEATURES_PLAIN, 0.03f, "MNIST");
    tg_dataset_destroy(dataset);
}

static void animals_train_alike(void **state) {
    (void)state;
    const char *folder = test_data("animals/train");
    if (!folder) skip();
    const tg_read_options options = tg_read_defaults();
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_read_folder(folder, &options, &dataset));
    dataset = some_of(dataset);
    compare(dataset, TG_FEATURES_HOG, 0.003f, "animals");
    tg_dataset_destroy(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mnist_trains_alike),
        cmocka_unit_test(animals_train_alike),
    };
    return test_exit_status(cmocka_run_group_tests(tests, NULL, NULL));
}
