/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"

enum { MOST = 2000 };

/* Who did what. Each range writes its own entries only, so no lock is needed but for the count. */
typedef struct record {
    unsigned char visits[MOST];
    size_t first[MOST]; /* where the range began that an index was in */
    size_t calls;
    pthread_t caller;
    bool caller_works; /* the caller's thread does the first range */
    pthread_mutex_t lock;
} record;

static void visit(void *context, size_t begin, size_t end) {
    record *r = context;
    for (size_t i = begin; i < end; i++) {
        r->visits[i]++;
        r->first[i] = begin;
    }
    pthread_mutex_lock(&r->lock);
    if (begin == 0) r->caller_works = pthread_equal(pthread_self(), r->caller);
    r->calls++;
    pthread_mutex_unlock(&r->lock);
}

static record *run(int threads, size_t count) {
    record *r = calloc(1, sizeof *r);
    assert_non_null(r);
    assert_int_equal(pthread_mutex_init(&r->lock, NULL), 0);
    r->caller = pthread_self();
    tg_parallel(threads, count, visit, r);
    assert_int_equal(pthread_mutex_destroy(&r->lock), 0);
    return r;
}

static void visits_each_index_once(void **state) {
    (void)state;
    static const int threads[] = {1, 2, 3, 7, 16, 256, 100000};
    static const size_t counts[] = {0, 1, 2, 7, 100, 255, 257, MOST};
    for (size_t t = 0; t < TG_COUNT(threads); t++) {
        for (size_t c = 0; c < TG_COUNT(counts); c++) {
            record *r = run(threads[t], counts[c]), *again = run(threads[t], counts[c]);
            for (size_t i = 0; i < MOST; i++) assert_int_equal(r->visits[i], i < counts[c]);
            assert_int_equal(r->caller_works, counts[c] > 0);
            assert_true(r->calls <= (size_t)threads[t] && r->calls <= counts[c]);
            if (counts[c] >= (size_t)threads[t] && threads[t] <= 256)
                assert_int_equal(r->calls, threads[t]);
            /* The ranges are the same on every run. */
            assert_memory_equal(r->first, again->first, sizeof r->first);
            free(r);
            free(again);
        }
    }
}

static void shares_evenly(void **state) {
    (void)state;
    record *r = run(7, 100);
    for (size_t begin = 0; begin < 100;) {
        size_t end = begin;
        while (end < 100 && r->first[end] == begin) end++;
        assert_in_range(end - begin, 14, 15);
        begin = end;
    }
    free(r);
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
        cmocka_unit_test(visits_each_index_once),
        cmocka_unit_test(shares_evenly),
        cmocka_unit_test(counts_processors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
