/* SPDX-License-Identifier: MIT */
/* FANN, a well-known library for small networks in C, as a contestant.
 *
 *     fann
 *
 * is run by the driver (../support/serve.h), with one thread, as it knows no more. It takes one
 * sample at a time, and has neither softmax nor cross-entropy: the works are train_sigmoid of one
 * sample, and infer_sigmoid. */
#include <floatfann.h>
#include <stdlib.h>
#include <string.h>

#include "support/input.h"
#include "support/network.h"
#include "support/serve.h"

/* As in training.c. */
enum { RESULT_STEPS = 5 };
static const float learning_rate = 0.01f;

typedef struct bench_fann {
    bench_network network;
    struct fann *fann;
    float *x, *targets, *y;
    float *initial; /* the parameters in the order of weights.f32 */
    float *change;  /* of them, likewise */
} bench_fann;

static bench_fann present;

/* FANN keeps the weights of a unit behind one another, and then its bias. Between that and our
 * order, in which all biases of a layer stand behind its weights: into FANN when `changes` is NULL,
 * or the difference out of it. */
static void exchange_parameters(const bench_fann *state, float *changes) {
    const size_t *sizes = state->network.sizes;
    float *theirs = state->fann->weights;
    size_t ours = 0;
    for (size_t layer = 0; layer < state->network.layers; layer++) {
        const size_t in = sizes[layer], out = sizes[layer + 1];
        for (size_t unit = 0; unit < out; unit++)
            for (size_t i = 0; i <= in; i++, theirs++) {
                size_t at = i < in ? ours + unit * in + i : ours + out * in + unit;
                if (changes)
                    changes[at] = *theirs - state->initial[at];
                else
                    *theirs = state->initial[at];
            }
        ours += (in + 1) * out;
    }
}

static void train(void *context) {
    const bench_fann *state = context;
    fann_train(state->fann, state->x, state->targets);
}

static void begin_training(void *context) {
    exchange_parameters(context, NULL);
}

static void end_training(void *context) {
    const bench_fann *state = context;
    exchange_parameters(state, state->change);
}

static void infer(void *context) {
    const bench_fann *state = context;
    const size_t inputs = state->network.sizes[0];
    const size_t outputs = state->network.sizes[state->network.layers];
    for (size_t i = 0; i < state->network.batch; i++)
        memcpy(state->y + i * outputs, fann_run(state->fann, state->x + i * inputs),
               outputs * sizeof *state->y);
}

static void release(bench_fann *state) {
    if (state->fann) fann_destroy(state->fann);
    free(state->x);
    free(state->targets);
    free(state->y);
    free(state->initial);
    free(state->change);
    *state = (bench_fann){0};
}

static struct fann *make_network(const bench_network *network) {
    unsigned sizes[MOST_LAYERS + 1];
    for (size_t i = 0; i <= network->layers; i++) sizes[i] = (unsigned)network->sizes[i];
    struct fann *fann = fann_create_standard_array((unsigned)network->layers + 1, sizes);
    if (!fann) fail("FANN makes no such network");
    fann_set_activation_function_hidden(fann, FANN_SIGMOID);
    fann_set_activation_function_output(fann, FANN_SIGMOID);
    /* 1 / (1 + exp(-2 steepness x)) */
    fann_set_activation_steepness_hidden(fann, 0.5f);
    fann_set_activation_steepness_output(fann, 0.5f);
    fann_set_training_algorithm(fann, FANN_TRAIN_INCREMENTAL);
    fann_set_train_error_function(fann, FANN_ERRORFUNC_LINEAR);
    fann_set_learning_rate(fann, learning_rate);
    fann_set_learning_momentum(fann, 0);
    return fann;
}

static void prepare(bench_preparation *preparation) {
    const bool trains = strcmp(preparation->work, "train_sigmoid") == 0;
    bench_network network;
    release(&present);
    if (!trains && strcmp(preparation->work, "infer_sigmoid") != 0) return;
    if (!parse_network(preparation->shape, &network)) return;
    if (trains && network.batch > 1) return; /* its batches are whole data sets */
    const size_t parameters = network_parameters(&network);
    const size_t inputs = network.batch * network.sizes[0];
    const size_t outputs = network.batch * network.sizes[network.layers];
    present = (bench_fann){.network = network,
                           .fann = make_network(&network),
                           .x = allocate(inputs, sizeof(float)),
                           .targets = allocate(outputs, sizeof(float)),
                           .y = allocate(outputs, sizeof(float)),
                           .initial = allocate(parameters, sizeof(float)),
                           .change = allocate(parameters, sizeof(float))};
    if (fann_get_total_connections(present.fann) != parameters) fail("FANN has other connections");
    read_numbers(preparation->folder, "weights.f32", present.initial, parameters);
    read_numbers(preparation->folder, "first.f32", present.x, inputs);
    exchange_parameters(&present, NULL);
    bench_contestant *added = add_contestant(preparation);
    added->name = "fann";
    added->context = &present;
    if (trains) {
        read_numbers(preparation->folder, "targets.f32", present.targets, outputs);
        added->run = train;
        added->begin = begin_training;
        added->end = end_training;
        added->result = present.change;
        added->count = parameters;
        added->result_calls = RESULT_STEPS;
    } else {
        added->run = infer;
        added->result = present.y;
        added->count = outputs;
        added->result_calls = 1;
    }
}

int main(void) {
    /* The headers do not tell the version. */
    const bench_program program = {"fann=FANN-2", prepare};
    serve(&program);
    release(&present);
    return 0;
}
