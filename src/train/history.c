/* SPDX-License-Identifier: MIT */
/* The history of a training run: what it owns. */
#include "train/history.h"

#include "base/memory.h"

tg_status tg_history_grow(tg_history *history, size_t *capacity) {
    void *grown = tg_grow(history->epochs, sizeof *history->epochs, history->count, capacity);
    if (!grown) return TG_OUT_OF_MEMORY;
    history->epochs = grown;
    return TG_OK;
}

void tg_history_destroy(tg_history *history) {
    if (!history) return;
    for (size_t i = 0; i < history->count; i++) tg_metrics_destroy(&history->epochs[i].validation);
    tg_release(history->epochs);
    *history = (tg_history){0};
}
