/* SPDX-License-Identifier: MIT */
/* Reading safetensors. Nothing that a file says is believed before it was compared with the file's
 * true size, and no memory is taken for sizes that a file merely claims. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "device/device.h"
#include "io/json.h"
#include "io/safetensors.h"

/* An entry and what is only needed while the file is checked. */
typedef struct place {
    tg_entry entry; /* first, so that a place is an entry too */
    const char *type;
    size_t end;
} place;

struct tg_safetensors {
    char *name;
    unsigned char *owned; /* the whole file, or its header; NULL: its bytes are borrowed */
    int opened;           /* where the data are; -1: in memory */
    json_t *header;       /* owns the entries' names and the metadata */
    json_t *metadata;
    place *places;         /* in the order of the file */
    const place **by_name; /* sorted by name */
    size_t count;
    const unsigned char *data; /* behind the header, if in memory */
    size_t header_size;        /* with its length, in bytes */
    size_t size;               /* of the data */
};

static const struct {
    const char *name;
    size_t bytes;
} types[] = {{"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E4M3", 1}, {"F8_E5M2", 1},
             {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},
             {"U32", 4},  {"F32", 4}, {"F64", 8}, {"I64", 8},     {"U64", 8}};

static size_t type_bytes(const char *type) {
    for (size_t i = 0; i < TG_COUNT(types); i++)
        if (!strcmp(types[i].name, type)) return types[i].bytes;
    return 0;
}

/* The shape into the entry, and into *bytes what so many elements take. */
static tg_status read_shape(const json_t *json, tg_entry *entry, size_t *bytes) {
    if (!json_is_array(json)) return tg_fail(TG_BAD_FORMAT, "\"shape\" is not an array");
    entry->rank = json_array_size(json);
    for (size_t i = 0; i < entry->rank; i++) {
        size_t dimension = 0;
        TG_TRY(tg_json_size(json_array_get(json, i), "shape", TG_JSON_LARGEST, &dimension));
        if (!tg_multiply(*bytes, dimension, bytes))
            return tg_fail(TG_BAD_FORMAT, "the product of \"shape\" overflows");
        if (i < TG_MAX_RANK) entry->shape[i] = dimension;
    }
    return TG_OK;
}

static tg_status read_entry(const tg_safetensors *file, json_t *json, place *at) {
    static const char *const keys[] = {"dtype", "shape", "data_offsets", NULL};
    if (!json_is_object(json)) return tg_fail(TG_BAD_FORMAT, "not an object");
    TG_TRY(tg_json_check_keys(json, keys));
    at->type = json_string_value(json_object_get(json, "dtype"));
    if (!at->type) return tg_fail(TG_BAD_FORMAT, "\"dtype\" is not a text");
    size_t width = type_bytes(at->type);
    if (width == 0) return tg_fail(TG_BAD_FORMAT, "\"dtype\" is unknown: \"%.80s\"", at->type);

    size_t bytes = width;
    TG_TRY(read_shape(json_object_get(json, "shape"), &at->entry, &bytes));
    const json_t *offsets = json_object_get(json, "data_offsets");
    if (!json_is_array(offsets) || json_array_size(offsets) != 2)
        return tg_fail(TG_BAD_FORMAT, "\"data_offsets\" is not an array of two numbers");
    TG_TRY(tg_json_size(json_array_get(offsets, 0), "data_offsets", file->size, &at->entry.begin));
    TG_TRY(tg_json_size(json_array_get(offsets, 1), "data_offsets", file->size, &at->end));
    if (at->entry.begin > at->end)
        return tg_fail(TG_BAD_FORMAT, "it begins at %zu, behind its end at %zu", at->entry.begin,
                       at->end);
    if (at->end - at->entry.begin != bytes)
        return tg_fail(TG_BAD_FORMAT, "its shape and type need %zu bytes, its offsets span %zu",
                       bytes, at->end - at->entry.begin);
    at->entry.count = bytes / width;
    return TG_OK;
}

