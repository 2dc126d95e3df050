/* SPDX-License-Identifier: MIT */
/* The lines and fields of CSV text (RFC 4180). */
#ifndef TG_DATA_CSV_LINES_H
#define TG_DATA_CSV_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include <tigrillo/status.h>

/* The text is taken apart where it lies: a field ends in a 0 afterwards, and its quotes are gone.
 */
typedef struct tg_csv {
    const char *path; /* for messages */
    char *next, *end; /* a 0 stands at `end`, and none before it */
    size_t line;      /* of `next`, from 1 */
    char **fields;    /* of the record that was read last; tg_release() them in the end */
    size_t count, capacity;
    size_t record_line; /* where it began */
} tg_csv;

/* Reads the next record; *found is false when there is none. Only at the end may lines be empty. */
tg_status tg_csv_read(tg_csv *csv, bool *found);

#endif
