/* SPDX-License-Identifier: MIT */
/* Shared memory, natively. All __shared__ arrays of all kernels are static variables without a
 * value, and native_kernels.cpp has no others; so the linker puts them together, between those of
 * the object files before and behind it, which are native_shared_begin.cpp and
 * native_shared_end.cpp. There they have pages of their own, and gaps between them.
 *
 * (An attribute would say that more plainly, but GCC forgets it in templates.) */
#ifndef TIGRILLO_CUDA_NATIVE_SHARED_H
#define TIGRILLO_CUDA_NATIVE_SHARED_H

/* Whole pages; and something in the midst, to see that the order is right. */
extern "C" {
#pragma GCC visibility push(hidden)
extern char tigrillo_cuda_shared_begin[4096], tigrillo_cuda_shared_end[4096];
extern char tigrillo_cuda_shared_kernels[64];
#pragma GCC visibility pop
}

/* Before a block runs: all of it is NaN. */
void shared_fill();
/* After it ran: ends the test if something was written between the arrays. */
void shared_check();

#endif
