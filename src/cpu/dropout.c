/* SPDX-License-Identifier: MIT */
#include "cpu/cpu.h"
#include "cpu/split.h"

typedef struct dropout {
    const tg_elementwise_kernels *kernels;
    uint32_t dropped;
    float scale;
    uint64_t seed, stream;
    const float *x;
    float *y;
} dropout;

static void drop(const void *context, size_t begin, size_t count) {
    const dropout *d = context;
    /* Four numbers a block. */
    d->kernels->dropout(d->dropped, d->scale, d->seed, d->stream, begin / 4, count, d->x + begin,
                        d->y + begin);
}

tg_status tg_cpu_dropout(tg_device *device, float rate, uint64_t seed, uint64_t stream,
                         size_t count, const float *x, float *y) {
    const dropout d = {tg_cpu_instructions(device)->elementwise,
                       (uint32_t)((double)rate * 0x1p32),
                       1 / (1 - rate),
                       seed,
                       stream,
                       x,
                       y};
    tg_cpu_split(device, count, 16384, drop, &d);
    return TG_OK;
}
