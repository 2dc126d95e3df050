/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "data/jpeg.h"

static const char idx_images[] = "\0\0\x8\3\0\0\0\2\0\0\0\1\0\0\0\1xy";
static const char idx_labels[] = "\0\0\x8\1\0\0\0\2\1\0";
static unsigned char cifar[2 * 3073] = {1};

/* A folder with something for each reader. */
static char *make_data(void) {
    char *folder = test_make_folder();
    test_write_file(test_path(folder, "a.csv"), "1,x\n2,y\n", 8);
    test_write_file(test_path(folder, "a:b.CSV"), "1,x\n2,y\n", 8);
    test_write_file(test_path(folder, "a.bin"), cifar, sizeof cifar);
    test_write_file(test_path(folder, "images"), idx_images, sizeof idx_images - 1);
    test_write_file(test_path(folder, "ima:ges"), idx_images, sizeof idx_images - 1);
    test_write_file(test_path(folder, "labels"), idx_labels, sizeof idx_labels - 1);
    test_write_file(test_path(folder, "a.npy"), "no", 2);
    test_write_file(test_path(folder, "a.txt"), "no", 2);
    static const char *const folders[] = {"pictures", "pictures/cat", "pictures/dog"};
    for (size_t i = 0; i < TG_COUNT(folders); i++)
        assert_int_equal(mkdir(test_path(folder, folders[i]), 0755), 0);
    test_write_file(test_path(folder, "pictures/cat/a.jpg"), jpeg_file, sizeof jpeg_file);
    test_write_file(test_path(folder, "pictures/dog/a.jpg"), jpeg_file, sizeof jpeg_file);
    return folder;
}

/* `data` with the folder put in front of each of its files: "%s/a:%s/b". */
static tg_status read_data(const char *folder, const char *data, tg_dataset **dataset) {
    char text[1024] = "";
    for (const char *at = data; *at; at++) {
        size_t length = strlen(text);
        if (*at == '@')
            snprintf(text + length, sizeof text - length, "%s", folder);
        else
            snprintf(text + length, sizeof text - length, "%c", *at);
    }
    return tg_dataset_read(text, NULL, dataset);
}

static void finds_the_reader(void **state) {
    (void)state;
    static const struct {
        const char *data;
        size_t count, columns, classes;
    } cases[] = {
        {"@/a.csv", 2, 1, 2},           {"@/a:b.CSV", 2, 1, 2},          {"@/a.bin", 2, 3072, 10},
        {"@/images:@/labels", 2, 1, 2}, {"@/ima:ges:@/labels", 2, 1, 2}, {"@/pictures", 2, 3072, 2},
        {"@/pictures/", 2, 3072, 2},
    };
    char *folder = make_data();
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_dataset *dataset = NULL;
        assert_ok(read_data(folder, cases[i].data, &dataset));
        assert_int_equal(tg_dataset_count(dataset), cases[i].count);
        assert_int_equal(tg_dataset_columns(dataset), cases[i].columns);
        assert_int_equal(tg_dataset_classes(dataset), cases[i].classes);
        tg_dataset_destroy(dataset);
    }
    test_remove_folder(folder);
}

static void names_the_reason(void **state) {
    (void)state;
    static const struct {
        const char *data;
        tg_status status;
        const char *reason;
    } cases[] = {
        {"@/missing", TG_IO_ERROR, "missing: cannot open: No such file"},
        {"", TG_IO_ERROR, "cannot open"},
        {"@/a.txt", TG_UNSUPPORTED, "a.txt: not a folder, a .csv file"},
        {"@/images:@/nowhere", TG_IO_ERROR, "nowhere: cannot open"},
        {"@/nowhere:@/labels", TG_IO_ERROR, "nowhere: cannot open"},
        {"@/images:", TG_INVALID_ARGUMENT, "has no name"},
        {":@/labels", TG_INVALID_ARGUMENT, "has no name"},
        {"@/a.npy:@/a.npy", TG_BAD_FORMAT, "a.npy: byte 0: not a .npy file"},
        {"@/images:@/a.npy", TG_BAD_FORMAT, "images: byte 0: not a .npy file"},
        {"@", TG_BAD_FORMAT, "/pictures holds folders, not pictures"},
    };
    char *folder = make_data();
    tg_dataset *dataset = NULL;
    for (size_t i = 0; i < TG_COUNT(cases); i++)
        assert_fails(cases[i].status, cases[i].reason, read_data(folder, cases[i].data, &dataset));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_dataset_read(NULL, NULL, &dataset));
    assert_null(dataset);
    test_remove_folder(folder);
}

static tg_status read_pair(void *context) {
    tg_dataset *dataset = NULL;
    tg_status status = read_data(context, "@/images:@/labels", &dataset);
    tg_dataset_destroy(dataset);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    char *folder = make_data();
    assert_true(test_every_allocation(read_pair, folder) >= 9);
    test_remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_reader),
        cmocka_unit_test(names_the_reason),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
