/* SPDX-License-Identifier: MIT */
#include "support/kernels.h"

#include <float.h>
#include <math.h>

#include "support/test.h"

/* The thread sanitizer, slow as it is, looks at what several threads do with one set: work is split
 * alike for all. */
#ifdef __SANITIZE_THREAD__
static const char *const names[] = {"baseline"};
static const int least_threads = 2;
#else
static const char *const names[] = {"baseline", "avx2", "avx512"};
static const int least_threads = 1;
#endif

void test_each_instructions(int threads, void (*test)(tg_device *device)) {
    if (threads < least_threads) return;
    size_t tested = 0;
    for (size_t i = 0; i < TG_COUNT(names); i++) {
        tg_device *device = NULL;
        assert_int_equal(tg_device_open("cpu", threads, &device), TG_OK);
        tg_status status = tg_device_set_instructions(device, names[i]);
        if (!status) {
            assert_string_equal(tg_device_instructions(device), names[i]);
            test(device);
            tested++;
        } else {
            assert_int_equal(status, TG_UNSUPPORTED);
            print_message("NOT TESTED on this processor: %s\n", names[i]);
        }
        tg_device_close(device);
    }
    assert_true(tested > 0);
}

double test_ulps(float value, double exact) {
    const float rounded = (float)exact;
    if (isnan(value) || isnan(exact)) return isnan(value) && isnan(exact) ? 0 : (double)INFINITY;
    if (isinf(value) || isinf(rounded)) return value == rounded ? 0 : (double)INFINITY;
    const double size = fmax(fabs(exact), (double)FLT_MIN);
    return fabs((double)value - exact) / ldexp(1, ilogb(size) - 23);
}
