/* SPDX-License-Identifier: MIT */
#include "cpu/split.h"

#include "base/workers.h"

/* Elements are split at multiples of 64: a few cache lines, and no fraction of a block of random
 * numbers. Sums of them have parts that do not depend on the threads. */
enum { MULTIPLE = 64, MOST_TERMS = 64, TERM_SIZE = 16384 };

/* There is either a body or a term. */
typedef struct split {
    size_t count, multiple, parts;
    void (*body)(const void *context, size_t begin, size_t count);
    double (*term)(const void *context, size_t begin, size_t count);
    const void *context;
    double *terms; /* one for each part */
} split;

static void run_part(void *context, size_t part) {
    const split *s = context;
    const size_t begin = tg_part_begin(s->count, s->multiple, s->parts, part);
    const size_t end = tg_part_begin(s->count, s->multiple, s->parts, part + 1);
    if (s->term)
        s->terms[part] = begin < end ? s->term(s->context, begin, end - begin) : 0;
    else if (begin < end)
        s->body(s->context, begin, end - begin);
}

static double run_sum(tg_workers *workers, split s) {
    double terms[TG_MOST_THREADS], total = 0;
    s.terms = terms;
    tg_workers_run(workers, s.parts, run_part, &s);
    for (size_t part = 0; part < s.parts; part++) total += terms[part];
    return total;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

size_t tg_cpu_parts(const tg_device *device, size_t elements, size_t least) {
    const size_t worth = smaller(elements / least, (size_t)device->threads);
    return worth < 1 ? 1 : worth;
}

/* Short rows are taken 4 to 16 at once, and together fill lines of the cache. */
static size_t row_multiple(size_t k) {
    return k <= 256 ? 16 : 1;
}

void tg_cpu_split(tg_device *device, size_t count, size_t least,
                  void (*body)(const void *context, size_t begin, size_t count),
                  const void *context) {
    split s = {.count = count,
               .multiple = MULTIPLE,
               .parts = tg_cpu_parts(device, count, least),
               .body = body,
               .context = context};
    tg_workers_run(device->workers, s.parts, run_part, &s);
}

double tg_cpu_sum(tg_device *device, size_t count, size_t least,
                  double (*term)(const void *context, size_t begin, size_t count),
                  const void *context) {
    const size_t terms = smaller(count / TERM_SIZE, MOST_TERMS);
    return run_sum(count / least > 1 ? device->workers : NULL,
                   (split){.count = count,
                           .multiple = MULTIPLE,
                           .parts = terms < 1 ? 1 : terms,
                           .term = term,
                           .context = context});
}

void tg_cpu_split_rows(tg_device *device, size_t n, size_t k, size_t least,
                       void (*body)(const void *context, size_t begin, size_t count),
                       const void *context) {
    split s = {.count = n,
               .multiple = row_multiple(k),
               .parts = tg_cpu_parts(device, n * k, least),
               .body = body,
               .context = context};
    tg_workers_run(device->workers, s.parts, run_part, &s);
}

double tg_cpu_sum_rows(tg_device *device, size_t n, size_t k, size_t least,
                       double (*term)(const void *context, size_t begin, size_t count),
                       const void *context) {
    return run_sum(device->workers, (split){.count = n,
                                            .multiple = row_multiple(k),
                                            .parts = tg_cpu_parts(device, n * k, least),
                                            .term = term,
                                            .context = context});
}
