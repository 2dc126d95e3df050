/* SPDX-License-Identifier: MIT */
/* Which sanitizer checks the kernels, and what the runtime tells it.
 *
 * The thread sanitizer must not see the runtime's own files: they are compiled without it, but with
 * TIGRILLO_CUDA_TSAN defined; only kernels are compiled with -fsanitize=thread. */
#ifndef TIGRILLO_CUDA_SANITIZERS_H
#define TIGRILLO_CUDA_SANITIZERS_H

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TIGRILLO_CUDA_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(TIGRILLO_CUDA_ASAN)
#define TIGRILLO_CUDA_ASAN 1
#endif

#ifdef TIGRILLO_CUDA_ASAN
#define NOT_SANITIZED __attribute__((no_sanitize("address"), noinline))
extern "C" {
void __asan_poison_memory_region(void const volatile *start, std::size_t size);
void __asan_unpoison_memory_region(void const volatile *start, std::size_t size);
void __sanitizer_start_switch_fiber(void **fake_stack, const void *bottom, std::size_t size);
void __sanitizer_finish_switch_fiber(void *fake_stack, const void **bottom, std::size_t *size);
}
#else
#define NOT_SANITIZED
#endif

#ifdef TIGRILLO_CUDA_TSAN
extern "C" {
void *__tsan_create_fiber(unsigned flags);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
void *__tsan_get_current_fiber(void);
void __tsan_acquire(void *address);
void __tsan_release(void *address);
}
constexpr unsigned tsan_no_sync = 1; /* a switch orders nothing */
#endif

#endif
