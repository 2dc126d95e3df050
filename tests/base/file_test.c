/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "data/packed.h"

enum { LIMIT = 1 << 20 };

/* Reads a file and unpacks at most `most` bytes, if it is gzip. */
static tg_status read_and_unpack(const char *path, size_t most, unsigned char **bytes,
                                 size_t *size) {
    unsigned char *packed = NULL;
    size_t packed_size = 0;
    tg_status status = tg_file_read(path, LIMIT, &packed, &packed_size);
    if (status) return status;
    if (!tg_is_gzip(packed, packed_size)) {
        *bytes = packed;
        *size = packed_size;
        return TG_OK;
    }
    status = tg_unpack_gzip(path, packed, packed_size, most, bytes, size);
    tg_release(packed);
    return status;
}

/* Fails the test unless the file can be read and holds this. */
static void assert_holds(const char *path, const void *expected, size_t expected_size) {
    unsigned char *bytes = NULL;
    size_t size = 0;
    assert_ok(read_and_unpack(path, LIMIT, &bytes, &size));
    assert_int_equal(size, expected_size);
    assert_memory_equal(bytes, expected, size);
    assert_int_equal(bytes[size], 0);
    tg_release(bytes);
}

static void reads_whole_files(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "file");
    static unsigned char content[100000];
    for (size_t i = 0; i < sizeof content; i++) content[i] = (unsigned char)(i * 7 % 251);
    static const size_t sizes[] = {0, 1, 2, 15, 16, 65535, 65536, 65537, 100000};
    for (size_t i = 0; i < TG_COUNT(sizes); i++) {
        test_write_file(path, content, sizes[i]);
        assert_holds(path, content, sizes[i]);
    }
    test_remove_folder(folder);
}

static void reads_pipes(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    static unsigned char content[200000];
    memset(content, 'x', sizeof content);
    pid_t child = fork();
    if (child == 0) {
        FILE *file = fopen(path, "wb");
        size_t written = file ? fwrite(content, 1, sizeof content, file) : 0;
        if (file) fclose(file);
        free(folder); /* the child's, or valgrind misses it */
        _exit(written != sizeof content);
    }
    assert_true(child > 0);
    assert_holds(path, content, sizeof content);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    test_remove_folder(folder);
}

static void refuses_what_it_cannot_read(void **state) {
    (void)state;
    char *folder = test_make_folder();
    unsigned char *bytes = NULL;
    size_t size = 77;
    assert_fails(TG_IO_ERROR, "missing: cannot open: No such file",
                 tg_file_read(test_path(folder, "missing"), LIMIT, &bytes, &size));
    assert_fails(TG_IO_ERROR, "is a folder", tg_file_read(folder, LIMIT, &bytes, &size));
    assert_fails(TG_IO_ERROR, "/dev/zero: is neither",
                 tg_file_read("/dev/zero", LIMIT, &bytes, &size));
    const char *path = test_path(folder, "file");
    test_write_file(path, "12345", 5);
    assert_fails(TG_UNSUPPORTED, "larger than 4 bytes", tg_file_read(path, 4, &bytes, &size));
    assert_null(bytes);
    assert_int_equal(size, 77);
    assert_ok(tg_file_read(path, 5, &bytes, &size));
    tg_release(bytes);
    test_remove_folder(folder);
}

static void unpacks_gzip(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "file.gz");
    test_bytes *packed = calloc(1, sizeof *packed);
    assert_non_null(packed);
    put_gzip(packed, "first, ", 7);
    size_t one = packed->size;
    put_gzip(packed, "second", 6);
    test_write_file(path, packed->bytes, one);
    assert_holds(path, "first, ", 7);
    test_write_file(path, packed->bytes, packed->size); /* two members are one file */
    assert_holds(path, "first, second", 13);

    unsigned char *bytes = NULL;
    size_t size = 0;
    for (size_t cut = 2; cut < packed->size; cut++) {
        if (cut == one) continue;
        test_write_file(path, packed->bytes, cut);
        assert_fails(TG_BAD_FORMAT, cut == one + 1 ? "something else follows" : "ends too early",
                     read_and_unpack(path, LIMIT, &bytes, &size));
    }
    for (size_t place = 10; place < one; place++) {
        packed->bytes[place] ^= 0x41;
        test_write_file(path, packed->bytes, one);
        assert_fails(TG_BAD_FORMAT, "gzip data", read_and_unpack(path, LIMIT, &bytes, &size));
        packed->bytes[place] ^= 0x41;
    }
    free(packed);
    test_remove_folder(folder);
}

