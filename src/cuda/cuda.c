/* SPDX-License-Identifier: MIT */
/* The GPU as a device: opening it, its memory, and the table of its operations. */
#include "cuda/cuda.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "cuda/image.h"

static void close_device(tg_device *device);

/* ---- Entering and leaving ---- */

static tg_status enter(tg_cuda_device *device) {
    pthread_mutex_lock(&device->lock);
    const tg_status status = TG_CU(device, cuCtxPushCurrent_v2, device->context);
    if (status) pthread_mutex_unlock(&device->lock);
    return status;
}

tg_status tg_cuda_enter(tg_cuda_device *device) {
    TG_TRY(enter(device));
    if (!device->lost[0]) return TG_OK;
    return tg_cuda_leave(device, tg_fail(TG_DEVICE_ERROR, "%s", device->lost));
}

tg_status tg_cuda_leave(tg_cuda_device *device, tg_status status) {
    void *context = NULL;
    /* A failure to leave must not hide what went wrong before. */
    const int result = device->driver.cuCtxPopCurrent_v2(&context);
    pthread_mutex_unlock(&device->lock);
    return status ? status : tg_driver_check(&device->driver, "cuCtxPopCurrent_v2", result);
}

/* Remembers the present failure, of something that nobody hears of: what the device had still to do
 * may be lost. */
static void distrust(tg_cuda_device *device) {
    snprintf(device->lost, sizeof device->lost, "%s", tg_error_message());
}

bool tg_cuda_enter_again(tg_cuda_device *device) {
    if (enter(device) == TG_OK) return true;
    if (enter(device) != TG_OK) return false;
    distrust(device);
    return true;
}

/* ---- Memory ---- */

tg_status tg_cuda_allocate(tg_cuda_device *device, size_t bytes, void **memory) {
    const int result = device->driver.cuMemAlloc_v2(memory, bytes > 0 ? bytes : 1);
    size_t left = 0, total = 0;
    if (result == TG_CU_OUT_OF_MEMORY && device->driver.cuMemGetInfo_v2(&left, &total) == 0)
        return tg_fail(
            TG_OUT_OF_MEMORY,
            "cuda: cuMemAlloc: %zu bytes are wanted, and %zu of the device's %zu are free", bytes,
            left, total);
    return tg_driver_check(&device->driver, "cuMemAlloc_v2", result);
}

/* Waits for all that has been asked for. */
static tg_status wait_for(tg_cuda_device *device) {
    return TG_CU(device, cuStreamSynchronize, device->stream);
}

static tg_status allocate_zeroed(tg_cuda_device *device, size_t bytes, void **memory) {
    void *made = NULL;
    const size_t words = bytes / 4 + (bytes % 4 > 0);
    TG_TRY(tg_cuda_allocate(device, 4 * words, &made));
    if (words > 0) {
        const tg_status status = TG_CU(device, cuMemsetD32Async, made, 0, words, device->stream);
        if (status) {
            (void)device->driver.cuMemFree_v2(made);
            return status;
        }
    }
    *memory = made;
    return TG_OK;
}

void tg_cuda_settle(tg_cuda_device *device) {
    if (wait_for(device) != TG_OK) distrust(device);
}

static void release(tg_device *device, void *memory) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    if (!memory || !tg_cuda_enter_again(cuda)) return;
    tg_cuda_settle(cuda); /* it may still be in use */
    if (TG_CU(cuda, cuMemFree_v2, memory) != TG_OK) distrust(cuda);
    (void)!tg_cuda_leave(cuda, TG_OK);
}

static tg_status allocate(tg_device *device, size_t bytes, void **memory) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    void *made = NULL;
    if (bytes > SIZE_MAX - 4)
        return tg_fail(TG_OUT_OF_MEMORY, "cuda: %zu bytes are too many", bytes);
    TG_TRY(tg_cuda_enter(cuda));
    const tg_status status = tg_cuda_leave(cuda, allocate_zeroed(cuda, bytes, &made));
    if (status)
        release(device, made);
    else
        *memory = made;
    return status;
}

tg_status tg_cuda_to_device(tg_cuda_device *device, const void *host, void *to, size_t bytes) {
    if (bytes == 0) return TG_OK;
    TG_TRY(TG_CU(device, cuMemcpyHtoDAsync_v2, to, host, bytes, device->stream));
    return wait_for(device); /* the caller may change `host` */
}

tg_status tg_cuda_to_host(tg_cuda_device *device, const void *from, void *host, size_t bytes) {
    if (bytes == 0) return TG_OK;
    TG_TRY(TG_CU(device, cuMemcpyDtoHAsync_v2, host, from, bytes, device->stream));
    return wait_for(device);
}

static tg_status upload(tg_device *device, const void *host, void *to, size_t bytes) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, tg_cuda_to_device(cuda, host, to, bytes));
}

static tg_status download(tg_device *device, const void *from, void *host, size_t bytes) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, tg_cuda_to_host(cuda, from, host, bytes));
}

static tg_status copy(tg_device *device, const void *from, void *to, size_t bytes) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    if (bytes == 0 || from == to) return TG_OK;
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, TG_CU(cuda, cuMemcpyDtoDAsync_v2, to, from, bytes, cuda->stream));
}

