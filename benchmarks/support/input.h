/* SPDX-License-Identifier: MIT */
/* What the programs are given: numbers in files, shapes in words, threads on the command line. */
#ifndef BENCHMARKS_INPUT_H
#define BENCHMARKS_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include <tigrillo/tigrillo.h>

/* Prints the message and ends the program: the driver goes on without it. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Fails with the library's message unless the call succeeded. */
void check(tg_status status);

/* PROGRAM [THREADS [DEVICE]]: at least 1, and 1 when it is left out. */
int threads_argument(int argc, char **argv);

/* The device that the arguments ask for, "cpu" when it is left out, with the threads that they ask
 * for. With "cuda", gpu.h can be used too. */
tg_device *device_argument(int argc, char **argv);

/* Closes it. */
void close_device(tg_device *device);

/* What waits for the device (bench_contestant.finish); NULL where nothing is to be waited for. */
void (*finish_of(const tg_device *device))(void);

/* "tigrillo=0.1.0-avx512" or "tigrillo=0.1.0-sm_90": the version and the instruction set of its
 * kernels. */
const char *tigrillo_version(const tg_device *device);

/* ROWSxCOLUMNS. False when it is something else. */
bool parse_matrix(const char *shape, size_t *rows, size_t *columns);

/* Zeroed memory, aligned to a page; the caller frees it. */
void *allocate(size_t count, size_t size);

/* The `count` numbers (of 4 bytes each) in the file FOLDER/NAME, into `numbers`. */
void read_numbers(const char *folder, const char *name, void *numbers, size_t count);

/* The same as a new tensor on the device. */
tg_tensor read_matrix(tg_device *device, const char *folder, const char *name, size_t rows,
                      size_t columns);

/* The same into a tensor that is there. */
void read_tensor(const char *folder, const char *name, tg_tensor *tensor);

#endif
