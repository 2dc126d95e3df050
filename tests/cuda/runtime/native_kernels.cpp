/* SPDX-License-Identifier: MIT */
/* All kernels, as C++. Compiled with cuda_native.h included before anything else. */
#include "native_shared.h"

#ifndef TIGRILLO_KERNELS
#define TIGRILLO_KERNELS "../../../kernels/all.cu"
#define TIGRILLO_KERNELS_LIST "../../../kernels/kernels.list"
#endif
#include TIGRILLO_KERNELS

/* The only static variables without a value are shared memory: see native_shared.h. */
extern "C" {
char tigrillo_cuda_shared_kernels[64];
}

#define K(name) {#name, &cuda_native::Binding<&name>::bind},
const cuda_native::KernelEntry cuda_native::kernel_entries[] = {
#include TIGRILLO_KERNELS_LIST
    {nullptr, nullptr}};
