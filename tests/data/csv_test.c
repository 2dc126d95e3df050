/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/dataset.h"
#include "data/number.h"

static tg_status read_text(const char *text, size_t size, const char *label_column,
                           tg_dataset **dataset) {
    char *folder = test_make_folder();
    const char *path = test_path(folder, "data.csv");
    test_write_file(path, text, size);
    tg_read_options options = tg_read_defaults();
    options.label_column = label_column;
    tg_status status = tg_dataset_read_csv(path, &options, dataset);
    test_remove_folder(folder);
    return status;
}

/* Files that hold the samples (1, 2) of class b and (3, 4) of class a. */
static void forms_of_the_same_data(void **state) {
    (void)state;
    static const struct {
        const char *text, *label_column;
    } cases[] = {
        {"1,2,b\n3,4,a\n", NULL},
        {"1,2,b\n3,4,a", NULL},
        {"1,2,b\r\n3,4,a\r\n", NULL},
        {"1,2,b\n3,4,a\n\n\r\n\n", NULL},
        {"\xef\xbb\xbf"
         "1,2,b\n3,4,a\n",
         NULL},
        {"\"1\",\"2\",\"b\"\n3,\"4\",a\n", NULL},
        {" 1,2\t,b\n+3,4.,a\n", NULL},
        {"1e0,.2e1,b\n0.3E+1,400e-2,a\n", NULL},
        {"x,y,z\n1,2,b\n3,4,a\n", NULL},
        {"x,x,x\n1,2,b\n3,4,a\n", NULL},
        {",x,\n1,2,b\n3,4,a\n", NULL},
        {"x,nan,\n1,2,b\n3,4,a\n", NULL},
        {"2023,y,kind\n1,2,b\n3,4,a\n", "kind"},
        {"x,y,0\n1,2,b\n3,4,a\n", NULL},
        {"x,class,y\n1,b,2\n3,a,4\n", NULL},
        {"label,class,y\nb,1,2\na,3,4\n", NULL},
        {"target,x,y\nb,1,2\na,3,4\n", NULL},
        {"x,\"kind\nof\",y\n1,b,2\n3,a,4\n", "kind\nof"},
        {"0,1,kind\n1,2,b\n3,4,a\n", "kind"},
        {"kind,x,y\nb,1,2\na,3,4\n", "0"},
        {"b,1,2\na,3,4\n", "0"},
        {"b,1,2\na,3,4\n", "-3"},
        {"1,b,2\n3,a,4\n", "1"},
        {"1,2,b\n3,4,a\n", "-1"},
        {"x,2024,y\n1,b,2\n3,a,4\n", "2024"},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_dataset *dataset = NULL;
        assert_ok(read_text(cases[i].text, strlen(cases[i].text), cases[i].label_column, &dataset));
        assert_int_equal(dataset->count, 2);
        assert_int_equal(dataset->columns, 2);
        assert_memory_equal(dataset->values, ((const float[]){1, 2, 3, 4}), 16);
        assert_memory_equal(dataset->labels, ((const int32_t[]){1, 0}), 8);
        assert_int_equal(dataset->classes, 2);
        assert_string_equal(tg_dataset_class_name(dataset, 0), "a");
        assert_string_equal(tg_dataset_class_name(dataset, 1), "b");
        tg_dataset_destroy(dataset);
    }
}

static void class_names(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t classes;
        const char *names[4];
    } cases[] = {
        {"1,10\n1,9\n1,-2\n", 3, {"-2", "9", "10"}}, /* all are numbers */
        {"1,10\n1,9\n1,b\n", 3, {"10", "9", "b"}},   /* not all are */
        {"1,\"a,b\"\n1,\"say \"\"hi\"\"\"\n", 2, {"a,b", "say \"hi\""}},
        {"1,\"two\nlines\"\n1,\"\"\"\"\n", 2, {"\"", "two\nlines"}},
        {"1,caf\xc3\xa9\n1,cafe\n", 2, {"cafe", "caf\xc3\xa9"}},
        {"1, a\n1,a\n", 2, {" a", "a"}}, /* blanks belong to the text */
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_dataset *dataset = NULL;
        assert_ok(read_text(cases[i].text, strlen(cases[i].text), NULL, &dataset));
        assert_int_equal(dataset->classes, cases[i].classes);
        for (size_t k = 0; k < cases[i].classes; k++)
            assert_string_equal(tg_dataset_class_name(dataset, k), cases[i].names[k]);
        tg_dataset_destroy(dataset);
    }
}

