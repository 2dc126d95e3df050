/* SPDX-License-Identifier: MIT */
/* libFuzzer's way into the reader of CSV. */
#include <stdlib.h>

#include <tigrillo/tigrillo.h>

#include "support.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    tg_dataset *dataset = NULL;
    const tg_status status = tg_dataset_read_csv(fuzz_file(0, bytes, size), NULL, &dataset);
    if ((status == TG_OK) != (dataset != NULL)) abort();
    if (dataset && tg_dataset_count(dataset) == 0) abort();
    tg_dataset_destroy(dataset);
    return 0;
}
