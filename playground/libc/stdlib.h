/* SPDX-License-Identifier: MIT */
#ifndef PLAYGROUND_STDLIB_H
#define PLAYGROUND_STDLIB_H

#include <stddef.h>

int posix_memalign(void **memory, size_t alignment, size_t bytes);
void free(void *memory);
char *getenv(const char *name);
int abs(int x);

/* Named by what is not linked in the end. */
void *malloc(size_t bytes);
void *realloc(void *memory, size_t bytes);

#endif
