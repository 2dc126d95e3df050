/* SPDX-License-Identifier: MIT */
/* Initial weights. */
#include <tigrillo/init.h>

#include <math.h>

#include "base/memory.h"
#include "nn/check.h"

tg_status tg_initialize(tg_tensor *weight, tg_init init, tg_random *random) {
    TG_TRY(tg_check_tensor("tg_initialize", "weight", weight));
    TG_REQUIRE(random, "tg_initialize: random is NULL");
    double fan_in = (double)tg_tensor_columns(weight), fan_out = (double)tg_tensor_rows(weight);
    /* The variance that each scheme asks for; a uniform distribution in -a .. a has a^2 / 3. */
    double variance = 0;
    bool normal = false;
    switch (init) {
    case TG_INIT_ZEROS:
        break;
    case TG_INIT_XAVIER_NORMAL:
        normal = true; /* fall through */
    case TG_INIT_XAVIER_UNIFORM:
        variance = 2 / (fan_in + fan_out);
        break;
    case TG_INIT_KAIMING_NORMAL:
        normal = true; /* fall through */
    case TG_INIT_KAIMING_UNIFORM:
        variance = 2 / fan_in;
        break;
    default:
        return tg_fail(TG_INVALID_ARGUMENT, "tg_initialize: no initialisation %d", (int)init);
    }
    if (weight->count == 0) return TG_OK;
    float *values = tg_allocate(weight->count, sizeof *values);
    if (!values) return TG_OUT_OF_MEMORY;
    const double deviation = sqrt(variance), bound = sqrt(3 * variance);
    for (size_t i = 0; i < weight->count && init != TG_INIT_ZEROS; i++) {
        if (normal)
            values[i] = (float)(deviation * (double)tg_random_normal(random));
        else
            values[i] = (float)(bound * (2 * (double)tg_random_uniform(random) - 1));
    }
    tg_status status = tg_tensor_write(weight, values, weight->count);
    tg_release(values);
    return status;
}
