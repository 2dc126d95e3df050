/* SPDX-License-Identifier: MIT */
#include "support/input.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("error: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(EXIT_FAILURE);
}

void check(tg_status status) {
    if (status) fail("%s", tg_error_message());
}

int threads_argument(int argc, char **argv) {
    long threads = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
    if (argc > 2 || threads < 1 || threads > 1024) fail("usage: %s [THREADS]", argv[0]);
    return (int)threads;
}

const char *tigrillo_version(const tg_device *device) {
    static char version[64];
    snprintf(version, sizeof version, "tigrillo=%s-%s", tg_version(),
             tg_device_instructions(device));
    return version;
}

bool parse_matrix(const char *shape, size_t *rows, size_t *columns) {
    char *end = NULL;
    *rows = strtoul(shape, &end, 10);
    if (*rows == 0 || *end != 'x') return false;
    *columns = strtoul(end + 1, &end, 10);
    return *columns > 0 && *end == '\0';
}

void *allocate(size_t count, size_t size) {
    const size_t page = 4096;
    if (count > SIZE_MAX / size - page) fail("out of memory");
    size_t bytes = (count * size + page) / page * page;
    void *memory = aligned_alloc(page, bytes);
    if (!memory) fail("out of memory");
    return memset(memory, 0, bytes);
}

void read_numbers(const char *folder, const char *name, void *numbers, size_t count) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) fail("%s cannot be opened", path);
    if (fread(numbers, 4, count, file) != count || fgetc(file) != EOF)
        fail("%s does not hold %zu numbers", path, count);
    fclose(file);
}

tg_tensor read_matrix(tg_device *device, const char *folder, const char *name, size_t rows,
                      size_t columns) {
    tg_tensor tensor;
    check(tg_matrix_create(device, rows, columns, &tensor));
    read_numbers(folder, name, tg_tensor_data(&tensor), rows * columns);
    return tensor;
}
