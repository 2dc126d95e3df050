/* SPDX-License-Identifier: MIT */
#include "support/reference.h"
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reference/random.h"

/* The known answers of Random123, the authors' own implementation. */
static void reference_gives_the_known_answers(void **state) {
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], numbers[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < TG_COUNT(known); i++) {
        uint32_t numbers[4];
        reference_philox(known[i].counter, known[i].key, numbers);
        assert_memory_equal(numbers, known[i].numbers, sizeof numbers);
    }
}

/* Seed, stream and position are key, upper and lower half of the counter. */
static void is_philox_at_every_place(void **state) {
    (void)state;
    static const uint64_t places[] = {0, 1, 7, UINT32_MAX, UINT64_MAX / 4, 0x85a308d3243f6a88 / 4};
    static const size_t count = TG_COUNT(places);
    for (size_t i = 0; i < count * count * count; i++) {
        uint64_t seed = places[i % count] * 3, stream = places[i / count % count] * 4 + 3;
        uint64_t block = places[i / count / count];
        if (i == 0) stream = 0;
        uint32_t numbers[4];
        const uint32_t counter[] = {(uint32_t)block, (uint32_t)(block >> 32), (uint32_t)stream,
                                    (uint32_t)(stream >> 32)};
        const uint32_t key[] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
        reference_philox(counter, key, numbers);
        for (size_t j = 0; j < 4; j++) {
            tg_random random = {seed, stream, block * 4 + j};
            assert_int_equal(tg_random_bits(&random), numbers[j]);
            assert_true(random.position == block * 4 + j + 1);
            assert_true(random.seed == seed && random.stream == stream);
        }
    }
    tg_random zero = tg_random_start(0, 0);
    assert_true(zero.seed == 0 && zero.stream == 0 && zero.position == 0);
    assert_int_equal(tg_random_bits(&zero), 0x6627e8d5);
}

static void gives_the_stored_numbers(void **state) {
    (void)state;
    tg_random bits = tg_random_start(random_start[0], random_start[1]), uniform = bits;
    tg_random normal = bits;
    for (size_t i = 0; i < TG_COUNT(random_bits); i++) {
        assert_int_equal(tg_random_bits(&bits), random_bits[i]);
        float u = tg_random_uniform(&uniform), n = tg_random_normal(&normal);
        assert_memory_equal(&u, &random_uniforms[i], sizeof u);
        assert_memory_equal(&n, &random_normals[i], sizeof n);
    }
}

/* The polar method with the platform's logarithm: the nearest float32, every time. */
static void normals_are_rounded_once(void **state) {
    (void)state;
    tg_random random = tg_random_start(8, 0), same = random;
    for (size_t i = 0; i < 100000; i++) {
        double u = 0, v = 0, s = 1;
        while (s >= 1) {
            u = (2.0 * tg_random_bits(&same) + 1) * 0x1p-32 - 1;
            v = (2.0 * tg_random_bits(&same) + 1) * 0x1p-32 - 1;
            s = u * u + v * v;
        }
        assert_close(u * sqrt(-2 * log(s) / s), (double)tg_random_normal(&random), 0x1.0001p-24, 0);
        assert_true(random.position == same.position);
    }
}

static void goes_on_from_a_copy(void **state) {
    (void)state;
    tg_random random = tg_random_start(1, 2);
    for (size_t i = 0; i < 7; i++) (void)tg_random_normal(&random);
    tg_random copy = random;
    for (size_t i = 0; i < 100; i++) {
        float a = tg_random_normal(&random), b = tg_random_normal(&copy);
        assert_memory_equal(&a, &b, sizeof a);
    }
    assert_true(random.position == copy.position);
}

enum { COUNT = 200000 };

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double uniform_distribution(double x) {
    return x;
}

static double normal_distribution(double x) {
    return erfc(-x / sqrt(2)) / 2;
}

/* The two distributions, against their moments and by Kolmogorov and Smirnov. The bounds are those
 * that a good generator fails once in some 10^6 seeds (5 standard deviations; the test's statistic
 * times sqrt(n) above 2.7). The seed is fixed. */
static void has_the_right_distributions(void **state) {
    (void)state;
    static const struct {
        float (*draw)(tg_random *random);
        double (*distribution)(double x);
        double mean, variance, fourth; /* central moment */
    } cases[] = {
        {tg_random_uniform, uniform_distribution, 0.5, 1.0 / 12, 1.0 / 80},
        {tg_random_normal, normal_distribution, 0, 1, 3},
    };
    double *x = malloc(COUNT * sizeof *x);
    assert_non_null(x);
    for (size_t c = 0; c < TG_COUNT(cases); c++) {
        tg_random random = tg_random_start(2024, c);
        double mean = 0, variance = 0, lagged = 0, distance = 0;
        for (size_t i = 0; i < COUNT; i++) mean += (x[i] = (double)cases[c].draw(&random)) / COUNT;
        for (size_t i = 0; i < COUNT; i++) {
            double d = x[i] - cases[c].mean;
            variance += d * d / COUNT;
            if (i > 0) lagged += d * (x[i - 1] - cases[c].mean) / COUNT;
        }
        double v = cases[c].variance;
        assert_true(fabs(mean - cases[c].mean) < 5 * sqrt(v / COUNT));
        assert_true(fabs(variance - v) < 5 * sqrt((cases[c].fourth - v * v) / COUNT));
        assert_true(fabs(lagged) < 5 * v / sqrt(COUNT));
        qsort(x, COUNT, sizeof *x, compare_doubles);
        for (size_t i = 0; i < COUNT; i++) {
            double f = cases[c].distribution(x[i]);
            distance = fmax(distance, fmax(f - (double)i / COUNT, (double)(i + 1) / COUNT - f));
        }
        assert_true(distance * sqrt(COUNT) < 2.7);
        if (cases[c].draw == tg_random_uniform) {
            assert_true(x[0] >= 0 && x[COUNT - 1] < 1);
            for (size_t i = 0; i < COUNT; i++) assert_true(fmod(x[i], 0x1p-24) == 0);
        } else { /* how many lie beyond 3 (540) and 4 (12.7); none beyond 6.5 */
            size_t beyond_three = 0, beyond_four = 0;
            for (size_t i = 0; i < COUNT; i++) {
                beyond_three += fabs(x[i]) > 3;
                beyond_four += fabs(x[i]) > 4;
            }
            assert_in_range(beyond_three, 540 - 116, 540 + 116);
            assert_in_range(beyond_four, 1, 31);
            assert_true(fabs(x[0]) < 6.5 && x[COUNT - 1] < 6.5);
        }
    }
    free(x);
}

