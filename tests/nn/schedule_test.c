/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>

#include "reference/schedule.h"

static tg_schedule warmed(tg_schedule schedule, size_t steps) {
    schedule.warmup_steps = steps;
    return schedule;
}

static void agree_with_pytorch(void **state) {
    (void)state;
    const struct {
        tg_schedule schedule;
        size_t steps_per_epoch, epochs, warmup;
        const double *factors;
        size_t count;
    } stored[] = {
        {tg_schedule_one_cycle(), 10, 1, 0, schedule_one_cycle_10, 10},
        {tg_schedule_one_cycle(), 8, 5, 0, schedule_one_cycle_40, 40},
        {tg_schedule_cosine(0.25f), 13, 1, 0, schedule_cosine_12, 13},
        {tg_schedule_step(3, 0.5f), 1, 12, 0, schedule_step, 12},
        /* After the warm-up the same, over the steps that remain. */
        {tg_schedule_one_cycle(), 9, 5, 5, schedule_one_cycle_40, 40},
        {tg_schedule_cosine(0.25f), 5, 4, 7, schedule_cosine_12, 13},
    };
    for (size_t i = 0; i < TG_COUNT(stored); i++) {
        tg_schedule schedule = warmed(stored[i].schedule, stored[i].warmup);
        assert_ok(tg_schedule_check(&schedule));
        for (size_t step = 0; step < stored[i].warmup; step++)
            assert_close(
                (double)(step + 1) / (double)stored[i].warmup,
                tg_schedule_factor(&schedule, step, stored[i].steps_per_epoch, stored[i].epochs),
                1e-12, 0);
        for (size_t j = 0; j < stored[i].count; j++)
            assert_close(stored[i].factors[j],
                         tg_schedule_factor(&schedule, stored[i].warmup + j,
                                            stored[i].steps_per_epoch, stored[i].epochs),
                         1e-9, 1e-6);
    }
}

static void constant_is_one(void **state) {
    (void)state;
    tg_schedule schedule = tg_schedule_constant();
    for (size_t step = 0; step < 100; step++)
        assert_true(tg_schedule_factor(&schedule, step, 10, 5) == 1);
}

static void steps_count_whole_epochs(void **state) {
    (void)state;
    tg_schedule schedule = tg_schedule_step(2, 0.1f);
    for (size_t step = 0; step < 70; step++)
        assert_close(pow((double)0.1f, (double)(step / 7 / 2)),
                     tg_schedule_factor(&schedule, step, 7, 10), 1e-12, 0);
}

/* Whatever the numbers of steps: a factor between 0 and 1, at the end that of the end. */
static void stay_between_zero_and_one(void **state) {
    (void)state;
    const tg_schedule schedules[] = {
        tg_schedule_constant(), tg_schedule_step(1, 0.5f), tg_schedule_cosine(0),
        tg_schedule_cosine(1),  tg_schedule_one_cycle(),
    };
    static const size_t warmups[] = {0, 1, 3, 24, 25, 1000};
    for (size_t i = 0; i < TG_COUNT(schedules) * TG_COUNT(warmups); i++) {
        tg_schedule schedule = warmed(schedules[i / TG_COUNT(warmups)],
                                      warmups[i % TG_COUNT(warmups)]);
        for (size_t total = 1; total <= 25; total++) {
            /* Beyond the last step too. */
            for (size_t step = 0; step < 40; step++) {
                double factor = tg_schedule_factor(&schedule, step, total, 1);
                if (!(factor >= 0 && factor <= 1))
                    fail_msg("schedule %zu: step %zu of %zu: %g", i, step, total, factor);
            }
        }
    }
    tg_schedule cosine = tg_schedule_cosine(0.125f), cycle = tg_schedule_one_cycle();
    for (size_t step = 99; step < 200; step++) {
        assert_close(0.125, tg_schedule_factor(&cosine, step, 100, 1), 1e-12, 0);
        assert_close(1.0 / 250000, tg_schedule_factor(&cycle, step, 100, 1), 1e-9, 0);
    }
}

static void refuse_wrong_settings(void **state) {
    (void)state;
    const struct {
        tg_schedule schedule;
        const char *message;
    } wrong[] = {
        {tg_schedule_step(0, 0.5f), "epoch"},        {tg_schedule_step(1, 0), "factor"},
        {tg_schedule_step(1, -1), "factor"},         {tg_schedule_step(1, 1.5f), "factor"},
        {tg_schedule_step(1, NAN), "factor"},        {tg_schedule_cosine(-0.1f), "final"},
        {tg_schedule_cosine(1.1f), "final"},         {tg_schedule_cosine(NAN), "final"},
        {{.kind = (tg_schedule_kind)99}, "kind 99"},
    };
    for (size_t i = 0; i < TG_COUNT(wrong); i++)
        assert_fails(TG_INVALID_ARGUMENT, wrong[i].message, tg_schedule_check(&wrong[i].schedule));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_schedule_check(NULL));
    const tg_schedule right[] = {tg_schedule_constant(), tg_schedule_step(1, 1),
                                 tg_schedule_cosine(0), tg_schedule_cosine(1),
                                 tg_schedule_one_cycle()};
    for (size_t i = 0; i < TG_COUNT(right); i++) assert_ok(tg_schedule_check(&right[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agree_with_pytorch),       cmocka_unit_test(constant_is_one),
        cmocka_unit_test(steps_count_whole_epochs), cmocka_unit_test(stay_between_zero_and_one),
        cmocka_unit_test(refuse_wrong_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
