/* SPDX-License-Identifier: MIT */
/* The files that training writes, looked at before it begins. */
#define _XOPEN_SOURCE 700 /* realpath() */
#include "out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Everything that can be overwritten by mistake. */
typedef struct inputs {
    const command_line *data; /* or models to be read: then without `validation` */
    const texts *validation;
} inputs;

/* 8 bytes of length, less than 2^32 here, and a brace. */
bool begins_as_model(const char *path) {
    unsigned char start[9] = {0};
    FILE *file = fopen(path, "rb");
    size_t got = file ? fread(start, 1, sizeof start, file) : 0;
    if (file) fclose(file);
    return got == sizeof start && memcmp(start + 4, "\0\0\0\0{", 5) == 0;
}

static int fail_errno(const char *path) {
    return fail("%s: %s", path, strerror(errno));
}

static bool same_file(const struct stat *file, const char *path) {
    struct stat other;
    return stat(path, &other) == 0 && other.st_dev == file->st_dev && other.st_ino == file->st_ino;
}

/* DATA is a file or a folder, or two files with a colon between them. */
static bool is_in(const char *data, const struct stat *file) {
    if (same_file(file, data)) return true;
    for (const char *colon = strchr(data, ':'); colon; colon = strchr(colon + 1, ':')) {
        char first[PATH_MAX];
        size_t length = (size_t)(colon - data);
        if (length >= sizeof first) return false;
        memcpy(first, data, length);
        first[length] = '\0';
        if (same_file(file, first) || same_file(file, colon + 1)) return true;
    }
    return false;
}

static bool is_input(const inputs *in, const struct stat *file) {
    for (size_t i = 0; i < in->data->argument_count; ++i) {
        if (is_in(in->data->arguments[i], file)) return true;
    }
    for (size_t i = 0; in->validation && i < in->validation->count; ++i) {
        if (is_in(in->validation->items[i], file)) return true;
    }
    return false;
}

/* What is there already may be replaced when it is a model, or empty. */
static int check_file(const char *path, const inputs *in) {
    struct stat file;
    if (lstat(path, &file) != 0) return errno == ENOENT ? PARSED : fail_errno(path);
    if (stat(path, &file) != 0) return fail("%s: a link that leads nowhere", path);
    if (!S_ISREG(file.st_mode)) return fail("%s: is there and not a file", path);
    if (is_input(in, &file)) {
        return fail("%s: is %s, and would be overwritten", path,
                    in->validation ? "the data to learn from" : "the model to read");
    }
    if (access(path, R_OK) != 0) return fail_errno(path);
    if (file.st_size == 0 || begins_as_model(path)) return PARSED;
    return fail("%s: is there and not a model: it is not overwritten", path);
}

/* The folder in which `path` is, or will be. */
static void folder_of(const char *path, char folder[PATH_MAX]) {
    const char *slash = strrchr(path, '/');
    const int length = slash == path ? 1 : (int)(slash ? slash - path : 1);
    snprintf(folder, PATH_MAX, "%.*s", length, slash ? path : ".");
}

static int check_folder(const char *path) {
    char folder[PATH_MAX];
    struct stat status;
    folder_of(path, folder);
    if (stat(folder, &status) != 0) return fail_errno(folder);
    if (!S_ISDIR(status.st_mode)) return fail("%s: %s", folder, strerror(ENOTDIR));
    return access(folder, W_OK | X_OK) == 0 ? PARSED : fail_errno(folder);
}

int out_check_file(const command *self, const char *out, const command_line *models) {
    if (!out) return misuse(self, "--out MODEL is missing");
    if (!*out) return misuse(self, "--out: the name is empty");
    const inputs in = {models, NULL};
    int code = check_folder(out);
    return code == PARSED ? check_file(out, &in) : code;
}

int out_check_beside(const char *path, const char *start, const char *what) {
    char found[64] = "";
    const size_t length = strlen(start);
    struct stat there;
    if (!*path) return fail("'': the name of %s is empty", what);
    const int code = check_folder(path);
    if (code != PARSED) return code;
    if (lstat(path, &there) != 0) return errno == ENOENT ? PARSED : fail_errno(path);
    if (stat(path, &there) != 0) return fail("%s: a link that leads nowhere", path);
    if (!S_ISREG(there.st_mode)) return fail("%s: is there and not a file", path);
    FILE *file = access(path, W_OK) == 0 ? fopen(path, "rb") : NULL;
    if (!file) return fail_errno(path);
    const size_t got = fread(found, 1, length, file);
    fclose(file);
    if (got == 0 || (got == length && memcmp(found, start, length) == 0)) return PARSED;
    return fail("%s: is there and not %s: it is not overwritten", path, what);
}

bool out_same(const char *one, const char *other) {
    char folder[PATH_MAX], others[PATH_MAX];
    struct stat status;
    const char *slash = strrchr(one, '/'), *others_slash = strrchr(other, '/');
    folder_of(one, folder);
    folder_of(other, others);
    return strcmp(slash ? slash + 1 : one, others_slash ? others_slash + 1 : other) == 0 &&
           stat(folder, &status) == 0 && same_file(&status, others);
}

static int check_length(const char *path) {
    char longest[PATH_MAX];
    struct stat status;
    int length = snprintf(longest, sizeof longest, "%s.checkpoint", path);
    errno = ENAMETOOLONG;
    if (length < (int)sizeof longest && (lstat(longest, &status) == 0 || errno != ENAMETOOLONG)) {
        return PARSED;
    }
    return fail("%s: with the ending .checkpoint: %s", path, strerror(ENAMETOOLONG));
}

int out_check(const command *self, const char *out, const command_line *data,
              const texts *validation, char checkpoint[PATH_MAX]) {
    if (!out) return misuse(self, "--out MODEL is missing");
    if (!*out) return misuse(self, "--out: the name is empty");
    const inputs in = {data, validation};
    int code = check_length(out);
    if (code == PARSED) code = check_folder(out);
    if (code == PARSED) code = check_file(out, &in);
    if (code != PARSED) return code;
    snprintf(checkpoint, PATH_MAX, "%s.checkpoint", out);
    code = check_file(checkpoint, &in);
    /* A link is followed when the model is saved. */
    char *target = realpath(out, NULL);
    if (code == PARSED && target) code = check_folder(target);
    free(target);
    return code;
}
