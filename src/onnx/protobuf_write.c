/* SPDX-License-Identifier: MIT */
/* Writing protocol buffers. */
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "onnx/protobuf.h"

enum { MOST_VARINT = 10 };

static size_t encode_varint(uint64_t value, unsigned char bytes[MOST_VARINT]) {
    size_t size = 0;
    for (; value >= 0x80; value >>= 7) bytes[size++] = (unsigned char)(value | 0x80);
    bytes[size++] = (unsigned char)value;
    return size;
}

/* Room for `size` more bytes, which then count; NULL after a failure. */
static unsigned char *extend(tg_writer *writer, size_t size) {
    if (writer->status) return NULL;
    if (size > TG_MESSAGE_LIMIT - writer->size) {
        writer->status = tg_fail(TG_UNSUPPORTED, "larger than %zu bytes, the limit of an ONNX file",
                                 TG_MESSAGE_LIMIT);
        return NULL;
    }
    const size_t needed = writer->size + size;
    if (needed > writer->capacity) {
        const size_t capacity = needed > 2 * writer->capacity ? needed : 2 * writer->capacity;
        unsigned char *grown = tg_allocate(capacity, 1);
        if (!grown) {
            writer->status = TG_OUT_OF_MEMORY;
            return NULL;
        }
        if (writer->size > 0) memcpy(grown, writer->bytes, writer->size);
        tg_release(writer->bytes);
        writer->bytes = grown;
        writer->capacity = capacity;
    }
    unsigned char *room = writer->bytes + writer->size;
    writer->size = needed;
    return room;
}

static void append(tg_writer *writer, const void *bytes, size_t size) {
    unsigned char *room = extend(writer, size);
    if (room && size > 0) memcpy(room, bytes, size);
}

static void append_varint(tg_writer *writer, uint64_t value) {
    unsigned char bytes[MOST_VARINT];
    append(writer, bytes, encode_varint(value, bytes));
}

static void append_key(tg_writer *writer, uint32_t number, tg_wire wire) {
    append_varint(writer, (uint64_t)number << 3 | (uint64_t)wire);
}

void tg_write_varint(tg_writer *writer, uint32_t number, uint64_t value) {
    append_key(writer, number, TG_VARINT);
    append_varint(writer, value);
}

void tg_write_float(tg_writer *writer, uint32_t number, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const unsigned char bytes[4] = {(unsigned char)bits, (unsigned char)(bits >> 8),
                                    (unsigned char)(bits >> 16), (unsigned char)(bits >> 24)};
    append_key(writer, number, TG_FIXED32);
    append(writer, bytes, sizeof bytes);
}

unsigned char *tg_write_room(tg_writer *writer, uint32_t number, size_t size) {
    append_key(writer, number, TG_LENGTH);
    append_varint(writer, size);
    return extend(writer, size);
}

void tg_write_bytes(tg_writer *writer, uint32_t number, const void *bytes, size_t size) {
    unsigned char *room = tg_write_room(writer, number, size);
    if (room && size > 0) memcpy(room, bytes, size);
}

void tg_write_text(tg_writer *writer, uint32_t number, const char *text) {
    tg_write_bytes(writer, number, text, strlen(text));
}

size_t tg_write_begin(tg_writer *writer, uint32_t number) {
    append_key(writer, number, TG_LENGTH);
    return writer->size;
}

/* The length stands before the message, but is only known behind it: the message moves up. */
void tg_write_end(tg_writer *writer, size_t begin) {
    unsigned char length[MOST_VARINT];
    const size_t size = writer->size - begin;
    const size_t width = encode_varint(size, length);
    if (!extend(writer, width)) return;
    memmove(writer->bytes + begin + width, writer->bytes + begin, size);
    memcpy(writer->bytes + begin, length, width);
}
