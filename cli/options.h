/* SPDX-License-Identifier: MIT */
/* The command line of a command: a table of typed options on top of popt. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <popt.h>

#include "command.h"

enum { MAX_OPTIONS = 32, MAX_TEXTS = 16, HELP_SIZE = 320 };

typedef struct texts {
    const char *items[MAX_TEXTS];
    size_t count;
} texts;

/* One option. Which of the pointers is set says what it takes; what is there before parsing is its
 * default, which the help shows unless it is nothing (NULL, NaN, a count below `least`). */
typedef struct option {
    const char *name;     /* without the dashes */
    char letter;          /* of the short form; 0: none */
    const char *argument; /* what stands for its value in the help */
    const char *help;
    bool *flag;        /* takes no value */
    const char **text; /* any text */
    texts *texts;      /* any text, any number of times */
    uint64_t *count;   /* a whole number from `least` to `most` */
    double *number;    /* a finite number from `least` to `most` */
    size_t *choice;    /* one of `choices`: its index */
    double least, most;
    const char *const *choices; /* ends with NULL */
} option;

typedef struct command_line {
    const char **arguments; /* what is not an option; "-2.5" is none */
    size_t argument_count;
    char **words; /* the command line as popt gets it, owned */
    poptContext context;
    char **values; /* the options' values, owned */
    size_t value_count;
    struct poptOption table[MAX_OPTIONS + 2];
    char help[MAX_OPTIONS][HELP_SIZE];
    char name[32], usage[1600];
} command_line;

enum { PARSED = -1 };

/* Parses argv[1] .. into the options and the arguments. Returns PARSED, or the exit code with which
 * the command ends (--help, a wrong command line). Call command_line_end() in every case; texts are
 * valid until then. */
int command_line_parse(command_line *line, const command *self, int argc, char **argv,
                       const option *options, size_t count);
void command_line_end(command_line *line);

/* All of `text` as a number; false when it is none, or not from `least` to `most`. */
bool parse_number(const char *text, double least, double most, double *number);
bool parse_count(const char *text, double least, double most, uint64_t *count);

#endif
