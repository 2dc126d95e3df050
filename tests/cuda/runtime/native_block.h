/* SPDX-License-Identifier: MIT */
/* The threads of a block, natively: what they wait for, and who goes on. */
#ifndef TIGRILLO_CUDA_NATIVE_BLOCK_H
#define TIGRILLO_CUDA_NATIVE_BLOCK_H

#include "executor.h"
#include <functional>
#include <string>

/* Before the first block of a launch, and after the last. */
void block_begin_launch(const Dimensions &block);
void block_end_launch();

/* Runs `body` in every thread of a block, from its start to its end. `parity`: 0 and 1 in turn; the
 * thread sanitizer takes blocks with different ones as concurrent. */
void block_run(const std::function<void()> &body, unsigned parity);

#endif
