/* SPDX-License-Identifier: MIT */
/* The program tigrillo: finds the command and runs it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

static const command *const commands[] = {&train_command,   &evaluate_command,  &predict_command,
                                          &inspect_command, &export_command,    &import_command,
                                          &softmax_command, &gradcheck_command, &trace_command,
                                          &check_command,   &plot_command};

static int help(void) {
    puts("Usage: tigrillo COMMAND ...\n\nTrains and uses small neural networks.\n\nCommands:");
    for (size_t i = 0; i < TG_COUNT(commands); ++i) {
        printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
    }
    puts("\n`tigrillo COMMAND --help` explains a command, `tigrillo --version` tells the "
         "version.\n\n"
         "DATA is one of\n"
         "  a folder with a subfolder of pictures (PNG, JPEG, BMP) for each class\n"
         "  IMAGES:LABELS, two files in IDX (MNIST's format, plain or .gz) or .npy\n"
         "  a .csv file, a number in each column and a label in one\n"
         "  a .bin file in CIFAR's binary format\n\n"
         "Exit codes: 0 done, 1 failed, 2 wrong command line, 130 interrupted.");
    return DONE;
}

static int run(int argc, char **argv) {
    if (argc < 2) return misuse(NULL, "no command given");
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) return help();
    if (strcmp(name, "--version") == 0) {
        printf("tigrillo %s (%s)\n", tg_version(), tg_components());
        return DONE;
    }
    for (size_t i = 0; i < TG_COUNT(commands); ++i) {
        if (strcmp(name, commands[i]->name) == 0) {
            return commands[i]->run(commands[i], argc - 1, argv + 1);
        }
    }
    return misuse(NULL, "%s: no such %s", name, name[0] == '-' ? "option" : "command");
}

int main(int argc, char **argv) {
#ifdef SIGXFSZ
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like others */
#endif
    int code = run(argc, argv);
    /* What cannot be written is not done: a full disk shows at the latest when it is flushed. */
    errno = 0;
    int broken = ferror(stdout);
    if ((fflush(stdout) != 0 || broken) && code == DONE) {
        code = fail("standard output: %s", errno ? strerror(errno) : "write error");
    }
    return code;
}
