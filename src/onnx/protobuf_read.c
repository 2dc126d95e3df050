/* SPDX-License-Identifier: MIT */
/* Reading protocol buffers: no byte is looked at before it is known to be there. */
#include <string.h>

#include "base/status.h"
#include "onnx/protobuf.h"

bool tg_bytes_same(tg_bytes a, tg_bytes b) {
    return a.size == b.size && (a.size == 0 || !memcmp(a.data, b.data, a.size));
}

bool tg_bytes_equal(tg_bytes bytes, const char *text) {
    return tg_bytes_same(bytes, (tg_bytes){(const unsigned char *)text, strlen(text)});
}

tg_reader tg_reader_start(const void *bytes, size_t size) {
    const unsigned char *first = bytes;
    return (tg_reader){first, first + size, first};
}

tg_reader tg_reader_of(const tg_reader *file, tg_bytes message) {
    return (tg_reader){message.data, message.data + message.size, file->file};
}

static size_t left(const tg_reader *reader) {
    return (size_t)(reader->end - reader->next);
}

static size_t place_of(const tg_reader *reader) {
    return (size_t)(reader->next - reader->file);
}

static tg_status read_varint(tg_reader *reader, uint64_t *value) {
    size_t place = place_of(reader);
    uint64_t result = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (left(reader) == 0)
            return tg_fail(TG_BAD_FORMAT, "byte %zu: a number is cut off", place);
        unsigned char byte = *reader->next++;
        /* Of the tenth byte only one bit is left of 64. */
        if (shift == 63 && byte > 1) break;
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value = result;
            return TG_OK;
        }
    }
    return tg_fail(TG_BAD_FORMAT, "byte %zu: a number does not fit 64 bits", place);
}

static tg_status read_fixed(tg_reader *reader, size_t width, uint64_t *value) {
    if (left(reader) < width)
        return tg_fail(TG_BAD_FORMAT, "byte %zu: a number is cut off", place_of(reader));
    uint64_t result = 0;
    for (size_t i = width; i-- > 0;) result = result << 8 | reader->next[i];
    reader->next += width;
    *value = result;
    return TG_OK;
}

static tg_status read_length(tg_reader *reader, tg_bytes *bytes) {
    size_t place = place_of(reader);
    uint64_t size = 0;
    TG_TRY(read_varint(reader, &size));
    if (size > left(reader))
        return tg_fail(TG_BAD_FORMAT, "byte %zu: a length is %llu, but only %zu bytes follow",
                       place, (unsigned long long)size, left(reader));
    *bytes = (tg_bytes){reader->next, (size_t)size};
    reader->next += size;
    return TG_OK;
}

static tg_status read_value(tg_reader *reader, tg_field *field) {
    switch (field->wire) {
    case TG_VARINT:
        return read_varint(reader, &field->value);
    case TG_FIXED64:
        return read_fixed(reader, 8, &field->value);
    case TG_FIXED32:
        return read_fixed(reader, 4, &field->value);
    case TG_LENGTH:
        return read_length(reader, &field->bytes);
    }
    return tg_fail(TG_BAD_FORMAT, "byte %zu: field %u has the unknown wire type %d", field->place,
                   (unsigned)field->number, (int)field->wire);
}

tg_status tg_reader_next(tg_reader *reader, tg_field *field) {
    tg_field read = {.place = place_of(reader)};
    if (left(reader) > 0) {
        uint64_t key = 0;
        TG_TRY(read_varint(reader, &key));
        if (key >> 3 == 0 || key >> 3 > 0x1fffffff)
            return tg_fail(TG_BAD_FORMAT, "byte %zu: no field can have the number %llu", read.place,
                           (unsigned long long)(key >> 3));
        read.number = (uint32_t)(key >> 3);
        read.wire = (tg_wire)(key & 7);
        TG_TRY(read_value(reader, &read));
    }
    *field = read;
    return TG_OK;
}

tg_status tg_field_check(const tg_field *field, tg_wire wire, const char *what) {
    if (field->wire == wire) return TG_OK;
    return tg_fail(TG_BAD_FORMAT, "byte %zu: %s has the wire type %d; it must be %d", field->place,
                   what, (int)field->wire, (int)wire);
}

tg_status tg_field_values(const tg_reader *reader, const tg_field *field, tg_wire wire,
                          tg_reader *values) {
    if (field->wire == TG_LENGTH) {
        *values = tg_reader_of(reader, field->bytes);
        return TG_OK;
    }
    TG_TRY(tg_field_check(field, wire, "a number"));
    /* The one value, which lies behind the key, at the end of what was read. */
    *values = (tg_reader){reader->file + field->place, reader->next, reader->file};
    uint64_t key = 0;
    return read_varint(values, &key);
}

tg_status tg_value_next(tg_reader *values, tg_wire wire, uint64_t *value) {
    return wire == TG_VARINT ? read_varint(values, value)
                             : read_fixed(values, wire == TG_FIXED32 ? 4 : 8, value);
}
