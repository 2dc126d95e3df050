/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/workers.h"

enum { MOST = 2000 };

/* Each part writes its own entry only. */
typedef struct record {
    unsigned visits[MOST];
    pthread_t visitors[MOST];
} record;

static void visit(void *context, size_t part) {
    record *r = context;
    r->visits[part]++;
    r->visitors[part] = pthread_self();
}

static tg_workers *create(int threads) {
    tg_workers *workers = NULL;
    assert_int_equal(tg_workers_create(threads, &workers), TG_OK);
    return workers;
}

static void visits_each_part_once(void **state) {
    (void)state;
    static const int threads[] = {0, 1, 2, 3, 7, 16};
    static const size_t parts[] = {0, 1, 2, 7, 15, 16, 17, 257, MOST, 3};
    record *r = calloc(1, sizeof *r);
    assert_non_null(r);
    for (size_t t = 0; t < TG_COUNT(threads); t++) {
        tg_workers *workers = create(threads[t]);
        for (size_t p = 0; p < TG_COUNT(parts); p++)
            for (unsigned round = 1; round <= 3; round++) {
                tg_workers_run(workers, parts[p], visit, r);
                for (size_t i = 0; i < MOST; i++)
                    assert_int_equal(r->visits[i], i < parts[p] ? round : 0);
                if (round == 3) memset(r, 0, sizeof *r);
            }
        tg_workers_destroy(workers);
    }
    free(r);
}

static void one_thread_is_the_callers(void **state) {
    (void)state;
    assert_null(create(1));
    record *r = calloc(1, sizeof *r);
    assert_non_null(r);
    tg_workers_run(NULL, 5, visit, r);
    for (size_t i = 0; i < 5; i++) assert_true(pthread_equal(r->visitors[i], pthread_self()));
    free(r);
}

/* Every part waits until all have begun: that takes as many threads as parts. */
typedef struct meeting {
    atomic_size_t present;
    size_t expected;
    atomic_bool gave_up;
} meeting;

static void meet(void *context, size_t part) {
    (void)part;
    meeting *m = context;
    atomic_fetch_add(&m->present, 1);
    const time_t end = time(NULL) + 20;
    while (atomic_load(&m->present) < m->expected && !atomic_load(&m->gave_up))
        if (time(NULL) > end) atomic_store(&m->gave_up, true);
}

/* Sleeping workers come too, but not before the caller may have done everything itself: so it is
 * tried until they all came. */
static void workers_work_at_the_same_time(void **state) {
    (void)state;
    tg_workers *workers = create(4);
    const struct timespec nap = {.tv_nsec = 2 * 1000 * 1000};
    meeting m = {.expected = 2};
    nanosleep(&nap, NULL); /* they sleep */
    tg_workers_run(workers, 4, meet, &m);
    assert_false(atomic_load(&m.gave_up));
    assert_int_equal(atomic_load(&m.present), 4);
    tg_workers_destroy(workers);
}

/* Sums that each part makes of what the parts of the round before left behind: right only if every
 * part of a round is done when the next begins. */
typedef struct relay {
    size_t parts;
    uint64_t values[2][64];
    unsigned round;
} relay;

static void pass_on(void *context, size_t part) {
    relay *r = context;
    const uint64_t *before = r->values[r->round & 1];
    uint64_t sum = part;
    for (size_t i = 0; i < r->parts; i++) sum += before[i] * (i + 1);
    r->values[1 - (r->round & 1)][part] = sum;
}

static void run_relay(tg_workers *workers, size_t parts, unsigned rounds, relay *r) {
    *r = (relay){.parts = parts};
    for (r->round = 0; r->round < rounds; r->round++) tg_workers_run(workers, parts, pass_on, r);
}

static void rounds_follow_each_other(void **state) {
    (void)state;
    static const int threads[] = {2, 3, 5};
    relay expected, r;
    for (size_t t = 0; t < TG_COUNT(threads); t++) {
        tg_workers *workers = create(threads[t]);
        for (size_t parts = 2; parts <= 7; parts++) {
            run_relay(NULL, parts, 3000, &expected);
            run_relay(workers, parts, 3000, &r);
            assert_memory_equal(&r, &expected, sizeof r);
        }
        tg_workers_destroy(workers);
    }
}

