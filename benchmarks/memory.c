/* SPDX-License-Identifier: MIT */
/* How much memory training takes at most, as the system counts it.
 *
 *     memory SHAPE ROWS sgd|momentum|adam
 *
 * trains the network for an epoch with tg_fit() on ROWS samples and prints the largest resident
 * size of the process, and what it is to stay below, in bytes: the data set, three times the
 * parameters (four times with Adam), one batch of activations, and 10 MB. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tigrillo/tigrillo.h>

#include "support/input.h"
#include "support/network.h"

static tg_dataset *make_dataset(size_t rows, size_t columns, size_t classes) {
    tg_random random = tg_random_start(1, 0);
    tg_dataset *dataset = NULL;
    tg_tensor samples;
    int32_t *labels = allocate(rows, sizeof *labels);
    check(tg_matrix_create(tg_cpu(), rows, columns, &samples));
    float *values = tg_tensor_data(&samples);
    for (size_t i = 0; i < rows * columns; i++) values[i] = tg_random_uniform(&random);
    for (size_t i = 0; i < rows; i++) labels[i] = (int32_t)(i % classes);
    check(tg_dataset_from_rows(&samples, labels, classes, NULL, &dataset));
    tg_tensor_destroy(&samples);
    free(labels);
    return dataset;
}

static void train(const bench_network *network, const tg_dataset *dataset, tg_update_rule rule) {
    tg_fit_options options = tg_fit_defaults();
    tg_model *model = network_model(network, tg_cpu(), tg_relu(), tg_softmax(), NULL);
    options.epochs = 1;
    options.batch_size = network->batch;
    options.rule = rule;
    options.rule.learning_rate = 1e-3f;
    check(tg_fit(model, dataset, NULL, &options, NULL));
    tg_model_destroy(model);
}

static size_t allowed(const bench_network *network, size_t rows, tg_optimizer_kind optimizer) {
    const size_t copies = optimizer == TG_ADAM ? 4 : 3;
    size_t activations = 0;
    for (size_t i = 0; i <= network->layers; i++) activations += network->sizes[i];
    return sizeof(float) * (rows * (network->sizes[0] + 1) + copies * network_parameters(network) +
                            network->batch * activations) +
           10000000;
}

int main(int argc, char **argv) {
    bench_network network;
    const size_t rows = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
    if (rows == 0 || !parse_network(argv[1], &network))
        fail("usage: %s SHAPE ROWS sgd|momentum|adam", argv[0]);
    const tg_update_rule rule = strcmp(argv[3], "adam") == 0       ? tg_adam(1e-3f)
                                : strcmp(argv[3], "momentum") == 0 ? tg_momentum(1e-3f, 0.9f)
                                                                   : tg_sgd(1e-3f);
    /* Making the data set takes twice its size for a moment. A child begins with what is resident
     * when it is born, and not with what once was. */
    tg_dataset *dataset = make_dataset(rows, network.sizes[0], network.sizes[network.layers]);
    fflush(stdout);
    const pid_t child = fork();
    if (child < 0) fail("a child process cannot be had");
    if (child == 0) {
        struct rusage usage;
        train(&network, dataset, rule);
        if (getrusage(RUSAGE_SELF, &usage)) fail("the system does not tell");
        printf("%zu %zu\n", (size_t)usage.ru_maxrss * 1024, allowed(&network, rows, rule.kind));
        fflush(stdout);
        _exit(0);
    }
    int status;
    const bool ended = waitpid(child, &status, 0) == child && status == 0;
    tg_dataset_destroy(dataset);
    return ended ? 0 : 1;
}
