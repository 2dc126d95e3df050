/* SPDX-License-Identifier: MIT */
/* Steps of training.
 *
 *     training [THREADS [DEVICE]]
 *
 * is run by the driver (support/serve.h). Works:
 *
 *     train           dense layers, relu between them; cross-entropy of the softmax; plain SGD
 *     train_sigmoid   sigmoid behind every layer, the sum of half the squared errors: what FANN can
 *
 * on one batch that is in the device's memory (first.f32 with labels.i32 or targets.f32), from the
 * parameters in weights.f32. The result is how much the parameters have changed after some steps.
 * Labels come from the host in each step, and the loss goes there: with a GPU, each step waits.
 *
 *     epoch           as train, by tg_fit() and over all samples of first.f32: shuffling, batches,
 *                     steps, the mean loss and the accuracy
 *
 * What tg_fit() does once, before the first epoch, is not in the time of an epoch. */
#include <stdlib.h>
#include <string.h>

#include <tigrillo/tigrillo.h>

#include "support/input.h"
#include "support/network.h"
#include "support/serve.h"

enum {
    RESULT_STEPS = 5, /* known to the peers too */
    EPOCHS = 3        /* of a call; the first is not timed */
};

typedef struct bench_training {
    tg_device *device;
    tg_model *model;
    tg_plan *plan;
    tg_optimizer *optimizer;
    tg_tensor x, values; /* the batch */
    int32_t *labels;
    tg_targets targets;
    tg_loss loss;
    float learning_rate;
    tg_tensor parameters, initial;
    float *change;       /* of the parameters: the result */
    tg_dataset *dataset; /* of epochs */
    size_t batch;
    double ends[EPOCHS]; /* when they ended */
} bench_training;

static bench_training present;

/* The step, as an application would write it. */
static tg_status step(bench_training *training) {
    tg_tensor y;
    double loss;
    tg_status status = tg_plan_forward(training->plan, &training->x, &y);
    if (!status) status = tg_plan_loss(training->plan, &training->loss, training->targets, &loss);
    if (!status)
        status = tg_plan_backward_step(training->plan, training->optimizer, training->learning_rate,
                                       &training->parameters);
    return status;
}

static void run(void *context) {
    check(step(context));
}

/* Back to the initial parameters: a network that has learnt its batch by heart would compute with
 * numbers that no real one has. */
static void begin(void *context) {
    bench_training *training = context;
    check(tg_tensor_copy(&training->initial, &training->parameters));
}

static void subtract_initial(void *context) {
    const bench_training *training = context;
    const size_t count = training->parameters.count;
    float *initial = allocate(count, sizeof *initial);
    check(tg_tensor_read(&training->parameters, training->change, count));
    check(tg_tensor_read(&training->initial, initial, count));
    for (size_t i = 0; i < count; i++) training->change[i] -= initial[i];
    free(initial);
}

static bool on_epoch(void *user, const tg_epoch_report *report) {
    bench_training *training = user;
    training->ends[report->epoch] = now();
    return true;
}

/* The mean time of an epoch, from the end of the first to the end of the last: with a GPU, an epoch
 * has ended when its loss is known. */
static double time_epoch(void *context) {
    bench_training *training = context;
    tg_fit_options options = tg_fit_defaults();
    options.epochs = EPOCHS;
    options.batch_size = training->batch;
    options.rule = tg_sgd(training->learning_rate);
    options.on_epoch = on_epoch;
    options.user = training;
    check(tg_fit(training->model, training->dataset, NULL, &options, NULL));
    return (training->ends[EPOCHS - 1] - training->ends[0]) / (EPOCHS - 1);
}

static void run_epochs(void *context) {
    (void)time_epoch(context);
}

static void release(bench_training *training) {
    tg_optimizer_destroy(training->optimizer);
    tg_plan_destroy(training->plan);
    tg_model_destroy(training->model);
    tg_tensor_destroy(&training->x);
    tg_tensor_destroy(&training->values);
    tg_tensor_destroy(&training->initial);
    free(training->labels);
    free(training->change);
    tg_dataset_destroy(training->dataset);
    *training = (bench_training){.device = training->device};
}

