/* SPDX-License-Identifier: MIT */
/* How good a classifier is, for people and for programs. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdio.h>

#include <jansson.h>

#include <tigrillo/tigrillo.h>

/* Figures, table of classes and confusion matrix on standard output; `dataset` has the names. */
void report_print(const tg_metrics *metrics, const tg_dataset *dataset);

/* The same as an object; NULL when there is no memory. */
json_t *report_json(const tg_metrics *metrics, const tg_dataset *dataset);

/* How many samples the model gave no prediction for, its outputs not being numbers. */
size_t report_missing(const tg_metrics *metrics);

/* The value for printf(), which would write a NaN with a sign, and that means nothing. */
double unsigned_nan(double value);

/* Columns of UTF-8 text. */
int text_width(const char *text);

/* Prints a name from outside and fills up to `width` columns. A control character, which a terminal
 * would obey, becomes '?'. */
void print_name(FILE *file, const char *name, int width);

/* Columns that the longest class name takes, at least `least`. */
int name_width(const tg_dataset *dataset, int least);

#endif
