/* SPDX-License-Identifier: MIT */
/* The exponential function of the kernels, over all floats. */
#include "support/test.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "cpu/cpu.h"
#include "support/kernels.h"

enum { COUNT = 4096, STRIDE = 199 };

static void check(tg_device *device) {
    static float x[COUNT], y[COUNT];
    double worst = 0;
    for (uint64_t first = 0; first <= UINT32_MAX; first += (uint64_t)COUNT * STRIDE) {
        for (uint32_t i = 0; i < COUNT; i++) {
            const uint32_t bits = (uint32_t)first + i * STRIDE;
            memcpy(&x[i], &bits, sizeof bits);
        }
        tg_cpu_instructions(device)->elementwise->exp(COUNT, x, y);
        for (size_t i = 0; i < COUNT; i++) {
            const double ulps = test_ulps(y[i], exp((double)x[i]));
            if (ulps > worst) worst = ulps;
        }
    }
    print_message("exp, %s: %.2f ulp\n", tg_device_instructions(device), worst);
    assert_true(worst <= 1.5);

    static const float edges[] = {0,         -0.0f,      INFINITY,    -INFINITY, NAN,
                                  88.72284f, -87.33655f, -103.97208f, -103.5f,   1e-45f,
                                  -1e-45f,   3e38f,      -3e38f};
    tg_cpu_instructions(device)->elementwise->exp(TG_COUNT(edges), edges, y);
    for (size_t i = 0; i < TG_COUNT(edges); i++)
        assert_true(test_ulps(y[i], exp((double)edges[i])) <= 1.5);
    assert_true(y[0] == 1 && y[1] == 1 && isinf(y[2]) && y[3] == 0 && isnan(y[4]));
}

static void is_accurate_everywhere(void **state) {
    (void)state;
    test_each_instructions(1, check);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_accurate_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
