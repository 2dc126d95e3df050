/* SPDX-License-Identifier: MIT */
/* Numbers from text. */
#ifndef TG_DATA_NUMBER_H
#define TG_DATA_NUMBER_H

#include <stdbool.h>

/* Reads a decimal number ("-1.5e3", ".5", "2."), which blanks may surround, without regard to the
 * locale and rounded correctly. False, and nothing written, for anything else: "", "nan", "0x1p3",
 * "1,5", more than 1000 characters. A number too large for a double becomes an infinity. */
bool tg_parse_number(const char *text, double *number);

#endif
