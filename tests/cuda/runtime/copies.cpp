/* SPDX-License-Identifier: MIT */
/* Memory: the functions of the API. */
#include "entry.h"
#include "memory.h"
#include "pinned.h"
#include "report.h"
#include "stream.h"
#include "tigrillo_cuda.h"
#include <cstring>

static void *device_pointer(CUdeviceptr address) {
    return reinterpret_cast<void *>(address);
}

static void check_host_pointer(const void *host) {
    const auto address = reinterpret_cast<std::uintptr_t>(host);
    if (memory_covers(address))
        fail("a pointer to the host is wanted, and this one is to the device: %s",
             memory_describe(address).c_str());
}

CUresult cuMemGetInfo(size_t *free, size_t *total) {
    const Entry entry("cuMemGetInfo");
    if (entry.fails()) return entry.error();
    if (!free || !total) return CUDA_ERROR_INVALID_VALUE;
    *total = memory_total();
    *free = memory_total() > memory_used() ? memory_total() - memory_used() : 0;
    return CUDA_SUCCESS;
}

CUresult cuMemAlloc(CUdeviceptr *pointer, size_t bytes) {
    const Entry entry("cuMemAlloc");
    if (entry.fails()) return CUDA_ERROR_OUT_OF_MEMORY;
    if (!pointer || !bytes) return CUDA_ERROR_INVALID_VALUE;
    if (const CUresult forbidden = capture_check()) return forbidden;
    void *memory = memory_allocate(bytes);
    if (!memory) return CUDA_ERROR_OUT_OF_MEMORY;
    *pointer = reinterpret_cast<CUdeviceptr>(memory);
    return CUDA_SUCCESS;
}

CUresult cuMemFree(CUdeviceptr pointer) {
    const Entry entry("cuMemFree");
    const CUresult result = entry.result();
    if (const CUresult forbidden = capture_check()) return forbidden;
    /* At once: that a driver waits for what is still to run is not promised. */
    if (!memory_free(device_pointer(pointer)))
        fail("freed is %s, which is not the start of a live allocation",
             memory_describe(pointer).c_str());
    return result;
}

CUresult cuMemHostAlloc(void **memory, size_t bytes, unsigned flags) {
    const Entry entry("cuMemHostAlloc");
    if (entry.fails()) return CUDA_ERROR_OUT_OF_MEMORY;
    const unsigned known = CU_MEMHOSTALLOC_PORTABLE | CU_MEMHOSTALLOC_WRITECOMBINED;
    if (!memory || !bytes || (flags & ~known)) return CUDA_ERROR_INVALID_VALUE;
    if (const CUresult forbidden = capture_check()) return forbidden;
    void *allocated = pinned_allocate(bytes);
    if (!allocated) return CUDA_ERROR_OUT_OF_MEMORY;
    *memory = allocated;
    return CUDA_SUCCESS;
}

CUresult cuMemFreeHost(void *memory) {
    const Entry entry("cuMemFreeHost");
    const CUresult result = entry.result();
    if (const CUresult forbidden = capture_check()) return forbidden;
    if (!pinned_free(memory)) fail("%p is not the start of live pinned memory", memory);
    return result;
}

/* Copies whose host memory may change before they run cannot be part of a graph. */
static CUresult check_pageable(CUstream stream, bool pinned) {
    return pinned ? CUDA_SUCCESS : capture_check_stream(stream);
}

static void check_still_pinned(const void *host, size_t bytes) {
    if (!pinned_contains(host, bytes))
        fail("pinned memory was freed while a copy from or to it was still to run");
}