static void streams_are_independent(void **state) {
    (void)state;
    static const uint64_t streams[][2] = {{0, 0}, {0, 1}, {1, 0}, {0, 1ull << 56}, {1ull << 32, 0}};
    for (size_t a = 0; a < TG_COUNT(streams); a++) {
        for (size_t b = 0; b < a; b++) {
            tg_random x = tg_random_start(streams[a][0], streams[a][1]);
            tg_random y = tg_random_start(streams[b][0], streams[b][1]);
            double product = 0;
            for (size_t i = 0; i < 10000; i++)
                product += (double)tg_random_normal(&x) * (double)tg_random_normal(&y) / 10000;
            assert_true(fabs(product) < 5 / sqrt(10000));
        }
    }
}

static void below_stays_below_without_bias(void **state) {
    (void)state;
    tg_random random = tg_random_start(3, 0), before = random;
    assert_int_equal(tg_random_below(&random, 0), 0);
    assert_int_equal(tg_random_below(&random, 1), 0);
    static const size_t bounds[] = {2, 3, 7, 10, 16};
    for (size_t b = 0; b < TG_COUNT(bounds); b++) {
        size_t counts[16] = {0};
        for (size_t i = 0; i < 60000; i++) {
            size_t number = tg_random_below(&random, bounds[b]);
            assert_true(number < bounds[b]);
            counts[number]++;
        }
        /* Chi-square of at most 15 degrees of freedom: above 60 once in 10^6. */
        double each = 60000 / (double)bounds[b], chi = 0;
        for (size_t i = 0; i < bounds[b]; i++)
            chi += ((double)counts[i] - each) * ((double)counts[i] - each) / each;
        assert_true(chi < 60);
    }
    /* 3/4 of 2^32: plain remainders or products would take a third of the numbers twice as often.
     */
    size_t large = (size_t)3 << 30, low = 0;
    for (size_t i = 0; i < 30000; i++) {
        size_t number = tg_random_below(&random, large);
        assert_true(number < large);
        low += number % 3 == 0;
    }
    assert_true(fabs((double)low - 10000) < 5 * sqrt(30000.0 * 2 / 9));
#if SIZE_MAX > UINT32_MAX
    random = before;
    for (size_t i = 0; i < 100; i++) {
        size_t number = tg_random_below(&random, (size_t)1 << 32);
        assert_int_equal(number, tg_random_bits(&before));
    }
#endif
}

static void shuffles_into_every_order(void **state) {
    (void)state;
    enum { LENGTH = 1009 };
    tg_random random = tg_random_start(4, 0);
    size_t entries[LENGTH], moved = 0;
    bool seen[LENGTH] = {false};
    for (size_t i = 0; i < LENGTH; i++) entries[i] = i;
    tg_random_shuffle(&random, entries, LENGTH);
    for (size_t i = 0; i < LENGTH; i++) {
        assert_true(entries[i] < LENGTH && !seen[entries[i]]);
        seen[entries[i]] = true;
        moved += entries[i] != i;
    }
    assert_true(moved > LENGTH - 10);

    size_t orders[4 * 4 * 4] = {0};
    for (size_t i = 0; i < 24000; i++) {
        size_t four[] = {0, 1, 2, 3};
        tg_random_shuffle(&random, four, 4);
        orders[four[0] * 16 + four[1] * 4 + four[2]]++;
    }
    size_t possible = 0;
    for (size_t i = 0; i < TG_COUNT(orders); i++) {
        if (orders[i] == 0) continue;
        possible++;
        assert_in_range(orders[i], 1000 - 160, 1000 + 160);
    }
    assert_int_equal(possible, 24);

    tg_random before = random;
    size_t single = 42;
    tg_random_shuffle(&random, &single, 1);
    tg_random_shuffle(&random, NULL, 0);
    assert_int_equal(single, 42);
    assert_true(random.position == before.position);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_gives_the_known_answers),
        cmocka_unit_test(is_philox_at_every_place),
        cmocka_unit_test(gives_the_stored_numbers),
        cmocka_unit_test(normals_are_rounded_once),
        cmocka_unit_test(goes_on_from_a_copy),
        cmocka_unit_test(has_the_right_distributions),
        cmocka_unit_test(streams_are_independent),
        cmocka_unit_test(below_stays_below_without_bias),
        cmocka_unit_test(shuffles_into_every_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
