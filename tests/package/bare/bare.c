/* SPDX-License-Identifier: MIT */
/* What works without the optional components, and what the others say. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tigrillo/tigrillo.h>

static int failures;

static void check(int right, const char *what) {
    if (right) return;
    printf("FAILED: %s (the last message: %s)\n", what, tg_error_message());
    failures++;
}

/* Whether the status is TG_UNSUPPORTED with this message. */
static int names(tg_status status, const char *message) {
    return status == TG_UNSUPPORTED && strstr(tg_error_message(), message);
}

static void check_inference(const char *path) {
    float inputs[48], probabilities[3];
    uint8_t pixels[8 * 8 * 3];
    tg_model *model = NULL;
    tg_tensor x, y;
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)(7 * i % 256);
    check(!tg_model_load(tg_cpu(), path, &model) && !tg_matrix_view(inputs, 1, 48, &x) &&
              !tg_matrix_view(probabilities, 1, 3, &y) &&
              !tg_input_apply(tg_model_input(model), pixels, inputs) &&
              !tg_model_predict(model, &x, &y) && fabsf(probabilities[0] - 0.967079818f) < 1e-5f,
          "the model's prediction");
    tg_model_destroy(model);
}

/* A product so large that OpenBLAS would do it. */
static void check_large_product(void) {
    enum { N = 600, IN = 701, OUT = 647 };
    tg_tensor x, w, b, y;
    check(!tg_matrix_create(tg_cpu(), N, IN, &x) && !tg_matrix_create(tg_cpu(), OUT, IN, &w) &&
              !tg_vector_create(tg_cpu(), OUT, &b) && !tg_matrix_create(tg_cpu(), N, OUT, &y),
          "memory");
    if (failures) return;
    tg_random random = tg_random_start(1, 1);
    for (size_t i = 0; i < x.count; i++) tg_tensor_data(&x)[i] = tg_random_uniform(&random) - 0.5f;
    for (size_t i = 0; i < w.count; i++) tg_tensor_data(&w)[i] = tg_random_uniform(&random) - 0.5f;
    for (size_t i = 0; i < b.count; i++) tg_tensor_data(&b)[i] = tg_random_uniform(&random);
    check(!tg_dense_forward(&x, &w, &b, &y), "the large product");
    double worst = 0;
    for (size_t r = 0; r < N; r += 7)
        for (size_t j = 0; j < OUT; j++) {
            double sum = (double)tg_tensor_data(&b)[j];
            for (size_t i = 0; i < IN; i++)
                sum += (double)tg_tensor_data(&x)[r * IN + i] *
                       (double)tg_tensor_data(&w)[j * IN + i];
            worst = fmax(worst, fabs(sum - (double)tg_tensor_data(&y)[r * OUT + j]));
        }
    printf("the large product: the largest error is %.2g\n", worst);
    check(worst > 0 && worst < 2e-5, "the large product's numbers");
    tg_tensor_destroy(&x);
    tg_tensor_destroy(&w);
    tg_tensor_destroy(&b);
    tg_tensor_destroy(&y);
}

static void check_messages(void) {
    static const unsigned char gzip[] = {0x1f, 0x8b, 8, 0};
    const tg_picture_shape shape = {1, 1, 1};
    uint8_t pixel;
    tg_dataset *dataset = NULL;
    tg_device *device = NULL;
    FILE *file = fopen("packed.gz", "wb");
    check(file && fwrite(gzip, sizeof gzip, 1, file) == 1 && fclose(file) == 0, "a file");
    check(names(tg_dataset_read_idx("packed.gz", "packed.gz", NULL, &dataset), "without zlib"),
          "gzip data");
    check(names(tg_picture_decode("BM", 2, "picture.bmp", shape, &pixel), "without stb_image"),
          "a picture");
    check(names(tg_device_open("cuda", 1, &device), "without CUDA kernels"), "a GPU");
    check(strcmp(tg_components(), "no optional components") == 0, tg_components());
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    check_messages();
    check_large_product();
    check_inference(argv[1]);
    return failures > 0;
}
