/* SPDX-License-Identifier: MIT */
/* The threads with which the limits are measured: no pool could start a job sooner, so a limit is a
 * limit. They spin between jobs, and exist only while something is timed. */
#ifndef BENCHMARKS_TEAM_H
#define BENCHMARKS_TEAM_H

#include <stddef.h>

typedef struct bench_team bench_team;

/* `threads` with the caller, at least 1. */
bench_team *team_start(int threads);
void team_stop(bench_team *team);

/* Calls job(context, part, parts) for each part, one in each thread, and waits. */
void team_run(bench_team *team, void (*job)(void *context, size_t part, size_t parts),
              void *context);

#endif
