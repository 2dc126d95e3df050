/* SPDX-License-Identifier: MIT */
#include "cpu/rows.h"

#include "cpu/cpu.h"

typedef struct split {
    size_t n, multiple, parts;
    void (*body)(void *context, size_t part, size_t begin, size_t count);
    void *context;
} split;

static void run_part(void *context, size_t part) {
    const split *s = context;
    const size_t begin = tg_part_begin(s->n, s->multiple, s->parts, part);
    const size_t end = tg_part_begin(s->n, s->multiple, s->parts, part + 1);
    if (begin < end) s->body(s->context, part, begin, end - begin);
}

size_t tg_cpu_split_rows(tg_device *device, size_t n, size_t k, size_t least,
                         void (*body)(void *context, size_t part, size_t begin, size_t count),
                         void *context) {
    /* Short rows are taken 4 to 16 at once, and together fill lines of the cache. */
    split s = {.n = n, .multiple = k <= 256 ? 16 : 1, .body = body, .context = context};
    const size_t worth = n * k / least, most = (size_t)device->threads;
    s.parts = n == 0 ? 0 : worth < 1 ? 1 : worth < most ? worth : most;
    if (s.parts > n) s.parts = n;
    if (s.parts > TG_MOST_PARTS) s.parts = TG_MOST_PARTS;
    if (s.parts == 1)
        run_part(&s, 0);
    else
        tg_workers_run(tg_cpu_workers(device), s.parts, run_part, &s);
    return s.parts;
}
