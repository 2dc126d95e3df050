/* SPDX-License-Identifier: MIT */
/* Predictions, with one plan over a model that is only read.
 *
 *     inference [THREADS [DEVICE]]
 *
 * is run by the driver (support/serve.h). Works, with the rows of first.f32 as the batch:
 *
 *     infer           dense layers, relu between them, softmax at the end
 *     infer_sigmoid   sigmoid behind every layer: what FANN can
 *
 * The batch is in the device's memory, and the probabilities stay there. The limit of a single
 * sample on the CPU is to read all weights once. */
#include <stdlib.h>
#include <string.h>

#include <tigrillo/tigrillo.h>

#include "support/input.h"
#include "support/limits.h"
#include "support/network.h"
#include "support/serve.h"

typedef struct bench_inference {
    tg_device *device;
    tg_model *model;
    tg_plan *plan;
    tg_tensor x, y;
    float *result;
    bench_limit weights;
} bench_inference;

static bench_inference present;

static void run(void *context) {
    bench_inference *inference = context;
    check(tg_plan_forward(inference->plan, &inference->x, &inference->y));
}

static void fetch(void *context) {
    const bench_inference *inference = context;
    check(tg_tensor_read(&inference->y, inference->result, inference->y.count));
}

static void release(bench_inference *inference) {
    tg_plan_destroy(inference->plan);
    tg_model_destroy(inference->model);
    tg_tensor_destroy(&inference->x);
    free(inference->result);
    *inference = (bench_inference){.device = inference->device};
}

static void make(bench_inference *inference, const bench_network *network, bool sigmoid,
                 const char *folder) {
    inference->x = read_matrix(inference->device, folder, "first.f32", network->batch,
                               network->sizes[0]);
    inference->model = sigmoid ? network_model(network, inference->device, tg_sigmoid(),
                                               tg_sigmoid(), folder)
                               : network_model(network, inference->device, tg_relu(), tg_softmax(),
                                               folder);
    check(tg_plan_create(inference->model, TG_INFERENCE, network->batch, &inference->plan));
    run(inference); /* which tells where the outputs are */
    inference->result = allocate(inference->y.count, sizeof *inference->result);
}

static void prepare(bench_preparation *preparation) {
    bench_network network;
    const bool sigmoid = strcmp(preparation->work, "infer_sigmoid") == 0;
    release(&present);
    if (!sigmoid && strcmp(preparation->work, "infer") != 0) return;
    if (!parse_network(preparation->shape, &network)) return;
    make(&present, &network, sigmoid, preparation->folder);
    bench_contestant *added = add_contestant(preparation);
    added->name = "tigrillo";
    added->context = &present;
    added->run = run;
    added->finish = finish_of(present.device);
    added->end = fetch;
    added->result = present.result;
    added->count = present.y.count;
    added->result_calls = 1;
    if (network.batch == 1 && !added->finish) {
        tg_tensor parameters;
        check(tg_model_parameters(present.model, &parameters));
        present.weights = (bench_limit){.move = move_read,
                                        .from = tg_tensor_data(&parameters),
                                        .count = parameters.count,
                                        .threads = tg_device_threads(present.device)};
        add_limit(preparation, "limit:read-weights", &present.weights);
    }
}

int main(int argc, char **argv) {
    present.device = device_argument(argc, argv);
    const bench_program program = {tigrillo_version(present.device), prepare};
    serve(&program);
    release(&present);
    close_device(present.device);
    return 0;
}
