/* SPDX-License-Identifier: MIT */
/* The kernels of softmax and its relatives against float64, for every instruction set, number of
 * threads, alignment, and shape that is taken another way. Errors are printed and bounded in units
 * in the last place: of the result, or for gradients of the terms that they are a difference of. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"
#include "support/kernels.h"

static const size_t shapes[][2] = {
    {0, 3},     {3, 0},      {1, 1},      {5, 1},     {33, 2},      {17, 3},   {64, 4},   {31, 7},
    {100, 8},   {1, 10},     {6007, 10},  {50, 16},   {37, 17},     {16, 33},  {15, 64},  {3, 65},
    {41, 70},   {21, 101},   {7, 256},    {1, 257},   {9, 300},     {5, 1000}, {3, 4097}, {2, 9001},
    {1, 33003}, {2500, 701}, {32, 50257}, {5, 70001}, {1, 1000003},
};

/* What the logits are like. */
typedef enum kind { USUAL, WIDE, MASKED, HUGE_ONES, SURE, KINDS } kind;

static void fill_row(uint64_t *seed, kind of, float *x, size_t k) {
    static const double reach[KINDS] = {5, 70, 10, 1e5, 3};
    for (size_t c = 0; c < k; c++) {
        x[c] = (float)test_uniform(seed, -reach[of], reach[of]);
        if (of == MASKED && test_uniform(seed, 0, 1) < 0.4) x[c] = -INFINITY;
    }
    /* Of many huge ones only the largest would be left. */
    if (of == HUGE_ONES && k > 0)
        for (size_t c = 1; c < k; c++) x[c] = x[0] - (float)test_uniform(seed, 0, 103);
    if (of == SURE && k > 0) x[k / 3] = (float)test_uniform(seed, 20, 90);
    if (of == MASKED && k > 0) x[k / 2] = 1;
}

static void fill(uint64_t *seed, float *x, size_t n, size_t k) {
    const kind of = (kind)test_uniform(seed, 0, KINDS); /* for most rows */
    for (size_t r = 0; r < n; r++)
        fill_row(seed, test_uniform(seed, 0, 1) < 0.9 ? of : (kind)test_uniform(seed, 0, KINDS),
                 x + r * k, k);
}

/* log sum_j exp(x_j - m) of a row and its maximum; NaN where that has no meaning. */
static double log_of_sum(const float *x, size_t k, double *max) {
    size_t top = 0;
    for (size_t c = 1; c < k; c++)
        if (x[c] > x[top] || isnan(x[c])) top = c;
    *max = (double)x[top];
    double others = isfinite(x[top]) ? 0 : (double)NAN;
    for (size_t c = 0; c < k; c++)
        if (c != top) others += exp((double)x[c] - *max);
    return log1p(others);
}

enum { MARGIN = 32 }; /* numbers around a result, which must stay as they are */

/* `count` numbers, the first `shift` floats behind a line of the cache. */
typedef struct memory {
    float *all, *values;
    size_t count;
} memory;

static memory make(size_t count, size_t shift) {
    memory m = {.count = count};
    m.all = aligned_alloc(64, (count + shift + 2 * MARGIN + 16) / 16 * 64);
    assert_non_null(m.all);
    for (size_t i = 0; i < count + shift + 2 * MARGIN; i++) m.all[i] = 77;
    m.values = m.all + MARGIN + shift;
    return m;
}

static void assert_margins(const memory *m) {
    for (const float *p = m->all; p < m->values; p++) assert_true(*p == 77);
    for (size_t i = 0; i < MARGIN; i++) assert_true(m->values[m->count + i] == 77);
}

typedef enum operation { SOFTMAX, BACKWARD, LOG_SOFTMAX, LOG_BACKWARD, OPERATIONS } operation;
static const char *const names[] = {"softmax", "softmax backward", "log-softmax",
                                    "log-softmax backward"};

static tg_status run(tg_device *device, operation o, size_t n, size_t k, const float *x,
                     const float *dy, float *result) {
    switch (o) {
    case SOFTMAX:
        return tg_cpu_softmax_forward(device, n, k, 1, x, result);
    case BACKWARD:
        return tg_cpu_softmax_backward(device, n, k, 1, x, dy, result);
    case LOG_SOFTMAX:
        return tg_cpu_log_softmax_forward(device, n, k, x, result);
    default:
        return tg_cpu_log_softmax_backward(device, n, k, x, dy, result);
    }
}

