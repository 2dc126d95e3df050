/* SPDX-License-Identifier: MIT */
/* How a round of work goes: the caller writes body, context and parts, and then the round's number,
 * which a spinning worker sees. Thread i is to do the parts i, i + threads, ...: its share. A share
 * belongs to whoever first raises its `taken` to the round's number; when it is done, its `done`
 * gets that number. So no lock is taken, and no system call made, unless workers sleep. */
#include "base/workers.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"

enum { CACHE_LINE = 64 };

/* Nanoseconds. So long a worker spins before it sleeps; */
static const int64_t spin_time = 50000;
/* so long, and as long as its own share took, the caller waits for a share that a worker has begun
 * before it counts the wait as lost: the processors are busy with other programs. */
static const int64_t patience = 300000;
/* When half of its recent work is lost so, the caller works alone for a while: `solitude_factor`
 * times as long as it has lost, and four times as long each time when it has worked in company for
 * less than that in between. One wait counts no more than a program's turn on a processor: what is
 * longer happens seldom, and would befall a single thread as well. */
static const int64_t recent = 100000000, most_lost = 5000000, solitude_factor = 16,
                     most_solitude = 1000000000;

/* On a cache line of its own. */
typedef struct share {
    _Alignas(CACHE_LINE) _Atomic uint64_t taken, done;
} share;

typedef struct worker {
    tg_workers *workers;
    size_t number;
    pthread_t thread;
} worker;

struct tg_workers {
    size_t threads; /* with the caller's */
    share *shares;  /* one for each thread */
    worker *list;   /* from 1 on */
    atomic_flag busy;

    /* The present round. Its number's lowest bits are the number of shares in it. */
    _Alignas(CACHE_LINE) _Atomic uint64_t round;
    void (*body)(void *context, size_t part);
    void *context;
    size_t parts;

    /* Of the caller that holds `busy`, in nanoseconds: how long it is to go on alone, how long it
     * was the last time, how long it has worked in company since, and what it then has lost. */
    int64_t alone, solitude, company, lost;

    /* For sleeping. */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    atomic_size_t sleepers;
    bool stop;
};

enum { SHARE_BITS = 16 };
static const uint64_t share_mask = (1u << SHARE_BITS) - 1;

static void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Spins until *number is at least `wanted`, or `time` has passed: then false. */
static bool spin(const _Atomic uint64_t *number, uint64_t wanted, int64_t time) {
    int64_t end = 0;
    for (;;) {
        for (int i = 0; i < 64; i++) {
            if (atomic_load_explicit(number, memory_order_acquire) >= wanted) return true;
            pause_briefly();
        }
        const int64_t present = tg_now();
        if (end == 0) end = present + time;
        if (present >= end) return false;
    }
}

static void do_share(const tg_workers *w, size_t number) {
    for (size_t part = number; part < w->parts; part += w->threads) w->body(w->context, part);
}

/* Does a share unless somebody has taken it. */
static void take(tg_workers *w, size_t number, uint64_t round) {
    share *s = &w->shares[number];
    uint64_t taken = atomic_load_explicit(&s->taken, memory_order_relaxed);
    if (taken >= round || !atomic_compare_exchange_strong(&s->taken, &taken, round)) return;
    do_share(w, number);
    atomic_store_explicit(&s->done, round, memory_order_release);
}

/* The number of the next round; false when there will be none. */
static bool sleep_until_round(tg_workers *w, uint64_t wanted) {
    pthread_mutex_lock(&w->lock);
    atomic_fetch_add(&w->sleepers, 1);
    while (atomic_load(&w->round) < wanted && !w->stop) pthread_cond_wait(&w->wake, &w->lock);
    atomic_fetch_sub(&w->sleepers, 1);
    const bool stop = w->stop;
    pthread_mutex_unlock(&w->lock);
    return !stop;
}

static void *work(void *argument) {
    const worker *me = argument;
    tg_workers *w = me->workers;
    uint64_t round = 0;
    for (;;) {
        if (!spin(&w->round, round + 1, spin_time) && !sleep_until_round(w, round + 1)) return NULL;
        round = atomic_load_explicit(&w->round, memory_order_acquire);
        if (me->number < (round & share_mask)) take(w, me->number, round);
    }
}

/* Waits for the shares that others have begun; false if that took longer than `patience`. */
static bool wait_for_shares(const tg_workers *w, size_t shares, uint64_t round, int64_t time) {
    bool soon = true;
    for (size_t i = 1; i < shares; i++)
        while (!spin(&w->shares[i].done, round, time)) {
            soon = false;
            sched_yield(); /* the worker may be waiting for the caller's own processor */
        }
    return soon;
}

