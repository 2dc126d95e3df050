/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/dataset.h"
#include "data/jpeg.h"
#include "data/packed.h"

/* Writes a PNG file of one grey pixel. */
static void write_pixel(const char *folder, const char *name, unsigned char grey) {
    test_bytes *file = calloc(1, sizeof *file);
    assert_non_null(file);
    put_png_header(file, 1, 1, 8, PNG_GREY);
    put_png_rows(file, &grey, 1, 1);
    test_write_file(test_path(folder, name), file->bytes, file->size);
    free(file);
}

static void make_folder(const char *folder, const char *name) {
    assert_int_equal(mkdir(test_path(folder, name), 0755), 0);
}

/* The classes cat (1, 2, 3) and dog (10, 11), among things that do not count. */
static char *make_classes(void) {
    char *folder = test_make_folder();
    static const char *const folders[] = {"dog", "cat", ".hidden", "dog/deeper", "cat/folder.png"};
    for (size_t i = 0; i < TG_COUNT(folders); i++) make_folder(folder, folders[i]);
    write_pixel(folder, "dog/a.png", 10);
    write_pixel(folder, "dog/deeper/z.png", 99);
    write_pixel(folder, "cat/b.Png", 3);
    write_pixel(folder, "cat/B.PNG", 2);
    write_pixel(folder, "cat/.hidden.png", 99);
    write_pixel(folder, "cat/a.txt", 99);
    write_pixel(folder, "cat/png", 99);
    write_pixel(folder, "top.png", 99);
    write_pixel(folder, ".hidden/a.png", 99);
    write_pixel(folder, "elsewhere", 11);
    assert_int_equal(symlink("../elsewhere", test_path(folder, "dog/b.png")), 0);
    write_pixel(folder, "cat/A.bmp", 1); /* what it is stands in its bytes */
    return folder;
}

static tg_read_options one_grey_pixel(void) {
    tg_read_options options = tg_read_defaults();
    options.shape = (tg_picture_shape){1, 1, 1};
    return options;
}

static void takes_pictures_in_order(void **state) {
    (void)state;
    char *folder = make_classes();
    tg_read_options options = one_grey_pixel();
    for (options.threads = 0; options.threads < 9; options.threads++) {
        tg_dataset *dataset = NULL;
        assert_ok(tg_dataset_read_folder(folder, &options, &dataset));
        assert_int_equal(dataset->count, 5);
        assert_memory_equal(dataset->pixels, "\1\2\3\12\13", 5);
        assert_memory_equal(dataset->labels, ((const int32_t[]){0, 0, 0, 1, 1}), 20);
        assert_int_equal(dataset->classes, 2);
        assert_string_equal(tg_dataset_class_name(dataset, 0), "cat");
        assert_string_equal(tg_dataset_class_name(dataset, 1), "dog");
        assert_int_equal(tg_dataset_skipped(dataset), 4); /* a.txt, png and two folders */
        tg_dataset_destroy(dataset);
    }
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_read_folder(folder, NULL, &dataset));
    assert_int_equal(dataset->columns, 32 * 32 * 3);
    tg_dataset_destroy(dataset);
    test_remove_folder(folder);
}

/* The messages, one behind the other. */
static void note_skip(void *user, const char *message) {
    char *notes = user;
    const char *name = strrchr(message, '/');
    strncat(notes, name ? name + 1 : message, 1000 - strlen(notes));
    strncat(notes, "\n", 1000 - strlen(notes));
}