static void refuses_broken_files(void **state) {
    (void)state;
    static const struct {
        const char *text, *label_column, *reason;
    } cases[] = {
        {"", NULL, "data.csv: the file is empty"},
        {"\n\n", NULL, "the file is empty"},
        {"\xef\xbb\xbf", NULL, "the file is empty"},
        {"x,y,label\n", NULL, "no samples"},
        {"1\n2\n", NULL, "line 1: one column"},
        {"1;2;a\n3;4;b\n", NULL, "line 1: no commas: are the fields separated by semicolons?"},
        {"x\ty\tlabel\n1\t2\ta\n", NULL, "no commas: are the fields separated by tabs?"},
        {"\"1\";\"2\";\"a\"\n", NULL, "line 1: a semicolon behind a field: are the fields"},
        {"\"1\"\t\"2\"\t\"a\"\n", NULL, "line 1: a tab behind a field: are the fields"},
        /* A first line that is half a header is a broken sample. */
        {"1,\"2,5\",x\n3,4,y\n5,6,x\n", NULL, "line 1: column 2: \"2,5\" is not a number"},
        {"1,foo,x\n3,4,y\n5,6,x\n", NULL,
         "line 1: column 2: \"foo\" is not a number (if this line is a header"},
        {"foo,nan,x,1\n1,2,3,y\n1,2,3,z\n", "-2", "line 1: column 1: \"foo\""},
        {"nan,,x\n3,4,y\n5,6,x\n", NULL, "line 1: column 1: \"nan\" is not a number"},
        {",-inf,x\n3,4,y\n5,6,x\n", NULL, "line 1: column 1: \"\" is empty"},
        {"1,a\n2,a\n", NULL, "only one class, \"a\""},
        {"1,2,a\n3,b\n", NULL, "line 2: 2 columns, expected 3"},
        {"1,2,a\n3,4,5,b\n", NULL, "line 2: 4 columns, expected 3"},
        {"1,2,a\n\n3,4,b\n", NULL, "data.csv: line 2 is empty"},
        {"\n1,2,a\n", NULL, "data.csv: line 1 is empty"},
        {"1,2,a\n3,x,b\n", NULL, "line 2: column 2: \"x\" is not a number"},
        {"x,y,l\n1,2,a\n3,4 5,b\n", NULL, "line 3: column 2 (\"y\"): \"4 5\" is not a number"},
        {"x,label,y\n1,a,2\n3,,4\n", NULL, "line 3: column 2 (\"label\"): the label is empty"},
        {"1,2,a\n3,,b\n", NULL, "line 2: column 2: \"\" is empty"},
        {",2,a\n3,4,b\n", NULL, "line 1: column 1: \"\" is empty"},
        {"1,2,a\n3,4,\n", NULL, "line 2: column 3: the label is empty"},
        {"nan,2,a\n3,4,b\n", NULL, "line 1: column 1: \"nan\" is not a number"},
        {"1,2,a\n-Inf,4,b\n", NULL, "line 2: column 1: \"-Inf\" is not a number"},
        {"1,1e39,a\n", NULL, "line 1: column 2: \"1e39\" is too large"},
        {"1,-1e999999999999999999,a\n", NULL, "is too large"},
        {"1,0x10,a\n1,0x10,b\n", NULL, "line 1: column 2: \"0x10\" is not a number"},
        {"1,2,\"a\n3,4,b\n", NULL, "line 1: a quote is not closed"},
        {"1,2,\"a\"x\n3,4,b\n", NULL, "line 1: neither a comma nor a line's end"},
        {"1,2,a\"b\"\n3,4,b\n", NULL, "line 1: a quote inside"},
        {"1,2,a\r3,4,b\r", NULL, "line 1: neither a comma nor a line's end"},
        {"1,2,a\n1,\"2\n\",b\n", NULL, "line 2: column 2: \"2\n\" is not a number"},
        {"1,2,\"a\n\"\n1,x,b\n", NULL, "line 3: column 2: \"x\""},
    };
    tg_dataset *dataset = NULL;
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        assert_fails(
            TG_BAD_FORMAT, cases[i].reason,
            read_text(cases[i].text, strlen(cases[i].text), cases[i].label_column, &dataset));
    }
    static const char *const columns[] = {"nowhere", "3", "-4", "", "1x", "99999999999999999999"};
    for (size_t i = 0; i < TG_COUNT(columns); i++)
        assert_fails(TG_INVALID_ARGUMENT, columns[i],
                     read_text("1,2,a\n3,4,b\n", 12, columns[i], &dataset));
    assert_fails(TG_BAD_FORMAT, "byte 3: a zero byte", read_text("1,2\0,a", 6, NULL, &dataset));
    assert_fails(TG_IO_ERROR, "cannot open", tg_dataset_read_csv("nowhere.csv", NULL, &dataset));
    assert_null(dataset);
}

/* Every beginning of a file is either refused or whole lines of it. */
static void files_cut_at_every_byte(void **state) {
    (void)state;
    static const char text[] = "x,y,\"la\"\"bel\"\r\n1.5,2e3,\"b,\"\r\n-3,4,a\r\n5,6,c\r\n";
    for (size_t size = 0; size < sizeof text - 1; size++) {
        tg_dataset *dataset = NULL;
        if (read_text(text, size, NULL, &dataset) != TG_OK) {
            assert_null(dataset);
            continue;
        }
        assert_in_range(dataset->count, 2, 3);
        assert_memory_equal(dataset->values, ((const float[]){1.5f, 2000, -3, 4}), 16);
        tg_dataset_destroy(dataset);
    }
}

