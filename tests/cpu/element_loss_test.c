/* SPDX-License-Identifier: MIT */
/* The kernels of the losses of single elements, against float64. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"
#include "support/kernels.h"
#include "support/reference.h"

enum { MANY = 3001 };

static float outputs[MANY], targets[MANY], gradient[MANY + 1];

static const struct {
    const char *name;
    reference_loss *reference;
    float low, high;
} losses[] = {
    {"binary cross-entropy", reference_binary_cross_entropy, -120, 120},
    {"squared error", reference_mean_squared_error, -2, 2},
};

static double run(tg_device *device, size_t which, size_t count, double scale, float *to) {
    const tg_elementwise_kernels *kernels = tg_cpu_instructions(device)->elementwise;
    return (which == 0 ? kernels->binary_cross_entropy
                       : kernels->mean_squared_error)(count, outputs, targets, scale, to);
}

static void check(tg_device *device) {
    static const size_t counts[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 1009, MANY};
    const tg_loss options = {.reduction = TG_SUM};
    for (size_t i = 0; i < TG_COUNT(losses) * TG_COUNT(counts); i++) {
        const size_t which = i % TG_COUNT(losses), count = counts[i / TG_COUNT(losses)];
        uint64_t seed = i;
        test_fill(&seed, outputs, MANY, (double)losses[which].low, (double)losses[which].high);
        for (size_t j = 0; j < MANY; j++) {
            /* Many near 0 too, and the two targets that are special. */
            if (j % 3 == 0) outputs[j] /= 100;
            targets[j] = j % 4 == 0 ? 0 : j % 4 == 1 ? 1 : (float)test_uniform(&seed, 0, 1);
        }
        double *wide_outputs = reference_widen(outputs, MANY);
        double *wide_targets = reference_widen(targets, MANY);
        double *expected = calloc(MANY, sizeof *expected);
        assert_non_null(expected);
        const double loss = losses[which].reference(
            wide_outputs, (reference_targets){NULL, wide_targets}, count, 1, &options, expected);
        memset(gradient, 0, sizeof gradient);
        gradient[count] = 7;
        const double value = run(device, which, count, 0.7, gradient);
        assert_close(loss, value, 1e-13, 0);
        assert_true(run(device, which, count, 0.7, NULL) == value);
        assert_true(gradient[count] == 7);
        double worst = 0;
        for (size_t j = 0; j < count; j++) {
            /* s - t is a difference: what cancels is measured by what it is the difference of. */
            const double size = which == 0 && targets[j] != 0 && targets[j] != 1 ? 1 : 0;
            const double exact = 0.7 * expected[j];
            const double allowed = 0x1p-24 * fabs(exact) + 1e-14 * (fabs(exact) + size) + 0x1p-150;
            worst = fmax(worst, fabs((double)gradient[j] - exact) / allowed);
        }
        if (!(worst <= 1))
            fail_msg("%s, %s, %zu: %g times what rounding explains", losses[which].name,
                     tg_device_instructions(device), count, worst);
        free(wide_outputs);
        free(wide_targets);
        free(expected);
    }
}

static void agree_with_the_references(void **state) {
    (void)state;
    test_each_instructions(1, check);
}

/* One by one, so that no small error hides in a large sum. */
static void check_single_losses(tg_device *device) {
    double worst = 0;
    for (int i = -4000; i <= 4000; i++) {
        outputs[0] = (float)i / 89;
        targets[0] = 0;
        const double z = (double)outputs[0];
        const double exact = fmax(z, 0) + log1p(exp(-fabs(z)));
        worst = fmax(worst, fabs(run(device, 0, 1, 1, NULL) - exact) / exact);
    }
    print_message("binary cross-entropy, %s: %.2g relative\n", tg_device_instructions(device),
                  worst);
    assert_true(worst <= 2e-14);
}

static void single_losses_are_exact(void **state) {
    (void)state;
    test_each_instructions(1, check_single_losses);
}

static void check_limits(tg_device *device) {
    static const struct {
        float z, t;
        double loss, gradient;
    } cases[] = {
        {1e30f, 0, 1.0000000150474662e30, 1},
        {-1e30f, 0, 0, 0},
        {1e30f, 1, 0, 0},
        {-1e30f, 1, 1.0000000150474662e30, -1},
        {-1e4f, 0, 0, 0},
        {0, 0.5f, 0.69314718055994531, 0},
        {-800, 0, 0, 0},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        outputs[0] = cases[i].z;
        targets[0] = cases[i].t;
        assert_close(cases[i].loss, run(device, 0, 1, 1, gradient), 1e-14, 0);
        assert_true((double)gradient[0] == cases[i].gradient);
    }
    for (size_t which = 0; which < TG_COUNT(losses); which++)
        for (size_t i = 0; i < 20; i++) {
            memset(outputs, 0, sizeof outputs);
            memset(targets, 0, sizeof targets);
            outputs[i] = NAN;
            assert_true(isnan(run(device, which, 20, 1, gradient)));
            for (size_t j = 0; j < 20; j++) assert_int_equal(isnan(gradient[j]) != 0, i == j);
        }
}

static void meet_their_limits(void **state) {
    (void)state;
    test_each_instructions(1, check_limits);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agree_with_the_references),
        cmocka_unit_test(single_losses_are_exact),
        cmocka_unit_test(meet_their_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
