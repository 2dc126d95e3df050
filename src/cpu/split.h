/* SPDX-License-Identifier: MIT */
/* Work on each element alone, split over a device's threads; and sums over all elements. */
#ifndef TG_CPU_SPLIT_H
#define TG_CPU_SPLIT_H

#include <stddef.h>

#include "device/device.h"

/* Calls body(context, begin, count) for ranges that together are 0 .. count - 1: one for each
 * thread, or fewer, so that each has at least `least` elements, some ten microseconds' worth. A
 * range begins at a multiple of 64. */
void tg_cpu_split(tg_device *device, size_t count, size_t least,
                  void (*body)(const void *context, size_t begin, size_t count),
                  const void *context);

/* The sum of what body(context, begin, count) returns for such ranges. What the ranges are, and so
 * how the sum is rounded, depends on `count` alone, not on the number of threads. */
double tg_cpu_sum(tg_device *device, size_t count, size_t least,
                  double (*body)(const void *context, size_t begin, size_t count),
                  const void *context);

#endif
