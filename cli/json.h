/* SPDX-License-Identifier: MIT */
/* JSON as the program prints it. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>

#include <jansson.h>

/* A number, or null where JSON has none for it (NaN, infinities). */
json_t *json_number(double value);

/* A string; bytes that are not UTF-8, which a file's name may hold, become '?'. */
json_t *json_text(const char *text);

/* Prints `value` and a new line on standard output and releases it; returns an exit code. NULL: out
 * of memory. */
int json_print(json_t *value);

#endif