static tg_status read_metadata(tg_safetensors *file, json_t *json) {
    if (!json_is_object(json))
        return tg_fail(TG_BAD_FORMAT, "%s: __metadata__ is not an object", file->name);
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value) {
        if (!json_is_string(value))
            return tg_fail(TG_BAD_FORMAT, "%s: __metadata__: \"%.80s\" is not a text", file->name,
                           key);
    }
    file->metadata = json;
    return TG_OK;
}

static int compare_places(const void *left, const void *right) {
    const place *a = left, *b = right;
    if (a->entry.begin != b->entry.begin) return a->entry.begin < b->entry.begin ? -1 : 1;
    /* An empty tensor stands before the one that begins at the same byte. */
    if (a->end != b->end) return a->end < b->end ? -1 : 1;
    return strcmp(a->entry.name, b->entry.name);
}

static int compare_names(const void *left, const void *right) {
    const place *const *a = left, *const *b = right;
    return strcmp((*a)->entry.name, (*b)->entry.name);
}

/* The tensors must lie one behind the other, from the first byte to the last: no hole can hide
 * anything and no byte belongs to two. */
static tg_status check_cover(const tg_safetensors *file) {
    size_t end = 0;
    for (size_t i = 0; i < file->count; i++) {
        const place *at = &file->places[i];
        if (at->entry.begin != end)
            return tg_fail(TG_BAD_FORMAT,
                           "%s: tensor \"%.80s\": it begins at byte %zu of the "
                           "data, but %s",
                           file->name, at->entry.name, at->entry.begin,
                           at->entry.begin < end ? "overlaps the one before"
                                                 : "a hole is before it");
        end = at->end;
    }
    if (end != file->size)
        return tg_fail(TG_BAD_FORMAT, "%s: its tensors end at byte %zu of the data, which has %zu",
                       file->name, end, file->size);
    return TG_OK;
}

/* Last, so that a damaged file is called damaged rather than not supported. */
static tg_status check_supported(const tg_safetensors *file) {
    for (size_t i = 0; i < file->count; i++) {
        const place *at = &file->places[i];
        if (strcmp(at->type, "F32") != 0)
            return tg_fail(TG_UNSUPPORTED, "%s: tensor \"%.80s\": its type is %s; F32 is needed",
                           file->name, at->entry.name, at->type);
        if (at->entry.rank > TG_MAX_RANK)
            return tg_fail(TG_UNSUPPORTED, "%s: tensor \"%.80s\": its rank is %zu, above %d",
                           file->name, at->entry.name, at->entry.rank, TG_MAX_RANK);
    }
    return TG_OK;
}

static tg_status read_entries(tg_safetensors *file) {
    size_t room = json_object_size(file->header);
    file->places = tg_allocate(room, sizeof *file->places);
    file->by_name = tg_allocate(room, sizeof *file->by_name);
    if (!file->places || !file->by_name) return TG_OUT_OF_MEMORY;

    const char *key;
    json_t *value;
    json_object_foreach(file->header, key, value) {
        if (!strcmp(key, "__metadata__")) {
            TG_TRY(read_metadata(file, value));
            continue;
        }
        place *at = &file->places[file->count];
        at->entry.name = key;
        tg_status status = read_entry(file, value, at);
        if (status)
            return tg_fail(status, "%s: tensor \"%.80s\": %s", file->name, key, tg_error_message());
        file->count++;
    }

    if (file->count > 0) qsort(file->places, file->count, sizeof *file->places, compare_places);
    TG_TRY(check_cover(file));
    TG_TRY(check_supported(file));
    for (size_t i = 0; i < file->count; i++) file->by_name[i] = &file->places[i];
    if (file->count > 0) qsort(file->by_name, file->count, sizeof *file->by_name, compare_names);
    return TG_OK;
}

