/* SPDX-License-Identifier: MIT */
/* The command line of a command. Values are parsed here and not by popt, which takes "0x10", " 3"
 * and numbers out of range without a word. */
#include "options.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP = MAX_OPTIONS + 1 };

bool parse_count(const char *text, double least, double most, uint64_t *count) {
    size_t length = strlen(text);
    if (length == 0 || strspn(text, "0123456789") != length) return false;
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);
    if (errno || (double)value < least || (double)value > most) return false;
    *count = value;
    return true;
}

bool parse_number(const char *text, double least, double most, double *number) {
    size_t length = strlen(text);
    if (length == 0 || strspn(text, "0123456789+-.eE") != length) return false;
    char *end;
    double value = strtod(text, &end);
    if (*end || !(value >= least && value <= most)) return false;
    *number = value;
    return true;
}

/* Adds to a text of `size` bytes, as printf; what does not fit is left out. */
__attribute__((format(printf, 3, 4))) static void append(char *text, size_t size,
                                                         const char *format, ...) {
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

static void append_choices(char *text, size_t size, const option *entry) {
    for (size_t i = 0; entry->choices[i]; ++i) {
        append(text, size, "%s%s", i ? ", " : "", entry->choices[i]);
    }
}

static void describe(const option *entry, char *help) {
    append(help, HELP_SIZE, "%s", entry->help);
    if (entry->choice) {
        append(help, HELP_SIZE, ": ");
        append_choices(help, HELP_SIZE, entry);
        append(help, HELP_SIZE, " (default: %s)", entry->choices[*entry->choice]);
    }
    if (entry->text && *entry->text) append(help, HELP_SIZE, " (default: %s)", *entry->text);
    if (entry->count && (double)*entry->count >= entry->least) {
        append(help, HELP_SIZE, " (default: %llu)", (unsigned long long)*entry->count);
    }
    if (entry->number && !isnan(*entry->number)) {
        append(help, HELP_SIZE, " (default: %g)", *entry->number);
    }
}

static void build(command_line *line, const command *self, const option *options, size_t count) {
    snprintf(line->usage, sizeof line->usage, "%s [OPTION...]\n\n%s\n", self->usage,
             self->description);
    for (size_t i = 0; i < count; ++i) {
        describe(&options[i], line->help[i]);
        line->table[i] = (struct poptOption){.longName = options[i].name,
                                             .shortName = options[i].letter,
                                             .argInfo = options[i].flag ? POPT_ARG_NONE
                                                                        : POPT_ARG_STRING,
                                             .val = (int)i + 1,
                                             .descrip = line->help[i],
                                             .argDescrip = options[i].argument};
    }
    line->table[count] = (struct poptOption){.longName = "help",
                                             .shortName = 'h',
                                             .argInfo = POPT_ARG_NONE,
                                             .val = HELP,
                                             .descrip = "show this help"};
}

static int take_choice(const command *self, const option *entry, const char *value) {
    for (size_t i = 0; entry->choices[i]; ++i) {
        if (strcmp(value, entry->choices[i]) == 0) {
            *entry->choice = i;
            return PARSED;
        }
    }
    char known[HELP_SIZE] = "";
    append_choices(known, sizeof known, entry);
    return misuse(self, "--%s: '%s' is none of %s", entry->name, value, known);
}

/* `value` lives until the end of the command. */
static int take(const command *self, const option *entry, const char *value) {
    if (entry->flag) *entry->flag = true;
    if (entry->text) *entry->text = value;
    if (entry->choice) return take_choice(self, entry, value);
    if (entry->texts) {
        if (entry->texts->count == MAX_TEXTS) {
            return misuse(self, "--%s: more than %d times", entry->name, MAX_TEXTS);
        }
        entry->texts->items[entry->texts->count++] = value;
    }
    if (entry->count && !parse_count(value, entry->least, entry->most, entry->count)) {
        return misuse(self, "--%s: '%s' is not a whole number from %.0f to %.0f", entry->name,
                      value, entry->least, entry->most);
    }
    if (entry->number && !parse_number(value, entry->least, entry->most, entry->number)) {
        return misuse(self, "--%s: '%s' is not a number from %.15g to %.15g", entry->name, value,
                      entry->least, entry->most);
    }
    return PARSED;
}

static int take_all(command_line *line, const command *self, const option *options) {
    for (;;) {
        int which = poptGetNextOpt(line->context);
        if (which == -1) return PARSED;
        if (which < 0) {
            return misuse(self, "%s: %s", poptBadOption(line->context, POPT_BADOPTION_NOALIAS),
                          poptStrerror(which));
        }
        if (which == HELP) {
            poptPrintHelp(line->context, stdout, 0);
            return DONE;
        }
        char *value = poptGetOptArg(line->context);
        if (value) line->values[line->value_count++] = value;
        int code = take(self, &options[which - 1], value);
        if (code != PARSED) return code;
    }
}

/* Whether the next word is the value of `word`. */
static bool takes_next(const option *options, size_t count, const char *word) {
    for (size_t i = 0; i < count; ++i) {
        if (!options[i].flag && strncmp(word, "--", 2) == 0 &&
            strcmp(word + 2, options[i].name) == 0) {
            return true;
        }
    }
    return false;
}

/* Popt takes "-2.5" for options, unless it is the value of one. With a space before it, it is an
 * argument. Returns a copy of argv in which negative numbers, and lists that begin with one, are
 * so, in one piece of memory; NULL: out of memory. */
static char **protect_negative(int argc, char **argv, const option *options, size_t count) {
    size_t size = ((size_t)argc + 1) * sizeof *argv;
    for (int i = 0; i < argc; ++i) size += strlen(argv[i]) + 2;
    char **copy = calloc(1, size);
    if (!copy) return NULL;
    char *text = (char *)(copy + argc + 1);
    for (int i = 0; i < argc; ++i) {
        char *end;
        strtod(argv[i], &end);
        const bool negative = i > 0 && argv[i][0] == '-' && end != argv[i] &&
                              (*end == '\0' || *end == ',') &&
                              !takes_next(options, count, argv[i - 1]);
        copy[i] = text;
        text += sprintf(text, "%s%s", negative ? " " : "", argv[i]) + 1;
    }
    return copy;
}

/* The arguments, without the space that protects them. */
static bool take_arguments(command_line *line, size_t most) {
    const char **found = poptGetArgs(line->context);
    line->arguments = calloc(most + 1, sizeof *line->arguments);
    for (size_t i = 0; line->arguments && found && found[i]; ++i) {
        const bool is_protected = strncmp(found[i], " -", 2) == 0;
        line->arguments[line->argument_count++] = found[i] + (is_protected ? 1 : 0);
    }
    return line->arguments;
}

int command_line_parse(command_line *line, const command *self, int argc, char **argv,
                       const option *options, size_t count) {
    *line = (command_line){0};
    build(line, self, options, count);
    snprintf(line->name, sizeof line->name, "tigrillo %s", self->name);
    argv[0] = line->name; /* for the usage line */
    line->words = protect_negative(argc, argv, options, count);
    if (!line->words) return finish(TG_OUT_OF_MEMORY);
    line->context = poptGetContext(NULL, argc, (const char **)line->words, line->table, 0);
    line->values = calloc((size_t)argc, sizeof *line->values);
    if (!line->context || !line->values) return finish(TG_OUT_OF_MEMORY);
    poptSetOtherOptionHelp(line->context, line->usage);
    int code = take_all(line, self, options);
    if (code != PARSED) return code;
    if (!take_arguments(line, (size_t)argc)) return finish(TG_OUT_OF_MEMORY);
    if (line->argument_count < self->least || line->argument_count > self->most) {
        return misuse(self, "too %s arguments: usage: tigrillo %s %s",
                      line->argument_count < self->least ? "few" : "many", self->name, self->usage);
    }
    return PARSED;
}

void command_line_end(command_line *line) {
    for (size_t i = 0; i < line->value_count; ++i) free(line->values[i]);
    free(line->values);
    free(line->arguments);
    poptFreeContext(line->context);
    free(line->words);
}
