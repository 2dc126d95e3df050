/* SPDX-License-Identifier: MIT */
/* The commands of the program, how they end, and how they say what went wrong. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stddef.h>

#include <tigrillo/tigrillo.h>

/* The program's exit codes. */
enum { DONE = 0, FAILED = 1, MISUSED = 2, INTERRUPTED = 130 };

typedef struct command {
    const char *name;
    const char *usage;   /* what follows the name in the usage line */
    const char *summary; /* one line */
    const char *description;
    size_t least, most; /* arguments that are not options */
    int (*run)(const struct command *self, int argc, char **argv);
} command;

extern const command train_command, evaluate_command, predict_command, inspect_command,
    export_command, import_command, softmax_command, gradcheck_command, trace_command,
    check_command, plot_command;

/* "tigrillo: ..." to standard error, as printf. Returns FAILED. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for what the library last complained about; DONE, and nothing said, for TG_OK. */
int finish(tg_status status);

/* The same for a wrong command line, and where to find help. Returns MISUSED. `self` NULL: the
 * program itself. */
int misuse(const command *self, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
