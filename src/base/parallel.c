/* SPDX-License-Identifier: MIT */
#include "base/parallel.h"

#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

enum { MOST_THREADS = 256 };

typedef struct part {
    void (*body)(void *context, size_t begin, size_t end);
    void *context;
    size_t begin, end;
    pthread_t thread;
    bool started;
} part;

static void *run(void *argument) {
    part *p = argument;
    p->body(p->context, p->begin, p->end);
    return NULL;
}

int tg_thread_count(int threads) {
    if (threads > 0) return threads < MOST_THREADS ? threads : MOST_THREADS;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors < 1) return 1;
    return processors < MOST_THREADS ? (int)processors : MOST_THREADS;
}

void tg_parallel(int threads, size_t count, void (*body)(void *context, size_t begin, size_t end),
                 void *context) {
    size_t parts = (size_t)tg_thread_count(threads);
    if (parts > count) parts = count;
    if (parts <= 1) {
        if (count > 0) body(context, 0, count);
        return;
    }
    part list[MOST_THREADS];
    size_t each = count / parts, rest = count % parts, begin = 0;
    for (size_t i = 0; i < parts; i++) {
        size_t end = begin + each + (i < rest ? 1 : 0);
        list[i] = (part){.body = body, .context = context, .begin = begin, .end = end};
        begin = end;
    }
    for (size_t i = 1; i < parts; i++)
        list[i].started = pthread_create(&list[i].thread, NULL, run, &list[i]) == 0;
    for (size_t i = 0; i < parts; i++)
        if (!list[i].started) run(&list[i]);
    for (size_t i = 1; i < parts; i++)
        if (list[i].started) pthread_join(list[i].thread, NULL);
}
