/* SPDX-License-Identifier: MIT */
/* How many outputs are correct. */
#include <math.h>

#include "base/status.h"
#include "cpu/cpu.h"

tg_status tg_cpu_count_correct_rows(tg_device *device, size_t n, size_t k, const float *outputs,
                                    tg_device_targets targets, int32_t ignore_index,
                                    size_t *correct) {
    enum { AT_ONCE = 256 };
    int32_t predicted[AT_ONCE], largest[AT_ONCE];
    size_t found = 0;
    for (size_t first = 0; first < n; first += AT_ONCE) {
        const size_t left = n - first, count = left < AT_ONCE ? left : AT_ONCE;
        TG_TRY(tg_cpu_argmax(device, count, k, outputs + first * k, predicted));
        if (targets.values)
            TG_TRY(tg_cpu_argmax(device, count, k, targets.values + first * k, largest));
        const int32_t *labels = targets.values ? largest : targets.labels + first;
        for (size_t i = 0; i < count; i++)
            found += predicted[i] == labels[i] && (targets.values || labels[i] != ignore_index);
    }
    *correct = found;
    return TG_OK;
}

tg_status tg_cpu_count_correct_elements(tg_device *device, size_t count, const float *outputs,
                                        const float *targets, float threshold, size_t *correct) {
    (void)device;
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += !isnan(outputs[i]) && (outputs[i] > threshold) == (targets[i] > 0.5f);
    *correct = found;
    return TG_OK;
}
