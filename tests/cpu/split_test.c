/* SPDX-License-Identifier: MIT */
/* Ranges cover everything once; sums are the same with any number of threads. */
#include "support/test.h"

#include <stdatomic.h>
#include <string.h>

#include "cpu/cpu.h"
#include "cpu/split.h"

enum { MOST = 200000 };

typedef struct record {
    atomic_uchar visits[MOST];
    atomic_size_t ranges;
    atomic_bool crooked; /* a range that begins elsewhere than at a multiple of 64 */
} record;

static record seen;

static void visit(const void *context, size_t begin, size_t count) {
    record *r = *(record *const *)context;
    r->ranges++;
    if (begin % 64 != 0) r->crooked = true;
    for (size_t i = begin; i < begin + count; i++) r->visits[i]++;
}

static double visit_and_count(const void *context, size_t begin, size_t count) {
    visit(context, begin, count);
    return (double)count;
}

static void check_visits(size_t count) {
    for (size_t i = 0; i < MOST; i++) assert_int_equal(seen.visits[i], i < count);
    assert_false(seen.crooked);
    memset(&seen, 0, sizeof seen);
}

static void cover_everything_once(void **state) {
    (void)state;
    static const size_t counts[] = {0, 1, 63, 64, 65, 999, 2000, 2999, 3000, 100003, MOST};
    record *const context = &seen;
    for (int threads = 1; threads <= 3; threads++) {
        tg_device *device = NULL;
        assert_ok(tg_device_open("cpu", threads, &device));
        for (size_t i = 0; i < TG_COUNT(counts); i++) {
            const size_t count = counts[i], worth = count / 1000;
            tg_cpu_split(device, count, 1000, visit, &context);
            const size_t most = worth < (size_t)threads ? worth : (size_t)threads;
            assert_int_equal(seen.ranges, count == 0 ? 0 : most > 1 ? most : 1);
            check_visits(count);
            assert_true(tg_cpu_sum(device, count, 1000, visit_and_count, &context) ==
                        (double)count);
            check_visits(count);
        }
        tg_device_close(device);
    }
}

/* Terms so different in size that the order in which they are added shows. */
static double term(const void *context, size_t begin, size_t count) {
    (void)context;
    return begin % 3 == 0 ? 1e16 : (double)count;
}

static void sums_do_not_depend_on_threads(void **state) {
    (void)state;
    double sums[3];
    for (int threads = 1; threads <= 3; threads++) {
        tg_device *device = NULL;
        assert_ok(tg_device_open("cpu", threads, &device));
        sums[threads - 1] = tg_cpu_sum(device, 10000000, 1000, term, NULL);
        for (int again = 0; again < 20; again++)
            assert_true(tg_cpu_sum(device, 10000000, 1000, term, NULL) == sums[threads - 1]);
        tg_device_close(device);
    }
    assert_true(sums[0] == sums[1] && sums[0] == sums[2]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cover_everything_once),
        cmocka_unit_test(sums_do_not_depend_on_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
