/* SPDX-License-Identifier: MIT */
/* What the fuzzers of readers of files share. */
#ifndef TG_TESTS_FUZZ_SUPPORT_H
#define TG_TESTS_FUZZ_SUPPORT_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's name of the function that each fuzzer defines. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* A file in memory that holds the bytes; `slot` 0 or 1: each call replaces that slot's file. The
 * path is static. */
const char *fuzz_file(int slot, const uint8_t *bytes, size_t size);

/* Splits an input in two files' bytes: the first two bytes tell the length of the first one.
 * Returns that length, and what follows is the second's; `*bytes` and `*size` become what is left.
 */
size_t fuzz_split(const uint8_t **bytes, size_t *size);

#endif
