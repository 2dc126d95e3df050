/* SPDX-License-Identifier: MIT */
#include "data/csv_lines.h"

#include <string.h>

#include "base/memory.h"
#include "base/status.h"

static tg_status fail_at(const tg_csv *csv, size_t line, const char *reason) {
    return tg_fail(TG_BAD_FORMAT, "%s: line %zu: %s", csv->path, line, reason);
}

/* Moves behind a line's end, if one stands here. */
static bool skip_line_end(tg_csv *csv) {
    if (csv->next[0] == '\r' && csv->next[1] == '\n') csv->next++;
    if (*csv->next != '\n') return false;
    csv->next++;
    csv->line++;
    return true;
}

/* A quoted field, moved together over its quotes; *end is where its 0 belongs. */
static tg_status read_quoted(tg_csv *csv, char **end) {
    size_t line = csv->line;
    char *to = csv->next++;
    for (;; csv->next++) {
        if (csv->next >= csv->end) return fail_at(csv, line, "a quote is not closed");
        if (*csv->next == '"' && *++csv->next != '"') break;
        if (*csv->next == '\n') csv->line++;
        *to++ = *csv->next;
    }
    *end = to;
    return TG_OK;
}

static tg_status read_plain(tg_csv *csv, char **end) {
    csv->next += strcspn(csv->next, ",\"\r\n");
    if (*csv->next == '"')
        return fail_at(csv, csv->line, "a quote inside a field that does not begin with one");
    *end = csv->next;
    return TG_OK;
}

/* Reads one field and what ends it; *last tells whether that was the line's end. */
static tg_status read_field(tg_csv *csv, bool *last) {
    void *grown = tg_grow(csv->fields, sizeof *csv->fields, csv->count, &csv->capacity);
    if (!grown) return TG_OUT_OF_MEMORY;
    csv->fields = grown;
    char *field = csv->next, *end = NULL;
    TG_TRY(*field == '"' ? read_quoted(csv, &end) : read_plain(csv, &end));
    *last = *csv->next != ',';
    if (!*last)
        csv->next++;
    else if (*csv->next == ';' || *csv->next == '\t')
        return fail_at(csv, csv->line,
                       *csv->next == ';'
                           ? "a semicolon behind a field: are the fields separated by semicolons?"
                           : "a tab behind a field: are the fields separated by tabs?");
    else if (csv->next < csv->end && !skip_line_end(csv))
        return fail_at(csv, csv->line, "neither a comma nor a line's end behind a field");
    *end = '\0';
    csv->fields[csv->count++] = field;
    return TG_OK;
}

tg_status tg_csv_read(tg_csv *csv, bool *found) {
    size_t line = csv->line;
    while (skip_line_end(csv)) continue;
    *found = csv->next < csv->end;
    if (!*found) return TG_OK;
    if (csv->line > line) return tg_fail(TG_BAD_FORMAT, "%s: line %zu is empty", csv->path, line);
    csv->count = 0;
    csv->record_line = line;
    for (bool last = false; !last;) TG_TRY(read_field(csv, &last));
    return TG_OK;
}
