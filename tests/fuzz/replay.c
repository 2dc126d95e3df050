/* SPDX-License-Identifier: MIT */
/* A fuzz target as a test: replay FOLDER runs it on every file in the folder, without libFuzzer. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "support.h"

/* libFuzzer's, for mutators of targets, which nothing calls here. */
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t most);

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t most) {
    (void)bytes;
    return size < most ? size : most;
}

/* In memory of the file's own size, of which the sanitizer knows where it ends. */
static int replay(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) return EXIT_FAILURE;
    const long size = ftell(file);
    uint8_t *bytes = size >= 0 ? malloc(size > 0 ? (size_t)size : 1) : NULL;
    rewind(file);
    const int bad = !bytes || fread(bytes, 1, (size_t)size, file) != (size_t)size;
    fclose(file);
    if (!bad) LLVMFuzzerTestOneInput(bytes, (size_t)size);
    free(bytes);
    printf("%s: %ld bytes%s\n", path, size, bad ? ", which cannot be read" : "");
    return bad;
}

int main(int count, char **arguments) {
    DIR *folder = count == 2 ? opendir(arguments[1]) : NULL;
    int files = 0, bad = 0;
    if (!folder) return EXIT_FAILURE;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        char path[1024];
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", arguments[1], entry->d_name);
        bad |= replay(path);
        files++;
    }
    closedir(folder);
    if (files == 0) printf("%s: has no files\n", arguments[1]);
    return bad || files == 0;
}
