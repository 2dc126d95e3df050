/* SPDX-License-Identifier: MIT */
/* Runs exported models beside what the library computed: check FOLDER. For each model m,
 * FOLDER/m.data holds SAMPLES times its raw input, its input and its output. */
#include "check.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 4 };

/* The samples of a model, and its answers. */
typedef struct data {
    unsigned char *raw;
    float *x, *expected, *y;
} data;

static int failures;

static void wrong(const exported *m, const char *what) {
    printf("%s: %s\n", m->name, what);
    failures++;
}

static void *allocate(size_t size) {
    void *memory = malloc(size + 1);
    if (!memory) exit(99);
    return memory;
}

static void take(FILE *file, const exported *m, void *to, size_t size) {
    if (size > 0 && fread(to, size, 1, file) != 1) {
        wrong(m, "its data are missing");
        exit(99);
    }
}

static data read_data(const char *folder, const exported *m) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.data", folder, m->name);
    FILE *file = fopen(path, "rb");
    if (!file) exit(99);
    const data d = {allocate(SAMPLES * m->raw_bytes), allocate(SAMPLES * m->inputs * sizeof(float)),
                    allocate(SAMPLES * m->outputs * sizeof(float)),
                    allocate(SAMPLES * m->outputs * sizeof(float))};
    take(file, m, d.raw, SAMPLES * m->raw_bytes);
    take(file, m, d.x, SAMPLES * m->inputs * sizeof(float));
    take(file, m, d.expected, SAMPLES * m->outputs * sizeof(float));
    fclose(file);
    return d;
}

static void free_data(data d) {
    free(d.raw);
    free(d.x);
    free(d.expected);
    free(d.y);
}

static double difference(const float *expected, const float *actual, size_t count) {
    double largest = 0;
    for (size_t i = 0; i < count; i++) {
        const double e = (double)expected[i],
                     error = fabs(e - (double)actual[i]) / fmax(1, fabs(e));
        if (!(error <= largest)) largest = error;
        if (isnan(largest)) return INFINITY;
    }
    return largest;
}

static void check_prediction(const exported *m, const data *d) {
    double error = 0;
    for (size_t s = 0; s < SAMPLES; s++) {
        float *y = d->y + s * m->outputs;
        if (m->predict(d->x + s * m->inputs, y) != 0) wrong(m, "predict() is not 0");
        error = fmax(error, difference(d->expected + s * m->outputs, y, m->outputs));
    }
    printf("%-4s %5zu to %4zu, difference %.1e\n", m->name, m->inputs, m->outputs, error);
    if (!(error <= m->tolerance)) wrong(m, "differs from the library");
}

/* In memory of its own size, of which the sanitizer knows where it ends. */
static void check_workspace(const exported *m, const data *d) {
    void *workspace = malloc(m->workspace_bytes);
    float *y = malloc(m->outputs * sizeof *y);
    if (!workspace || !y) exit(99);
    memset(workspace, 0xff, m->workspace_bytes);
    if (m->predict_in(workspace, d->x, y) != 0) wrong(m, "predict_in() is not 0");
    if (memcmp(y, d->y, m->outputs * sizeof *y) != 0) wrong(m, "predict_in() differs");
    free(workspace);
    free(y);
}

static void check_raw(const exported *m, const data *d) {
    if (!m->prepare) return;
    float *x = malloc(m->inputs * sizeof *x), *y = malloc(m->outputs * sizeof *y);
    float *same = malloc(m->outputs * sizeof *same);
    if (!x || !y || !same) exit(99);
    double error = 0;
    for (size_t s = 0; s < SAMPLES; s++) {
        const unsigned char *raw = d->raw + s * m->raw_bytes;
        m->prepare(raw, x);
        error = fmax(error, difference(d->x + s * m->inputs, x, m->inputs));
        if (m->predict(x, same) != 0 || m->predict_raw(raw, y) != 0) wrong(m, "is not 0");
        if (memcmp(y, same, m->outputs * sizeof *y) != 0) wrong(m, "raw input gives another y");
    }
    printf("     prepare(): difference %.1e\n", error);
    if (!(error <= 2e-6)) wrong(m, "prepare() differs from the library");
    free(x);
    free(y);
    free(same);
}

static void check_nan(const exported *m, const data *d) {
    float *y = allocate(m->outputs * sizeof *y), *x = d->x + (m->inputs - 1), before = *x;
    *x = NAN;
    if (m->predict(d->x, y) != 1) wrong(m, "a NaN goes unnoticed");
    *x = before;
    free(y);
}

static void check_classes(const exported *m) {
    if (!m->class_name) return;
    const char *name = m->class_name((int)m->outputs - 1);
    if (m->class_name(-1) || m->class_name((int)m->outputs)) wrong(m, "has too many classes");
    if (!name || strncmp(name, "\"\xc3\xa4?\?/\n", 7) != 0) wrong(m, "its class has another name");
    if (name && atoi(name + 7) != (int)m->outputs - 1) wrong(m, "its class has another number");
}

/* ---- Two threads, each with all models, in opposite orders. ---- */

typedef struct job {
    const data *all;
    int backwards, wrong;
} job;

static void *predict_all(void *context) {
    job *j = context;
    for (int round = 0; round < 20; round++)
        for (size_t i = 0; i < model_count; i++) {
            const size_t which = j->backwards ? model_count - 1 - i : i;
            const exported *m = &models[which];
            const data *d = &j->all[which];
            float *y = allocate(m->outputs * sizeof *y);
            for (size_t s = 0; s < SAMPLES; s++) {
                m->predict(d->x + s * m->inputs, y);
                j->wrong |= memcmp(y, d->y + s * m->outputs, m->outputs * sizeof *y) != 0;
            }
            free(y);
        }
    return NULL;
}

static void check_threads(const data *all) {
    job jobs[2] = {{all, 0, 0}, {all, 1, 0}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, predict_all, &jobs[i]) != 0) exit(99);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        if (jobs[i].wrong) wrong(&models[0], "or another: two threads disagree");
    }
}

/* FOLDER [nan]: with "nan" only that NaN is noticed. */
int main(int argc, char **argv) {
    data *all = allocate(model_count * sizeof *all);
    if (argc < 2) return 99;
    for (size_t i = 0; i < model_count; i++) {
        const exported *m = &models[i];
        all[i] = read_data(argv[1], m);
        if (argc > 2) {
            check_nan(m, &all[i]);
            continue;
        }
        check_prediction(m, &all[i]);
        check_workspace(m, &all[i]);
        check_raw(m, &all[i]);
        check_nan(m, &all[i]);
        check_classes(m);
        if (m->self_test() != 0) wrong(m, "its self-test fails");
    }
    if (argc == 2) check_threads(all);
    for (size_t i = 0; i < model_count; i++) free_data(all[i]);
    free(all);
    return failures != 0;
}
