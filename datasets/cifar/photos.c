/* SPDX-License-Identifier: MIT */
/* A record is one label byte (CIFAR-10) or two, coarse and fine (CIFAR-100), and three planes of
 * 32 x 32 bytes. The names of the labels come from the text file beside the records. */
#define _POSIX_C_SOURCE 200809L
#include "photos.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool complain(const char *path, const char *reason) {
    fprintf(stderr, "%s: %s\n", path, reason);
    return false;
}

static FILE *open_in(const char *folder, const char *name, char path[PATH_MAX]) {
    int length = snprintf(path, PATH_MAX, "%s/%s", folder, name);
    FILE *file = length > 0 && length < PATH_MAX ? fopen(path, "rb") : NULL;
    if (!file) {
        complain(path, length < PATH_MAX ? strerror(errno) : strerror(ENAMETOOLONG));
    }
    return file;
}

static bool read_labels(struct photos *photos, const char *folder, const char *name) {
    char path[PATH_MAX];
    char line[128];
    FILE *file = open_in(folder, name, path);
    if (!file) {
        return false;
    }
    bool ok = true;
    while (ok && fgets(line, sizeof line, file)) {
        size_t length = strcspn(line, "\r\n");
        if (length == 0) {
            continue;
        }
        /* The name becomes part of file names. */
        if (length != strspn(line, "abcdefghijklmnopqrstuvwxyz_") || length >= LABEL_LENGTH ||
            photos->label_count == LABELS_MAX) {
            ok = complain(path, "not a list of label names");
            break;
        }
        memcpy(photos->label[photos->label_count], line, length);
        photos->label[photos->label_count++][length] = '\0';
    }
    if (ok && ferror(file)) {
        ok = complain(path, strerror(errno));
    }
    fclose(file);
    return ok;
}

static bool grow(struct photos *photos) {
    if (photos->count < photos->room) {
        return true;
    }
    int room = photos->room > 0 ? photos->room * 2 : 1024;
    struct photo *at = realloc(photos->at, (size_t)room * sizeof *at);
    if (at) {
        photos->at = at;
        photos->room = room;
    }
    return at != NULL;
}

static bool read_records(struct photos *photos, const char *folder, const char *name,
                         size_t label_bytes) {
    char path[PATH_MAX];
    uint8_t record[2 + PHOTO_BYTES];
    const size_t size = label_bytes + PHOTO_BYTES;
    FILE *file = open_in(folder, name, path);
    if (!file) {
        return false;
    }
    bool ok = true;
    size_t got;
    while (ok && (got = fread(record, 1, size, file)) > 0) {
        if (got < size) {
            ok = complain(path, ferror(file) ? strerror(errno) : "ends inside a record");
        } else if (record[label_bytes - 1] >= photos->label_count) {
            ok = complain(path, "a label without a name");
        } else if (!grow(photos)) {
            ok = complain(path, strerror(ENOMEM));
        } else {
            struct photo *photo = &photos->at[photos->count++];
            photo->label = record[label_bytes - 1];
            memcpy(photo->planes, record + label_bytes, PHOTO_BYTES);
        }
    }
    if (ok && ferror(file)) {
        ok = complain(path, strerror(errno));
    }
    fclose(file);
    return ok;
}

bool photos_read_cifar10(struct photos *photos, const char *folder) {
    *photos = (struct photos){.count = 0};
    bool ok = read_labels(photos, folder, "batches.meta.txt");
    for (int i = 1; ok && i <= 5; ++i) {
        char name[32];
        snprintf(name, sizeof name, "data_batch_%d.bin", i);
        ok = read_records(photos, folder, name, 1);
    }
    return ok;
}

bool photos_read_cifar100(struct photos *photos, const char *folder) {
    *photos = (struct photos){.count = 0};
    return read_labels(photos, folder, "fine_label_names.txt") &&
           read_records(photos, folder, "train.bin", 2);
}

void photos_free(struct photos *photos) {
    free(photos->at);
    *photos = (struct photos){.count = 0};
}

int photos_label(const struct photos *photos, const char *name) {
    for (int i = 0; i < photos->label_count; ++i) {
        if (strcmp(photos->label[i], name) == 0) {
            return i;
        }
    }
    return -1;
}
