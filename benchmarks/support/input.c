/* SPDX-License-Identifier: MIT */
#include "support/input.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/gpu.h"

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
    if (argc > 3 || threads < 1 || threads > 1024) fail("usage: %s [THREADS [DEVICE]]", argv[0]);
    return (int)threads;
}

static bool is_gpu(const tg_device *device) {
    return strcmp(tg_device_name(device), "cuda") == 0;
}

tg_device *device_argument(int argc, char **argv) {
    tg_device *device = NULL;
    check(tg_device_open(argc > 2 ? argv[2] : "cpu", threads_argument(argc, argv), &device));
    if (is_gpu(device)) gpu_open();
    return device;
}

void close_device(tg_device *device) {
    if (is_gpu(device)) gpu_close();
    tg_device_close(device);
}

void (*finish_of(const tg_device *device))(void) {
    return is_gpu(device) ? gpu_wait : NULL;
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
    read_tensor(folder, name, &tensor);
    return tensor;
}

void read_tensor(const char *folder, const char *name, tg_tensor *tensor) {
    float *numbers = allocate(tensor->count, sizeof *numbers);
    read_numbers(folder, name, numbers, tensor->count);
    check(tg_tensor_write(tensor, numbers, tensor->count));
    free(numbers);
}
