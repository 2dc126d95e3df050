/* SPDX-License-Identifier: MIT */
/* What executes kernels. Two implement this: native (kernels compiled as C++ for this processor)
 * and PTX (what nvcc emitted, interpreted); each is linked with the driver into a library of its
 * own. */
#ifndef TIGRILLO_CUDA_EXECUTOR_H
#define TIGRILLO_CUDA_EXECUTOR_H

#include <cstddef>
#include <functional>

struct Dimensions {
    unsigned x, y, z;
};

struct LaunchConfiguration {
    Dimensions grid, block;
    unsigned dynamic_shared; /* bytes */
};

struct Kernel; /* the executor's own; lives as long as the process */

struct KernelAttributes {
    int maximum_threads;     /* of a block: 1024, or what __launch_bounds__ says if that is known */
    std::size_t shared_size; /* static, in bytes; 0 if not known */
    int registers;           /* of a thread; 0 if not known */
};

/* "native" or "PTX": for messages and the device's name. */
const char *executor_name();

/* Whether Allocation::written is to be kept. */
bool executor_tracks_writes();

/* Whether the image (a fat binary as nvcc makes it; its own header says how long it is) can be
 * loaded. Kernels of an earlier image stay valid. An image for another device than options() name
 * is refused by the driver, not here. A faulty image returns false; kernels that the executor does
 * not understand end the test. */
bool executor_load(const void *image);

/* nullptr: no such kernel in what was loaded. */
Kernel *executor_find(const char *name);

KernelAttributes executor_attributes(const Kernel &kernel);

/* Copies the arguments, as a launch does, and returns what runs the whole grid once; it may be
 * called several times (a graph's node), long after, and the call is made with device memory
 * accessible. The driver has checked the configuration against the device and
 * executor_attributes(). */
std::function<void()> executor_bind(const Kernel &kernel, const LaunchConfiguration &configuration,
                                    void **arguments);

#endif