static void too_many_classes(void **state) {
    (void)state;
    size_t size = 0, room = 70000 * 12;
    char *text = malloc(room);
    assert_non_null(text);
    for (int i = 0; i < 70000; i++) size += (size_t)snprintf(text + size, room - size, "1,%d\n", i);
    tg_dataset *dataset = NULL;
    assert_fails(TG_UNSUPPORTED, "70000 classes; at most 65536 are read: is column 2 the label's?",
                 read_text(text, size, NULL, &dataset));
    free(text);
}

static void given_classes(void **state) {
    (void)state;
    static const char *const names[] = {"b", "c", "a"};
    char *folder = test_make_folder();
    const char *path = test_path(folder, "data.csv");
    tg_read_options options = tg_read_defaults();
    options.class_names = names;
    options.classes = 3;
    tg_dataset *dataset = NULL;
    test_write_file(path, "1,a\n2,b\n", 8);
    assert_ok(tg_dataset_read_csv(path, &options, &dataset));
    assert_int_equal(dataset->classes, 3);
    assert_memory_equal(dataset->labels, ((const int32_t[]){2, 0}), 8);
    tg_dataset_destroy(dataset);
    dataset = NULL;
    test_write_file(path, "1,a\n2,b\n3,d\n", 12);
    assert_fails(TG_BAD_FORMAT, "line 3: unknown class \"d\"",
                 tg_dataset_read_csv(path, &options, &dataset));
    assert_null(dataset);
    test_remove_folder(folder);
}

static void numbers(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double number;
    } good[] = {{"0", 0},
                {"-0.0", -0.0},
                {"+12.5", 12.5},
                {".5", 0.5},
                {"5.", 5},
                {"1e-3", 1e-3},
                {"0.1", 0.1},
                {"123456789.123456789", 123456789.123456789},
                {"9007199254740993", 9007199254740992.0},
                {"2.2250738585072014e-308", 2.2250738585072014e-308},
                {"1e-400", 0},
                {"1e400", HUGE_VAL},
                {"1e-99999999999999999999", 0},
                {"  7\t", 7}};
    static const char *const bad[] = {"",    " ",   ".",   "+",     "-.",  "e5",
                                      "1e",  "1e+", "1,5", "1 2",   "nan", "inf",
                                      "0x1", "1f",  "--1", "1.2.3", "1_0", "\xd9\xa1"};
    /* A locale with a decimal comma changes nothing. */
    for (int comma = 0; comma < 2; comma++) {
        if (comma && !test_decimal_comma()) break;
        for (size_t i = 0; i < TG_COUNT(good); i++) {
            double number = 99;
            assert_true(tg_parse_number(good[i].text, &number));
            assert_memory_equal(&number, &good[i].number, sizeof number);
        }
        for (size_t i = 0; i < TG_COUNT(bad); i++) {
            double number = 99;
            assert_false(tg_parse_number(bad[i], &number));
            assert_true(number == 99);
        }
    }
    setlocale(LC_ALL, "C");
    char text[1100];
    memset(text, '1', sizeof text);
    text[1001] = '\0';
    double number = 0;
    assert_false(tg_parse_number(text, &number));
    text[1000] = '\0';
    assert_true(tg_parse_number(text, &number) && isinf(number));
    /* The same as the C library, in its own locale, for random numbers. */
    uint64_t random = 3;
    for (int i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "%.*g", 1 + i % 20,
                 test_uniform(&random, -1, 1) * pow(10, test_uniform(&random, -300, 300)));
        assert_true(tg_parse_number(text, &number));
        assert_true(number == strtod(text, NULL));
    }
}

static tg_status read_one(void *context) {
    tg_dataset *dataset = NULL;
    tg_status status = tg_dataset_read_csv(context, NULL, &dataset);
    tg_dataset_destroy(dataset);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    char *folder = test_make_folder();
    char *path = (char *)test_path(folder, "data.csv");
    static const char text[] = "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,label\n"
                               "1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8\n"
                               "1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,9\n";
    test_write_file(path, text, sizeof text - 1);
    assert_true(test_every_allocation(read_one, path) >= 13);
    test_remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_of_the_same_data),
        cmocka_unit_test(class_names),
        cmocka_unit_test(refuses_broken_files),
        cmocka_unit_test(files_cut_at_every_byte),
        cmocka_unit_test(too_many_classes),
        cmocka_unit_test(given_classes),
        cmocka_unit_test(numbers),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return test_exit_status(cmocka_run_group_tests(tests, NULL, NULL));
}
