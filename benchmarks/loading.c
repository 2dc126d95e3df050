/* SPDX-License-Identifier: MIT */
/* A model from its file, which the system has in memory.
 *
 *     loading                     is run by the driver (support/serve.h)
 *     loading save NETWORK FILE   writes a model with random weights, for embedding.py
 *
 * The work is "load": tg_model_load(), beside `cat FILE >/dev/null` as a process, and beside what
 * cat does without one: to read the file into a buffer of 128 KiB. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tigrillo/tigrillo.h>

#include "support/input.h"
#include "support/network.h"
#include "support/serve.h"

enum { BUFFER = 128 * 1024 };

extern char **environ;

static char path[2048];

static void load(void *context) {
    tg_model *model = NULL;
    (void)context;
    check(tg_model_load(tg_cpu(), path, &model));
    tg_model_destroy(model);
}

static void read_file(void *context) {
    static char buffer[BUFFER];
    const int file = open(path, O_RDONLY);
    ssize_t got = 0;
    (void)context;
    if (file < 0) fail("%s cannot be opened", path);
    while ((got = read(file, buffer, sizeof buffer)) > 0) continue;
    if (got < 0) fail("%s cannot be read", path);
    close(file);
}

static void cat(void *context) {
    char *const arguments[] = {"cat", path, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 1;
    (void)context;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (posix_spawnp(&child, "cat", &actions, NULL, arguments, environ) != 0) fail("no cat");
    if (waitpid(child, &status, 0) != child || status != 0) fail("cat fails");
    posix_spawn_file_actions_destroy(&actions);
}

static void save(const char *shape, const char *folder, const char *to) {
    bench_network network;
    if (!parse_network(shape, &network)) fail("%s is not a network", shape);
    tg_model *model = network_model(&network, tg_cpu(), tg_relu(), tg_softmax(), folder);
    check(tg_model_save(model, to));
    tg_model_destroy(model);
}

static void add(bench_preparation *preparation, const char *name, void (*function)(void *)) {
    bench_contestant *added = add_contestant(preparation);
    added->name = name;
    added->run = function;
}

static void prepare(bench_preparation *preparation) {
    if (strcmp(preparation->work, "load") != 0) return;
    snprintf(path, sizeof path, "%s/model.safetensors", preparation->folder);
    save(preparation->shape, preparation->folder, path);
    add(preparation, "tigrillo", load);
    add(preparation, "limit:read", read_file);
    add(preparation, "cat", cat);
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "save") == 0) {
        save(argv[2], NULL, argv[3]);
        return 0;
    }
    const bench_program program = {tigrillo_version(tg_cpu()), prepare};
    serve(&program);
    return 0;
}