/* A file of 40 kilobytes that unpacks to 6 megabytes. */
static void stops_gzip_at_the_limit(void **state) {
    (void)state;
    enum { REPEATS = 25000, SIZE = 1 + 258 * REPEATS };
    char *folder = test_make_folder();
    const char *path = test_path(folder, "bomb.gz");
    test_bytes *packed = calloc(1, sizeof *packed);
    unsigned char *zeros = calloc(1, SIZE), *bytes = NULL;
    assert_true(packed && zeros);
    put(packed, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    put_zeros(packed, REPEATS);
    put_little(packed, crc_32(zeros, SIZE), 4);
    put_little(packed, SIZE, 4);
    test_write_file(path, packed->bytes, packed->size);
    static const size_t limits[] = {0, 1, 2, 16, 300, 65536, SIZE - 1, SIZE, SIZE + 1, 10 * SIZE};
    for (size_t i = 0; i < TG_COUNT(limits); i++) {
        size_t size = 77, expected = limits[i] < SIZE ? limits[i] : SIZE;
        assert_ok(read_and_unpack(path, limits[i], &bytes, &size));
        assert_int_equal(size, expected);
        assert_memory_equal(bytes, zeros, expected);
        assert_int_equal(bytes[size], 0);
        tg_release(bytes);
    }
    free(zeros);
    free(packed);
    test_remove_folder(folder);
}

/* ---- Out ---- */

static const tg_chunk chunks[] = {{"new ", 4}, {NULL, 0}, {"content", 7}};

static tg_status replace(const char *path) {
    return tg_file_replace(path, chunks, TG_COUNT(chunks));
}

/* How many files are in the folder: temporary ones would be among them. */
static size_t count_files(const char *folder) {
    size_t count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(directory);
    return count;
}

static mode_t permissions(const char *path) {
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 0777;
}

static void replaces_files(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "file"), *link = test_path(folder, "link");
    mode_t mask = umask(027);
    assert_ok(replace(path));
    umask(mask);
    assert_holds(path, "new content", 11);
    assert_int_equal(permissions(path), 0640);

    test_write_file(path, "old", 3);
    assert_int_equal(chmod(path, 0604), 0);
    assert_ok(replace(path));
    assert_holds(path, "new content", 11);
    assert_int_equal(permissions(path), 0604);

    test_write_file(path, "old", 3);
    assert_int_equal(symlink("file", link), 0);
    assert_ok(replace(link));
    assert_holds(path, "new content", 11);
    struct stat info;
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(count_files(folder), 2);

    /* A name without a folder. */
    char before[1024];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    assert_ok(replace("plain"));
    assert_holds("plain", "new content", 11);
    assert_int_equal(chdir(before), 0);
    test_remove_folder(folder);
}

/* The temporary file's name must not be longer than names can be. */
static void replaces_files_with_long_names(void **state) {
    (void)state;
    char *folder = test_make_folder();
    char name[256];
    memset(name, 'x', 255);
    name[255] = '\0';
    const char *path = test_path(folder, name);
    assert_ok(replace(path));
    assert_ok(replace(path));
    assert_holds(path, "new content", 11);
    assert_int_equal(count_files(folder), 1);
    test_remove_folder(folder);
}

static void refuses_to_replace_other_things(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *link = test_path(folder, "link");
    assert_fails(TG_IO_ERROR, "not a regular file", replace(folder));
    assert_fails(TG_IO_ERROR, "/dev/null: cannot replace", replace("/dev/null"));
    assert_fails(TG_IO_ERROR, "missing/file", replace(test_path(folder, "missing/file")));
    assert_fails(TG_IO_ERROR, "", replace(""));
    assert_int_equal(symlink("nowhere", link), 0);
    assert_fails(TG_IO_ERROR, "link: cannot follow", replace(link));
    assert_int_equal(count_files(folder), 1);
    test_remove_folder(folder);
}