/* The largest error of a row. Backward: x is forward's result. */
static double error_of_row(operation o, size_t k, const float *x, const float *dy,
                           const float *result) {
    double max = 0, log_sum = 0, dot = 0, total = 0, size = 0, worst = 0;
    if (o == SOFTMAX || o == LOG_SOFTMAX) log_sum = k > 0 ? log_of_sum(x, k, &max) : 0;
    for (size_t c = 0; c < k; c++) {
        dot += (double)x[c] * (double)dy[c];
        total += (double)dy[c];
        size += fabs((double)dy[c]) * (o == BACKWARD ? fabs((double)x[c]) : 1);
    }
    for (size_t c = 0; c < k; c++) {
        const double v = (double)x[c], d = (double)dy[c], y = (double)result[c];
        double error = 0;
        if (o == SOFTMAX) error = test_ulps(result[c], exp(v - max - log_sum));
        if (o == LOG_SOFTMAX) error = test_ulps(result[c], v - max - log_sum);
        if (o == BACKWARD)
            error = fabs(y - v * (d - dot)) / (v * (fabs(d) + size) + 0x1p-126) * 0x1p23;
        if (o == LOG_BACKWARD)
            error = fabs(y - (d - exp(v) * total)) /
                    (fabs(d) + (exp(v) > 0 ? exp(v) * (1 + fabs(v)) * size : 0) + 0x1p-126) *
                    0x1p23;
        if (!(error <= worst)) worst = error;
    }
    return worst;
}

static double check_shape(tg_device *device, operation o, size_t n, size_t k, size_t shift,
                          bool in_place, uint64_t *seed) {
    const size_t count = n * k;
    memory x = make(count, shift), dy = make(count, shift), result = make(count, shift);
    memory again = make(count, shift);
    fill(seed, x.values, n, k);
    test_fill(seed, dy.values, count, -1, 1);
    if (o == BACKWARD) assert_ok(run(device, SOFTMAX, n, k, x.values, NULL, x.values));
    if (o == LOG_BACKWARD) assert_ok(run(device, LOG_SOFTMAX, n, k, x.values, NULL, x.values));
    float *written = in_place ? again.values : result.values;
    if (in_place) memcpy(written, x.values, count * sizeof *written);
    assert_ok(run(device, o, n, k, in_place ? written : x.values, dy.values, written));
    double worst = 0;
    for (size_t r = 0; r < n; r++) {
        const double error = error_of_row(o, k, x.values + r * k, dy.values + r * k,
                                          written + r * k);
        if (!(error <= worst)) worst = error;
    }
    if (!in_place) {
        assert_ok(run(device, o, n, k, x.values, dy.values, again.values));
        assert_int_equal(memcmp(result.values, again.values, count * sizeof *written), 0);
    }
    memory *all[] = {&x, &dy, &result, &again};
    for (size_t i = 0; i < TG_COUNT(all); i++) {
        assert_margins(all[i]);
        free(all[i]->all);
    }
    return worst;
}

static void check_accuracy(tg_device *device) {
    static const double bounds[OPERATIONS] = {5, 3, 6.5, 2};
    uint64_t seed = 1;
    for (operation o = SOFTMAX; o < OPERATIONS; o++) {
        double worst = 0;
        for (size_t s = 0; s < TG_COUNT(shapes); s++)
            for (size_t variant = 0; variant < 4; variant++) {
                const size_t n = shapes[s][0], k = shapes[s][1];
                if (n * k > 100000 && variant >= 2 && o != SOFTMAX) continue;
                const double error = check_shape(device, o, n, k, variant * 5 % 16, variant % 2,
                                                 &seed);
                if (!(error <= bounds[o]))
                    fail_msg("%s, %s, %zu x %zu: %.2f ulp", names[o],
                             tg_device_instructions(device), n, k, error);
                if (error > worst) worst = error;
            }
        print_message("%s, %s, %d threads: %.2f ulp\n", names[o], tg_device_instructions(device),
                      device->threads, worst);
    }
}

static void are_accurate(void **state) {
    (void)state;
    test_each_instructions(1, check_accuracy);
    test_each_instructions(3, check_accuracy);
}

/* Rows that are not numbers, or larger than a vector can take, among others. */
static void check_limits(tg_device *device) {
    static const size_t columns[] = {1, 2, 3, 10, 16, 64, 70, 300, 5000, 70000};
    const float inf = INFINITY;
    const float odd[] = {NAN, inf, -inf, 1e30f, -1e30f, 3e38f, 2e5f, -2e5f};
    enum { ROWS = 21 };
    uint64_t seed = 2;
    for (size_t i = 0; i < TG_COUNT(columns) * 2; i++) {
        const size_t k = columns[i / 2], count = ROWS * k;
        const bool in_place = i % 2;
        memory x = make(count, 1), y = make(count, 1);
        test_fill(&seed, x.values, count, -3, 3);
        for (size_t r = 1; r < ROWS; r++) {
            const float value = odd[r % TG_COUNT(odd)];
            for (size_t c = 0; c < k; c++) /* all of them, or the last, or one */
                if (r < 9 || (r < 17 && c + 1 == k) || c == k / 2) x.values[r * k + c] = value;
        }
        for (operation o = SOFTMAX; o < OPERATIONS; o = (operation)(o + LOG_SOFTMAX)) {
            if (in_place) memcpy(y.values, x.values, count * sizeof(float));
            assert_ok(run(device, o, ROWS, k, in_place ? y.values : x.values, NULL, y.values));
            for (size_t r = 0; r < ROWS; r++) {
                double max = 0;
                const double log_sum = log_of_sum(x.values + r * k, k, &max);
                for (size_t c = 0; c < k; c++) {
                    const double exact = (double)x.values[r * k + c] - max - log_sum;
                    const float value = y.values[r * k + c];
                    const double error = test_ulps(value, o == SOFTMAX ? exp(exact) : exact);
                    if (!(error <= 5))
                        fail_msg("%s, %s, %zu columns, row %zu, column %zu: %g for %g", names[o],
                                 tg_device_instructions(device), k, r, c, (double)value, exact);
                }
            }
        }
        assert_margins(&y);
        free(x.all);
        free(y.all);
    }
}

