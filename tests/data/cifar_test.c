/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"

enum { PIXELS = 1024, TEN = 3073, HUNDRED = 3074 };

/* Makes `count` records: record i has the label bytes (1: fine, 2: coarse and fine; the last bit of
 * fine is turned over in all but the first record, so that there are two classes) and red, green
 * and blue planes of pixel + record, + 50 and + 100. The caller frees them. */
static unsigned char *make_records(size_t count, size_t labels, unsigned char coarse,
                                   unsigned char fine) {
    size_t record = labels + 3 * PIXELS;
    unsigned char *bytes = malloc(count * record);
    assert_non_null(bytes);
    for (size_t i = 0; i < count; i++) {
        unsigned char *at = bytes + i * record;
        at[0] = coarse;
        at[labels - 1] = i == 0 ? fine : fine ^ 1;
        for (size_t k = 0; k < 3 * PIXELS; k++)
            at[labels + k] = (unsigned char)(k % PIXELS + i + k / PIXELS * 50);
    }
    return bytes;
}

static tg_status read_records(const char *path, unsigned char *bytes, size_t size,
                              const tg_read_options *options, tg_dataset **dataset) {
    test_write_file(path, bytes, size);
    free(bytes);
    return tg_dataset_read_cifar(path, options, dataset);
}

static void both_variants(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "data.bin");
    static const struct {
        size_t labels;
        unsigned char fine;
        size_t classes;
    } cases[] = {{1, 9, 10}, {2, 99, 100}};
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_dataset *dataset = NULL;
        assert_ok(read_records(path, make_records(2, cases[i].labels, 19, cases[i].fine),
                               2 * (cases[i].labels + 3 * PIXELS), NULL, &dataset));
        assert_int_equal(dataset->count, 2);
        assert_int_equal(dataset->classes, cases[i].classes);
        assert_int_equal(dataset->labels[0], cases[i].fine);
        assert_int_equal(dataset->labels[1], cases[i].fine - 1);
        assert_int_equal(dataset->shape.channels, 3);
        static const uint8_t second[] = {8, 58, 108, 9, 59, 109}; /* pixels 7 and 8 of record 1 */
        assert_memory_equal(dataset->pixels + 3072 + 7 * 3, second, sizeof second);
        tg_dataset_destroy(dataset);
    }
    test_remove_folder(folder);
}

/* 3074 records of CIFAR-10 are as long as 3073 of CIFAR-100. */
static void the_labels_decide_where_both_sizes_fit(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "data.bin");
    tg_dataset *dataset = NULL;
    assert_ok(
        read_records(path, make_records(HUNDRED, 1, 0, 3), (size_t)TEN * HUNDRED, NULL, &dataset));
    assert_int_equal(dataset->classes, 10);
    assert_int_equal(dataset->count, HUNDRED);
    tg_dataset_destroy(dataset);
    assert_ok(
        read_records(path, make_records(TEN, 2, 5, 42), (size_t)TEN * HUNDRED, NULL, &dataset));
    assert_int_equal(dataset->classes, 100);
    assert_int_equal(dataset->count, TEN);
    tg_dataset_destroy(dataset);
    test_remove_folder(folder);
}

static void refuses_broken_files(void **state) {
    (void)state;
    static const struct {
        size_t labels;
        unsigned char coarse, fine;
        size_t size;
        const char *reason;
    } cases[] = {
        {1, 0, 10, 2 * TEN, "byte 0: record 0: not a label of CIFAR-10"},
        {2, 20, 5, 2 * HUNDRED, "byte 0: record 0: not a label of CIFAR-100"},
        {2, 5, 100, 2 * HUNDRED, "record 0: not a label of CIFAR-100"},
        {1, 0, 1, 0, "data.bin: the file is empty"},
        {1, 0, 1, 1, "1 bytes are not whole records"},
        {1, 0, 1, TEN - 1, "3072 bytes are not whole records"},
        {1, 0, 1, TEN + 2, "3075 bytes are not whole records"},
    };
    char *folder = test_make_folder();
    const char *path = test_path(folder, "data.bin");
    tg_dataset *dataset = NULL;
    for (size_t i = 0; i < TG_COUNT(cases); i++)
        assert_fails(TG_BAD_FORMAT, cases[i].reason,
                     read_records(path,
                                  make_records(2, cases[i].labels, cases[i].coarse, cases[i].fine),
                                  cases[i].size, NULL, &dataset));
    static const char *const names[] = {"a", "b"};
    tg_read_options options = tg_read_defaults();
    options.class_names = names;
    options.classes = 2;
    assert_fails(TG_BAD_FORMAT, "label 2, but there are only 2",
                 read_records(path, make_records(1, 1, 0, 2), TEN, &options, &dataset));
    assert_fails(TG_IO_ERROR, "missing",
                 tg_dataset_read_cifar(test_path(folder, "missing"), NULL, &dataset));
    assert_fails(TG_BAD_FORMAT, "data.bin: only one class, 1; there must be at least two",
                 read_records(path, make_records(1, 1, 0, 1), TEN, NULL, &dataset));
    assert_null(dataset);
    assert_ok(read_records(path, make_records(1, 1, 0, 1), TEN, &options, &dataset));
    assert_string_equal(tg_dataset_class_name(dataset, 1), "b");
    tg_dataset_destroy(dataset);
    test_remove_folder(folder);
}

static tg_status read_one(void *context) {
    tg_dataset *dataset = NULL;
    tg_status status = tg_dataset_read_cifar(context, NULL, &dataset);
    tg_dataset_destroy(dataset);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    char *folder = test_make_folder();
    char *path = (char *)test_path(folder, "data.bin");
    unsigned char *bytes = make_records(2, 1, 0, 1);
    test_write_file(path, bytes, 2 * TEN);
    free(bytes);
    assert_true(test_every_allocation(read_one, path) >= 14);
    test_remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_variants),
        cmocka_unit_test(the_labels_decide_where_both_sizes_fit),
        cmocka_unit_test(refuses_broken_files),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
