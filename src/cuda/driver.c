/* SPDX-License-Identifier: MIT */
#include "cuda/driver.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"

/* The first of the libraries that can be loaded. */
static tg_status open_library(const char *variable, const char *const *names, size_t count,
                              const char *what, void **library) {
    const char *named = getenv(variable);
    *library = named ? dlopen(named, RTLD_NOW | RTLD_LOCAL) : NULL;
    for (size_t i = 0; !named && i < count && !*library; i++)
        *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (*library) return TG_OK;
    const char *reason = dlerror();
    return tg_fail(TG_UNSUPPORTED, "cuda: no %s: %s", what,
                   reason ? reason : "it cannot be loaded");
}

/* dlsym() gives functions as pointers to data, which C does not convert. */
static tg_status find(void *library, const char *name, void *function) {
    void *found = dlsym(library, name);
    if (!found)
        return tg_fail(TG_UNSUPPORTED,
                       "cuda: the driver is too old: it has no %s (this build needs CUDA 12)",
                       name);
    memcpy(function, &found, sizeof found);
    return TG_OK;
}

#define FIND_DRIVER(name, parameters) TG_TRY(find(driver_library, #name, &loaded.name));
#define FIND_CUBLAS(name, parameters) TG_TRY(find(cublas_library, #name, &loaded.name));

tg_status tg_driver_load(tg_driver *driver) {
    static const char *const drivers[] = {"libcuda.so.1"};
    static const char *const cublas[] = {"libcublas.so.13", "libcublas.so.12"};
    tg_driver loaded = {0};
    void *driver_library = NULL, *cublas_library = NULL;
    TG_TRY(open_library("TIGRILLO_CUDA_LIBRARY", drivers, TG_COUNT(drivers), "NVIDIA driver",
                        &driver_library));
    TG_DRIVER_FUNCTIONS(FIND_DRIVER)
    TG_TRY(open_library("TIGRILLO_CUBLAS_LIBRARY", cublas, TG_COUNT(cublas), "cuBLAS",
                        &cublas_library));
    TG_CUBLAS_FUNCTIONS(FIND_CUBLAS)
    *driver = loaded;
    return TG_OK;
}

tg_status tg_driver_check(const tg_driver *driver, const char *call, int result) {
    if (result == 0) return TG_OK;
    if (strncmp(call, "cublas", 6) == 0)
        return tg_fail(TG_DEVICE_ERROR, "cuda: %s failed: cuBLAS status %d", call, result);
    const char *name = NULL, *text = NULL;
    if (driver->cuGetErrorName(result, &name) != 0 || !name) name = "an unknown error";
    if (driver->cuGetErrorString(result, &text) != 0 || !text) text = "no description";
    return tg_fail(result == TG_CU_OUT_OF_MEMORY ? TG_OUT_OF_MEMORY : TG_DEVICE_ERROR,
                   "cuda: %s failed: %s (%d): %s", call, name, result, text);
}
