/* SPDX-License-Identifier: MIT */
/* What the checkers share: to tell which mistake it is, rather than that there is one.
 *
 * A checker calls the function of an exercise, computes what is right, and also what the usual
 * mistakes would give; and it calls compare() for each result. A checker ends with what finished()
 * returns. */
#ifndef EXERCISES_CHECK_H
#define EXERCISES_CHECK_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What results are before the exercise writes them, and what a function returns that is yet to be
 * written. */
#define NOT_WRITTEN 1e300

/* What the results are before a second call, which tells an answer that adds to them. */
#define BEFORE 0.5
#define ADDED "added to what was there before: set it to 0 first"

/* A mistake of this exercise: what to say, and what it gives (as many numbers as are right). */
typedef struct mistake {
    const char *says;
    const double *gives;
} mistake;

/* What is right: rows x columns numbers. */
typedef struct answer {
    const char *name; /* of what is compared: "dW" */
    size_t rows, columns;
    const double *right;
    double n; /* the size of the batch where the result is a mean over it; else 0 */
    const mistake *mistakes;
    size_t mistake_count;
} answer;

static inline void not_written(double *values, size_t count) {
    for (size_t i = 0; i < count; ++i) values[i] = NOT_WRITTEN;
}

static inline bool all_finite(const double *values, size_t count) {
    bool finite = true;
    for (size_t i = 0; i < count; ++i) finite = finite && isfinite(values[i]);
    return finite;
}

static inline bool close_to(double yours, double right) {
    return yours == right || fabs(yours - right) <= 1e-9 * (1 + fabs(right));
}

/* Whether all of yours are `factor` times what is right; with `transposed`, yours being written
 * columns x rows. */
static inline bool matches(const answer *a, const double *yours, const double *right, double factor,
                           bool transposed) {
    for (size_t i = 0; i < a->rows; ++i) {
        for (size_t j = 0; j < a->columns; ++j) {
            const size_t at = transposed ? j * a->rows + i : i * a->columns + j;
            if (!close_to(yours[at], factor * right[i * a->columns + j])) return false;
        }
    }
    return true;
}

/* What is wrong with yours, or NULL; NULL also where nobody knows. */
static inline const char *diagnose(const answer *a, const double *yours) {
    const double *right = a->right;
    if (matches(a, yours, right, -1, false)) return "wrong sign";
    if (a->n > 1 && matches(a, yours, right, a->n, false)) return "n times too large: missing 1/n";
    if (a->n > 1 && matches(a, yours, right, -a->n, false)) return "wrong sign, and missing 1/n";
    if (a->n > 1 && matches(a, yours, right, 1 / a->n, false)) return "1/n twice";
    if (a->rows > 1 && a->columns > 1 && matches(a, yours, right, 1, true)) return "transposed";
    for (size_t m = 0; m < a->mistake_count; ++m) {
        if (matches(a, yours, a->mistakes[m].gives, 1, false)) return a->mistakes[m].says;
    }
    return NULL;
}

/* Says whether yours is right, and if not, why. Returns whether it is. */
static inline bool compare(const answer *a, const double *yours) {
    const size_t count = a->rows * a->columns;
    size_t written = 0, wrong = count;
    for (size_t i = 0; i < count; ++i) {
        written += yours[i] != NOT_WRITTEN;
        if (wrong == count && !close_to(yours[i], a->right[i])) wrong = i;
    }
    if (wrong == count) {
        printf("%s: right\n", a->name);
        return true;
    }
    const char *reason = written ? diagnose(a, yours) : "nothing is written yet";
    printf("%s: %s\n", a->name, reason ? reason : "wrong");
    if (!written) return false;
    printf("    at [%zu][%zu]: ", wrong / a->columns, wrong % a->columns);
    if (yours[wrong] == NOT_WRITTEN)
        printf("yours is not written");
    else if (isnan(yours[wrong]))
        printf("yours is nan"); /* printf may write a sign before it, which means nothing */
    else
        printf("yours is %.9g", yours[wrong]);
    printf(", right is %.9g\n", a->right[wrong]);
    return false;
}

/* An element that the first call left alone and the second did not was added to. */
static inline void see_added(size_t count, double *first, const double *second) {
    for (size_t i = 0; i < count; ++i) {
        if (first[i] == NOT_WRITTEN && second[i] != BEFORE) first[i] = second[i];
    }
}

static inline int finished(bool right) {
    puts(right ? "Solved." : "Not yet.");
    return right ? 0 : 1;
}

#endif
