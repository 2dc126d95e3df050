/* SPDX-License-Identifier: MIT */
/* Opening devices by name. */
#include "device/device.h"

#include <string.h>

#include "base/status.h"

tg_status tg_device_open(const char *name, int threads, tg_device **device) {
    TG_REQUIRE(name && device, "tg_device_open: an argument is NULL");
    TG_REQUIRE(threads >= 0, "tg_device_open: %d threads", threads);
    if (strcmp(name, "cpu") == 0) return tg_cpu_open(threads, device);
    if (strcmp(name, "cuda") == 0) return tg_cuda_open(0, threads, device);
    return tg_fail(TG_UNSUPPORTED, "there is no device \"%s\": there are \"cpu\" and \"cuda\"",
                   name);
}

void tg_device_close(tg_device *device) {
    if (device) device->operations->close(device);
}

const char *tg_device_name(const tg_device *device) {
    return device->operations->name;
}

int tg_device_threads(const tg_device *device) {
    return device->threads;
}

const char *tg_device_instructions(const tg_device *device) {
    return device->operations->instructions(device);
}

tg_status tg_device_set_instructions(tg_device *device, const char *name) {
    TG_REQUIRE(device && name, "tg_device_set_instructions: an argument is NULL");
    return device->operations->set_instructions(device, name);
}
