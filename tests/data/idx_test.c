/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/dataset.h"
#include "data/packed.h"

/* Three pictures of 2 x 3 pixels, and their labels. */
static const char images_file[] = "\0\0\x8\3\0\0\0\3\0\0\0\2\0\0\0\3abcdefghijklmnopqr";
static const char labels_file[] = "\0\0\x8\1\0\0\0\3\1\0\2";
enum { IMAGES_SIZE = sizeof images_file - 1, LABELS_SIZE = sizeof labels_file - 1 };

typedef struct fixture {
    char *folder;
    const char *images, *labels;
} fixture;

static fixture set_up(void) {
    fixture f = {.folder = test_make_folder()};
    f.images = test_path(f.folder, "images");
    f.labels = test_path(f.folder, "labels");
    test_write_file(f.images, images_file, IMAGES_SIZE);
    test_write_file(f.labels, labels_file, LABELS_SIZE);
    return f;
}

static void assert_good(const fixture *f) {
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_read_idx(f->images, f->labels, NULL, &dataset));
    assert_int_equal(dataset->count, 3);
    assert_int_equal(dataset->shape.height, 2);
    assert_int_equal(dataset->shape.width, 3);
    assert_int_equal(dataset->shape.channels, 1);
    assert_memory_equal(dataset->pixels, "abcdefghijklmnopqr", 18);
    assert_memory_equal(dataset->labels, ((const int32_t[]){1, 0, 2}), 12);
    assert_int_equal(dataset->classes, 3);
    assert_string_equal(tg_dataset_class_name(dataset, 2), "2");
    tg_dataset_destroy(dataset);
}

static void reads_plain_and_gzip(void **state) {
    (void)state;
    fixture f = set_up();
    assert_good(&f);
    test_bytes *packed = calloc(1, sizeof *packed);
    assert_non_null(packed);
    put_gzip(packed, images_file, IMAGES_SIZE);
    test_write_file(f.images, packed->bytes, packed->size);
    assert_good(&f);
    free(packed);
    test_remove_folder(f.folder);
}

static void class_names(void **state) {
    (void)state;
    fixture f = set_up();
    static const char *const names[] = {"a", "b", "c", "d"};
    tg_read_options options = tg_read_defaults();
    options.class_names = names;
    options.classes = 4;
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_read_idx(f.images, f.labels, &options, &dataset));
    assert_int_equal(dataset->classes, 4);
    assert_string_equal(tg_dataset_class_name(dataset, 3), "d");
    tg_dataset_destroy(dataset);
    dataset = NULL;
    options.classes = 2;
    assert_fails(TG_BAD_FORMAT, "labels: sample 2: label 2, but there are only 2 classes",
                 tg_dataset_read_idx(f.images, f.labels, &options, &dataset));
    assert_null(dataset);
    test_write_file(f.labels, "\0\0\x8\1\0\0\0\3\0\0\0", LABELS_SIZE);
    assert_fails(TG_BAD_FORMAT, "labels: only one class, 0; there must be at least two",
                 tg_dataset_read_idx(f.images, f.labels, NULL, &dataset));
    assert_null(dataset);
    assert_ok(tg_dataset_read_idx(f.images, f.labels, &options, &dataset));
    assert_int_equal(dataset->classes, 2);
    tg_dataset_destroy(dataset);
    test_remove_folder(f.folder);
}

