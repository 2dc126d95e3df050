/* SPDX-License-Identifier: MIT */
/* Where the program computes: the option --device. */
#ifndef CLI_DEVICE_H
#define CLI_DEVICE_H

#include "options.h"

/* The option; *choice begins as 0, the processor. */
option device_option(size_t *choice);

/* Opens what was chosen. With "auto", says why when it is not a GPU. */
tg_status device_open(size_t choice, int threads, tg_device **device);

#endif
