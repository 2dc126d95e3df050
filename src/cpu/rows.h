/* SPDX-License-Identifier: MIT */
/* Work on each row alone, split over a device's threads. */
#ifndef TG_CPU_ROWS_H
#define TG_CPU_ROWS_H

#include "device/device.h"

enum { TG_MOST_PARTS = 256 };

/* Calls body(context, part, begin, count) for ranges of rows that together are 0 .. n - 1: one for
 * each thread, or fewer, so that each has at least `least` elements, some ten microseconds' worth.
 * Returns how many, at most TG_MOST_PARTS; without rows there is none. */
size_t tg_cpu_split_rows(tg_device *device, size_t n, size_t k, size_t least,
                         void (*body)(void *context, size_t part, size_t begin, size_t count),
                         void *context);

#endif
