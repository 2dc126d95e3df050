/* SPDX-License-Identifier: MIT */
/* The header is a Python dictionary of three entries, written as text:
 *
 *     {'descr': '<f4', 'fortran_order': False, 'shape': (60000, 784), }
 *
 * The entries may stand in any order; nothing else may. */
#include "data/npy_header.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "data/bytes.h"

static const struct {
    const char *name;
    size_t size;
} types[] = {[TG_NPY_FLOAT32] = {"<f4", 4},
             [TG_NPY_FLOAT64] = {"<f8", 8},
             [TG_NPY_UINT8] = {"|u1", 1},
             [TG_NPY_INT32] = {"<i4", 4},
             [TG_NPY_INT64] = {"<i8", 8}};

size_t tg_npy_size(tg_npy_type type) {
    return types[type].size;
}

/* Where we are in the text. */
typedef struct cursor {
    const char *path;
    const unsigned char *bytes; /* the file */
    size_t place, end;          /* of the header's text in it */
} cursor;

static tg_status fail_here(const cursor *c, const char *expected) {
    return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: damaged header: expected %s", c->path, c->place,
                   expected);
}

static void skip_blanks(cursor *c) {
    while (c->place < c->end && strchr(" \t\n\r", c->bytes[c->place]) && c->bytes[c->place])
        c->place++;
}

/* Moves behind `text` if it stands here, blanks before it or not. */
static bool accept(cursor *c, const char *text) {
    skip_blanks(c);
    size_t length = strlen(text);
    if (c->end - c->place < length || memcmp(c->bytes + c->place, text, length) != 0) return false;
    c->place += length;
    return true;
}

/* A string in quotes of either kind, without escapes. */
static tg_status parse_string(cursor *c, char *text, size_t room) {
    bool single = accept(c, "'");
    if (!single && !accept(c, "\"")) return fail_here(c, "a string");
    size_t length = 0;
    for (unsigned char quote = single ? '\'' : '"'; c->place < c->end; c->place++) {
        unsigned char letter = c->bytes[c->place];
        if (letter == quote) {
            c->place++;
            text[length] = '\0';
            return TG_OK;
        }
        if (letter < ' ' || letter > '~' || letter == '\\' || length + 1 == room) break;
        text[length++] = (char)letter;
    }
    return fail_here(c, "the end of a short string");
}

static tg_status parse_type(cursor *c, tg_npy_header *header) {
    skip_blanks(c);
    if (c->place < c->end && c->bytes[c->place] == '[')
        return tg_fail(TG_UNSUPPORTED, "%s: byte %zu: records of several fields; save one array",
                       c->path, c->place);
    char name[16];
    TG_TRY(parse_string(c, name, sizeof name));
    for (size_t i = 0; i < TG_COUNT(types); i++)
        if (strcmp(name, types[i].name) == 0) {
            header->type = (tg_npy_type)i;
            return TG_OK;
        }
    const char *what = name[0] == '>'            ? "big-endian values"
                       : strcmp(name, "|O") == 0 ? "Python objects"
                                                 : "values of another type";
    return tg_fail(TG_UNSUPPORTED,
                   "%s: byte %zu: %s ('%s'); save samples with .astype('<f4'), pictures with "
                   ".astype('uint8'), labels with .astype('<i8')",
                   c->path, c->place, what, name);
}

static tg_status parse_order(cursor *c) {
    if (accept(c, "False")) return TG_OK;
    if (!accept(c, "True")) return fail_here(c, "True or False");
    return tg_fail(
        TG_UNSUPPORTED,
        "%s: byte %zu: the array is in Fortran order; save numpy.ascontiguousarray(array)", c->path,
        c->place);
}

static tg_status parse_dimension(cursor *c, size_t *dimension) {
    skip_blanks(c);
    size_t value = 0, first = c->place;
    for (; c->place < c->end; c->place++) {
        unsigned char letter = c->bytes[c->place];
        if (letter < '0' || letter > '9') break;
        if (!tg_multiply(value, 10, &value) || value > SIZE_MAX - 9)
            return fail_here(c, "a smaller dimension");
        value += (size_t)(letter - '0');
    }
    if (c->place == first) return fail_here(c, "a dimension");
    *dimension = value;
    return TG_OK;
}

/* (), (3,), (3, 4), (3, 4,) */
static tg_status parse_shape(cursor *c, tg_npy_header *header) {
    if (!accept(c, "(")) return fail_here(c, "a shape");
    header->rank = 0;
    while (!accept(c, ")")) {
        if (header->rank == TG_NPY_MOST_RANK)
            return tg_fail(TG_UNSUPPORTED, "%s: byte %zu: more than %d dimensions", c->path,
                           c->place, TG_NPY_MOST_RANK);
        TG_TRY(parse_dimension(c, &header->shape[header->rank++]));
        if (accept(c, ",")) continue;
        if (header->rank == 1 || !accept(c, ")")) return fail_here(c, "a comma");
        break;
    }
    if (header->rank == 0)
        return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: a single number, not an array", c->path,
                       c->place);
    return TG_OK;
}

/* One entry of the dictionary; `seen` has a bit for each that was there. */
static tg_status parse_entry(cursor *c, tg_npy_header *header, unsigned *seen) {
    static const char *const keys[] = {"descr", "fortran_order", "shape"};
    char key[16];
    TG_TRY(parse_string(c, key, sizeof key));
    size_t i = 0;
    while (i < TG_COUNT(keys) && strcmp(key, keys[i]) != 0) i++;
    if (i == TG_COUNT(keys) || (*seen & 1u << i))
        return fail_here(c, "'descr', 'fortran_order' and 'shape' once each");
    *seen |= 1u << i;
    if (!accept(c, ":")) return fail_here(c, "a colon");
    if (i == 0) return parse_type(c, header);
    if (i == 1) return parse_order(c);
    return parse_shape(c, header);
}

static tg_status parse_dictionary(cursor *c, tg_npy_header *header) {
    unsigned seen = 0;
    if (!accept(c, "{")) return fail_here(c, "a dictionary");
    while (!accept(c, "}")) {
        TG_TRY(parse_entry(c, header, &seen));
        if (accept(c, ",")) continue;
        if (!accept(c, "}")) return fail_here(c, "a comma");
        break;
    }
    if (seen != 7) return fail_here(c, "'descr', 'fortran_order' and 'shape' once each");
    skip_blanks(c);
    return c->place == c->end ? TG_OK : fail_here(c, "the header's end");
}

tg_status tg_npy_parse_header(const char *path, const unsigned char *bytes, size_t size,
                              tg_npy_header *header) {
    if (size == 0) return tg_fail(TG_BAD_FORMAT, "%s: the file is empty", path);
    if (size < 8 || memcmp(bytes, "\x93NUMPY", 6) != 0)
        return tg_fail(TG_BAD_FORMAT, "%s: byte 0: not a .npy file", path);
    if (bytes[6] < 1 || bytes[6] > 3 || bytes[7] != 0)
        return tg_fail(TG_UNSUPPORTED, "%s: byte 6: version %u.%u of the format", path, bytes[6],
                       bytes[7]);
    size_t begin = bytes[6] == 1 ? 10 : 12;
    if (size < begin)
        return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: the header ends too early", path, size);
    size_t length = begin == 10 ? tg_little_16(bytes + 8) : tg_little_32(bytes + 8);
    if (length > size - begin)
        return tg_fail(TG_BAD_FORMAT, "%s: byte 8: a header of %zu bytes in a file of %zu", path,
                       length, size);
    cursor c = {path, bytes, begin, begin + length};
    header->size = c.end;
    return parse_dictionary(&c, header);
}