static void meet_their_limits(void **state) {
    (void)state;
    test_each_instructions(1, check_limits);
    test_each_instructions(3, check_limits);
}

/* A row's result does not depend on the rows beside it; only, in its last bit, on where it lies in
 * the lines of the cache. */
static void check_alone(tg_device *device) {
    uint64_t seed = 3;
    for (size_t k = 1; k <= 400; k += k < 40 ? 1 : 27) {
        enum { ROWS = 37 };
        memory x = make(ROWS * k, 0), y = make(ROWS * k, 0);
        for (size_t r = 0; r < ROWS; r++) /* a few rows make their neighbours go another way */
            fill_row(&seed, r % 16 == 5 ? WIDE : USUAL, x.values + r * k, k);
        assert_ok(run(device, SOFTMAX, ROWS, k, x.values, NULL, y.values));
        for (size_t r = 0; r < ROWS; r++) {
            memory alone = make(k, r * k % 16);
            assert_ok(run(device, SOFTMAX, 1, k, x.values + r * k, NULL, alone.values));
            assert_memory_equal(y.values + r * k, alone.values, k * sizeof(float));
            free(alone.all);
        }
        free(x.all);
        free(y.all);
    }
}

static void rows_stand_alone(void **state) {
    (void)state;
    test_each_instructions(1, check_alone);
}

static void check_jacobian(tg_device *device) {
    static const size_t sizes[][2] = {{0, 4},  {1, 1},  {3, 2},     {7, 5},   {1000, 10},
                                      {5, 16}, {4, 33}, {200, 100}, {2, 1100}};
    uint64_t seed = 4;
    double worst = 0;
    for (size_t s = 0; s < TG_COUNT(sizes); s++) {
        const size_t n = sizes[s][0], k = sizes[s][1];
        memory y = make(n * k, 3), jacobian = make(n * k * k, s);
        test_fill(&seed, y.values, n * k, 0, 1);
        assert_ok(tg_cpu_softmax_jacobian(device, n, k, s % 2 ? 1 : 3, y.values, jacobian.values));
        for (size_t i = 0; i < n * k * k; i++) {
            const size_t row = i / k, j = i % k;
            const double yi = (double)y.values[row], yj = (double)y.values[row / k * k + j];
            const double exact = yi * ((row % k == j) - yj) / (s % 2 ? 1 : 3);
            const double error = test_ulps(jacobian.values[i], exact);
            if (!(error <= worst)) worst = error;
        }
        assert_margins(&jacobian);
        free(y.all);
        free(jacobian.all);
    }
    print_message("jacobian, %s: %.2f ulp\n", tg_device_instructions(device), worst);
    assert_true(worst <= 2.5);
}

static void jacobian_is_accurate(void **state) {
    (void)state;
    test_each_instructions(1, check_jacobian);
    test_each_instructions(2, check_jacobian);
}

static void check_argmax(tg_device *device) {
    uint64_t seed = 5;
    for (size_t k = 0; k < 200; k += k < 70 ? 1 : 13) {
        enum { ROWS = 40 };
        memory x = make(ROWS * k, 1);
        int32_t labels[ROWS];
        for (size_t i = 0; i < ROWS * k; i++) /* whole numbers: many are equal */
            x.values[i] = (float)(int)test_uniform(&seed, -9, 9);
        for (size_t r = 0; k > 0 && r < ROWS; r += 3)
            x.values[r * k + r % k] = r % 2 ? NAN : -INFINITY;
        for (size_t c = 0; c < k; c++) x.values[k + c] = c % 2 ? -0.0f : 0;
        assert_ok(tg_cpu_argmax(device, ROWS, k, x.values, labels));
        for (size_t r = 0; r < ROWS; r++) {
            int32_t best = k > 0 ? 0 : -1;
            for (size_t c = 0; c < k && best >= 0; c++) {
                const float v = x.values[r * k + c];
                best = isnan(v) ? -1 : v > x.values[r * k + (size_t)best] ? (int32_t)c : best;
            }
            assert_int_equal(labels[r], best);
        }
        free(x.all);
    }
}

static void argmax_is_the_first(void **state) {
    (void)state;
    test_each_instructions(1, check_argmax);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_accurate),        cmocka_unit_test(meet_their_limits),
        cmocka_unit_test(rows_stand_alone),    cmocka_unit_test(jacobian_is_accurate),
        cmocka_unit_test(argmax_is_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