static void refuses_broken_files(void **state) {
    (void)state;
    static const struct {
        const char *images, *labels; /* NULL: the good ones */
        size_t size;
        tg_status status;
        const char *reason;
    } cases[] = {
        {"", NULL, 0, TG_BAD_FORMAT, "images: the file is empty"},
        {"PK\3\4", NULL, 4, TG_BAD_FORMAT, "images: byte 0: not an IDX file"},
        {"\0\0\xd\3", NULL, 4, TG_UNSUPPORTED, "byte 2: values of type 0x0d"},
        {labels_file, NULL, LABELS_SIZE, TG_BAD_FORMAT, "byte 3: 1 dimensions, expected 3"},
        {"\0\0\x8\3\0\0\0\1\0\0\0\0\0\0\0\1", NULL, 16, TG_BAD_FORMAT, "no values"},
        {"\0\0\x8\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", NULL, 16, TG_BAD_FORMAT,
         "byte 12: the dimensions are too large"},
        {"\0\0\x8\3\0\0\xff\xff\0\0\xff\xff\0\0\0\1", NULL, 16, TG_BAD_FORMAT,
         "byte 16: 0 bytes of values, expected 4294836225"},
        {NULL, "\0\0\x8\1\0\0\0\2ab", 10, TG_BAD_FORMAT, "2 labels for the 3 images"},
        {NULL, images_file, IMAGES_SIZE, TG_BAD_FORMAT, "labels: byte 3: 3 dimensions"},
        {NULL, "\0\0\x8\1\0\0\0\3abcd", 12, TG_BAD_FORMAT, "4 bytes of values, expected 3"},
    };
    fixture f = set_up();
    tg_dataset *dataset = NULL;
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        const char *path = cases[i].images ? f.images : f.labels;
        test_write_file(path, cases[i].images ? cases[i].images : cases[i].labels, cases[i].size);
        assert_fails(cases[i].status, cases[i].reason,
                     tg_dataset_read_idx(f.images, f.labels, NULL, &dataset));
        test_write_file(f.images, images_file, IMAGES_SIZE);
        test_write_file(f.labels, labels_file, LABELS_SIZE);
    }
    for (size_t size = 1; size < IMAGES_SIZE; size++) {
        test_write_file(f.images, images_file, size);
        assert_fails(TG_BAD_FORMAT, "images: byte",
                     tg_dataset_read_idx(f.images, f.labels, NULL, &dataset));
    }
    test_write_file(f.images, images_file, IMAGES_SIZE);
    for (size_t size = 1; size < LABELS_SIZE; size++) {
        test_write_file(f.labels, labels_file, size);
        assert_fails(TG_BAD_FORMAT, "labels: byte",
                     tg_dataset_read_idx(f.images, f.labels, NULL, &dataset));
    }
    /* A picture of 1 x 5000 pixels. */
    static char wide[16 + 5000] = "\0\0\x8\3\0\0\0\1\0\0\0\1\0\0\x13\x88";
    test_write_file(f.images, wide, sizeof wide);
    test_write_file(f.labels, "\0\0\x8\1\0\0\0\1", 9);
    assert_fails(TG_UNSUPPORTED, "images: byte 8: a picture of 1 x 5000",
                 tg_dataset_read_idx(f.images, f.labels, NULL, &dataset));
    assert_fails(TG_IO_ERROR, "missing",
                 tg_dataset_read_idx(test_path(f.folder, "missing"), f.labels, NULL, &dataset));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_dataset_read_idx(NULL, f.labels, NULL, &dataset));
    assert_null(dataset);
    test_remove_folder(f.folder);
}

static size_t most_allocated;

static void *note_size(void *user, size_t alignment, size_t bytes) {
    (void)user;
    if (bytes > most_allocated) most_allocated = bytes;
    void *memory = NULL;
    return posix_memalign(&memory, alignment, bytes) == 0 ? memory : NULL;
}

static void give_back(void *user, void *memory) {
    (void)user;
    free(memory);
}

