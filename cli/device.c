/* SPDX-License-Identifier: MIT */
#include "device.h"

#include <stdio.h>

enum { CPU, CUDA, AUTO };
static const char *const devices[] = {"cpu", "cuda", "auto", NULL};

option device_option(size_t *choice) {
    return (option){.name = "device",
                    .argument = "NAME",
                    .help = "where to compute (auto: cuda if that can be, and else cpu)",
                    .choice = choice,
                    .choices = devices};
}

tg_status device_open(size_t choice, int threads, tg_device **device) {
    if (choice != AUTO) return tg_device_open(devices[choice], threads, device);
    const tg_status status = tg_device_open(devices[CUDA], threads, device);
    if (status != TG_UNSUPPORTED) return status;
    fprintf(stderr, "computing on the CPU: %s\n", tg_error_message());
    return tg_device_open(devices[CPU], threads, device);
}
