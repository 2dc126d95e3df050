/* SPDX-License-Identifier: MIT */
/* Opening devices by name. */
#include "device/device.h"

#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "base/status.h"

static tg_device one_thread = {&tg_cpu_operations, 1};

tg_device *tg_cpu(void) {
    return &one_thread;
}

tg_status tg_device_open(const char *name, int threads, tg_device **device) {
    TG_REQUIRE(name && device, "tg_device_open: an argument is NULL");
    TG_REQUIRE(threads >= 0, "tg_device_open: %d threads", threads);
    if (strcmp(name, "cpu") != 0)
        return tg_fail(TG_UNSUPPORTED, "there is no device \"%s\" in this build: only \"cpu\"",
                       name);
    tg_device *opened = tg_allocate(1, sizeof *opened);
    if (!opened) return TG_OUT_OF_MEMORY;
    opened->operations = &tg_cpu_operations;
    opened->threads = tg_thread_count(threads);
    *device = opened;
    return TG_OK;
}

void tg_device_close(tg_device *device) {
    if (device != &one_thread) tg_release(device);
}

const char *tg_device_name(const tg_device *device) {
    return device->operations->name;
}

int tg_device_threads(const tg_device *device) {
    return device->threads;
}
