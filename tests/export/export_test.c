/* SPDX-License-Identifier: MIT */
/* tg_export_c(): what it refuses, what it reports, what it writes. c_test.c compiles it. */
#include "support/test.h"

#include <dirent.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <tigrillo/export.h>

static tg_model *make_model(size_t inputs) {
    const tg_layer layers[] = {tg_dense(6), tg_relu(), tg_dropout(0.5f), tg_dense(3), tg_softmax()};
    tg_model *model = NULL;
    assert_ok(tg_model_create(tg_cpu(), inputs, layers, TG_COUNT(layers), 1, &model));
    return model;
}

static tg_dataset *make_dataset(size_t columns, size_t classes) {
    enum { ROWS = 50 };
    tg_tensor rows;
    tg_dataset *dataset = NULL;
    uint64_t random = 3;
    int32_t labels[ROWS];
    for (size_t i = 0; i < ROWS; i++) labels[i] = (int32_t)(i % classes);
    assert_ok(tg_matrix_create(tg_cpu(), ROWS, columns, &rows));
    test_fill(&random, tg_tensor_data(&rows), rows.count, -2, 2);
    assert_ok(tg_dataset_from_rows(&rows, labels, classes, NULL, &dataset));
    tg_tensor_destroy(&rows);
    return dataset;
}

