/* SPDX-License-Identifier: MIT */
/* strtod() rounds correctly, but its decimal point is the locale's. A number without a point is the
 * same in every locale, so 12.34e5 is handed to it as 1234e3. */
#include "data/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHARACTERS = 1000 };

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *text) {
    while (*text == ' ' || *text == '\t') text++;
    return text;
}

/* Appends the digits at `text` and returns what follows them. */
static const char *copy_digits(const char *text, char **end) {
    while (is_digit(*text)) *(*end)++ = *text++;
    return text;
}

/* The number behind an "e"; so many digits that it overflows make it merely huge. */
static const char *parse_exponent(const char *text, long *exponent) {
    bool negative = *text == '-';
    if (*text == '-' || *text == '+') text++;
    if (!is_digit(*text)) return NULL;
    long value = 0;
    for (; is_digit(*text); text++)
        if (value < 1000000) value = value * 10 + (*text - '0');
    *exponent = negative ? -value : value;
    return text;
}

bool tg_parse_number(const char *text, double *number) {
    if (strnlen(text, MOST_CHARACTERS + 1) > MOST_CHARACTERS) return false;
    char digits[MOST_CHARACTERS + 32], *end = digits;
    text = skip_blanks(text);
    if (*text == '-')
        *end++ = *text++;
    else if (*text == '+')
        text++;
    const char *first = end;
    text = copy_digits(text, &end);
    const char *point = end;
    if (*text == '.') text = copy_digits(text + 1, &end);
    if (end == first) return false;
    long exponent = 0;
    if (*text == 'e' || *text == 'E') {
        text = parse_exponent(text + 1, &exponent);
        if (!text) return false;
    }
    if (*skip_blanks(text)) return false;
    snprintf(end, 32, "e%ld", exponent - (long)(end - point));
    *number = strtod(digits, NULL);
    return true;
}
