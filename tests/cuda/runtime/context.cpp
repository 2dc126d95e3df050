/* SPDX-License-Identifier: MIT */
/* Initialisation, the device and its primary context: the functions of the API. And leaks. */
#include "context.h"

#include "entry.h"
#include "executor.h"
#include "memory.h"
#include "objects.h"
#include "options.h"
#include "pinned.h"
#include "report.h"
#include "stream.h"
#include "tigrillo_cuda.h"
#include <cstdio>
#include <unistd.h>
#include <vector>

struct CUctx_st {
    int references;
};

static CUctx_st primary;
static pid_t initialized_by; /* 0: not initialized */
/* Never destroyed: a program may still close its device from an exit handler. */
static thread_local std::vector<CUcontext> &current = *new std::vector<CUcontext>;
static int pushed; /* and not popped, in any thread */

void context_check_initialized() {
    if (!initialized_by) fail("cuInit() was not called, or failed");
    if (initialized_by != getpid()) fail("CUDA is not for a process forked after cuInit()");
}

void context_check_current() {
    if (current.empty() || !current.back()) fail("no context is current in this thread");
}

int tigrillo_cuda_live(void) {
    return static_cast<int>(memory_live() + pinned_live() + objects_live()) + primary.references;
}

static void check_leaks(const char *when) {
    if (!memory_live() && !pinned_live() && !objects_live()) return;
    fail("left alive %s:%s%s%s", when, memory_list_live().c_str(), pinned_list_live().c_str(),
         objects_list_live().c_str());
}

/* When the process ends, or the library is unloaded. */
__attribute__((destructor)) static void check_leaks_at_exit() {
    if (initialized_by != getpid()) return;
    check_leaks("at exit");
    if (primary.references)
        fail("left alive at exit: %d references to the primary context", primary.references);
}

CUresult cuInit(unsigned flags) {
    const Entry entry("cuInit", Needs::nothing);
    if (entry.fails()) return entry.error();
    if (flags) return CUDA_ERROR_INVALID_VALUE;
    if (!options().devices) return CUDA_ERROR_NO_DEVICE;
    initialized_by = getpid();
    return CUDA_SUCCESS;
}

CUresult cuDriverGetVersion(int *version) {
    const Entry entry("cuDriverGetVersion", Needs::nothing);
    if (entry.fails()) return entry.error();
    if (!version) return CUDA_ERROR_INVALID_VALUE;
    *version = options().driver_version;
    return CUDA_SUCCESS;
}

static bool is_device(CUdevice device) {
    return device >= 0 && device < options().devices;
}

CUresult cuDeviceGetCount(int *count) {
    const Entry entry("cuDeviceGetCount", Needs::initialization);
    if (entry.fails()) return entry.error();
    if (!count) return CUDA_ERROR_INVALID_VALUE;
    *count = options().devices;
    return CUDA_SUCCESS;
}

CUresult cuDeviceGet(CUdevice *device, int ordinal) {
    const Entry entry("cuDeviceGet", Needs::initialization);
    if (entry.fails()) return entry.error();
    if (!device) return CUDA_ERROR_INVALID_VALUE;
    if (!is_device(ordinal)) return CUDA_ERROR_INVALID_DEVICE;
    *device = ordinal;
    return CUDA_SUCCESS;
}

CUresult cuDeviceGetName(char *name, int length, CUdevice device) {
    const Entry entry("cuDeviceGetName", Needs::initialization);
    if (entry.fails()) return entry.error();
    if (!name || length <= 0) return CUDA_ERROR_INVALID_VALUE;
    if (!is_device(device)) return CUDA_ERROR_INVALID_DEVICE;
    std::snprintf(name, static_cast<size_t>(length), "CUDA test runtime (%s)", executor_name());
    return CUDA_SUCCESS;
}

