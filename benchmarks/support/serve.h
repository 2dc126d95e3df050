/* SPDX-License-Identifier: MIT */
/* What every benchmark program does: it sleeps until the driver asks, and answers.
 *
 * The driver (driver/programs.py) starts all programs and lets one at a time work. It writes lines
 * on the standard input, each of which is answered by one line:
 *
 *     versions                     ok NAME=VERSION ...      of the contestants; no spaces in them
 *     prepare WORK SHAPE FOLDER COPIES
 *                                  ok CONTESTANT ...        inputs are FOLDER/first.f32 and so on;
 *                                                           calls take turns with so many copies
 *                                  no REASON                this program has none for this work
 *     median CONTESTANT SECONDS    ok SECONDS_PER_CALL      after about SECONDS of calls
 *     mean CONTESTANT SECONDS      ok SECONDS_PER_CALL      in which interruptions count
 *     result CONTESTANT FILE       ok                       float32, as the memory has them
 *                                  no REASON                nothing to compare
 *
 * A contestant's name may begin with "limit:": it does no more than move the bytes, or multiply the
 * matrices, that the work cannot do without. What goes wrong ends the program with a message. The
 * programs in peers/ speak the same (peers/peer.py). */
#ifndef BENCHMARKS_SERVE_H
#define BENCHMARKS_SERVE_H

#include <stddef.h>

enum { MOST_CONTESTANTS = 16 };

/* Something that can be timed. */
typedef struct bench_contestant {
    const char *name;
    void *context; /* for the functions below */
    void (*run)(void *context);
    /* Around a timing, and around the calls that make the result; may be NULL. */
    void (*begin)(void *context), (*end)(void *context);
    /* Where calls only queue their work: waits until it is done. A part of the time; else NULL. */
    void (*finish)(void);
    /* Where only a part of a call counts: the same as run(), and returns its seconds; else NULL. */
    double (*seconds)(void *context);
    int result_calls;    /* how many calls make the result, from begin() on; 0: there is none */
    const float *result; /* `count` numbers, and after them the loss */
    size_t count;
    const double *loss; /* NULL: none */
} bench_contestant;

/* The one work that is prepared at present. */
typedef struct bench_preparation {
    const char *work, *shape, *folder; /* as the driver sent them */
    size_t copies;                     /* at least 1; above 1 on a GPU only */
    bench_contestant contestants[MOST_CONTESTANTS];
    size_t count;
} bench_preparation;

typedef struct bench_program {
    const char *versions;
    /* Gives back what was prepared before and adds the contestants of preparation->work, if any. */
    void (*prepare)(bench_preparation *preparation);
} bench_program;

/* Room for one more contestant, cleared. */
bench_contestant *add_contestant(bench_preparation *preparation);

/* Seconds, of a clock that only goes forward. */
double now(void);

/* Answers until the input ends. */
void serve(const bench_program *program);

#endif