static void unreadable_files_are_skipped(void **state) {
    (void)state;
    char *folder = make_classes();
    test_write_file(test_path(folder, "cat/A2.jpg"), "nonsense", 8);
    test_write_file(test_path(folder, "cat/z.png"), "", 0);
    test_write_file(test_path(folder, "dog/0.jpeg"), jpeg_file, sizeof jpeg_file - 9);
    assert_int_equal(symlink("nowhere", test_path(folder, "dog/a1.png")), 0);
    assert_int_equal(mkfifo(test_path(folder, "dog/pipe.png"), 0600), 0);
    tg_read_options options = one_grey_pixel();
    options.on_skip = note_skip;
    for (options.threads = 1; options.threads < 6; options.threads++) {
        char notes[1001] = "";
        options.user = notes;
        tg_dataset *dataset = NULL;
        assert_ok(tg_dataset_read_folder(folder, &options, &dataset));
        assert_int_equal(tg_dataset_skipped(dataset), 9);
        assert_string_equal(notes, "cat: 2 files are not PNG, JPEG or BMP by their names (such as "
                                   "a.txt), 1 folder is not looked into (such as folder.png)\n"
                                   "dog: 1 folder is not looked into (such as deeper)\n"
                                   "A2.jpg: byte 0: neither a PNG, a JPEG nor a BMP file\n"
                                   "z.png: the file is empty\n"
                                   "0.jpeg: byte 620: the JPEG file ends too early\n"
                                   "a1.png: cannot open: No such file or directory\n"
                                   "pipe.png: not a regular file\n");
        assert_memory_equal(dataset->pixels, "\1\2\3\12\13", 5);
        assert_memory_equal(dataset->labels, ((const int32_t[]){0, 0, 0, 1, 1}), 20);
        tg_dataset_destroy(dataset);
    }
    test_remove_folder(folder);
}

static void what_is_no_data_set(void **state) {
    (void)state;
    char *folder = test_make_folder();
    tg_read_options options = one_grey_pixel();
    tg_dataset *dataset = NULL;
    assert_fails(TG_BAD_FORMAT, "0 subfolders", tg_dataset_read_folder(folder, &options, &dataset));
    make_folder(folder, "cat");
    write_pixel(folder, "cat/a.png", 1);
    assert_fails(TG_BAD_FORMAT, "1 subfolder;", tg_dataset_read_folder(folder, &options, &dataset));
    make_folder(folder, "dog");
    assert_fails(TG_BAD_FORMAT, "/dog: no PNG, JPEG or BMP files",
                 tg_dataset_read_folder(folder, &options, &dataset));
    test_write_file(test_path(folder, "dog/a.png"), "nonsense", 8);
    assert_fails(TG_BAD_FORMAT, "/dog: no picture of this class can be read",
                 tg_dataset_read_folder(folder, &options, &dataset));
    assert_fails(TG_IO_ERROR, "missing: cannot open the folder",
                 tg_dataset_read_folder(test_path(folder, "missing"), &options, &dataset));
    assert_fails(TG_IO_ERROR, "a.png: cannot open the folder: Not a directory",
                 tg_dataset_read_folder(test_path(folder, "cat/a.png"), &options, &dataset));
    options.shape.channels = 2;
    assert_fails(TG_INVALID_ARGUMENT, "2 channels",
                 tg_dataset_read_folder(folder, &options, &dataset));
    options = one_grey_pixel();
    options.threads = -1;
    assert_fails(TG_INVALID_ARGUMENT, "-1 threads",
                 tg_dataset_read_folder(folder, &options, &dataset));
    assert_null(dataset);
    test_remove_folder(folder);
}

/* The folder above or below the one that is meant. */
static void names_the_folder_that_is_meant(void **state) {
    (void)state;
    char *folder = test_make_folder();
    static const char *const folders[] = {"animals", "animals/train", "animals/train/cat",
                                          "animals/train/dog", "animals/val"};
    for (size_t i = 0; i < TG_COUNT(folders); i++) make_folder(folder, folders[i]);
    write_pixel(folder, "animals/train/cat/a.png", 1);
    write_pixel(folder, "animals/train/dog/a.png", 2);
    write_pixel(folder, "animals/train/notes.txt", 2);
    write_pixel(folder, "animals/val/a.PNG2", 2);
    static const char *const names[] = {"cat", "dog"};
    tg_read_options options = one_grey_pixel();
    tg_dataset *dataset = NULL;
    assert_fails(TG_BAD_FORMAT, "/animals holds folders, not pictures: is /",
                 tg_dataset_read_folder(folder, &options, &dataset));
    test_message_contains("/animals meant?", __FILE__, __LINE__);
    const char *animals = test_path(folder, "animals");
    assert_fails(TG_BAD_FORMAT, "/animals/train holds folders, not pictures: is /",
                 tg_dataset_read_folder(animals, &options, &dataset));
    test_message_contains("/animals/train meant?", __FILE__, __LINE__);
    options.class_names = names;
    options.classes = TG_COUNT(names);
    assert_fails(TG_BAD_FORMAT, "/animals/train holds folders",
                 tg_dataset_read_folder(animals, &options, &dataset));
    assert_null(dataset);
    assert_ok(tg_dataset_read_folder(test_path(folder, "animals/train"), &options, &dataset));
    assert_int_equal(tg_dataset_skipped(dataset), 0); /* notes.txt is in no class */
    tg_dataset_destroy(dataset);
    test_remove_folder(folder);
}

