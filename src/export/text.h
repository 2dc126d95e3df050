/* SPDX-License-Identifier: MIT */
/* Text that grows, for files that are written at once. The first failure stays in `status` and
 * makes the calls after it do nothing, so that a writer asks once, at its end. */
#ifndef TG_EXPORT_TEXT_H
#define TG_EXPORT_TEXT_H

#include <stddef.h>

#include <tigrillo/status.h>

typedef struct tg_text {
    char *bytes; /* tg_release() it */
    size_t size, capacity;
    tg_status status;
    /* What tg_text_code() and tg_text_part() write for "name_" and "NAME_". */
    const char *lower, *upper;
} tg_text;

void tg_text_add(tg_text *text, const char *bytes, size_t size);

/* As printf, up to 2 KB; "name_" and "NAME_" at the start of a word are replaced. */
void tg_text_code(tg_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for the lines of a part (parts.h). */
void tg_text_part(tg_text *text, const char *const *lines);

/* A float literal of C that gives exactly this value back; it must be finite. */
void tg_text_float(tg_text *text, float value);

/* The same without the ending: for comments. */
void tg_text_number(tg_text *text, float value);

/* A string literal of C, with quotes. Only plain ASCII stands for itself. */
void tg_text_string(tg_text *text, const char *string);

/* The inside of one: bytes of any value. */
void tg_text_bytes(tg_text *text, const unsigned char *bytes, size_t size);

#endif
