/* SPDX-License-Identifier: MIT */
/* The device's primary context, and each host thread's stack of current contexts. */
#ifndef TIGRILLO_CUDA_CONTEXT_H
#define TIGRILLO_CUDA_CONTEXT_H

#include "api.h"

/* Both end the test if it is not so. */
void context_check_initialized();
void context_check_current();

#endif
