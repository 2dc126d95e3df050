/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"
#include "data/packed.h"

/* Writes a .npy file of version `version`, as NumPy does: its text ends at a multiple of 64. */
static void write_npy(const char *path, unsigned char version, const char *dictionary,
                      const void *values, size_t size) {
    test_bytes *file = calloc(1, sizeof *file);
    assert_non_null(file);
    size_t begin = version == 1 ? 10 : 12;
    size_t padded = (begin + strlen(dictionary) + 1 + 63) / 64 * 64;
    put(file, "\x93NUMPY", 6);
    put(file, (unsigned char[]){version, 0}, 2);
    put_little(file, padded - begin, version == 1 ? 2 : 4);
    put(file, dictionary, strlen(dictionary));
    while (file->size < padded - 1) put(file, " ", 1);
    put(file, "\n", 1);
    put(file, values, size);
    test_write_file(path, file->bytes, file->size);
    free(file);
}

typedef struct fixture {
    char *folder;
    const char *samples, *labels;
} fixture;

#define DICTIONARY(type, shape)                                                                    \
    "{'descr': '" type "', 'fortran_order': False, 'shape': " shape ", }"

static const float floats[] = {1, 2, 3, 4, 5, 6};

/* Two samples of three values, two labels. */
static fixture set_up(void) {
    fixture f = {.folder = test_make_folder()};
    f.samples = test_path(f.folder, "samples.npy");
    f.labels = test_path(f.folder, "labels.npy");
    write_npy(f.samples, 1, DICTIONARY("<f4", "(2, 3)"), floats, sizeof floats);
    write_npy(f.labels, 1, DICTIONARY("|u1", "(2,)"), "\1\3", 2);
    return f;
}

static tg_status read_both(const fixture *f, tg_dataset **dataset) {
    return tg_dataset_read_npy(f->samples, f->labels, NULL, dataset);
}

static void every_type_and_version(void **state) {
    (void)state;
    static const double doubles[] = {1, 2, 3, 4, 5, 6};
    static const int32_t ints[] = {1, 3};
    static const int64_t longs[] = {1, 3};
    static const struct {
        unsigned char version;
        const char *dictionary;
        const void *values;
        size_t size;
        bool labels; /* or samples */
    } cases[] = {
        {1, DICTIONARY("<f4", "(2, 3)"), floats, sizeof floats, false},
        {2, DICTIONARY("<f4", "(2, 3, 1)"), floats, sizeof floats, false},
        {3, DICTIONARY("<f8", "(2, 3)"), doubles, sizeof doubles, false},
        {1, DICTIONARY("|u1", "(2, 3)"), "\1\2\3\4\5\6", 6, false},
        {1, DICTIONARY("<i4", "(2,)"), ints, sizeof ints, true},
        {1, DICTIONARY("<i8", "(2,)"), longs, sizeof longs, true},
        {1, "{\"shape\":(2,3),\"fortran_order\":False,\"descr\":\"<f4\"}", floats, sizeof floats,
         false},
        {1, " { 'fortran_order' : False , 'shape' : ( 2 , 3 , ) , 'descr' : '<f4' } ", floats,
         sizeof floats, false},
    };
    fixture f = set_up();
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        write_npy(cases[i].labels ? f.labels : f.samples, cases[i].version, cases[i].dictionary,
                  cases[i].values, cases[i].size);
        tg_dataset *dataset = NULL;
        assert_ok(read_both(&f, &dataset));
        assert_int_equal(dataset->count, 2);
        assert_int_equal(dataset->columns, 3);
        assert_int_equal(dataset->shape.height, 0);
        assert_memory_equal(dataset->values, floats, sizeof floats);
        assert_memory_equal(dataset->labels, ((const int32_t[]){1, 3}), 8);
        assert_int_equal(dataset->classes, 4);
        tg_dataset_destroy(dataset);
    }
    test_remove_folder(f.folder);
}

