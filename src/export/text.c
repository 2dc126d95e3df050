/* SPDX-License-Identifier: MIT */
#include "export/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

/* Room for `size` more bytes; NULL when there is none. */
static char *make_room(tg_text *text, size_t size) {
    while (!text->status && text->capacity - text->size < size) {
        void *grown = tg_grow(text->bytes, 1, text->capacity, &text->capacity);
        if (grown)
            text->bytes = grown;
        else
            text->status = TG_OUT_OF_MEMORY;
    }
    return text->status ? NULL : text->bytes + text->size;
}

void tg_text_add(tg_text *text, const char *bytes, size_t size) {
    char *room = make_room(text, size);
    if (!room) return;
    memcpy(room, bytes, size);
    text->size += size;
}

static bool in_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void add_code(tg_text *text, const char *code) {
    const char *done = code;
    for (const char *c = code; *c; c++) {
        const bool lower = strncmp(c, "name_", 5) == 0, upper = strncmp(c, "NAME_", 5) == 0;
        if ((!lower && !upper) || (c > code && in_word(c[-1]))) continue;
        const char *prefix = lower ? text->lower : text->upper;
        tg_text_add(text, done, (size_t)(c - done));
        tg_text_add(text, prefix, strlen(prefix));
        done = c + 4; /* the underscore stays */
    }
    tg_text_add(text, done, strlen(done));
}

void tg_text_code(tg_text *text, const char *format, ...) {
    char line[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    add_code(text, line);
}

void tg_text_part(tg_text *text, const char *const *lines) {
    for (; *lines; lines++) add_code(text, *lines);
}

void tg_text_number(tg_text *text, float value) {
    char number[32];
    snprintf(number, sizeof number, "%.9g", (double)value);
    bool whole = true;
    for (char *c = number; *c; c++) {
        if ((*c >= '0' && *c <= '9') || *c == '-' || *c == '+') continue;
        whole = false;
        if (*c != 'e') *c = '.'; /* which the locale may write otherwise */
    }
    tg_text_add(text, number, strlen(number));
    if (whole) tg_text_add(text, ".0", 2);
}

void tg_text_float(tg_text *text, float value) {
    tg_text_number(text, value);
    tg_text_add(text, "f", 1);
}

void tg_text_bytes(tg_text *text, const unsigned char *bytes, size_t size) {
    char *next = make_room(text, 4 * size);
    if (!next) return;
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = bytes[i];
        /* A question mark may begin a trigraph. */
        if (c >= ' ' && c < 127 && c != '"' && c != '\\' && c != '?') {
            *next++ = (char)c;
            continue;
        }
        /* Three digits only where a digit follows. */
        const bool full = i + 1 < size && bytes[i + 1] >= '0' && bytes[i + 1] <= '7';
        *next++ = '\\';
        if (full || c >= 64) *next++ = (char)('0' + c / 64);
        if (full || c >= 8) *next++ = (char)('0' + c / 8 % 8);
        *next++ = (char)('0' + c % 8);
    }
    text->size = (size_t)(next - text->bytes);
}

void tg_text_string(tg_text *text, const char *string) {
    tg_text_add(text, "\"", 1);
    tg_text_bytes(text, (const unsigned char *)string, strlen(string));
    tg_text_add(text, "\"", 1);
}