/* The JSON's length, from the first 8 bytes. */
static tg_status read_length(const unsigned char *bytes, size_t size, const char *name,
                             size_t *length) {
    if (size < 8)
        return tg_fail(TG_BAD_FORMAT,
                       "%s: not a safetensors file: %zu bytes, shorter than the 8 "
                       "of the header's length",
                       name, size);
    uint64_t claimed = 0;
    for (size_t i = 8; i-- > 0;) claimed = claimed << 8 | bytes[i];
    /* What the first bytes of other files are: letters make a huge number. */
    if (claimed > TG_HEADER_LIMIT)
        return tg_fail(TG_BAD_FORMAT,
                       "%s: not a safetensors file: byte 0: the header's length "
                       "would be %llu, above the format's limit of %zu",
                       name, (unsigned long long)claimed, TG_HEADER_LIMIT);
    if (claimed > size - 8)
        return tg_fail(TG_BAD_FORMAT,
                       "%s: byte 0: the header's length is %llu, but only %zu bytes "
                       "follow",
                       name, (unsigned long long)claimed, size - 8);
    *length = (size_t)claimed;
    return TG_OK;
}

/* `bytes` are all `size`, or at least the header's. */
static tg_status read_header(tg_safetensors *file, const unsigned char *bytes, size_t size) {
    size_t length = 0;
    TG_TRY(read_length(bytes, size, file->name, &length));
    file->header_size = 8 + length;
    file->data = bytes + file->header_size;
    file->size = size - file->header_size;

    /* Between its braces the header is jansson's; around them the format allows only spaces behind,
     * where JSON would allow other white space and on both sides. */
    const char *text = (const char *)bytes + 8;
    while (length > 0 && text[length - 1] == ' ') length--;
    if (length < 2 || text[0] != '{' || text[length - 1] != '}')
        return tg_fail(TG_BAD_FORMAT,
                       "%s: byte 8: the header is not one JSON object, with "
                       "nothing but spaces behind",
                       file->name);
    tg_status status = tg_json_parse(text, length, &file->header);
    if (status) return tg_fail(status, "%s: header, %s", file->name, tg_error_message());
    return read_entries(file);
}

tg_status tg_safetensors_parse(const void *bytes, size_t size, const char *name,
                               tg_safetensors **file) {
    TG_REQUIRE(bytes && name && file, "tg_safetensors_parse: an argument is NULL");
    tg_safetensors *parsed = tg_allocate(1, sizeof *parsed);
    if (!parsed) return TG_OUT_OF_MEMORY;
    parsed->opened = -1;
    parsed->name = tg_copy_string(name);
    tg_status status = parsed->name ? read_header(parsed, bytes, size) : TG_OUT_OF_MEMORY;
    if (status) {
        tg_safetensors_close(parsed);
        return status;
    }
    *file = parsed;
    return TG_OK;
}

/* Parses bytes that the file then owns; they are released if that fails. */
static tg_status parse_owned(unsigned char *bytes, size_t size, const char *path,
                             tg_safetensors **file) {
    tg_status status = tg_safetensors_parse(bytes, size, path, file);
    if (status)
        tg_release(bytes);
    else
        (*file)->owned = bytes;
    return status;
}

tg_status tg_safetensors_read(const char *path, tg_safetensors **file) {
    unsigned char *bytes = NULL;
    size_t size = 0;
    TG_TRY(tg_file_read(path, SIZE_MAX / 2, &bytes, &size));
    return parse_owned(bytes, size, path, file);
}

static tg_status parse_opened(int opened, size_t size, const char *path, tg_safetensors **file) {
    unsigned char start[8];
    size_t length = 0;
    if (size >= sizeof start) TG_TRY(tg_file_read_at(opened, path, 0, start, sizeof start));
    TG_TRY(read_length(start, size, path, &length));
    unsigned char *header = tg_allocate(sizeof start + length, 1);
    if (!header) return TG_OUT_OF_MEMORY;
    /* The length is not read again: a file may change meanwhile. */
    memcpy(header, start, sizeof start);
    tg_status status = tg_file_read_at(opened, path, sizeof start, header + sizeof start, length);
    if (!status) return parse_owned(header, size, path, file);
    tg_release(header);
    return status;
}

