/* SPDX-License-Identifier: MIT */
#include "data/listing.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/status.h"

char *tg_join_path(const char *folder, const char *name) {
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = tg_allocate(size, 1);
    size_t length = strlen(folder);
    if (path)
        snprintf(path, size, "%s%s%s", folder, length && folder[length - 1] == '/' ? "" : "/",
                 name);
    return path;
}

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static tg_status add(tg_listing *listing, const char *name) {
    void *grown = tg_grow(listing->names, sizeof *listing->names, listing->count,
                          &listing->capacity);
    if (!grown) return TG_OUT_OF_MEMORY;
    listing->names = grown;
    listing->names[listing->count] = tg_copy_string(name);
    if (!listing->names[listing->count]) return TG_OUT_OF_MEMORY;
    listing->count++;
    return TG_OK;
}

/* A link that leads nowhere is no folder: that it cannot be read is said when it is read. */
static tg_status add_entry(const char *folder, const char *name, tg_listing *subfolders,
                           tg_listing *files) {
    char *path = tg_join_path(folder, name);
    if (!path) return TG_OUT_OF_MEMORY;
    struct stat info;
    bool is_folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    tg_release(path);
    if (is_folder) return add(subfolders, name);
    return files ? add(files, name) : TG_OK;
}

static tg_status read_entries(DIR *directory, const char *folder, tg_listing *subfolders,
                              tg_listing *files) {
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (!entry && errno) return tg_fail_errno(folder, "read the folder");
        if (!entry) return TG_OK;
        if (entry->d_name[0] != '.') TG_TRY(add_entry(folder, entry->d_name, subfolders, files));
    }
}

static void sort(tg_listing *listing) {
    if (listing->count > 0) qsort(listing->names, listing->count, sizeof *listing->names, compare);
}

tg_status tg_listing_read(const char *folder, tg_listing *subfolders, tg_listing *files) {
    DIR *directory = opendir(folder);
    if (!directory) return tg_fail_errno(folder, "open the folder");
    tg_listing folders_made = {0}, files_made = {0};
    tg_status status = read_entries(directory, folder, &folders_made, files ? &files_made : NULL);
    closedir(directory);
    if (status) {
        tg_listing_destroy(&folders_made);
        tg_listing_destroy(&files_made);
        return status;
    }
    sort(&folders_made);
    sort(&files_made);
    *subfolders = folders_made;
    if (files) *files = files_made;
    return TG_OK;
}

void tg_listing_destroy(tg_listing *listing) {
    for (size_t i = 0; i < listing->count; i++) tg_release(listing->names[i]);
    tg_release(listing->names);
    *listing = (tg_listing){0};
}
