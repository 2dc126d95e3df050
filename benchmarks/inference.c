/* SPDX-License-Identifier: MIT */
/* Predictions, with one plan over a model that is only read.
 *
 *     inference [THREADS]
 *
 * is run by the driver (support/serve.h). Works, with the rows of first.f32 as the batch:
 *
 *     infer           dense layers, relu between them, softmax at the end
 *     infer_sigmoid   sigmoid behind every layer: what FANN can
 *
 * The limit of a single sample is to read all weights once. */
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
    bench_limit weights;
} bench_inference;

static bench_inference present;

static void run(void *context) {
    bench_inference *inference = context;
    check(tg_plan_forward(inference->plan, &inference->x, &inference->y));
}

static void release(bench_inference *inference) {
    tg_plan_destroy(inference->plan);
    tg_model_destroy(inference->model);
    tg_tensor_destroy(&inference->x);
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
    added->result = tg_tensor_data(&present.y);
    added->count = present.y.count;
    added->result_calls = 1;
    if (network.batch == 1) {
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
    check(tg_device_open("cpu", threads_argument(argc, argv), &present.device));
    const bench_program program = {tigrillo_version(present.device), prepare};
    serve(&program);
    release(&present);
    tg_device_close(present.device);
    return 0;
}
