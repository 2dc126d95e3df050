/* SPDX-License-Identifier: MIT */
/* The dropout kernels draw the numbers of random.h, whatever the length, place and threads. */
#include "support/test.h"

#include <stdint.h>
#include <string.h>

#include "base/philox.h"
#include "cpu/cpu.h"
#include "support/kernels.h"

enum { MANY = 70001 };

static float x[MANY], y[MANY], expected[MANY];

/* Straight from the definition. */
static void drop(uint32_t dropped, float scale, uint64_t seed, uint64_t stream,
                 uint64_t first_block, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t numbers[4];
        tg_philox(seed, stream, first_block + i / 4, numbers);
        expected[i] = numbers[i % 4] >= dropped ? x[i] * scale : 0;
    }
}

static void check_kernel(tg_device *device) {
    static const size_t counts[] = {0, 1, 3, 4, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1009};
    /* Blocks whose numbers do not fit into 32 bits, or stop fitting on the way. */
    static const uint64_t blocks[] = {0, 7, UINT32_MAX - 20, UINT64_MAX / 4 - 3, UINT64_MAX - 9};
    /* The last number of the first block below, to see that it is kept on equality. */
    const uint64_t seed = 0x9876543210fedcba, stream = 0xfedc0123ba984567;
    uint32_t numbers[4];
    tg_philox(seed, stream, blocks[0], numbers);
    const uint32_t bounds[] = {0, 1u << 31, UINT32_MAX, numbers[3], numbers[3] + 1};
    uint64_t random = 1;
    test_fill(&random, x, MANY, -3, 3);
    for (size_t i = 0; i < TG_COUNT(counts) * TG_COUNT(blocks) * TG_COUNT(bounds); i++) {
        const size_t count = counts[i % TG_COUNT(counts)];
        const uint64_t first = blocks[i / TG_COUNT(counts) % TG_COUNT(blocks)];
        const uint32_t dropped = bounds[i / TG_COUNT(counts) / TG_COUNT(blocks)];
        memcpy(expected, x, sizeof expected);
        drop(dropped, 1.75f, seed, stream, first, count);
        memcpy(y, x, sizeof y);
        tg_cpu_instructions(device)->elementwise->dropout(dropped, 1.75f, seed, stream, first,
                                                          count, y, y);
        assert_memory_equal(expected, y, (count + 100) * sizeof *y);
    }
}

static void draws_the_numbers_of_philox(void **state) {
    (void)state;
    test_each_instructions(1, check_kernel);
}

static void check_threads(tg_device *device) {
    uint64_t random = 2;
    test_fill(&random, x, MANY, -3, 3);
    drop((uint32_t)((double)0.3f * 0x1p32), 1 / (1 - 0.3f), 5, 6, 0, MANY);
    for (int time = 0; time < 2; time++) {
        memset(y, 0xff, sizeof y);
        assert_ok(tg_cpu_dropout(device, 0.3f, 5, 6, MANY, x, y));
        assert_memory_equal(expected, y, sizeof y);
    }
}

static void threads_change_no_bit(void **state) {
    (void)state;
    for (int threads = 1; threads <= 3; threads++) test_each_instructions(threads, check_threads);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_the_numbers_of_philox),
        cmocka_unit_test(threads_change_no_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