/* Whether company still pays is asked after each late round. */
static void count_late_round(tg_workers *w, int64_t lost) {
    w->lost += lost < most_lost ? lost : most_lost;
    if (w->lost <= w->company / 2) return;
    w->solitude = w->company < w->solitude ? 4 * w->solitude : solitude_factor * w->lost;
    if (w->solitude > most_solitude) w->solitude = most_solitude;
    w->alone = w->solitude;
    w->company = w->lost = 0;
}

static void count_work(tg_workers *w, int64_t own) {
    w->company += own;
    if (w->company < recent) return;
    w->company /= 2;
    w->lost /= 2;
}

static void run_round(tg_workers *w, size_t parts, void (*body)(void *context, size_t part),
                      void *context) {
    const size_t shares = parts < w->threads ? parts : w->threads;
    w->body = body;
    w->context = context;
    w->parts = parts;
    const uint64_t before = atomic_load_explicit(&w->round, memory_order_relaxed) >> SHARE_BITS;
    const uint64_t round = (before + 1) << SHARE_BITS | shares;
    /* Sequentially consistent, both: either the worker sees the round, or we see it asleep. */
    atomic_store(&w->round, round);
    if (atomic_load(&w->sleepers) > 0) {
        pthread_mutex_lock(&w->lock);
        pthread_cond_broadcast(&w->wake);
        pthread_mutex_unlock(&w->lock);
    }
    const int64_t begin = tg_now();
    for (size_t i = 0; i < shares; i++) take(w, i, round);
    const int64_t end = tg_now();
    count_work(w, end - begin);
    if (!wait_for_shares(w, shares, round, patience + (end - begin)))
        count_late_round(w, tg_now() - end);
}

static void run_alone(size_t parts, void (*body)(void *context, size_t part), void *context) {
    for (size_t part = 0; part < parts; part++) body(context, part);
}

void tg_workers_run(tg_workers *workers, size_t parts, void (*body)(void *context, size_t part),
                    void *context) {
    if (!workers || parts <= 1 || atomic_flag_test_and_set(&workers->busy)) {
        run_alone(parts, body, context);
        return;
    }
    if (workers->alone > 0) {
        const int64_t begin = tg_now();
        run_alone(parts, body, context);
        workers->alone -= tg_now() - begin;
    } else {
        run_round(workers, parts, body, context);
    }
    atomic_flag_clear(&workers->busy);
}

size_t tg_workers_count(const tg_workers *workers) {
    return workers ? workers->threads : 1;
}

int tg_thread_count(int threads) {
    if (threads > 0) return threads < TG_MOST_THREADS ? threads : TG_MOST_THREADS;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (processors < 1) return 1;
    return processors < TG_MOST_THREADS ? (int)processors : TG_MOST_THREADS;
}

tg_status tg_workers_create(int threads, tg_workers **workers) {
    const size_t wanted = (size_t)tg_thread_count(threads);
    if (wanted == 1) {
        *workers = NULL;
        return TG_OK;
    }
    tg_workers *made = tg_allocate(1, sizeof *made);
    if (made) made->shares = tg_allocate(wanted, sizeof *made->shares);
    if (made) made->list = tg_allocate(wanted, sizeof *made->list);
    if (!made || !made->shares || !made->list) {
        if (made) tg_release(made->shares);
        if (made) tg_release(made->list);
        tg_release(made);
        return TG_OUT_OF_MEMORY;
    }
    atomic_flag_clear(&made->busy);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->wake, NULL);
    for (made->threads = 1; made->threads < wanted; made->threads++) {
        worker *next = &made->list[made->threads];
        *next = (worker){.workers = made, .number = made->threads};
        if (pthread_create(&next->thread, NULL, work, next) != 0) break;
    }
    *workers = made;
    return TG_OK;
}

void tg_workers_destroy(tg_workers *workers) {
    if (!workers) return;
    pthread_mutex_lock(&workers->lock);
    workers->stop = true;
    pthread_cond_broadcast(&workers->wake);
    pthread_mutex_unlock(&workers->lock);
    for (size_t i = 1; i < workers->threads; i++) pthread_join(workers->list[i].thread, NULL);
    pthread_cond_destroy(&workers->wake);
    pthread_mutex_destroy(&workers->lock);
    tg_release(workers->list);
    tg_release(workers->shares);
    tg_release(workers);
}