static void bytes_are_pictures(void **state) {
    (void)state;
    static const struct {
        const char *dictionary;
        tg_picture_shape shape;
    } cases[] = {{DICTIONARY("|u1", "(2, 2, 3)"), {2, 3, 1}},
                 {DICTIONARY("|u1", "(2, 6, 1, 1)"), {6, 1, 1}},
                 {DICTIONARY("|u1", "(2, 1, 2, 3)"), {1, 2, 3}},
                 {DICTIONARY("|u1", "(2, 1, 3, 2)"), {0, 0, 0}}};
    fixture f = set_up();
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        write_npy(f.samples, 1, cases[i].dictionary, "abcdefghijkl", 12);
        tg_dataset *dataset = NULL;
        assert_ok(read_both(&f, &dataset));
        tg_picture_shape shape = tg_dataset_shape(dataset);
        assert_memory_equal(&shape, &cases[i].shape, sizeof shape);
        assert_int_equal(dataset->columns, 6);
        if (shape.height)
            assert_memory_equal(dataset->pixels, "abcdefghijkl", 12);
        else
            assert_true(dataset->values[11] == 'l');
        tg_dataset_destroy(dataset);
    }
    test_remove_folder(f.folder);
}

static void refuses_headers(void **state) {
    (void)state;
    static const struct {
        const char *dictionary;
        tg_status status;
        const char *reason;
    } cases[] = {
        {DICTIONARY(">f4", "(2, 3)"), TG_UNSUPPORTED, "big-endian values ('>f4'); save"},
        {DICTIONARY("|O", "(2, 3)"), TG_UNSUPPORTED, "Python objects ('|O')"},
        {DICTIONARY("<f2", "(2, 3)"), TG_UNSUPPORTED, "another type ('<f2')"},
        {DICTIONARY("<i4", "(2, 3)"), TG_UNSUPPORTED, "whole numbers; save them with"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3), }", TG_UNSUPPORTED,
         "records of several fields"},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", TG_UNSUPPORTED,
         "numpy.ascontiguousarray"},
        {"{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3), }", TG_BAD_FORMAT, "True or False"},
        {DICTIONARY("<f4", "()"), TG_BAD_FORMAT, "a single number"},
        {DICTIONARY("<f4", "(0, 3)"), TG_BAD_FORMAT, "24 bytes of values do not fit"},
        {DICTIONARY("<f4", "(6)"), TG_BAD_FORMAT, "expected a comma"},
        {DICTIONARY("<f4", "(2, -3)"), TG_BAD_FORMAT, "expected a dimension"},
        {DICTIONARY("<f4", "(2 3)"), TG_BAD_FORMAT, "expected a comma"},
        {DICTIONARY("<f4", "(,)"), TG_BAD_FORMAT, "expected a dimension"},
        {DICTIONARY("<f4", "6"), TG_BAD_FORMAT, "expected a shape"},
        {DICTIONARY("<f4", "(2, 4)"), TG_BAD_FORMAT, "24 bytes of values do not fit"},
        {DICTIONARY("<f4", "(1, 3)"), TG_BAD_FORMAT, "24 bytes of values do not fit"},
        {DICTIONARY("<f4", "(99999999999999999999, 3)"), TG_BAD_FORMAT, "a smaller dimension"},
        {DICTIONARY("<f4", "(4611686018427387904, 4)"), TG_BAD_FORMAT, "do not fit"},
        {DICTIONARY("<f4", "(9223372036854775807, 0, 3)"), TG_BAD_FORMAT, "do not fit"},
        {DICTIONARY("<f4", "(1, 1, 1, 1, 1, 1, 1, 2, 3)"), TG_UNSUPPORTED, "more than 8"},
        {"{'descr': '<f4', 'shape': (2, 3), }", TG_BAD_FORMAT, "once each"},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
         TG_BAD_FORMAT, "once each"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': 1}", TG_BAD_FORMAT,
         "once each"},
        {"{'descr': '<f4' 'fortran_order': False, 'shape': (2, 3)}", TG_BAD_FORMAT, "a comma"},
        {"{'descr' '<f4', 'fortran_order': False, 'shape': (2, 3)}", TG_BAD_FORMAT, "a colon"},
        {"{'descr': '<f4", TG_BAD_FORMAT, "the end of a short string"},
        {"{descr: '<f4', 'fortran_order': False, 'shape': (2, 3)}", TG_BAD_FORMAT, "a string"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} x", TG_BAD_FORMAT,
         "the header's end"},
        {"'descr': '<f4'", TG_BAD_FORMAT, "a dictionary"},
        {"", TG_BAD_FORMAT, "a dictionary"},
    };
    fixture f = set_up();
    tg_dataset *dataset = NULL;
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        write_npy(f.samples, 1, cases[i].dictionary, floats, sizeof floats);
        assert_fails(cases[i].status, "samples.npy: ", read_both(&f, &dataset));
        test_message_contains(cases[i].reason, __FILE__, __LINE__);
    }
    assert_null(dataset);
    test_remove_folder(f.folder);
}

