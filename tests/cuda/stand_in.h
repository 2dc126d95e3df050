/* SPDX-License-Identifier: MIT */
/* The functions of runtime/tigrillo_cuda.h, which the stand-in for the driver has beside the
 * driver's. */
#ifndef TG_TESTS_CUDA_STAND_IN_H
#define TG_TESTS_CUDA_STAND_IN_H

#include <stddef.h>

typedef struct stand_in {
    void (*fail_at)(unsigned long call);
    unsigned long (*calls)(void);
    unsigned long (*calls_of)(const char *name);
    void (*memory)(size_t bytes);
    size_t (*memory_used)(void);
    int (*live)(void);
} stand_in;

/* Fails the test where TIGRILLO_CUDA_LIBRARY names no stand-in. */
stand_in find_stand_in(void);

#endif
