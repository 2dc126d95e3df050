/* SPDX-License-Identifier: MIT */
/* How fast the machine moves bytes: what no kernel that must move them can beat. */
#ifndef BENCHMARKS_LIMITS_H
#define BENCHMARKS_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "support/serve.h"
#include "support/team.h"

/* Each reads `count` floats of `from` or writes `count` floats of `to`, or both. */
typedef void bench_move(float *to, const float *from, size_t count);

bench_move move_memcpy;     /* to = from, as the C library does it */
bench_move move_past_cache; /* to = from, with stores that leave the cache alone */
bench_move move_sweep;      /* to = to times a number: read, modify, write */
bench_move move_read;       /* reads from */
bench_move move_fill;       /* writes to */
bench_move move_fill_past_cache;

extern _Thread_local float limit_sum; /* of what move_read() has read in this thread */

/* Whether there are stores that leave the cache alone. Where not, the ordinary ones are used. */
extern const bool moves_past_cache;

/* A move as a contestant, split over threads. */
typedef struct bench_limit {
    bench_move *move;
    float *to;
    const float *from;
    size_t count;
    int threads;
    bench_team *team;
} bench_limit;

/* Adds the limit, which must live as long as the preparation, under that name. Its result is what
 * it has written or, where one thread reads, the sum. */
void add_limit(bench_preparation *preparation, const char *name, bench_limit *limit);

#endif
