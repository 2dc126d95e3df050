/* SPDX-License-Identifier: MIT */
/* What the environment chooses, and the random numbers of all schedules. */
#ifndef TIGRILLO_CUDA_OPTIONS_H
#define TIGRILLO_CUDA_OPTIONS_H

#include <cstdint>

enum class Order { ascending, descending, random };

struct Options {
    Order order;        /* TIGRILLO_CUDA_ORDER=ascending|descending|random (the default) */
    std::uint64_t seed; /* TIGRILLO_CUDA_SEED, 1 by default */
    unsigned long fail; /* TIGRILLO_CUDA_FAIL: the number of the call that fails; 0: none */
    int capability;     /* TIGRILLO_CUDA_CAPABILITY, 75 by default */
    int driver_version; /* TIGRILLO_CUDA_DRIVER, 13000 by default */
    int devices;        /* TIGRILLO_CUDA_DEVICES, 1 by default */
    int processors;     /* TIGRILLO_CUDA_PROCESSORS: multiprocessors, 4 by default */
};

/* Read once, when first asked for. */
const Options &options();

/* A number from 0 to bound - 1 (bound > 0) of the one stream that TIGRILLO_CUDA_SEED starts. Not
 * for numbers in kernels. */
std::uint32_t random_below(std::uint32_t bound);

#endif
