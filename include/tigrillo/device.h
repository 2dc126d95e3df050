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

/* Opens the device `name`: "cpu", or "cuda", the first NVIDIA GPU. `threads` is the number of
 * threads of the host that its operations may use, at least 1; 0 takes as many as the machine has
 * processors. TG_UNSUPPORTED for a name that this build does not know; and for "cuda" where the
 * build has no CUDA kernels, or the machine no driver, no device or no cuBLAS, which the message
 * tells. TG_DEVICE_ERROR and TG_OUT_OF_MEMORY when a call to the driver failed: the message names
 * it. The caller closes the device, after everything that lives on it is destroyed. */
TG_API TG_CHECKED tg_status tg_device_open(const char *name, int threads, tg_device **device);

/* NULL and tg_cpu() are fine. */
TG_API void tg_device_close(tg_device *device);

/* "cpu" or "cuda"; owned by the device. */
TG_API const char *tg_device_name(const tg_device *device);

/* The number of threads, at least 1. */
TG_API int tg_device_threads(const tg_device *device);

/* The instruction set that the device's kernels are compiled for: "avx512", "avx2" or "baseline"
 * (all others, NEON among them). A CPU device takes the best that the processor has, or the one
 * that the environment variable TIGRILLO_INSTRUCTIONS names. Of a GPU: "sm_90" and the like. */
TG_API const char *tg_device_instructions(const tg_device *device);

/* Chooses another, of the same results but for their rounding. TG_UNSUPPORTED when the build or the
 * processor does not have it, TG_INVALID_ARGUMENT for tg_cpu(), which everybody shares. Not while
 * the device is in use. */
TG_API TG_CHECKED tg_status tg_device_set_instructions(tg_device *device, const char *name);

TG_END

#endif
