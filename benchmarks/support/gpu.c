/* SPDX-License-Identifier: MIT */
#include "support/gpu.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/input.h"

/* As NVIDIA documents them (CUDA Driver API). Handles and addresses on the device are pointers. */
#define FUNCTIONS(F)                                                                               \
    F(cuInit, (unsigned flags))                                                                    \
    F(cuDriverGetVersion, (int *version))                                                          \
    F(cuDeviceGet, (int *device, int ordinal))                                                     \
    F(cuDeviceGetName, (char *name, int length, int device))                                       \
    F(cuDevicePrimaryCtxRetain, (void **context, int device))                                      \
    F(cuDevicePrimaryCtxRelease_v2, (int device))                                                  \
    F(cuCtxSetCurrent, (void *context))                                                            \
    F(cuCtxSynchronize, (void))                                                                    \
    F(cuStreamCreate, (void **stream, unsigned flags))                                             \
    F(cuStreamDestroy_v2, (void *stream))                                                          \
    F(cuMemcpyDtoDAsync_v2, (void *to, const void *from, size_t bytes, void *stream))              \
    F(cuMemsetD32Async, (void *to, unsigned value, size_t count, void *stream))

/* NOLINTNEXTLINE(bugprone-macro-parentheses): a declaration */
#define FIELD(name, parameters) int(*name) parameters;

static struct {
    FUNCTIONS(FIELD)
    int device;
    void *stream;
    char version[128];
} gpu;

/* NOLINTNEXTLINE(bugprone-macro-parentheses): it comes with its own */
#define CALL(function, arguments) check_call(#function, gpu.function arguments)

static void check_call(const char *name, int result) {
    if (result) fail("%s: error %d of the CUDA driver", name, result);
}

/* dlsym() gives functions as pointers to data, which C does not convert. */
static void find(void *library, const char *name, void *function) {
    void *found = dlsym(library, name);
    if (!found) fail("the CUDA driver has no %s", name);
    memcpy(function, &found, sizeof found);
}

static void name_version(bool stand_in) {
    int version;
    char name[96] = "";
    CALL(cuDriverGetVersion, (&version));
    CALL(cuDeviceGetName, (name, (int)sizeof name - 1, gpu.device));
    for (char *c = name; *c; c++)
        if (*c == ' ') *c = '-';
    if (stand_in)
        snprintf(gpu.version, sizeof gpu.version, "stand-in");
    else
        snprintf(gpu.version, sizeof gpu.version, "%s/CUDA-%d.%d", name, version / 1000,
                 version % 1000 / 10);
}

void gpu_open(void) {
    enum { NON_BLOCKING = 1 };
    const char *named = getenv("TIGRILLO_CUDA_LIBRARY");
    void *library = dlopen(named ? named : "libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    void *context = NULL;
    if (!library) fail("no NVIDIA driver: %s", dlerror());
#define FIND(name, parameters) find(library, #name, &gpu.name);
    FUNCTIONS(FIND)
    CALL(cuInit, (0));
    CALL(cuDeviceGet, (&gpu.device, 0));
    CALL(cuDevicePrimaryCtxRetain, (&context, gpu.device));
    CALL(cuCtxSetCurrent, (context));
    CALL(cuStreamCreate, (&gpu.stream, NON_BLOCKING));
    name_version(dlsym(library, "tigrillo_cuda_calls") != NULL);
}

void gpu_close(void) {
    gpu_wait();
    CALL(cuStreamDestroy_v2, (gpu.stream));
    CALL(cuCtxSetCurrent, (NULL));
    CALL(cuDevicePrimaryCtxRelease_v2, (gpu.device));
}

const char *gpu_version(void) {
    return gpu.version;
}

void gpu_wait(void) {
    CALL(cuCtxSynchronize, ());
}

void *gpu_stream(void) {
    return gpu.stream;
}

void gpu_copy(void *to, const void *from, size_t bytes) {
    CALL(cuMemcpyDtoDAsync_v2, (to, from, bytes, gpu.stream));
}

void gpu_fill(void *to, size_t words) {
    CALL(cuMemsetD32Async, (to, 0x3f800000, words, gpu.stream));
}
