/* SPDX-License-Identifier: MIT */
#include "support/network.h"

#include <stdlib.h>

#include "support/input.h"

bool parse_network(const char *shape, bench_network *network) {
    char *rest = NULL;
    size_t count = 0;
    for (;; shape = rest + 1) {
        if (count == MOST_LAYERS + 1) return false;
        network->sizes[count++] = strtoul(shape, &rest, 10);
        if (rest == shape || network->sizes[count - 1] == 0) return false;
        if (*rest != '-') break;
    }
    if (*rest != '/' || count < 2) return false;
    network->layers = count - 1;
    network->batch = network->samples = strtoul(rest + 1, &rest, 10);
    if (*rest == '/') network->samples = strtoul(rest + 1, &rest, 10);
    return network->batch > 0 && network->samples > 0 && *rest == '\0';
}

size_t network_parameters(const bench_network *network) {
    size_t count = 0;
    for (size_t i = 0; i < network->layers; i++)
        count += (network->sizes[i] + 1) * network->sizes[i + 1];
    return count;
}

tg_model *network_model(const bench_network *network, tg_device *device, tg_layer hidden,
                        tg_layer last, const char *folder) {
    tg_layer layers[2 * MOST_LAYERS];
    tg_model *model = NULL;
    tg_tensor parameters;
    for (size_t i = 0; i < network->layers; i++) {
        layers[2 * i] = tg_dense(network->sizes[i + 1]);
        layers[2 * i + 1] = i + 1 < network->layers ? hidden : last;
    }
    check(tg_model_create(device, network->sizes[0], layers, 2 * network->layers, 1, &model));
    check(tg_model_parameters(model, &parameters));
    if (folder) read_tensor(folder, "weights.f32", &parameters);
    return model;
}
