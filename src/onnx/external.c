/* SPDX-License-Identifier: MIT */
/* Elements of a tensor that lie in another file, beside the model. */
#include <stdint.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "onnx/format.h"
#include "onnx/graph.h"

/* What TENSOR_EXTERNAL says. */
typedef struct place_outside {
    tg_bytes location;
    size_t offset, length;
    bool has_length;
} place_outside;

static tg_status parse_number(tg_bytes text, const char *what, size_t *number) {
    size_t result = 0;
    bool good = text.size > 0;
    for (size_t i = 0; i < text.size && good; i++) {
        const unsigned char digit = (unsigned char)(text.data[i] - '0');
        good = digit <= 9 && tg_multiply(result, 10, &result) && result <= SIZE_MAX - digit;
        if (good) result += digit;
    }
    if (!good)
        return tg_fail(TG_BAD_FORMAT, "its external data: \"%s\" is \"%.*s\", no number", what,
                       TG_SHOW(text));
    *number = result;
    return TG_OK;
}

static tg_status parse_pair(const tg_reader *file, tg_bytes message, place_outside *place) {
    tg_reader reader = tg_reader_of(file, message);
    tg_bytes key = {NULL, 0}, value = {NULL, 0};
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) break;
        if (field.number != PAIR_KEY && field.number != PAIR_VALUE) continue;
        TG_TRY(tg_field_check(&field, TG_LENGTH, "a text"));
        *(field.number == PAIR_KEY ? &key : &value) = field.bytes;
    }
    if (tg_bytes_equal(key, "location")) place->location = value;
    if (tg_bytes_equal(key, "offset")) return parse_number(value, "offset", &place->offset);
    if (!tg_bytes_equal(key, "length")) return TG_OK;
    place->has_length = true;
    return parse_number(value, "length", &place->length);
}

/* Only a file beside the model may be read, or a model could read any file of its user. */
static tg_status check_location(tg_bytes name) {
    bool plain = name.size > 0 && !tg_bytes_equal(name, ".") && !tg_bytes_equal(name, "..");
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] == '/' || name.data[i] == '\\' || name.data[i] == '\0') plain = false;
    if (plain) return TG_OK;
    return tg_fail(TG_BAD_FORMAT, "its external data are in \"%.*s\", no plain name of a file",
                   TG_SHOW(name));
}

static tg_status read_outside(const tg_onnx_graph *graph, tg_bytes location,
                              tg_onnx_external *external) {
    const char *slash = strrchr(graph->path, '/');
    const size_t folder = slash ? (size_t)(slash - graph->path) + 1 : 0;
    char *path = tg_allocate(folder + location.size + 1, 1);
    if (!path) return TG_OUT_OF_MEMORY;
    memcpy(path, graph->path, folder);
    memcpy(path + folder, location.data, location.size);
    external->location = location;
    tg_status status = tg_file_read(path, SIZE_MAX / 2, &external->bytes, &external->size);
    tg_release(path);
    return status;
}

/* The file, read once. */
static tg_status open_outside(tg_onnx_graph *graph, tg_bytes location,
                              const tg_onnx_external **external) {
    for (size_t i = 0; i < graph->external_count; i++) {
        *external = &graph->externals[i];
        if (tg_bytes_same((*external)->location, location)) return TG_OK;
    }
    void *grown = tg_grow(graph->externals, sizeof *graph->externals, graph->external_count,
                          &graph->external_room);
    if (!grown) return TG_OUT_OF_MEMORY;
    graph->externals = grown;
    TG_TRY(read_outside(graph, location, &graph->externals[graph->external_count]));
    *external = &graph->externals[graph->external_count++];
    return TG_OK;
}

tg_status tg_onnx_find_outside(tg_onnx_graph *graph, const tg_onnx_tensor *tensor, size_t width,
                               tg_bytes *raw) {
    place_outside place = {.offset = 0};
    tg_reader reader = tg_reader_of(&graph->file, tensor->message);
    for (tg_field field;;) {
        TG_TRY(tg_reader_next(&reader, &field));
        if (field.number == 0) break;
        if (field.number != TENSOR_EXTERNAL) continue;
        TG_TRY(tg_field_check(&field, TG_LENGTH, "a place of external data"));
        TG_TRY(parse_pair(&graph->file, field.bytes, &place));
    }
    TG_TRY(check_location(place.location));
    if (!graph->has_folder)
        return tg_fail(TG_UNSUPPORTED,
                       "its data are in the file \"%.*s\", but this model is not "
                       "in a folder",
                       TG_SHOW(place.location));
    size_t bytes = 0;
    if (!tg_multiply(tensor->count, width, &bytes) || (place.has_length && place.length != bytes))
        return tg_fail(TG_BAD_FORMAT,
                       "its shape has %zu elements of %zu bytes, its external data %zu bytes",
                       tensor->count, width, place.length);
    const tg_onnx_external *external = NULL;
    TG_TRY(open_outside(graph, place.location, &external));
    if (place.offset > external->size || bytes > external->size - place.offset)
        return tg_fail(TG_BAD_FORMAT,
                       "its data are %zu bytes at %zu of \"%.*s\", which has %zu bytes", bytes,
                       place.offset, TG_SHOW(place.location), external->size);
    *raw = (tg_bytes){external->bytes + place.offset, bytes};
    return TG_OK;
}
