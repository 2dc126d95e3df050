/* SPDX-License-Identifier: MIT */
/* Finds the reader for what the user names. */
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/status.h"
#include "data/dataset.h"

static bool ends_in(const char *text, const char *ending) {
    size_t length = strlen(text), tail = strlen(ending);
    return length > tail && strcasecmp(text + length - tail, ending) == 0;
}

static bool exists(const char *path) {
    struct stat info;
    return stat(path, &info) == 0;
}

/* The colon of "IMAGES:LABELS". Names may hold colons too: the one between two files that exist,
 * else the first. */
static char *find_separator(char *data) {
    char *first = strchr(data, ':');
    for (char *colon = first; colon; colon = strchr(colon + 1, ':')) {
        *colon = '\0';
        bool both = exists(data) && exists(colon + 1);
        *colon = ':';
        if (both) return colon;
    }
    return first;
}

/* `data` is a copy that may be cut in two. */
static tg_status read_pair(char *data, const tg_read_options *options, tg_dataset **dataset) {
    char *separator = find_separator(data);
    *separator = '\0';
    const char *samples = data, *labels = separator + 1;
    if (!*samples || !*labels)
        return tg_fail(TG_INVALID_ARGUMENT, "\"%s:%s\": one of the two files has no name", samples,
                       labels);
    if (ends_in(samples, ".npy") || ends_in(labels, ".npy"))
        return tg_dataset_read_npy(samples, labels, options, dataset);
    return tg_dataset_read_idx(samples, labels, options, dataset);
}

tg_status tg_dataset_read(const char *data, const tg_read_options *options, tg_dataset **dataset) {
    TG_REQUIRE(data && dataset, "data or dataset is NULL");
    struct stat info;
    bool found = stat(data, &info) == 0;
    if (found && S_ISDIR(info.st_mode)) return tg_dataset_read_folder(data, options, dataset);
    if (!found && strchr(data, ':')) {
        char *copy = tg_copy_string(data);
        if (!copy) return TG_OUT_OF_MEMORY;
        tg_status status = read_pair(copy, options, dataset);
        tg_release(copy);
        return status;
    }
    if (!found) return tg_fail_errno(data, "open");
    if (ends_in(data, ".csv")) return tg_dataset_read_csv(data, options, dataset);
    if (ends_in(data, ".bin")) return tg_dataset_read_cifar(data, options, dataset);
    return tg_fail(TG_UNSUPPORTED,
                   "%s: not a folder, a .csv file, a CIFAR .bin file, or two IDX or .npy files as "
                   "IMAGES:LABELS",
                   data);
}
