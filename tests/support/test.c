/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <dirent.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/device.h"

void test_status_is(tg_status expected, tg_status actual, const char *expression, const char *file,
                    int line) {
    if (actual == expected) return;
    print_error("%s: expected \"%s\", got \"%s\": %s\n", expression, tg_status_name(expected),
                tg_status_name(actual), tg_error_message());
    _fail(file, line);
}

void test_message_contains(const char *text, const char *file, int line) {
    if (strstr(tg_error_message(), text)) return;
    print_error("the message \"%s\" does not contain \"%s\"\n", tg_error_message(), text);
    _fail(file, line);
}

void test_close(double expected, double actual, double relative, double floor, const char *what,
                const char *file, int line) {
    if (isnan(expected) && isnan(actual)) return;
    if (isinf(expected) || isinf(actual)) {
        if (expected == actual) return;
    } else if (fabs(actual - expected) <= relative * fmax(fabs(expected), floor)) {
        return;
    }
    print_error("%s: expected %.9g, got %.9g (relative %.3g, allowed %.3g)\n", what, expected,
                actual, fabs(actual - expected) / fmax(fabs(expected), floor), relative);
    _fail(file, line);
}

double test_uniform(uint64_t *state, double low, double high) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return low + (high - low) * (double)(*state >> 11) * 0x1p-53;
}

void test_fill(uint64_t *state, float *values, size_t count, double low, double high) {
    for (size_t i = 0; i < count; i++) values[i] = (float)test_uniform(state, low, high);
}

char *test_make_folder(void) {
    const char *parent = getenv("TMPDIR");
    char *folder = malloc(512);
    assert_non_null(folder);
    snprintf(folder, 512, "%s/tigrillo-test-XXXXXX", parent ? parent : "/tmp");
    assert_non_null(mkdtemp(folder));
    return folder;
}

static void remove_tree(const char *path) {
    DIR *directory = opendir(path);
    if (directory) {
        for (struct dirent *entry; (entry = readdir(directory));) {
            if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
            char inner[1024];
            snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
            struct stat info;
            if (lstat(inner, &info) == 0 && S_ISDIR(info.st_mode))
                remove_tree(inner);
            else
                unlink(inner);
        }
        closedir(directory);
    }
    rmdir(path);
}

void test_remove_folder(char *folder) {
    remove_tree(folder);
    free(folder);
}

const char *test_path(const char *folder, const char *name) {
    static char paths[8][1024];
    static size_t next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

void test_write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

unsigned char *test_read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long length = ftell(file);
    assert_true(length >= 0);
    rewind(file);
    unsigned char *bytes = malloc((size_t)length + 1);
    assert_non_null(bytes);
    *size = fread(bytes, 1, (size_t)length, file);
    assert_int_equal(*size, length);
    fclose(file);
    return bytes;
}

static bool skipped;

const char *test_data(const char *name) {
    const char *folder = getenv("TIGRILLO_DATA");
    const char *path = test_path(folder ? folder : "../shared/data", name);
    if (access(path, R_OK) == 0) return path;
    print_message("SKIPPED: no %s; set TIGRILLO_DATA to the folder that holds %s\n", path, name);
    skipped = true;
    return NULL;
}

bool test_decimal_comma(void) {
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE"};
    for (size_t i = 0; i < TG_COUNT(names); i++) {
        if (setlocale(LC_ALL, names[i]) && strcmp(localeconv()->decimal_point, ",") == 0)
            return true;
    }
    setlocale(LC_ALL, "C");
    print_message("SKIPPED: no locale with a decimal comma (such as de_DE.UTF-8) here\n");
    skipped = true;
    return false;
}

int test_exit_status(int failed) {
    enum { SKIPPED = 77 }; /* for ctest's SKIP_RETURN_CODE */
    return failed == 0 && skipped ? SKIPPED : failed;
}

typedef struct counting {
    size_t limit; /* so many allocations succeed, all later ones fail */
    size_t asked, live;
} counting;

static void *counting_allocate(void *user, size_t alignment, size_t bytes) {
    counting *state = user;
    if (__atomic_fetch_add(&state->asked, 1, __ATOMIC_SEQ_CST) >= state->limit) return NULL;
    void *memory = NULL;
    if (posix_memalign(&memory, alignment, bytes) != 0) return NULL;
    __atomic_add_fetch(&state->live, 1, __ATOMIC_SEQ_CST);
    return memory;
}

static void counting_release(void *user, void *memory) {
    counting *state = user;
    __atomic_sub_fetch(&state->live, 1, __ATOMIC_SEQ_CST);
    free(memory);
}

size_t test_every_allocation(tg_status (*attempt)(void *context), void *context) {
    (void)test_device(); /* its memory is not the attempt's */
    for (size_t n = 0; n < 100000; n++) {
        counting state = {.limit = n};
        tg_allocator allocator = {counting_allocate, counting_release, &state};
        tg_set_allocator(&allocator);
        tg_status status = attempt(context);
        tg_set_allocator(NULL);
        if (state.live != 0) {
            print_error("failing allocation %zu leaked %zu\n", n, state.live);
            fail();
        }
        if (status == TG_OK) return state.asked;
        if (status != TG_OUT_OF_MEMORY) {
            print_error("failing allocation %zu: \"%s\": %s\n", n, tg_status_name(status),
                        tg_error_message());
            fail();
        }
    }
    fail_msg("it never succeeded");
    return 0;
}
