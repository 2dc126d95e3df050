/* SPDX-License-Identifier: MIT */
/* libFuzzer's way into the reader of ONNX. */
#include <stdint.h>
#include <stdlib.h>

#include <tigrillo/tigrillo.h>

/* libFuzzer's name. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    tg_model *model = NULL;
    const tg_status status = tg_onnx_read_memory(tg_cpu(), bytes, size, "file", &model);
    if ((status == TG_OK) != (model != NULL)) abort();
    if (model) {
        /* What was read can be used. */
        tg_tensor x = {.device = NULL}, y = {.device = NULL};
        if (tg_matrix_create(tg_cpu(), 2, tg_model_inputs(model), &x) != TG_OK ||
            tg_matrix_create(tg_cpu(), 2, tg_model_outputs(model), &y) != TG_OK ||
            tg_model_predict(model, &x, &y) != TG_OK)
            abort();
        tg_tensor_destroy(&x);
        tg_tensor_destroy(&y);
    }
    tg_model_destroy(model);
    return 0;
}
