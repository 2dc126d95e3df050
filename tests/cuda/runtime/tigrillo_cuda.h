/* SPDX-License-Identifier: MIT */
/* What tests may ask of the runtime, beside what the environment says (options.h). Both libraries
 * export these with C linkage; a test finds them with dlsym().
 *
 * Injected failures. The calls of all functions of the driver API and of cuBLAS are counted from 1,
 * but for those that only name an error. The call whose number is chosen does nothing and returns
 * CUDA_ERROR_UNKNOWN, CUBLAS_STATUS_INTERNAL_ERROR or, where it allocates, CUDA_ERROR_OUT_OF_MEMORY
 * or CUBLAS_STATUS_ALLOC_FAILED. A call that frees, destroys, releases, pops or ends a capture does
 * that all the same and then returns its error, so that "nothing leaks" can be asked for whichever
 * call fails. After CUDA_ERROR_UNKNOWN what streams still had to do is dropped, as by a device that
 * met an error; events recorded there count as reached. */
#ifndef TIGRILLO_CUDA_H
#define TIGRILLO_CUDA_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* The call with this number will fail; 0: none. tigrillo_cuda_calls() + 1 is the next one. */
void tigrillo_cuda_fail_at(unsigned long call);
unsigned long tigrillo_cuda_calls(void);                /* so far, */
unsigned long tigrillo_cuda_calls_of(const char *name); /* and of the function of this name */

/* The size of device memory, 1 GiB at first; and how much of it is allocated. */
void tigrillo_cuda_memory(size_t bytes);
size_t tigrillo_cuda_memory_used(void);

/* Allocations, pinned or on the device, and objects of the API that are alive. */
int tigrillo_cuda_live(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
