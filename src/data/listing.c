/* SPDX-License-Identifier: MIT */
#include "data/listing.h"

#include <dirent.h>
#include <errno.h>
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
static tg_status add_if(tg_listing *listing, const char *folder, const char *name,
                        bool subfolders) {
    char *path = tg_join_path(folder, name);
    if (!path) return TG_OUT_OF_MEMORY;
    struct stat info;
    bool is_folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    tg_release(path);
    return is_folder == subfolders ? add(listing, name) : TG_OK;
}

static tg_status read_entries(DIR *directory, const char *folder, bool subfolders,
                              bool (*wanted)(const char *name), tg_listing *listing) {
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(directory);
        if (!entry && errno) return tg_fail_errno(folder, "read the folder");
        if (!entry) return TG_OK;
        const char *name = entry->d_name;
        if (name[0] != '.' && (!wanted || wanted(name)))
            TG_TRY(add_if(listing, folder, name, subfolders));
    }
}

tg_status tg_listing_read(const char *folder, bool subfolders, bool (*wanted)(const char *name),
                          tg_listing *listing) {
    DIR *directory = opendir(folder);
    if (!directory) return tg_fail_errno(folder, "open the folder");
    tg_listing made = {0};
    tg_status status = read_entries(directory, folder, subfolders, wanted, &made);
    closedir(directory);
    if (status) {
        tg_listing_destroy(&made);
        return status;
    }
    if (made.count > 0) qsort(made.names, made.count, sizeof *made.names, compare);
    *listing = made;
    return TG_OK;
}

void tg_listing_destroy(tg_listing *listing) {
    for (size_t i = 0; i < listing->count; i++) tg_release(listing->names[i]);
    tg_release(listing->names);
    *listing = (tg_listing){0};
}
