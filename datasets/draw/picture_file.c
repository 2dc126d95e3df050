/* SPDX-License-Identifier: MIT */
/* Writes PNG files in full or says why not: stb's own file output does not look at fclose. */
#define _POSIX_C_SOURCE 200809L
#include "picture_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <stb_image_write.h>

static bool complain(const char *path, const char *reason) {
    fprintf(stderr, "%s: %s\n", path, reason);
    return false;
}

bool make_folders(const char *path) {
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof part) {
        return complain(path, strerror(ENAMETOOLONG));
    }
    for (size_t i = 1; i <= length; ++i) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST) {
            return complain(part, strerror(errno));
        }
    }
    struct stat status;
    if (stat(path, &status) != 0) {
        return complain(path, strerror(errno));
    }
    return S_ISDIR(status.st_mode) || complain(path, strerror(ENOTDIR));
}

struct sink {
    FILE *file;
    int error;
};

static void sink_write(void *context, void *data, int size) {
    struct sink *sink = context;
    if (sink->error == 0 && fwrite(data, 1, (size_t)size, sink->file) != (size_t)size) {
        sink->error = errno;
    }
}

bool write_png(const char *path, int width, int height, const uint8_t *rgb) {
    struct sink sink = {.file = fopen(path, "wb")};
    struct stat status;
    if (!sink.file) {
        return complain(path, strerror(errno));
    }
    bool regular = fstat(fileno(sink.file), &status) == 0 && S_ISREG(status.st_mode);
    bool encoded = stbi_write_png_to_func(sink_write, &sink, width, height, 3, rgb, 3 * width) != 0;
    if (fclose(sink.file) != 0 && sink.error == 0) {
        sink.error = errno;
    }
    if (encoded && sink.error == 0) {
        return true;
    }
    if (regular) { /* half a picture is worse than none, but a device stays where it is */
        remove(path);
    }
    return complain(path, encoded ? strerror(sink.error) : "cannot encode as PNG");
}
