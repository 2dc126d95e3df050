/* SPDX-License-Identifier: MIT */
/* The allocator hook and the checked allocations above it. */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

static void *allocate_default(void *user, size_t alignment, size_t bytes) {
    (void)user;
    void *memory = NULL;
    return posix_memalign(&memory, alignment, bytes) == 0 ? memory : NULL;
}

static void release_default(void *user, void *memory) {
    (void)user;
    free(memory);
}

static const tg_allocator default_allocator = {allocate_default, release_default, NULL};

/* Set once before use, as memory.h demands; then only read. */
static tg_allocator allocator = {allocate_default, release_default, NULL};

void tg_set_allocator(const tg_allocator *replacement) {
    allocator = replacement ? *replacement : default_allocator;
}

bool tg_multiply(size_t a, size_t b, size_t *product) {
    if (b != 0 && a > SIZE_MAX / b) return false;
    *product = a * b;
    return true;
}

void *tg_allocate(size_t count, size_t size) {
    size_t bytes = 0;
    if (!tg_multiply(count, size, &bytes)) {
        tg_set_error("out of memory: %zu elements of %zu bytes are too many", count, size);
        return NULL;
    }
    if (bytes == 0) bytes = 1;
    void *memory = allocator.allocate(allocator.user, TG_ALIGNMENT, bytes);
    if (!memory) {
        tg_set_error("out of memory: cannot allocate %zu bytes", bytes);
        return NULL;
    }
    return memset(memory, 0, bytes);
}

void tg_release(void *memory) {
    if (memory) allocator.release(allocator.user, memory);
}

char *tg_copy_string(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = tg_allocate(size, 1);
    return copy ? memcpy(copy, text, size) : NULL;
}

void *tg_grow(void *array, size_t size, size_t count, size_t *capacity) {
    if (count < *capacity) return array;
    size_t larger = 0;
    if (!tg_multiply(*capacity, 2, &larger)) larger = SIZE_MAX;
    if (larger < 16) larger = 16;
    void *moved = tg_allocate(larger, size);
    if (!moved) return NULL;
    if (count > 0) memcpy(moved, array, count * size);
    tg_release(array);
    *capacity = larger;
    return moved;
}
