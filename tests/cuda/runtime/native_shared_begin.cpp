/* SPDX-License-Identifier: MIT */
/* The beginning of shared memory: see native_shared.h. There must be no other data in this file. */
#include "native_shared.h"

extern "C" {
alignas(4096) char tigrillo_cuda_shared_begin[4096];
}