/* Temporary files too, which begin with a dot. */
static size_t count_files(const char *folder) {
    DIR *directory = opendir(folder);
    size_t count = 0;
    assert_non_null(directory);
    for (const struct dirent *entry; (entry = readdir(directory));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(directory);
    return count;
}

static float *weight_of(tg_model *model, size_t layer) {
    tg_tensor weight;
    assert_ok(tg_model_weight(model, layer, &weight));
    return tg_tensor_data(&weight);
}

/* ---- What is refused; nothing is written then. ---- */

static void test_names(void **state) {
    (void)state;
    char *folder = test_make_folder();
    tg_model *model = make_model(4);
    static const char *const names[] = {
        "",          "1st",
        "_net",      "net_",
        "my__net",   "a-b",
        "a b",       "\xc3\xa4",
        "int main(", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"};
    for (size_t i = 0; i < TG_COUNT(names); i++) {
        const tg_export_c_options options = {.name = names[i]};
        assert_fails(TG_INVALID_ARGUMENT, "letters, digits and single underscores",
                     tg_export_c(model, test_path(folder, "net.c"), &options, NULL));
    }
    static const char *const files[] = {"net.h",      "net",    ".c",     "net.c.txt", "math.c",
                                        "features.c", "a\"b.c", "a\\b.c", "a?b.c",     "a\nb.c"};
    for (size_t i = 0; i < TG_COUNT(files); i++)
        assert_fails(TG_INVALID_ARGUMENT, files[i],
                     tg_export_c(model, test_path(folder, files[i]), NULL, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "no name before .c",
                 tg_export_c(model, test_path(folder, ".c"), NULL, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "\"2-nets\"",
                 tg_export_c(model, test_path(folder, "2-nets.c"), NULL, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_export_c(NULL, "net.c", NULL, NULL));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_export_c(model, NULL, NULL, NULL));
    assert_fails(TG_IO_ERROR, "nowhere/net.h",
                 tg_export_c(model, test_path(folder, "nowhere/net.c"), NULL, NULL));
    assert_int_equal(count_files(folder), 0);
    tg_model_destroy(model);
    test_remove_folder(folder);
}

static void test_options(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "net.c");
    tg_model *model = make_model(4);
    tg_dataset *narrow = make_dataset(3, 2), *rich = make_dataset(4, 4);
    const struct {
        tg_export_c_options options;
        const char *message;
    } cases[] = {
        {{.type = TG_EXPORT_INT8}, "int8 needs a data set"},
        {{.type = (tg_export_type)3}, "no type 3"},
        {{.form = (tg_export_form)4}, "no form 4"},
        {{.dataset = narrow}, "3 values, the model takes 4"},
        {{.dataset = rich}, "4 classes, the model 3 outputs"},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++)
        assert_fails(TG_INVALID_ARGUMENT, cases[i].message,
                     tg_export_c(model, path, &cases[i].options, NULL));
    assert_int_equal(count_files(folder), 0);
    tg_dataset_destroy(narrow);
    tg_dataset_destroy(rich);
    tg_model_destroy(model);
    test_remove_folder(folder);
}

static void test_weights(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "net.c");
    tg_model *model = make_model(4);
    tg_dataset *dataset = make_dataset(4, 3);
    const tg_export_c_options half = {.type = TG_EXPORT_FLOAT16},
                              int8 = {.type = TG_EXPORT_INT8, .dataset = dataset};
    float *weight = weight_of(model, 3), before = weight[5];
    tg_export_report report = {.parameters = 77};
    weight[5] = NAN;
    assert_fails(TG_NOT_FINITE, "layer 3: its weight", tg_export_c(model, path, NULL, &report));
    assert_fails(TG_NOT_FINITE, "number 5", tg_export_c(model, path, &int8, &report));
    weight[5] = 65520;
    assert_fails(TG_UNSUPPORTED, "layer 3: the weight 65520 is too large for float16",
                 tg_export_c(model, path, &half, &report));
    weight[5] = before;
    tg_tensor bias;
    assert_ok(tg_model_bias(model, 0, &bias));
    tg_tensor_data(&bias)[1] = INFINITY;
    assert_fails(TG_NOT_FINITE, "layer 0: its bias", tg_export_c(model, path, NULL, &report));
    tg_tensor_data(&bias)[1] = 0;
    /* Values between the layers overflow: there is nothing to calibrate, nothing to expect. */
    assert_ok(tg_tensor_fill(&bias, FLT_MAX));
    weight_of(model, 0)[0] = FLT_MAX;
    assert_fails(TG_NOT_FINITE, "layer 3: the data give it",
                 tg_export_c(model, path, &int8, &report));
    assert_fails(TG_NOT_FINITE, "sample 0", tg_export_c(model, path, NULL, &report));
    assert_int_equal(report.parameters, 77);
    assert_int_equal(count_files(folder), 0);
    tg_dataset_destroy(dataset);
    tg_model_destroy(model);
    test_remove_folder(folder);
}

static void test_int8_is_not_too_wide(void **state) {
    (void)state;
    enum { INPUTS = 131073 };
    const tg_layer layers[] = {tg_dense(1)};
    tg_model *model = NULL;
    tg_dataset *dataset = make_dataset(INPUTS, 1);
    assert_ok(tg_model_create(tg_cpu(), INPUTS, layers, 1, 1, &model));
    const tg_export_c_options options = {.type = TG_EXPORT_INT8, .dataset = dataset};
    assert_fails(TG_UNSUPPORTED, "131073 inputs are more than int8's 131072",
                 tg_export_c(model, "/nowhere/net.c", &options, NULL));
    tg_model_destroy(model);
    tg_dataset_destroy(dataset);
}

/* ---- What is written. ---- */

static bool contains(const char *path, const char *text) {
    size_t size;
    unsigned char *bytes = test_read_file(path, &size);
    bytes = realloc(bytes, size + 1);
    assert_non_null(bytes);
    bytes[size] = '\0';
    const bool found = strstr((const char *)bytes, text) != NULL;
    free(bytes);
    return found;
}

static void test_report(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "net.c"), *header = test_path(folder, "net.h");
    tg_model *model = make_model(40);
    tg_dataset *dataset = make_dataset(40, 3);
    tg_metrics metrics;
    assert_ok(tg_evaluate(model, dataset, NULL, &metrics));
    for (tg_export_type type = TG_EXPORT_FLOAT32; type <= TG_EXPORT_INT8; type++) {
        const size_t weight_bytes[] = {4, 2, 1}, scales = type == TG_EXPORT_INT8 ? 9 : 0;
        const tg_export_c_options options = {.name = "cats", .type = type, .dataset = dataset};
        tg_export_report report;
        assert_ok(tg_export_c(model, path, &options, &report));
        assert_int_equal(report.parameters, 40 * 6 + 6 + 6 * 3 + 3);
        assert_int_equal(report.multiplications, 40 * 6 + 6 * 3);
        assert_int_equal(report.float_bytes, 4 * report.parameters);
        assert_int_equal(report.weight_bytes, 258 * weight_bytes[type] + 4 * (9 + scales));
        assert_int_equal(report.workspace_bytes, 6 * 4 + (type == TG_EXPORT_INT8 ? 40 * 2 : 0));
        assert_int_equal(report.samples, 50);
        assert_true(report.model_accuracy == metrics.accuracy);
        assert_true(fabs(report.accuracy - report.model_accuracy) <= 1 - report.agreement + 1e-9);
        const double most[] = {1e-6, 1e-3, 0.02}, least[] = {0, 1e-7, 1e-4};
        assert_true(report.difference <= most[type] && report.difference >= least[type]);
        assert_true(report.agreement >= 0.96);
        assert_true(report.seconds > 0 && report.float_seconds > 0);
        assert_true(contains(header, "int cats_predict(const float x[CATS_INPUTS]"));
        assert_true(contains(header, "#define CATS_INPUTS 40\n"));
        assert_int_equal(count_files(folder), 2);
    }
    const tg_export_c_options binary = {.form = TG_EXPORT_BINARY};
    assert_ok(tg_export_c(model, path, &binary, NULL));
    assert_int_equal(count_files(folder), 3);
    tg_metrics_destroy(&metrics);
    tg_dataset_destroy(dataset);
    tg_model_destroy(model);
    test_remove_folder(folder);
}

/* A model with one output has no classes: labels are of no use. */
static void test_one_output(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const tg_layer layers[] = {tg_dense(1), tg_sigmoid()};
    tg_model *model = NULL;
    tg_dataset *dataset = make_dataset(4, 3);
    assert_ok(tg_model_create(tg_cpu(), 4, layers, TG_COUNT(layers), 1, &model));
    const tg_export_c_options options = {.type = TG_EXPORT_INT8, .dataset = dataset};
    tg_export_report report;
    assert_ok(tg_export_c(model, test_path(folder, "net.c"), &options, &report));
    assert_int_equal(report.samples, 50);
    assert_true(isnan(report.accuracy) && isnan(report.model_accuracy));
    assert_true(report.difference > 0 && report.difference < 0.02);
    tg_dataset_destroy(dataset);
    tg_model_destroy(model);
    test_remove_folder(folder);
}

/* The network in the header's comment, on lines that do not begin with a comma. */
static void test_comment(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *header = NULL;
    tg_layer layers[13];
    for (size_t count = 1; count <= TG_COUNT(layers); count++) {
        layers[count - 1] = count % 2 ? tg_dense(count) : tg_tanh();
        tg_model *model = NULL;
        assert_ok(tg_model_create(tg_cpu(), 2, layers, count, 1, &model));
        assert_ok(tg_export_c(model, test_path(folder, "net.c"), NULL, NULL));
        header = test_path(folder, "net.h");
        assert_false(contains(header, " *    ,") || contains(header, "*     \n"));
        assert_true(contains(header, " *     2 inputs, dense 1"));
        tg_model_destroy(model);
    }
    assert_true(contains(header, " *     2 inputs, dense 1, tanh, dense 3, tanh, dense 5,\n"
                                 " *     tanh, dense 7, tanh, dense 9, tanh, dense 11,\n"
                                 " *     tanh, dense 13\n"));
    test_remove_folder(folder);
}

/* What int8 costs on real pictures: a quarter of the size, hardly any accuracy. */
static void test_mnist(void **state) {
    (void)state;
    const char *images = test_data("mnist/t10k-images-idx3-ubyte.gz");
    const char *labels = images ? test_data("mnist/t10k-labels-idx1-ubyte.gz") : NULL;
    if (!labels) skip();
    char *folder = test_make_folder();
    const tg_layer layers[] = {tg_dense(128), tg_sigmoid(), tg_dense(10), tg_softmax()};
    tg_dataset *digits = NULL, *train = NULL, *rest = NULL;
    tg_model *model = NULL;
    tg_input input = {.size = 0};
    tg_fit_options fit = tg_fit_defaults();
    fit.epochs = 3;
    assert_ok(tg_dataset_read_idx(images, labels, NULL, &digits));
    assert_ok(tg_dataset_split(digits, 0.3, 1, &train, &rest));
    assert_ok(tg_input_fit(train, TG_FEATURES_PLAIN, NULL, 1, &input));
    assert_ok(tg_model_create(tg_cpu(), 784, layers, TG_COUNT(layers), 1, &model));
    assert_ok(tg_model_set_input(model, &input));
    assert_ok(tg_fit(model, train, NULL, &fit, NULL));
    const tg_export_c_options options = {.type = TG_EXPORT_INT8, .dataset = rest};
    tg_export_report report;
    assert_ok(tg_export_c(model, test_path(folder, "digits.c"), &options, &report));
    print_message("int8: %zu of %zu bytes, accuracy %.4f, of the model %.4f, same class %.4f\n",
                  report.weight_bytes, report.float_bytes, report.accuracy, report.model_accuracy,
                  report.agreement);
    assert_true(report.model_accuracy > 0.9);
    assert_true((double)report.weight_bytes <= 0.26 * (double)report.float_bytes);
    assert_true(report.accuracy >= report.model_accuracy - 0.005);
    assert_true(report.agreement >= 0.99 && report.agreement < 1);
    tg_input_destroy(&input);
    tg_model_destroy(model);
    tg_dataset_destroy(digits);
    tg_dataset_destroy(train);
    tg_dataset_destroy(rest);
    test_remove_folder(folder);
}

/* A data set without labels: no accuracy. */
static void test_targets(void **state) {
    (void)state;
    char *folder = test_make_folder();
    tg_model *model = make_model(2);
    float values[] = {0.5f, -1, 2, 1}, targets[] = {1, 0, 0, 0, 0, 1};
    tg_tensor rows, wanted;
    tg_dataset *dataset = NULL;
    assert_ok(tg_matrix_view(values, 2, 2, &rows));
    assert_ok(tg_matrix_view(targets, 2, 3, &wanted));
    assert_ok(tg_dataset_from_targets(&rows, &wanted, &dataset));
    const tg_export_c_options options = {.type = TG_EXPORT_INT8, .dataset = dataset};
    tg_export_report report;
    assert_ok(tg_export_c(model, test_path(folder, "net.c"), &options, &report));
    assert_true(report.samples == 2 && isnan(report.accuracy) && isnan(report.model_accuracy));
    tg_dataset_destroy(dataset);
    tg_model_destroy(model);
    test_remove_folder(folder);
}

/* The decimal point is a point, and the same model gives the same bytes. */
static void test_locale(void **state) {
    (void)state;
    char *folder = test_make_folder();
    tg_model *model = make_model(4);
    const char *const paths[] = {test_path(folder, "net.c"), test_path(folder, "same.c")};
    const tg_export_c_options options = {.name = "net"};
    assert_ok(tg_export_c(model, paths[0], &options, NULL));
    test_decimal_comma();
    assert_ok(tg_export_c(model, paths[1], &options, NULL));
    setlocale(LC_ALL, "C");
    size_t size, same_size;
    unsigned char *bytes = test_read_file(paths[0], &size);
    unsigned char *same = test_read_file(paths[1], &same_size);
    /* But for the name of the header, which is one letter longer. */
    assert_int_equal(size + 1, same_size);
    unsigned char *at = (unsigned char *)strstr((char *)bytes, "net.h");
    assert_non_null(at);
    const size_t before = (size_t)(at - bytes);
    assert_memory_equal(bytes, same, before);
    assert_memory_equal(bytes + before + 5, same + before + 6, size - before - 5);
    free(bytes);
    free(same);
    tg_model_destroy(model);
    test_remove_folder(folder);
}

/* A limit on the size of files stands for the full disk, which the C file no longer fits on. What
 * is there already stays as it is: files of one export. */
static void test_full_disk(void **state) {
    (void)state;
    char *folder = test_make_folder();
    tg_model *model = make_model(4);
    static const char *const names[] = {"net.h", "net.bin", "net.c"};
    const tg_export_c_options old = {.form = TG_EXPORT_BINARY},
                              new = {.form = TG_EXPORT_BINARY, .type = TG_EXPORT_FLOAT16};
    assert_ok(tg_export_c(model, test_path(folder, "net.c"), &old, NULL));
    unsigned char *before[3];
    size_t sizes[3], size;
    for (size_t i = 0; i < 3; i++)
        before[i] = test_read_file(test_path(folder, names[i]), &sizes[i]);
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const struct rlimit small = {sizes[0] + 256, limit.rlim_max};
    assert_true(sizes[2] > small.rlim_cur);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const tg_status status = tg_export_c(model, test_path(folder, "net.c"), &new, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, handler);
    assert_fails(TG_IO_ERROR, "net.c: cannot write: File too large", status);
    for (size_t i = 0; i < 3; i++) {
        unsigned char *after = test_read_file(test_path(folder, names[i]), &size);
        assert_int_equal(size, sizes[i]);
        assert_memory_equal(after, before[i], size);
        free(after);
        free(before[i]);
    }
    assert_int_equal(count_files(folder), 3);
    tg_model_destroy(model);
    test_remove_folder(folder);
}

/* ---- Memory. ---- */

typedef struct attempt {
    const tg_model *model;
    const char *path;
    tg_export_c_options options;
} attempt;

static tg_status try_export(void *context) {
    const attempt *a = context;
    tg_export_report report;
    return tg_export_c(a->model, a->path, &a->options, &report);
}

static void test_memory(void **state) {
    (void)state;
    char *folder = test_make_folder();
    tg_model *model = make_model(4);
    tg_dataset *dataset = make_dataset(4, 3);
    attempt a = {model, test_path(folder, "net.c"), {.dataset = dataset}};
    static const char *const classes[] = {"a", "b", "c"};
    assert_ok(tg_model_set_classes(model, classes, 3));
    for (tg_export_type type = TG_EXPORT_FLOAT32; type <= TG_EXPORT_INT8; type++) {
        a.options.type = type;
        a.options.form = type == TG_EXPORT_FLOAT16 ? TG_EXPORT_BINARY : TG_EXPORT_AUTO;
        assert_true(test_every_allocation(try_export, &a) > 20);
    }
    tg_dataset_destroy(dataset);
    tg_model_destroy(model);
    test_remove_folder(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),     cmocka_unit_test(test_options),
        cmocka_unit_test(test_weights),   cmocka_unit_test(test_int8_is_not_too_wide),
        cmocka_unit_test(test_report),    cmocka_unit_test(test_one_output),
        cmocka_unit_test(test_comment),   cmocka_unit_test(test_mnist),
        cmocka_unit_test(test_targets),   cmocka_unit_test(test_locale),
        cmocka_unit_test(test_full_disk), cmocka_unit_test(test_memory),
    };
    return test_exit_status(cmocka_run_group_tests(tests, NULL, NULL));
}
