/* SPDX-License-Identifier: MIT */
/* Where tensors live and operations run. */
#ifndef TIGRILLO_DEVICE_H
#define TIGRILLO_DEVICE_H

#include <tigrillo/api.h>
#include <tigrillo/status.h>

TG_BEGIN

/* A device may be used from any number of threads at once. */
typedef struct tg_device tg_device;

/* The CPU with one thread. Never NULL, needs no closing. */
TG_API tg_device *tg_cpu(void);

/* Opens the device `name` ("cpu"). `threads` is the number of threads that its operations may use,
 * at least 1; 0 takes as many as the machine has processors. TG_UNSUPPORTED for a name that this
 * build does not know. The caller closes it, after everything that lives on it is destroyed. */
TG_API TG_CHECKED tg_status tg_device_open(const char *name, int threads, tg_device **device);

/* NULL and tg_cpu() are fine. */
TG_API void tg_device_close(tg_device *device);

/* "cpu"; owned by the device. */
TG_API const char *tg_device_name(const tg_device *device);

/* The number of threads, at least 1. */
TG_API int tg_device_threads(const tg_device *device);

TG_END

#endif