static void one_file_of_another_kind(void **state) {
    (void)state;
    char *folder = test_make_folder();
    make_folder(folder, "cat");
    make_folder(folder, "dog");
    write_pixel(folder, "cat/a.png", 1);
    write_pixel(folder, "dog/a.png", 2);
    write_pixel(folder, "dog/b.webp", 3);
    char notes[1001] = "";
    tg_read_options options = one_grey_pixel();
    options.on_skip = note_skip;
    options.user = notes;
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_read_folder(folder, &options, &dataset));
    assert_string_equal(notes,
                        "dog: 1 file is not PNG, JPEG or BMP by its name (such as b.webp)\n");
    assert_int_equal(tg_dataset_skipped(dataset), 1);
    tg_dataset_destroy(dataset);
    test_remove_folder(folder);
}

static void given_classes(void **state) {
    (void)state;
    char *folder = make_classes();
    static const char *const names[] = {"dog", "tiger", "cat"};
    tg_read_options options = one_grey_pixel();
    options.class_names = names;
    options.classes = 3;
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_read_folder(folder, &options, &dataset));
    assert_int_equal(dataset->classes, 3);
    assert_memory_equal(dataset->labels, ((const int32_t[]){2, 2, 2, 0, 0}), 20);
    tg_dataset_destroy(dataset);
    dataset = NULL;
    options.classes = 2;
    assert_fails(TG_BAD_FORMAT, "unknown class \"cat\"",
                 tg_dataset_read_folder(folder, &options, &dataset));
    assert_null(dataset);
    test_remove_folder(folder);
}

static void real_pictures(void **state) {
    (void)state;
    const char *folder = test_data("animals/val");
    if (!folder) skip();
    tg_dataset *dataset = NULL;
    assert_ok(tg_dataset_read(folder, NULL, &dataset));
    assert_int_equal(dataset->count, 1369);
    assert_int_equal(dataset->classes, 4);
    assert_string_equal(tg_dataset_class_name(dataset, 3), "tiger");
    assert_int_equal(tg_dataset_skipped(dataset), 0);
    tg_dataset_destroy(dataset);
}

static tg_status read_classes(void *context) {
    char notes[1001] = "";
    tg_read_options options = one_grey_pixel();
    options.on_skip = note_skip;
    options.user = notes;
    options.threads = 2;
    tg_dataset *dataset = NULL;
    tg_status status = tg_dataset_read_folder(context, &options, &dataset);
    tg_dataset_destroy(dataset);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    char *folder = make_classes();
    test_write_file(test_path(folder, "cat/A2.jpg"), "nonsense", 8);
    assert_true(test_every_allocation(read_classes, folder) > 50);
    test_remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_pictures_in_order),
        cmocka_unit_test(unreadable_files_are_skipped),
        cmocka_unit_test(what_is_no_data_set),
        cmocka_unit_test(names_the_folder_that_is_meant),
        cmocka_unit_test(one_file_of_another_kind),
        cmocka_unit_test(given_classes),
        cmocka_unit_test(real_pictures),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return test_exit_status(cmocka_run_group_tests(tests, NULL, NULL));
}
