/* SPDX-License-Identifier: MIT */
/* A device for tests: the CPU's operations, in memory that nothing else can reach.
 *
 * It stands for devices with memory of their own where there is none. A part of the library or a
 * test that reads or writes a tensor past the device crashes at the spot, as memory is open only
 * during an operation, and only what the operation was given; and an operation that is given host
 * memory, where the device's is meant, ends the program with a message. */
#ifndef TG_TESTS_SUPPORT_OPAQUE_H
#define TG_TESTS_SUPPORT_OPAQUE_H

#include <tigrillo/device.h>

/* `threads` as in tg_device_open(). tg_device_close() closes it, and ends the program with a
 * message when something still lives on it. */
tg_status opaque_open(int threads, tg_device **device);

#endif
