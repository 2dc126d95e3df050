/* SPDX-License-Identifier: MIT */
/* libFuzzer's way into the reader of two NPY files, samples and labels. */
#include <stdlib.h>

#include <tigrillo/tigrillo.h>

#include "support.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    const size_t first = fuzz_split(&bytes, &size);
    const char *samples = fuzz_file(0, bytes, first);
    const char *labels = fuzz_file(1, bytes + first, size - first);
    tg_dataset *dataset = NULL;
    const tg_status status = tg_dataset_read_npy(samples, labels, NULL, &dataset);
    if ((status == TG_OK) != (dataset != NULL)) abort();
    if (dataset && tg_dataset_count(dataset) == 0) abort();
    tg_dataset_destroy(dataset);
    return 0;
}