/* Of the model that is there now. */
static void keep_initial(bench_training *training) {
    check(tg_model_parameters(training->model, &training->parameters));
    check(tg_vector_create(training->device, training->parameters.count, &training->initial));
    check(tg_tensor_copy(&training->parameters, &training->initial));
    training->change = allocate(training->parameters.count, sizeof *training->change);
}

static void make(bench_training *training, const bench_network *network, bool sigmoid,
                 const char *folder) {
    const size_t rows = network->batch, outputs = network->sizes[network->layers];
    training->x = read_matrix(training->device, folder, "first.f32", rows, network->sizes[0]);
    if (sigmoid) {
        training->model = network_model(network, training->device, tg_sigmoid(), tg_sigmoid(),
                                        folder);
        training->values = read_matrix(training->device, folder, "targets.f32", rows, outputs);
        training->targets = tg_values(&training->values);
        training->loss = tg_loss_defaults(TG_MEAN_SQUARED_ERROR);
        training->loss.reduction = TG_SUM;
        /* Half the sum is not to be had: half the learning rate. */
        training->learning_rate = 0.005f;
    } else {
        training->model = network_model(network, training->device, tg_relu(), tg_softmax(), folder);
        training->labels = allocate(rows, sizeof *training->labels);
        read_numbers(folder, "labels.i32", training->labels, rows);
        training->targets = tg_labels(training->labels, rows);
        training->loss = tg_loss_defaults(TG_CROSS_ENTROPY);
        training->learning_rate = 0.01f;
    }
    const tg_update_rule rule = tg_sgd(training->learning_rate);
    check(tg_plan_create(training->model, TG_TRAINING, rows, &training->plan));
    keep_initial(training);
    check(tg_optimizer_create(training->device, training->parameters.count, &rule,
                              &training->optimizer));
}

static void make_epochs(bench_training *training, const bench_network *network,
                        const char *folder) {
    const size_t outputs = network->sizes[network->layers];
    tg_tensor samples = read_matrix(tg_cpu(), folder, "first.f32", network->samples,
                                    network->sizes[0]);
    int32_t *labels = allocate(network->samples, sizeof *labels);
    read_numbers(folder, "labels.i32", labels, network->samples);
    check(tg_dataset_from_rows(&samples, labels, outputs, NULL, &training->dataset));
    tg_tensor_destroy(&samples);
    free(labels);
    training->model = network_model(network, training->device, tg_relu(), tg_softmax(), folder);
    training->batch = network->batch;
    training->learning_rate = 0.01f;
    keep_initial(training);
}

static void prepare(bench_preparation *preparation) {
    bench_network network;
    const bool sigmoid = strcmp(preparation->work, "train_sigmoid") == 0;
    const bool epochs = strcmp(preparation->work, "epoch") == 0;
    release(&present);
    if (!sigmoid && !epochs && strcmp(preparation->work, "train") != 0) return;
    if (!parse_network(preparation->shape, &network)) return;
    bench_contestant *added = add_contestant(preparation);
    added->name = "tigrillo";
    added->context = &present;
    added->begin = begin;
    added->finish = finish_of(present.device);
    added->run = epochs ? run_epochs : run;
    added->seconds = epochs ? time_epoch : NULL;
    if (epochs)
        make_epochs(&present, &network, preparation->folder);
    else
        make(&present, &network, sigmoid, preparation->folder);
    added->end = subtract_initial;
    added->result = present.change;
    added->count = present.parameters.count;
    added->result_calls = epochs ? 1 : RESULT_STEPS;
}

int main(int argc, char **argv) {
    present.device = device_argument(argc, argv);
    const bench_program program = {tigrillo_version(present.device), prepare};
    serve(&program);
    release(&present);
    close_device(present.device);
    return 0;
}
