/* SPDX-License-Identifier: MIT */
/* Work on each element, or on each row, alone, split over a device's threads; and sums of it. */
#ifndef TG_CPU_SPLIT_H
#define TG_CPU_SPLIT_H

#include <stddef.h>

#include "device/device.h"

/* How many parts are worth while: one for each thread, or fewer, so that each has at least `least`
 * elements, some ten microseconds' worth. At least 1, at most TG_MOST_THREADS. */
size_t tg_cpu_parts(const tg_device *device, size_t elements, size_t least);

/* Calls body(context, begin, count) for so many ranges that together are 0 .. count - 1. They begin
 * at multiples of 64, and none is empty. */
void tg_cpu_split(tg_device *device, size_t count, size_t least,
                  void (*body)(const void *context, size_t begin, size_t count),
                  const void *context);

/* The sum of what term(context, begin, count) returns for such ranges. What the ranges are, and so
 * how the sum is rounded, depends on `count` alone, not on the number of threads. */
double tg_cpu_sum(tg_device *device, size_t count, size_t least,
                  double (*term)(const void *context, size_t begin, size_t count),
                  const void *context);

/* The same for n rows of k elements. How this sum is rounded depends on the number of threads. */
void tg_cpu_split_rows(tg_device *device, size_t n, size_t k, size_t least,
                       void (*body)(const void *context, size_t begin, size_t count),
                       const void *context);
double tg_cpu_sum_rows(tg_device *device, size_t n, size_t k, size_t least,
                       double (*term)(const void *context, size_t begin, size_t count),
                       const void *context);

#endif
