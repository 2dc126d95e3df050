/* SPDX-License-Identifier: MIT */
/* The end of shared memory: see native_shared.h. */
#include "native_shared.h"

extern "C" {
alignas(4096) char tigrillo_cuda_shared_end[4096];
}
