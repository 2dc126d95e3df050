/* SPDX-License-Identifier: MIT */
/* Splits a loop over several threads. */
#ifndef TG_BASE_PARALLEL_H
#define TG_BASE_PARALLEL_H

#include <stddef.h>

/* Calls body(context, begin, end) for consecutive ranges that together are 0 .. count-1, each in a
 * thread of its own, up to `threads` of them (the caller's is one), and waits. Where a thread
 * cannot be had, its range is done by the caller. The ranges depend on count and threads alone. */
void tg_parallel(int threads, size_t count, void (*body)(void *context, size_t begin, size_t end),
                 void *context);

/* threads, or the number of processors when it is 0. */
int tg_thread_count(int threads);

#endif