static void refuses_other_files(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        tg_status status;
        const char *reason;
    } cases[] = {
        {"", 0, TG_BAD_FORMAT, "the file is empty"},
        {"PK\3\4 this is an npz", 18, TG_BAD_FORMAT, "byte 0: not a .npy file"},
        {"\x93NUMPY\4\0\0\0\0\0", 12, TG_UNSUPPORTED, "version 4.0"},
        {"\x93NUMPY\1\1\0\0", 10, TG_UNSUPPORTED, "version 1.1"},
        {"\x93NUMPY\1\0\xff\xff", 10, TG_BAD_FORMAT, "byte 8: a header of 65535 bytes"},
        {"\x93NUMPY\2\0\xff\xff\xff\xff", 12, TG_BAD_FORMAT, "byte 8: a header of 4294967295"},
    };
    fixture f = set_up();
    tg_dataset *dataset = NULL;
    size_t size = 0;
    unsigned char *good = test_read_file(f.samples, &size);
    for (size_t cut = 1; cut < size; cut++) {
        test_write_file(f.samples, good, cut);
        assert_fails(TG_BAD_FORMAT, "samples.npy: byte", read_both(&f, &dataset));
    }
    free(good);
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        test_write_file(f.samples, cases[i].bytes, cases[i].size);
        assert_fails(cases[i].status, cases[i].reason, read_both(&f, &dataset));
    }
    assert_fails(TG_IO_ERROR, "missing", tg_dataset_read_npy("missing", f.labels, NULL, &dataset));
    assert_null(dataset);
    test_remove_folder(f.folder);
}

static void refuses_values(void **state) {
    (void)state;
    fixture f = set_up();
    tg_dataset *dataset = NULL;
    static const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, 1e300};
    for (size_t i = 0; i < TG_COUNT(bad); i++) {
        double values[6] = {1, 2, 3, 4, bad[i], 6};
        write_npy(f.samples, 1, DICTIONARY("<f8", "(2, 3)"), values, sizeof values);
        assert_fails(TG_BAD_FORMAT, "samples.npy: row 1, column 1", read_both(&f, &dataset));
    }
    write_npy(f.samples, 1, DICTIONARY("<f4", "(0, 3)"), NULL, 0);
    assert_fails(TG_BAD_FORMAT, "samples.npy: the array is empty", read_both(&f, &dataset));
    write_npy(f.samples, 1, DICTIONARY("<f4", "(2, 3)"), floats, sizeof floats);
    static const int32_t negative[] = {0, -1}, large[] = {0, 65536}, three[] = {0, 1, 1},
                         same[] = {7, 7};
    static const struct {
        const char *dictionary;
        const void *values;
        size_t size;
        tg_status status;
        const char *reason;
    } cases[] = {
        {DICTIONARY("<i4", "(2,)"), negative, 8, TG_BAD_FORMAT, "row 1: label -1"},
        {DICTIONARY("<i4", "(2,)"), large, 8, TG_BAD_FORMAT, "row 1: label 65536"},
        {DICTIONARY("<i4", "(2,)"), same, 8, TG_BAD_FORMAT, "only one class, 7"},
        {DICTIONARY("<i4", "(3,)"), three, 12, TG_BAD_FORMAT, "3 labels for 2 samples"},
        {DICTIONARY("<i4", "(2, 1)"), negative, 8, TG_BAD_FORMAT, "labels of 2 dimensions"},
        {DICTIONARY("<f4", "(2,)"), floats, 8, TG_UNSUPPORTED, "not whole numbers"},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        write_npy(f.labels, 1, cases[i].dictionary, cases[i].values, cases[i].size);
        assert_fails(cases[i].status, "labels.npy: ", read_both(&f, &dataset));
        test_message_contains(cases[i].reason, __FILE__, __LINE__);
    }
    assert_null(dataset);
    test_remove_folder(f.folder);
}

static tg_status read_fixture(void *context) {
    tg_dataset *dataset = NULL;
    tg_status status = read_both(context, &dataset);
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
        cmocka_unit_test(every_type_and_version), cmocka_unit_test(bytes_are_pictures),
        cmocka_unit_test(refuses_headers),        cmocka_unit_test(refuses_other_files),
        cmocka_unit_test(refuses_values),         cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