static tg_status fill(tg_device *device, float value, float *x, size_t count) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    if (count == 0) return TG_OK;
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    TG_TRY(tg_cuda_enter(cuda));
    return tg_cuda_leave(cuda, TG_CU(cuda, cuMemsetD32Async, x, bits, count, cuda->stream));
}

/* Each place begins on a boundary that any type may have. */
static bool add_place(size_t *total, size_t bytes) {
    enum { BOUNDARY = 256 };
    if (bytes > SIZE_MAX - BOUNDARY) return false;
    const size_t rounded = (bytes + BOUNDARY - 1) / BOUNDARY * BOUNDARY;
    if (rounded > SIZE_MAX - *total) return false;
    *total += rounded;
    return true;
}

tg_status tg_cuda_scratch(tg_cuda_device *device, size_t count, const size_t *sizes,
                          void **places) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        if (!add_place(&total, sizes[i]))
            return tg_fail(TG_OUT_OF_MEMORY, "cuda: an operation needs too much memory");
    tg_cuda_room *room = device->scratch;
    if (total > room->bytes) {
        TG_TRY(wait_for(device));
        void *old = room->memory;
        *room = (tg_cuda_room){0};
        if (old) TG_TRY(TG_CU(device, cuMemFree_v2, old));
        TG_TRY(tg_cuda_allocate(device, total, &room->memory));
        room->bytes = total;
    }
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        places[i] = (char *)room->memory + next;
        (void)add_place(&next, sizes[i]);
    }
    return TG_OK;
}

/* ---- The table ---- */

static const char *instructions(const tg_device *device) {
    return ((const tg_cuda_device *)device)->capability;
}

static tg_status set_instructions(tg_device *device, const char *name) {
    if (strcmp(name, instructions(device)) == 0) return TG_OK;
    return tg_fail(TG_UNSUPPORTED, "cuda: the instructions are %s, and cannot be changed to %s",
                   instructions(device), name);
}

static const tg_operations operations = {
    .name = "cuda",
    .close = close_device,
    .steps = &tg_cuda_steps,
    .instructions = instructions,
    .set_instructions = set_instructions,
    .host_memory = false,
    .allocate = allocate,
    .release = release,
    .upload = upload,
    .download = download,
    .copy = copy,
    .fill = fill,
    .dense_forward = tg_cuda_dense_forward,
    .dense_backward = tg_cuda_dense_backward,
    .activation_forward = tg_cuda_activation_forward,
    .activation_backward = tg_cuda_activation_backward,
    .dropout = tg_cuda_dropout,
    .softmax_forward = tg_cuda_softmax_forward,
    .softmax_backward = tg_cuda_softmax_backward,
    .softmax_jacobian = tg_cuda_softmax_jacobian,
    .log_softmax_forward = tg_cuda_log_softmax_forward,
    .log_softmax_backward = tg_cuda_log_softmax_backward,
    .sum_normalize_forward = tg_cuda_sum_normalize_forward,
    .sum_normalize_backward = tg_cuda_sum_normalize_backward,
    .argmax = tg_cuda_argmax,
    .count_correct_rows = tg_cuda_count_correct_rows,
    .count_correct_elements = tg_cuda_count_correct_elements,
    .softmax_cross_entropy = tg_cuda_softmax_cross_entropy,
    .cross_entropy = tg_cuda_cross_entropy,
    .binary_cross_entropy = tg_cuda_binary_cross_entropy,
    .mean_squared_error = tg_cuda_mean_squared_error,
    .sgd_step = tg_cuda_sgd_step,
    .adam_step = tg_cuda_adam_step,
    .scale = tg_cuda_scale,
    .sum_of_squares = tg_cuda_sum_of_squares,
    .all_finite = tg_cuda_all_finite,
};

/* ---- Opening and closing ---- */

static const char *const kernel_names[] = {
#define K(name) #name,
#include "../../kernels/kernels.list"
#undef K
};

enum { WORKSPACE_BYTES = 4 << 20, OLDEST_DRIVER = 12000 };

/* A driver that is there, new enough, and has this device. */
static tg_status find_device(tg_cuda_device *device, int ordinal) {
    const tg_driver *driver = &device->driver;
    int version = 0, count = 0, major = 0, minor = 0;
    const int result = driver->cuInit(0);
    if (result == TG_CU_NO_DEVICE)
        return tg_fail(TG_UNSUPPORTED, "cuda: there is a driver, but no device");
    if (result == TG_CU_STUB_LIBRARY)
        return tg_fail(TG_UNSUPPORTED,
                       "cuda: libcuda.so.1 is the toolkit's stub, not an NVIDIA driver");
    TG_TRY(tg_driver_check(driver, "cuInit", result));
    TG_TRY(TG_CU(device, cuDriverGetVersion, &version));
    if (version < OLDEST_DRIVER)
        return tg_fail(TG_UNSUPPORTED,
                       "cuda: the driver is too old: it is for CUDA %d.%d, this build needs %d.%d",
                       version / 1000, version % 1000 / 10, OLDEST_DRIVER / 1000,
                       OLDEST_DRIVER % 1000 / 10);
    TG_TRY(TG_CU(device, cuDeviceGetCount, &count));
    if (ordinal >= count)
        return tg_fail(TG_UNSUPPORTED, "cuda: there is no device %d: there are %d", ordinal, count);
    TG_TRY(TG_CU(device, cuDeviceGet, &device->ordinal, ordinal));
    TG_TRY(TG_CU(device, cuDeviceGetAttribute, &device->processors, TG_CU_MULTIPROCESSOR_COUNT,
                 device->ordinal));
    TG_TRY(TG_CU(device, cuDeviceGetAttribute, &major, TG_CU_CAPABILITY_MAJOR, device->ordinal));
    TG_TRY(TG_CU(device, cuDeviceGetAttribute, &minor, TG_CU_CAPABILITY_MINOR, device->ordinal));
    snprintf(device->capability, sizeof device->capability, "sm_%d%d", major % 100, minor % 10);
    return TG_OK;
}

