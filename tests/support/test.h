/* SPDX-License-Identifier: MIT */
/* What every test includes: cmocka, the library, and helpers. */
#ifndef TG_TESTS_SUPPORT_TEST_H
#define TG_TESTS_SUPPORT_TEST_H

/* cmocka wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <tigrillo/tigrillo.h>

/* Fails the test, with the library's message, unless the expression is TG_OK. */
#define assert_ok(expression) test_status_is(TG_OK, expression, #expression, __FILE__, __LINE__)

/* Fails unless the expression has this status and its message contains `text` ("" : any). */
#define assert_fails(status, text, expression)                                                     \
    do {                                                                                           \
        test_status_is(status, expression, #expression, __FILE__, __LINE__);                       \
        test_message_contains(text, __FILE__, __LINE__);                                           \
    } while (0)

/* |actual - expected| <= relative max(|expected|, floor); NaN equals NaN, infinities their like. */
#define assert_close(expected, actual, relative, floor)                                            \
    test_close(expected, actual, relative, floor, #actual, __FILE__, __LINE__)

void test_status_is(tg_status expected, tg_status actual, const char *expression, const char *file,
                    int line);
void test_message_contains(const char *text, const char *file, int line);
void test_close(double expected, double actual, double relative, double floor, const char *what,
                const char *file, int line);

/* Uniform in low .. high; the test's own generator, the same on every run. */
double test_uniform(uint64_t *state, double low, double high);

/* Fills with uniform numbers. */
void test_fill(uint64_t *state, float *values, size_t count, double low, double high);

/* A folder that exists, is empty, and whose files test_remove_folder() removes again. */
char *test_make_folder(void);
void test_remove_folder(char *folder);

/* "folder/name" in a buffer that the next calls reuse (eight of them). */
const char *test_path(const char *folder, const char *name);

/* Writes a whole file; fails the test when it cannot. */
void test_write_file(const char *path, const void *bytes, size_t size);

/* Reads a whole file; the caller frees the bytes. */
unsigned char *test_read_file(const char *path, size_t *size);

/* Where the real data is: TIGRILLO_DATA, else ../shared/data beside the repository, when it holds
 * `name`; NULL, after a line that says loudly what is skipped, when there is none. */
const char *test_data(const char *name);

/* Sets a locale with a decimal comma, until setlocale(LC_ALL, "C"); false, after such a line, when
 * there is none. */
bool test_decimal_comma(void);

/* What main() returns for a group with so many failed tests, in which one of the two above may have
 * found nothing: ctest then says that the test was skipped. */
int test_exit_status(int failed);

/* Runs `attempt` again and again, failing the first allocation, then the second, ... until it
 * succeeds. Each failed attempt must return TG_OUT_OF_MEMORY and give back all it took. Returns the
 * number of allocations. `attempt` releases what it made. */
size_t test_every_allocation(tg_status (*attempt)(void *context), void *context);

#endif
