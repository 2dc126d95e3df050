/* SPDX-License-Identifier: MIT */
/* NVIDIA's declarations of what the runtime exports: so the compiler compares them. */
#ifndef TIGRILLO_CUDA_API_H
#define TIGRILLO_CUDA_API_H

#pragma GCC visibility push(default)
#include <cublas_v2.h>
#include <cuda.h>
#pragma GCC visibility pop

#endif
