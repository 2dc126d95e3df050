/* SPDX-License-Identifier: MIT */
/* Threads that wait for work and share it with their caller.
 *
 * Work comes in parts, numbered from 0, that may run at the same time and in any order; what the
 * parts are depends on the caller alone, never on who does them or when, so results do not depend
 * on timing. Workers spin for a while when they have nothing to do, so that the next work begins
 * at once (well under a microsecond), and then sleep. Thread i begins with part i: work that is
 * split alike each time finds its data in the same core's cache. What a worker has not begun when
 * the caller comes to it, the caller does; and where the processors are busy with other programs,
 * the caller goes on alone for a while. So sharing is never much slower than not sharing. */
#ifndef TG_BASE_WORKERS_H
#define TG_BASE_WORKERS_H

#include <stddef.h>

#include <tigrillo/status.h>

enum { TG_MOST_THREADS = 256 };

typedef struct tg_workers tg_workers;

/* `threads` counts the caller's; 0 takes one for each processor. Where the system gives fewer, the
 * rest is left out silently. For one thread *workers becomes NULL, which all functions take for the
 * caller alone. The caller destroys it. */
tg_status tg_workers_create(int threads, tg_workers **workers);
void tg_workers_destroy(tg_workers *workers);

/* How many threads there are, the caller's among them. */
size_t tg_workers_count(const tg_workers *workers);

/* Calls body(context, part) for each of the parts, and waits for all. May be called from several
 * threads at once: one is helped, the others work alone. */
void tg_workers_run(tg_workers *workers, size_t parts, void (*body)(void *context, size_t part),
                    void *context);

/* threads, or the number of processors when it is 0; at most TG_MOST_THREADS. */
int tg_thread_count(int threads);

/* Where part `part` of `parts` begins when `count` things are split evenly, in multiples of
 * `multiple`; the end of a part is the beginning of the next. */
size_t tg_part_begin(size_t count, size_t multiple, size_t parts, size_t part);

#endif
