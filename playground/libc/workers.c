/* SPDX-License-Identifier: MIT */
/* base/workers.h where there is one thread: the caller. */
#include "base/workers.h"

tg_status tg_workers_create(int threads, tg_workers **workers) {
    (void)threads;
    *workers = NULL;
    return TG_OK;
}

void tg_workers_destroy(tg_workers *workers) {
    (void)workers;
}

void tg_workers_run(tg_workers *workers, size_t parts, void (*body)(void *context, size_t part),
                    void *context) {
    (void)workers;
    for (size_t part = 0; part < parts; part++) body(context, part);
}

int tg_thread_count(int threads) {
    (void)threads;
    return 1;
}
