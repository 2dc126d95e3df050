/* SPDX-License-Identifier: MIT */
/* Files of every version of the format that was released must load for ever, and predict what they
 * did when they were made: golden/NAME.safetensors with the outputs in NAME.txt. A new version adds
 * a line; the old ones stay. */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "support/device.h"

enum { SAMPLES = 4, MOST = 256 };

/* The pixels of a sample, or its values. */
static void fill_sample(int sample, size_t count, uint8_t *pixels, float *values) {
    for (size_t i = 0; i < count; i++) {
        pixels[i] = (uint8_t)((sample * 31 + 7 * (int)i * (sample + 1)) % 256);
        values[i] = (float)pixels[i] / 64 - 2;
    }
}

static void predict(const tg_model *model, int sample, tg_tensor *x, tg_tensor *y) {
    const tg_input *input = tg_model_input(model);
    uint8_t pixels[MOST];
    float values[MOST], row[MOST];
    const size_t picture = tg_picture_size(input->shape);
    fill_sample(sample, picture > 0 ? picture : input->size, pixels, values);
    if (picture > 0)
        assert_ok(tg_input_apply(input, pixels, row));
    else
        assert_ok(tg_input_apply_row(input, values, row));
    assert_ok(tg_tensor_write(x, row, input->size));
    assert_ok(tg_model_predict(model, x, y));
}

static void check(const char *name, const char *summary) {
    char path[128], table[1024];
    tg_model *model = NULL;
    tg_tensor x, y;
    snprintf(path, sizeof path, "tests/io/golden/%s.safetensors", name);
    assert_ok(tg_model_load(test_device(), path, &model));
    assert_true(tg_model_summary(model, table, sizeof table) < sizeof table);
    assert_non_null(strstr(table, summary));
    assert_ok(tg_matrix_create(test_device(), 1, tg_model_inputs(model), &x));
    assert_ok(tg_matrix_create(test_device(), 1, tg_model_outputs(model), &y));

    snprintf(path, sizeof path, "tests/io/golden/%s.txt", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    double expected;
    for (int sample = 0; sample < SAMPLES; sample++) {
        float outputs[MOST];
        predict(model, sample, &x, &y);
        assert_ok(tg_tensor_read(&y, outputs, y.count));
        for (size_t i = 0; i < y.count; i++) {
            assert_int_equal(fscanf(file, "%lf", &expected), 1);
            assert_close(expected, (double)outputs[i], 1e-5, 1e-2);
        }
    }
    assert_int_equal(fscanf(file, "%lf", &expected), EOF);
    fclose(file);
    tg_tensor_destroy(&x);
    tg_tensor_destroy(&y);
    tg_model_destroy(model);
}

static void version_1(void **state) {
    (void)state;
    check("version-1-pictures", "418 parameters"); /* every kind of layer, histograms, classes */
    check("version-1-rows", "39 parameters");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_1),
    };
    return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