/* A file of 40 kilobytes that unpacks to 6 megabytes, of which its header promises 4 bytes. */
static void unpacks_no_more_than_the_header_says(void **state) {
    (void)state;
    enum { REPEATS = 25000, SIZE = 1 + 258 * REPEATS };
    fixture f = set_up();
    test_bytes *packed = calloc(1, sizeof *packed);
    unsigned char *zeros = calloc(1, SIZE);
    assert_true(packed && zeros);
    tg_dataset *dataset = NULL;
    put_gzip(packed, "\0\0\x8\3\0\0\0\1\0\0\0\2\0\0\0\2", 16);
    put(packed, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    put_zeros(packed, REPEATS);
    put_little(packed, crc_32(zeros, SIZE), 4);
    put_little(packed, SIZE, 4);
    test_write_file(f.images, packed->bytes, packed->size);
    most_allocated = 0;
    const tg_allocator hook = {note_size, give_back, NULL};
    tg_set_allocator(&hook);
    assert_fails(TG_BAD_FORMAT, "images: byte 16: at least 5 bytes of values, expected 4",
                 tg_dataset_read_idx(f.images, f.labels, NULL, &dataset));
    tg_set_allocator(NULL);
    assert_in_range(most_allocated, 1, 1 << 18);
    /* Cut, damaged, and promising more than can be. */
    test_write_file(f.images, packed->bytes, 20);
    assert_fails(TG_BAD_FORMAT, "the gzip data ends too early",
                 tg_dataset_read_idx(f.images, f.labels, NULL, &dataset));
    packed->size = 0;
    put_gzip(packed, images_file, IMAGES_SIZE - 1);
    test_write_file(f.images, packed->bytes, packed->size);
    assert_fails(TG_BAD_FORMAT, "images: byte 16: 17 bytes of values, expected 18",
                 tg_dataset_read_idx(f.images, f.labels, NULL, &dataset));
    packed->size = 0;
    put_gzip(packed, images_file, IMAGES_SIZE);
    packed->bytes[packed->size - 8] ^= 1; /* the checksum */
    test_write_file(f.images, packed->bytes, packed->size);
    assert_fails(TG_BAD_FORMAT, "damaged gzip data",
                 tg_dataset_read_idx(f.images, f.labels, NULL, &dataset));
    packed->size = 0;
    put_gzip(packed, "\0\0\x8\3\0\xff\xff\xff\0\xff\xff\xff\0\0\0\1", 16);
    test_write_file(f.images, packed->bytes, packed->size);
    assert_fails(TG_UNSUPPORTED, "images: larger than 8589934592 bytes",
                 tg_dataset_read_idx(f.images, f.labels, NULL, &dataset));
    assert_null(dataset);
    free(zeros);
    free(packed);
    test_remove_folder(f.folder);
}

static void reads_pipes(void **state) {
    (void)state;
    fixture f = set_up();
    test_bytes *packed = calloc(1, sizeof *packed);
    assert_non_null(packed);
    put_gzip(packed, images_file, IMAGES_SIZE);
    f.images = test_path(f.folder, "pipe");
    assert_int_equal(mkfifo(f.images, 0600), 0);
    pid_t child = fork();
    if (child == 0) {
        test_write_file(f.images, packed->bytes, packed->size);
        free(packed); /* the child's, or valgrind misses them */
        free(f.folder);
        _exit(0);
    }
    assert_true(child > 0);
    assert_good(&f);
    assert_int_equal(waitpid(child, NULL, 0), child);
    free(packed);
    test_remove_folder(f.folder);
}

static void mnist(void **state) {
    (void)state;
    const char *images = test_data("mnist/t10k-images-idx3-ubyte.gz");
    const char *labels = test_data("mnist/t10k-labels-idx1-ubyte.gz");
    if (!images || !labels) skip();
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_read_idx(images, labels, NULL, &dataset));
    assert_int_equal(dataset->count, 10000);
    assert_int_equal(dataset->columns, 784);
    assert_int_equal(dataset->classes, 10);
    static const int32_t first[] = {7, 2, 1, 0, 4};
    assert_memory_equal(dataset->labels, first, sizeof first);
    tg_dataset_destroy(dataset);
}

static tg_status read_fixture(void *context) {
    const fixture *f = context;
    tg_dataset *dataset = NULL;
    tg_status status = tg_dataset_read_idx(f->images, f->labels, NULL, &dataset);
    tg_dataset_destroy(dataset);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    fixture f = set_up();
    assert_true(test_every_allocation(read_fixture, &f) >= 9);
    test_remove_folder(f.folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_plain_and_gzip),
        cmocka_unit_test(class_names),
        cmocka_unit_test(refuses_broken_files),
        cmocka_unit_test(unpacks_no_more_than_the_header_says),
        cmocka_unit_test(reads_pipes),
        cmocka_unit_test(mnist),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return test_exit_status(cmocka_run_group_tests(tests, NULL, NULL));
}
