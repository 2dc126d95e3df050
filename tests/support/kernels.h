/* SPDX-License-Identifier: MIT */
/* For tests of the CPU's kernels: every instruction set, and errors in units in the last place. */
#ifndef TEST_SUPPORT_KERNELS_H
#define TEST_SUPPORT_KERNELS_H

#include <tigrillo/device.h>

/* Opens a device of `threads` threads and calls test(device) with each instruction set that this
 * processor has; says which it has not. */
void test_each_instructions(int threads, void (*test)(tg_device *device));

/* |value - exact| in units in the last place of `exact` as a float (of the smallest normal number
 * below that). 0 for equal infinities and for NaN twice; infinity where only one is finite or NaN.
 */
double test_ulps(float value, double exact);

#endif
