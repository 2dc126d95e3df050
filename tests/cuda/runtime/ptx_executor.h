/* SPDX-License-Identifier: MIT */
/* What tests may ask the PTX executor beyond executor.h. */
#ifndef TIGRILLO_PTX_EXECUTOR_H
#define TIGRILLO_PTX_EXECUTOR_H

#include <cstddef>
#include <vector>

/* The sizes of a kernel's parameters, in their order; of a kernel that there is not: no parameters,
 * and *found is false. */
std::vector<std::size_t> ptx_parameters(const char *name, bool *found);

/* The same for C: fills in at most `capacity` sizes and returns how many there are, or -1. */
extern "C" __attribute__((visibility("default"))) int
tigrillo_ptx_parameters(const char *name, std::size_t *sizes, int capacity);

#endif
