/* SPDX-License-Identifier: MIT */
#include "support/team.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "support/input.h"

typedef struct bench_member {
    bench_team *team;
    size_t part;
    pthread_t thread;
} bench_member;

struct bench_team {
    size_t parts;
    void (*job)(void *context, size_t part, size_t parts); /* NULL: go home */
    void *context;
    atomic_uint round;   /* of the job that is to be done */
    atomic_size_t ready; /* members that have done it */
    bench_member *members;
};

/* A loop that waits lets the processor know, and now and then the system, in case there are fewer
 * processors than threads. */
static void wait_a_little(unsigned turn) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
    if (turn % 4096 == 4095) sched_yield();
}

static void *work(void *argument) {
    const bench_member *self = argument;
    bench_team *team = self->team;
    for (unsigned round = 1;; round++) {
        for (unsigned turn = 0; atomic_load_explicit(&team->round, memory_order_acquire) != round;
             turn++)
            wait_a_little(turn);
        if (!team->job) return NULL;
        team->job(team->context, self->part, team->parts);
        atomic_fetch_add_explicit(&team->ready, 1, memory_order_release);
    }
}

bench_team *team_start(int threads) {
    bench_team *team = allocate(1, sizeof *team);
    team->parts = (size_t)threads;
    team->members = allocate(team->parts, sizeof *team->members);
    for (size_t i = 1; i < team->parts; i++) {
        team->members[i] = (bench_member){.team = team, .part = i};
        if (pthread_create(&team->members[i].thread, NULL, work, &team->members[i]))
            fail("a thread cannot be had");
    }
    return team;
}

static void call(bench_team *team, void (*job)(void *context, size_t part, size_t parts),
                 void *context) {
    team->job = job;
    team->context = context;
    atomic_store_explicit(&team->ready, 0, memory_order_relaxed);
    atomic_fetch_add_explicit(&team->round, 1, memory_order_release);
}

void team_run(bench_team *team, void (*job)(void *context, size_t part, size_t parts),
              void *context) {
    if (team->parts > 1) call(team, job, context);
    job(context, 0, team->parts);
    for (unsigned turn = 0;
         team->parts > 1 &&
         atomic_load_explicit(&team->ready, memory_order_acquire) < team->parts - 1;
         turn++)
        wait_a_little(turn);
}

void team_stop(bench_team *team) {
    call(team, NULL, NULL);
    for (size_t i = 1; i < team->parts; i++) pthread_join(team->members[i].thread, NULL);
    free(team->members);
    free(team);
}