/* Pinned memory is read when the copy runs, other memory now: so does the driver. */
CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void *host, size_t bytes, CUstream stream) {
    const Entry entry("cuMemcpyHtoDAsync");
    if (entry.fails()) return entry.error();
    stream_check(stream);
    if (!bytes) return CUDA_SUCCESS;
    check_host_pointer(host);
    void *device = device_pointer(to);
    memory_check(device, bytes, "copy to the device");
    if (!host) return CUDA_ERROR_INVALID_VALUE;
    const bool pinned = pinned_contains(host, bytes);
    if (const CUresult forbidden = check_pageable(stream, pinned)) return forbidden;
    auto snapshot = std::make_shared<std::vector<char>>();
    if (!pinned) {
        const char *start = static_cast<const char *>(host);
        snapshot->assign(start, start + bytes);
    }
    return stream_add(stream, {nullptr, [=] {
                                   memory_check(device, bytes, "copy to the device");
                                   if (pinned) check_still_pinned(host, bytes);
                                   std::memcpy(device, pinned ? host : snapshot->data(), bytes);
                                   memory_mark_written(device, bytes);
                               }});
}

/* Whoever reads the destination before he has waited sees NaN. */
CUresult cuMemcpyDtoHAsync(void *host, CUdeviceptr from, size_t bytes, CUstream stream) {
    const Entry entry("cuMemcpyDtoHAsync");
    if (entry.fails()) return entry.error();
    stream_check(stream);
    if (!bytes) return CUDA_SUCCESS;
    check_host_pointer(host);
    const void *device = device_pointer(from);
    memory_check(device, bytes, "copy to the host");
    if (!host) return CUDA_ERROR_INVALID_VALUE;
    const bool pinned = pinned_contains(host, bytes);
    if (const CUresult forbidden = check_pageable(stream, pinned)) return forbidden;
    return stream_add(stream, {[=] { std::memset(host, 0xff, bytes); },
                               [=] {
                                   memory_check(device, bytes, "copy to the host");
                                   if (pinned) check_still_pinned(host, bytes);
                                   std::memcpy(host, device, bytes);
                               }});
}

CUresult cuMemcpyDtoDAsync(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
    const Entry entry("cuMemcpyDtoDAsync");
    if (entry.fails()) return entry.error();
    stream_check(stream);
    if (!bytes) return CUDA_SUCCESS;
    void *target = device_pointer(to);
    const void *source = device_pointer(from);
    const auto check = [=] {
        memory_check(target, bytes, "copy on the device, target");
        memory_check(source, bytes, "copy on the device, source");
    };
    check();
    if (to < from + bytes && from < to + bytes)
        fail("copy on the device: %zu bytes to %s overlap their source", bytes,
             memory_describe(to).c_str());
    return stream_add(stream, {nullptr, [=] {
                                   check();
                                   std::memcpy(target, source, bytes);
                                   memory_copy_written(target, source, bytes);
                               }});
}

template <class Value>
static CUresult fill(CUdeviceptr to, Value value, size_t count, CUstream stream) {
    stream_check(stream);
    if (!count) return CUDA_SUCCESS;
    if (to % sizeof value || count > SIZE_MAX / sizeof value) return CUDA_ERROR_INVALID_VALUE;
    auto *target = static_cast<Value *>(device_pointer(to));
    memory_check(target, count * sizeof value, "fill");
    return stream_add(stream, {nullptr, [=] {
                                   memory_check(target, count * sizeof value, "fill");
                                   for (size_t i = 0; i < count; i++) target[i] = value;
                                   memory_mark_written(target, count * sizeof value);
                               }});
}

CUresult cuMemsetD32Async(CUdeviceptr to, unsigned value, size_t count, CUstream stream) {
    const Entry entry("cuMemsetD32Async");
    if (entry.fails()) return entry.error();
    return fill(to, value, count, stream);
}

CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t count, CUstream stream) {
    const Entry entry("cuMemsetD8Async");
    if (entry.fails()) return entry.error();
    return fill(to, value, count, stream);
}

void tigrillo_cuda_memory(size_t bytes) {
    memory_set_total(bytes);
}

size_t tigrillo_cuda_memory_used(void) {
    return memory_used();
}