static tg_status load_kernels(tg_cuda_device *device) {
    const int result = device->driver.cuModuleLoadData(&device->module, tg_cuda_image());
    if (result == TG_CU_NO_BINARY)
        return tg_fail(TG_UNSUPPORTED, "cuda: this build has no kernels for the device, %s",
                       device->capability);
    TG_TRY(tg_driver_check(&device->driver, "cuModuleLoadData", result));
    for (size_t i = 0; i < TG_CUDA_KERNELS; i++)
        TG_TRY(TG_CU(device, cuModuleGetFunction, &device->functions[i], device->module,
                     kernel_names[i]));
    return TG_OK;
}

/* With the context current. */
static tg_status set_up(tg_cuda_device *device) {
    TG_TRY(TG_CU(device, cuStreamCreate, &device->stream, TG_CU_STREAM_NON_BLOCKING));
    TG_TRY(load_kernels(device));
    TG_TRY(TG_CU(device, cublasCreate_v2, &device->cublas));
    TG_TRY(TG_CU(device, cublasSetStream_v2, device->cublas, device->stream));
    /* A workspace of its own, and no TF32: results are the same from run to run, and float32's. */
    TG_TRY(tg_cuda_allocate(device, WORKSPACE_BYTES, &device->workspace));
    TG_TRY(
        TG_CU(device, cublasSetWorkspace_v2, device->cublas, device->workspace, WORKSPACE_BYTES));
    return TG_CU(device, cublasSetMathMode, device->cublas, TG_CUBLAS_PEDANTIC_MATH);
}

/* With the context current; of what there is. */
static void take_down(tg_cuda_device *device) {
    const tg_driver *driver = &device->driver;
    if (device->stream) (void)driver->cuStreamSynchronize(device->stream);
    if (device->cublas) (void)driver->cublasDestroy_v2(device->cublas);
    if (device->workspace) (void)driver->cuMemFree_v2(device->workspace);
    if (device->room.memory) (void)driver->cuMemFree_v2(device->room.memory);
    if (device->module) (void)driver->cuModuleUnload(device->module);
    if (device->stream) (void)driver->cuStreamDestroy_v2(device->stream);
}

static void close_device(tg_device *device) {
    tg_cuda_device *cuda = tg_cuda_of(device);
    if (cuda->context) {
        if (tg_cuda_enter_again(cuda)) {
            take_down(cuda);
            (void)!tg_cuda_leave(cuda, TG_OK);
        }
        (void)cuda->driver.cuDevicePrimaryCtxRelease_v2(cuda->ordinal);
    }
    tg_workers_destroy(device->workers);
    pthread_mutex_destroy(&cuda->lock);
    tg_release(cuda);
}

static tg_status open_in(tg_cuda_device *device, int ordinal) {
    TG_TRY(tg_driver_load(&device->driver));
    TG_TRY(find_device(device, ordinal));
    TG_TRY(TG_CU(device, cuDevicePrimaryCtxRetain, &device->context, device->ordinal));
    TG_TRY(tg_cuda_enter(device));
    TG_TRY(tg_cuda_leave(device, set_up(device)));
    /* At the end, so that a machine without a GPU starts no threads for it. */
    return tg_workers_create(device->device.threads, &device->device.workers);
}

tg_status tg_cuda_open(int ordinal, int threads, tg_device **device) {
    if (!tg_cuda_image())
        return tg_fail(TG_UNSUPPORTED, "cuda: this library was built without CUDA kernels");
    tg_cuda_device *opened = tg_allocate(1, sizeof *opened);
    if (!opened) return TG_OUT_OF_MEMORY;
    opened->device = (tg_device){.operations = &operations, .threads = tg_thread_count(threads)};
    opened->scratch = &opened->room;
    /* A step's operations are called while it holds the lock. */
    pthread_mutexattr_t again;
    pthread_mutexattr_init(&again);
    pthread_mutexattr_settype(&again, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&opened->lock, &again);
    pthread_mutexattr_destroy(&again);
    const tg_status status = open_in(opened, ordinal);
    if (status) {
        close_device(&opened->device);
        return status;
    }
    *device = &opened->device;
    return TG_OK;
}