tg_status tg_safetensors_open(const char *path, tg_safetensors **file) {
    int opened = -1;
    size_t size = 0;
    tg_status status = tg_file_open(path, &opened, &size);
    if (status == TG_UNSUPPORTED) return tg_safetensors_read(path, file);
    TG_TRY(status);
    status = parse_opened(opened, size, path, file);
    if (status)
        close(opened);
    else
        (*file)->opened = opened;
    return status;
}

void tg_safetensors_close(tg_safetensors *file) {
    if (!file) return;
    if (file->opened >= 0) close(file->opened);
    json_decref(file->header);
    tg_release(file->places);
    tg_release(file->by_name);
    tg_release(file->name);
    tg_release(file->owned);
    tg_release(file);
}

size_t tg_safetensors_count(const tg_safetensors *file) {
    return file->count;
}

const tg_entry *tg_safetensors_entry(const tg_safetensors *file, size_t index) {
    return index < file->count ? &file->places[index].entry : NULL;
}

const tg_entry *tg_safetensors_find(const tg_safetensors *file, const char *name) {
    const place wanted = {.entry.name = name};
    const place *key = &wanted;
    const place **found = NULL;
    if (file->count > 0)
        found = bsearch(&key, file->by_name, file->count, sizeof *file->by_name, compare_names);
    return found ? &(*found)->entry : NULL;
}

const char *tg_safetensors_metadata(const tg_safetensors *file, const char *key) {
    return json_string_value(json_object_get(file->metadata, key));
}

const char *tg_safetensors_name(const tg_safetensors *file) {
    return file->name;
}

/* "[2, 3]" */
static void print_shape(const size_t *shape, size_t rank, char text[128]) {
    size_t used = 0;
    for (size_t i = 0; i < rank; i++)
        used += (size_t)snprintf(text + used, 128 - used, "%s%zu", i ? ", " : "[", shape[i]);
    snprintf(text + used, 128 - used, "%s", rank ? "]" : "[]");
}

tg_status tg_safetensors_check_shape(const tg_safetensors *file, const tg_entry *entry,
                                     const size_t *shape, size_t rank) {
    if (entry->rank == rank && (rank == 0 || !memcmp(entry->shape, shape, rank * sizeof shape[0])))
        return TG_OK;
    char has[128], needs[128];
    print_shape(entry->shape, entry->rank, has);
    print_shape(shape, rank, needs);
    return tg_fail(TG_BAD_FORMAT, "%s: tensor \"%.80s\": its shape is %s; %s is needed", file->name,
                   entry->name, has, needs);
}

/* The data are little-endian and may be unaligned. */
static void decode(const unsigned char *bytes, size_t count, float *values) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if ((const void *)bytes != values) memcpy(values, bytes, count * sizeof *values);
#else
    for (size_t i = 0; i < count; i++, bytes += 4) {
        uint32_t bits = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                        (uint32_t)bytes[3] << 24;
        memcpy(&values[i], &bits, sizeof bits);
    }
#endif
}

static tg_status read_values(const tg_safetensors *file, const tg_entry *entry, float *values) {
    if (file->opened < 0) {
        decode(file->data + entry->begin, entry->count, values);
        return TG_OK;
    }
    TG_TRY(tg_file_read_at(file->opened, file->name, file->header_size + entry->begin, values,
                           entry->count * sizeof *values));
    decode((const unsigned char *)values, entry->count, values);
    return TG_OK;
}

tg_status tg_safetensors_load(const tg_safetensors *file, const tg_entry *entry,
                              tg_tensor *tensor) {
    TG_TRY(tg_safetensors_check_shape(file, entry, tensor->shape, tensor->rank));
    if (tensor->device->operations->host_memory) return read_values(file, entry, tensor->memory);
    float *values = tg_allocate(entry->count, sizeof *values);
    if (!values) return TG_OUT_OF_MEMORY;
    tg_status status = read_values(file, entry, values);
    if (!status) status = tg_tensor_write(tensor, values, entry->count);
    tg_release(values);
    return status;
}