/* A limit on the size of files stands for the full disk: both make write() fail half-way. */
static struct rlimit limit_files(rlim_t size, void (**handler)(int)) {
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = {size, before.rlim_max};
    *handler = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    return before;
}

static void lift_limit(struct rlimit before, void (*handler)(int)) {
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
}

static void a_failed_write_changes_nothing(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "file");
    test_write_file(path, "old", 3);
    void (*handler)(int);
    const struct rlimit before = limit_files(7, &handler);
    tg_status status = replace(path), created = replace(test_path(folder, "other"));
    lift_limit(before, handler);
    assert_fails(TG_IO_ERROR, "other: cannot write: File too large", created);
    assert_int_equal(status, TG_IO_ERROR);
    assert_holds(path, "old", 3);
    assert_int_equal(count_files(folder), 1);
    test_remove_folder(folder);
}

/* Files that belong together: the first could be written, a later one cannot. */
static void all_are_replaced_or_none(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const tg_replacement files[] = {{test_path(folder, "one"), chunks, 1},
                                    {test_path(folder, "two"), chunks, TG_COUNT(chunks)},
                                    {test_path(folder, "three"), chunks, 1}};
    for (size_t i = 0; i < TG_COUNT(files); i++) test_write_file(files[i].path, "old", 3);
    void (*handler)(int);
    const struct rlimit before = limit_files(7, &handler);
    const tg_status status = tg_files_replace(files, TG_COUNT(files));
    lift_limit(before, handler);
    assert_fails(TG_IO_ERROR, "two: cannot write", status);
    for (size_t i = 0; i < TG_COUNT(files); i++) assert_holds(files[i].path, "old", 3);
    assert_int_equal(count_files(folder), 3);
    const tg_replacement no_file[] = {files[0], {folder, chunks, 1}};
    assert_fails(TG_IO_ERROR, "not a regular file", tg_files_replace(no_file, TG_COUNT(no_file)));
    assert_holds(files[0].path, "old", 3);
    assert_int_equal(count_files(folder), 3);
    assert_ok(tg_files_replace(files, TG_COUNT(files)));
    assert_holds(files[0].path, "new ", 4);
    assert_holds(files[1].path, "new content", 11);
    assert_holds(files[2].path, "new ", 4);
    assert_int_equal(count_files(folder), 3);
    test_remove_folder(folder);
}

static void a_folder_that_is_read_only(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "file");
    test_write_file(path, "old", 3);
    assert_int_equal(chmod(folder, 0555), 0);
    /* The superuser may write everywhere. */
    bool superuser = geteuid() == 0;
    if (superuser) assert_int_equal(seteuid(65534), 0);
    tg_status status = replace(path);
    if (superuser) assert_int_equal(seteuid(0), 0);
    assert_fails(TG_IO_ERROR, "cannot create: Permission denied", status);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_holds(path, "old", 3);
    assert_int_equal(count_files(folder), 1);
    test_remove_folder(folder);
}

static tg_status read_and_replace(void *context) {
    const char *path = context;
    unsigned char *bytes = NULL;
    size_t size = 0;
    tg_status status = read_and_unpack(path, LIMIT, &bytes, &size);
    if (status) return status;
    tg_chunk chunk = {bytes, size};
    status = tg_file_replace(path, &chunk, 1);
    tg_release(bytes);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    char *folder = test_make_folder();
    char *path = (char *)test_path(folder, "file");
    static unsigned char content[1000];
    test_bytes *packed = calloc(1, sizeof *packed);
    assert_non_null(packed);
    put_gzip(packed, content, sizeof content);
    test_write_file(path, packed->bytes, packed->size);
    free(packed);
    assert_true(test_every_allocation(read_and_replace, path) >= 4);
    test_remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_whole_files),
        cmocka_unit_test(reads_pipes),
        cmocka_unit_test(refuses_what_it_cannot_read),
        cmocka_unit_test(unpacks_gzip),
        cmocka_unit_test(stops_gzip_at_the_limit),
        cmocka_unit_test(replaces_files),
        cmocka_unit_test(replaces_files_with_long_names),
        cmocka_unit_test(refuses_to_replace_other_things),
        cmocka_unit_test(a_failed_write_changes_nothing),
        cmocka_unit_test(all_are_replaced_or_none),
        cmocka_unit_test(a_folder_that_is_read_only),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
