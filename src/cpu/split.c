/* SPDX-License-Identifier: MIT */
#include "cpu/split.h"

#include "cpu/cpu.h"

/* Elements: a few cache lines, and no fraction of a block of random numbers. */
static const size_t multiple = 64;

typedef struct split {
    size_t count, parts;
    void (*body)(const void *context, size_t begin, size_t count);
    const void *context;
} split;

static void run_part(void *context, size_t part) {
    const split *s = context;
    const size_t begin = tg_part_begin(s->count, multiple, s->parts, part);
    const size_t end = tg_part_begin(s->count, multiple, s->parts, part + 1);
    s->body(s->context, begin, end - begin);
}

void tg_cpu_split(tg_device *device, size_t count, size_t least,
                  void (*body)(const void *context, size_t begin, size_t count),
                  const void *context) {
    const size_t threads = (size_t)device->threads, worth = count / least;
    split s = {count, worth < threads ? worth : threads, body, context};
    if (s.parts > 1)
        tg_workers_run(tg_cpu_workers(device), s.parts, run_part, &s);
    else if (count > 0)
        body(context, 0, count);
}

/* ---- Sums ---- */

enum { MOST_TERMS = 64, TERM_SIZE = 16384 };

typedef struct sum {
    size_t count, parts;
    double (*body)(const void *context, size_t begin, size_t count);
    const void *context;
    double terms[MOST_TERMS];
} sum;

static void sum_part(void *context, size_t part) {
    sum *s = context;
    const size_t begin = tg_part_begin(s->count, multiple, s->parts, part);
    const size_t end = tg_part_begin(s->count, multiple, s->parts, part + 1);
    s->terms[part] = s->body(s->context, begin, end - begin);
}

double tg_cpu_sum(tg_device *device, size_t count, size_t least,
                  double (*body)(const void *context, size_t begin, size_t count),
                  const void *context) {
    const size_t terms = count / TERM_SIZE;
    if (count == 0) return 0;
    if (terms <= 1) return body(context, 0, count);
    sum s = {.count = count,
             .parts = terms < MOST_TERMS ? terms : MOST_TERMS,
             .body = body,
             .context = context};
    tg_workers_run(count / least > 1 ? tg_cpu_workers(device) : NULL, s.parts, sum_part, &s);
    double total = 0;
    for (size_t part = 0; part < s.parts; part++) total += s.terms[part];
    return total;
}
