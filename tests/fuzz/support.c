/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* memfd_create() */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

const char *fuzz_file(int slot, const uint8_t *bytes, size_t size) {
    static int files[2] = {-1, -1};
    static char paths[2][32];
    if (files[slot] < 0) {
        files[slot] = memfd_create("fuzz", 0);
        snprintf(paths[slot], sizeof paths[slot], "/proc/self/fd/%d", files[slot]);
    }
    if (files[slot] < 0 || ftruncate(files[slot], 0) != 0 ||
        pwrite(files[slot], bytes, size, 0) != (ssize_t)size)
        abort();
    return paths[slot];
}

size_t fuzz_split(const uint8_t **bytes, size_t *size) {
    if (*size < 2) return 0;
    size_t first = (size_t)(*bytes)[0] << 8 | (*bytes)[1];
    *bytes += 2;
    *size -= 2;
    return first < *size ? first : *size;
}
