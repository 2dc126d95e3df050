/* SPDX-License-Identifier: MIT */
/* libFuzzer's way into the readers of model files. */
#include <stdint.h>
#include <stdlib.h>

#include <tigrillo/tigrillo.h>

#include "io/safetensors.h"

/* libFuzzer's names. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed);

/* Every byte and name that a parsed file promises is there. */
static void use(const tg_safetensors *file) {
    for (size_t i = 0; i < tg_safetensors_count(file); i++) {
        const tg_entry *entry = tg_safetensors_entry(file, i);
        tg_tensor tensor;
        if (tg_safetensors_find(file, entry->name) != entry) abort();
        if (tg_tensor_create(tg_cpu(), entry->shape, entry->rank, &tensor) != TG_OK) continue;
        if (tg_safetensors_load(file, entry, &tensor) != TG_OK) abort();
        tg_tensor_destroy(&tensor);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    tg_safetensors *file = NULL;
    tg_model *model = NULL;
    if (tg_safetensors_parse(bytes, size, "file", &file) == TG_OK) use(file);
    tg_safetensors_close(file);
    if (tg_model_load_memory(tg_cpu(), bytes, size, "file", &model) == TG_OK)
        tg_model_destroy(model);
    return 0;
}

/* The same as without, but mostly with the header's length put right: else nearly every mutation
 * would end at the first check. */
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed) {
    size = LLVMFuzzerMutate(bytes, size, most);
    if (size < 8 || seed % 8 == 0) return size;
    size_t length = 0;
    for (size_t i = 8; i < size; i++)
        if (bytes[i] == '}') length = i - 7;
    for (size_t i = 0; i < 8; i++) bytes[i] = (uint8_t)((uint64_t)length >> 8 * i);
    return size;
}
