/* SPDX-License-Identifier: MIT */
#include "support/serve.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/input.h"

enum { MOST_SAMPLES = 16384, LEAST_SAMPLES = 3 };

double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static double time_calls(const bench_contestant *contestant, size_t calls) {
    double start = now(), sum = 0;
    if (contestant->seconds) {
        for (size_t i = 0; i < calls; i++) sum += contestant->seconds(contestant->context);
        return sum;
    }
    for (size_t i = 0; i < calls; i++) contestant->run(contestant->context);
    if (contestant->finish) contestant->finish();
    return now() - start;
}

static int compare(const void *a, const void *b) {
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

/* The median of samples, or their mean; each is of so many calls that the clock does not matter.
 * The first calls warm the caches, which other programs have used in between, and are not counted.
 * To wait for a GPU takes some microseconds: a sample is long enough for that not to matter either,
 * and more calls go before, since its clock falls while it has nothing to do. */
static double time_contestant(const bench_contestant *contestant, double seconds, bool mean) {
    static double samples[MOST_SAMPLES];
    const double least_sample = contestant->finish ? 2e-3 : 1e-4, start = now();
    size_t calls = 1, count = 0;
    double sum = 0;
    if (contestant->begin) contestant->begin(contestant->context);
    contestant->run(contestant->context);
    while (time_calls(contestant, calls) < least_sample) calls *= 2;
    while (contestant->finish && now() - start < seconds / 3) time_calls(contestant, calls);
    while (count < LEAST_SAMPLES || (count < MOST_SAMPLES && now() - start < seconds)) {
        samples[count] = time_calls(contestant, calls) / (double)calls;
        sum += samples[count++];
    }
    if (contestant->end) contestant->end(contestant->context);
    if (mean) return sum / (double)count;
    qsort(samples, count, sizeof *samples, compare);
    return samples[count / 2];
}

static void write_result(const bench_contestant *contestant, const char *path) {
    if (contestant->begin) contestant->begin(contestant->context);
    for (int i = 0; i < contestant->result_calls; i++) contestant->run(contestant->context);
    if (contestant->end) contestant->end(contestant->context);
    FILE *file = fopen(path, "wb");
    if (!file) fail("%s cannot be written", path);
    size_t written = fwrite(contestant->result, sizeof(float), contestant->count, file);
    if (contestant->loss) {
        float loss = (float)*contestant->loss;
        written += fwrite(&loss, sizeof loss, 1, file);
    }
    if (fclose(file) || written != contestant->count + (contestant->loss ? 1 : 0))
        fail("%s was not written", path);
}

bench_contestant *add_contestant(bench_preparation *preparation) {
    if (preparation->count == MOST_CONTESTANTS) fail("too many contestants");
    bench_contestant *added = &preparation->contestants[preparation->count++];
    *added = (bench_contestant){0};
    return added;
}

static const bench_contestant *find(const bench_preparation *preparation, const char *name) {
    for (size_t i = 0; name && i < preparation->count; i++)
        if (strcmp(preparation->contestants[i].name, name) == 0)
            return &preparation->contestants[i];
    fail("no contestant is called %s here", name ? name : "nothing");
}

static void answer_prepare(const bench_program *program, bench_preparation *preparation) {
    preparation->count = 0;
    program->prepare(preparation);
    printf(preparation->count ? "ok" : "no contestant here");
    for (size_t i = 0; i < preparation->count; i++) printf(" %s", preparation->contestants[i].name);
    putchar('\n');
}

void serve(const bench_program *program) {
    static char line[4096];
    bench_preparation preparation = {0};
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof line, stdin)) {
        const char *words[5] = {NULL};
        char *rest = line;
        for (size_t i = 0; i < TG_COUNT(words); i++) words[i] = strtok_r(NULL, " \n", &rest);
        const char *command = words[0] ? words[0] : "";
        if (strcmp(command, "versions") == 0) {
            printf("ok %s\n", program->versions);
        } else if (strcmp(command, "prepare") == 0 && words[4]) {
            preparation.work = words[1];
            preparation.shape = words[2];
            preparation.folder = words[3];
            preparation.copies = strtoul(words[4], NULL, 10);
            if (preparation.copies == 0) fail("%s copies?", words[4]);
            answer_prepare(program, &preparation);
        } else if ((strcmp(command, "median") == 0 || strcmp(command, "mean") == 0) && words[2]) {
            const double seconds = strtod(words[2], NULL);
            const bool mean = strcmp(command, "mean") == 0;
            printf("ok %.9g\n", time_contestant(find(&preparation, words[1]), seconds, mean));
        } else if (strcmp(command, "result") == 0 && words[2]) {
            const bench_contestant *contestant = find(&preparation, words[1]);
            if (contestant->result_calls) write_result(contestant, words[2]);
            puts(contestant->result_calls ? "ok" : "no result");
        } else {
            fail("there is no command %s with these arguments", command);
        }
    }
}