/* Several callers of the same workers, and work within work. */
typedef struct caller {
    tg_workers *workers;
    relay result;
} caller;

static void *call(void *argument) {
    caller *c = argument;
    run_relay(c->workers, 5, 1000, &c->result);
    return NULL;
}

static void call_in_part(void *context, size_t part) {
    call((caller *)context + part);
}

static void callers_share_workers(void **state) {
    (void)state;
    tg_workers *workers = create(3);
    relay expected;
    run_relay(NULL, 5, 1000, &expected);
    pthread_t threads[4];
    caller callers[4];
    for (size_t i = 0; i < 4; i++) {
        callers[i].workers = workers;
        assert_int_equal(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_memory_equal(&callers[i].result, &expected, sizeof expected);
    }
    tg_workers_run(workers, 4, call_in_part, callers);
    for (size_t i = 0; i < 4; i++)
        assert_memory_equal(&callers[i].result, &expected, sizeof expected);
    tg_workers_destroy(workers);
}

/* A worker that takes 20 times as long as the caller, as if its processor were busy. */
typedef struct lateness {
    pthread_t caller;
    size_t helped; /* parts that the worker did */
} lateness;

static void be_late(void *context, size_t part) {
    (void)part;
    lateness *l = context;
    struct timespec begin, present;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    const bool mine = pthread_equal(pthread_self(), l->caller);
    if (!mine) l->helped++;
    const long long time = mine ? 500 * 1000 : 10 * 1000 * 1000;
    do {
        clock_gettime(CLOCK_MONOTONIC, &present);
    } while ((present.tv_sec - begin.tv_sec) * 1000000000LL + present.tv_nsec - begin.tv_nsec <
             time);
}

static void leaves_late_workers_alone(void **state) {
    (void)state;
    tg_workers *workers = create(2);
    lateness l = {.caller = pthread_self()};
    for (size_t round = 0; round < 300; round++) tg_workers_run(workers, 2, be_late, &l);
    /* 2 or 3, since the times alone grow; and 300 if they were not left alone at all. */
    assert_in_range(l.helped, 2, 80);
    tg_workers_destroy(workers);
}

static void splits_evenly(void **state) {
    (void)state;
    static const size_t counts[] = {0, 1, 7, 64, 100, 1000}, multiples[] = {1, 4, 16};
    for (size_t c = 0; c < TG_COUNT(counts); c++)
        for (size_t m = 0; m < TG_COUNT(multiples); m++)
            for (size_t parts = 1; parts < 9; parts++) {
                const size_t count = counts[c], multiple = multiples[m];
                assert_int_equal(tg_part_begin(count, multiple, parts, 0), 0);
                assert_int_equal(tg_part_begin(count, multiple, parts, parts), count);
                size_t least = SIZE_MAX, most = 0;
                for (size_t p = 0; p < parts; p++) {
                    const size_t begin = tg_part_begin(count, multiple, parts, p),
                                 end = tg_part_begin(count, multiple, parts, p + 1);
                    assert_true(begin <= end);
                    assert_true(begin % multiple == 0 || begin == count);
                    if (end - begin < least) least = end - begin;
                    if (end - begin > most) most = end - begin;
                }
                assert_true(most - least < 2 * multiple);
            }
}

static void counts_processors(void **state) {
    (void)state;
    assert_in_range(tg_thread_count(0), 1, 256);
    assert_int_equal(tg_thread_count(1), 1);
    assert_int_equal(tg_thread_count(5), 5);
    assert_in_range(tg_thread_count(1000000), 1, 256);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(visits_each_part_once),
        cmocka_unit_test(one_thread_is_the_callers),
        cmocka_unit_test(workers_work_at_the_same_time),
        cmocka_unit_test(rounds_follow_each_other),
        cmocka_unit_test(callers_share_workers),
        cmocka_unit_test(leaves_late_workers_alone),
        cmocka_unit_test(splits_evenly),
        cmocka_unit_test(counts_processors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
