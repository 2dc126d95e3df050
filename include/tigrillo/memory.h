/* SPDX-License-Identifier: MIT */
/* The one hook through which the library takes memory. */
#ifndef TIGRILLO_MEMORY_H
#define TIGRILLO_MEMORY_H

#include <stddef.h>

#include <tigrillo/api.h>

TG_BEGIN

typedef struct tg_allocator {
    /* Returns `bytes` (never 0) aligned to `alignment` (a power of two), or NULL. */
    void *(*allocate)(void *user, size_t alignment, size_t bytes);
    /* Gives back what `allocate` returned; never called with NULL. */
    void (*release)(void *user, void *memory);
    void *user;
} tg_allocator;

/* Replaces the allocator of the whole process (NULL: back to the C library's). Call it before
 * anything is created and after everything is destroyed: memory is given back to the allocator in
 * force at that time. The functions must be thread-safe; this call is not. Libraries that Tigrillo
 * calls keep their own where they cannot be told (BLAS, jansson); stb_image and zlib use this one.
 */
TG_API void tg_set_allocator(const tg_allocator *allocator);

TG_END

#endif
