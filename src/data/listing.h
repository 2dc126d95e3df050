/* SPDX-License-Identifier: MIT */
/* The names in a folder. */
#ifndef TG_DATA_LISTING_H
#define TG_DATA_LISTING_H

#include <stddef.h>

#include <tigrillo/status.h>

typedef struct tg_listing {
    char **names;
    size_t count, capacity;
} tg_listing;

/* The subfolders of a folder, and what else is in it, links followed, in the order of their names'
 * bytes. Hidden ones are left out. `files` may be NULL. */
tg_status tg_listing_read(const char *folder, tg_listing *subfolders, tg_listing *files);
void tg_listing_destroy(tg_listing *listing);

/* "folder/name"; tg_release() it. NULL as tg_allocate(). */
char *tg_join_path(const char *folder, const char *name);

#endif
