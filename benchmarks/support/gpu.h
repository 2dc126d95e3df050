/* SPDX-License-Identifier: MIT */
/* The GPU that the device "cuda" is, through the driver, for what the library has no operation for:
 * to wait, and to move bytes as fast as the memory can. It works in the primary context, as the
 * library does, so that addresses are good for both (tg_tensor.memory). */
#ifndef BENCHMARKS_GPU_H
#define BENCHMARKS_GPU_H

#include <stddef.h>

/* Fails with a message where there is none. The driver is the one that the library takes, which
 * TIGRILLO_CUDA_LIBRARY may name. */
void gpu_open(void);
void gpu_close(void);

/* The name of the GPU and the version of CUDA that its driver is for, without spaces:
 * "Tesla-T4/CUDA-13.0"; "stand-in" where the driver is that of tests/cuda/runtime, whose times mean
 * nothing. */
const char *gpu_version(void);

/* Waits for all that this process has queued, on any stream. */
void gpu_wait(void);

/* A stream, on which the two functions below queue their work. */
void *gpu_stream(void);
void gpu_copy(void *to, const void *from, size_t bytes);
void gpu_fill(void *to, size_t words); /* of 4 bytes each, with 1.0f */

#endif
