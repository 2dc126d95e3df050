/* SPDX-License-Identifier: MIT */
/* The library's allocations: all of them go through here. */
#ifndef TG_BASE_MEMORY_H
#define TG_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include <tigrillo/memory.h>

/* Enough for every vector register, and a cache line. */
#define TG_ALIGNMENT 64

/* *product = a * b; false (and nothing written) when that does not fit. */
bool tg_multiply(size_t a, size_t b, size_t *product);

/* Zeroed memory for count x size bytes, never NULL for "nothing"; or NULL with the error message
 * set: return TG_OUT_OF_MEMORY then. */
void *tg_allocate(size_t count, size_t size);

/* tg_release(NULL) is fine. */
void tg_release(void *memory);

/* A copy of a string; NULL as above. */
char *tg_copy_string(const char *text);

/* Makes room for one more entry in an array of *capacity entries of which `count` are used: returns
 * the array, perhaps moved (the old one is then released), or NULL as above with the old one kept.
 *
 *     void *grown = tg_grow(list, sizeof *list, count, &capacity);
 *     if (!grown) return TG_OUT_OF_MEMORY;
 *     list = grown;
 */
void *tg_grow(void *array, size_t size, size_t count, size_t *capacity);

#endif
