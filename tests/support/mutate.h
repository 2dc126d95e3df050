/* SPDX-License-Identifier: MIT */
/* Damages files at random, for the tests of their readers. */
#ifndef TG_TESTS_SUPPORT_MUTATE_H
#define TG_TESTS_SUPPORT_MUTATE_H

#include <stddef.h>
#include <stdint.h>

typedef struct test_image {
    unsigned char *bytes;
    size_t size;
} test_image;

/* A copy with one to three of: a bit flipped, a byte replaced, bytes inserted, removed, or copied
 * to another place, a digit changed, the end cut off. It lies in exactly the memory that it needs,
 * so that the sanitizer sees a read past its end. The caller frees the bytes. */
test_image test_mutate(uint64_t *random, const void *bytes, size_t size);

#endif