/* As of a T4, except that it is small. */
static int attribute(CUdevice_attribute name) {
    switch (name) {
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
        return options().capability / 10;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
        return options().capability % 10;
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
        return options().processors;
    case CU_DEVICE_ATTRIBUTE_WARP_SIZE:
        return 32;
    case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
        return 1024;
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X:
        return 1024;
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y:
        return 1024;
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z:
        return 64;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X:
        return 2147483647;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y:
        return 65535;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z:
        return 65535;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK:
        return 49152;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
        return 65536;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR:
        return 65536;
    case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK:
        return 65536;
    case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR:
        return 65536;
    case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR:
        return 1024;
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR:
        return 16;
    case CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY:
        return 65536;
    case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE:
        return 4194304;
    case CU_DEVICE_ATTRIBUTE_CLOCK_RATE:
        return 1590000;
    case CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE:
        return 5001000;
    case CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH:
        return 256;
    case CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT:
        return 3;
    case CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS:
        return 1;
    case CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING:
        return 1;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_MODE:
        return CU_COMPUTEMODE_DEFAULT;
    case CU_DEVICE_ATTRIBUTE_INTEGRATED:
        return 0;
    case CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY:
        return 0;
    case CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS:
        return 0;
    case CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY:
        return 0;
    case CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH:
        return 0;
    case CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED:
        return 0;
    default:
        fail("the runtime does not know device attribute %d: add it", static_cast<int>(name));
    }
}

CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute name, CUdevice device) {
    const Entry entry("cuDeviceGetAttribute", Needs::initialization);
    if (entry.fails()) return entry.error();
    if (!value) return CUDA_ERROR_INVALID_VALUE;
    if (!is_device(device)) return CUDA_ERROR_INVALID_DEVICE;
    *value = attribute(name);
    return CUDA_SUCCESS;
}

CUresult cuDeviceTotalMem(size_t *bytes, CUdevice device) {
    const Entry entry("cuDeviceTotalMem", Needs::initialization);
    if (entry.fails()) return entry.error();
    if (!bytes) return CUDA_ERROR_INVALID_VALUE;
    if (!is_device(device)) return CUDA_ERROR_INVALID_DEVICE;
    *bytes = memory_total();
    return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
    const Entry entry("cuDevicePrimaryCtxRetain", Needs::initialization);
    if (entry.fails()) return entry.error();
    if (!context) return CUDA_ERROR_INVALID_VALUE;
    if (!is_device(device)) return CUDA_ERROR_INVALID_DEVICE;
    if (device) fail("the runtime has a context for device 0 only");
    primary.references++;
    *context = &primary;
    return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxRelease(CUdevice device) {
    const Entry entry("cuDevicePrimaryCtxRelease", Needs::initialization);
    const CUresult result = entry.result();
    if (device || !primary.references) fail("the primary context was not retained");
    if (primary.references == 1) {
        task_wait_all();
        check_leaks("when the primary context was released");
        if (pushed)
            fail("the primary context was released, but was pushed %d times more often than popped",
                 pushed);
    }
    primary.references--;
    return result;
}

static void check_context(CUcontext context) {
    if (context != &primary || !primary.references)
        fail("%p is not a live context", static_cast<void *>(context));
}

CUresult cuCtxPushCurrent(CUcontext context) {
    const Entry entry("cuCtxPushCurrent", Needs::initialization);
    if (entry.fails()) return entry.error();
    check_context(context);
    current.push_back(context);
    pushed++;
    return CUDA_SUCCESS;
}

CUresult cuCtxPopCurrent(CUcontext *context) {
    const Entry entry("cuCtxPopCurrent", Needs::initialization);
    const CUresult result = entry.result();
    if (current.empty()) fail("no context is there to be popped");
    if (context) *context = current.back();
    current.pop_back();
    pushed--;
    return result;
}

CUresult cuCtxSetCurrent(CUcontext context) {
    const Entry entry("cuCtxSetCurrent", Needs::initialization);
    if (entry.fails()) return entry.error();
    if (context) check_context(context);
    if (!current.empty()) {
        current.pop_back();
        pushed--;
    }
    if (context) {
        current.push_back(context);
        pushed++;
    }
    return CUDA_SUCCESS;
}

CUresult cuCtxGetCurrent(CUcontext *context) {
    const Entry entry("cuCtxGetCurrent", Needs::initialization);
    if (entry.fails()) return entry.error();
    if (!context) return CUDA_ERROR_INVALID_VALUE;
    *context = current.empty() ? nullptr : current.back();
    return CUDA_SUCCESS;
}

CUresult cuCtxSynchronize(void) {
    const Entry entry("cuCtxSynchronize");
    if (entry.fails()) return entry.error();
    if (const CUresult forbidden = capture_check()) return forbidden;
    task_wait_all();
    return CUDA_SUCCESS;
}
