/* SPDX-License-Identifier: MIT */
/* Protocol buffers' wire format, as far as ONNX needs it.
 *
 * A message is a sequence of fields: a varint of number << 3 | wire type, then the value. Our own
 * few lines instead of a library, because protobuf's C libraries compile a description of the
 * messages, which would be ONNX's whole onnx.proto for the five messages that we read; and because
 * these copy nothing, take no memory and never recurse, however a file is nested.
 *
 * https://protobuf.dev/programming-guides/encoding/ */
#ifndef TG_ONNX_PROTOBUF_H
#define TG_ONNX_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tigrillo/status.h>

/* Bytes that somebody else owns; a text need not end with 0. */
typedef struct tg_bytes {
    const unsigned char *data;
    size_t size;
} tg_bytes;

/* For "%.*s": at most 80 characters. */
#define TG_SHOW(bytes) (int)((bytes).size < 80 ? (bytes).size : 80), (const char *)(bytes).data

bool tg_bytes_same(tg_bytes a, tg_bytes b);
bool tg_bytes_equal(tg_bytes bytes, const char *text);

/* ---- Reading. Messages begin with "byte 123: ", counted from the beginning of the file. ---- */

typedef enum tg_wire { TG_VARINT = 0, TG_FIXED64 = 1, TG_LENGTH = 2, TG_FIXED32 = 5 } tg_wire;

typedef struct tg_field {
    uint32_t number; /* 0: the message ended */
    tg_wire wire;
    uint64_t value; /* of a varint or a fixed one: its bits */
    tg_bytes bytes; /* of TG_LENGTH: a text, a message or packed values */
    size_t place;   /* in the file */
} tg_field;

typedef struct tg_reader {
    const unsigned char *next, *end;
    const unsigned char *file; /* where the file begins */
} tg_reader;

/* Of a whole file, and of a message in it. */
tg_reader tg_reader_start(const void *bytes, size_t size);
tg_reader tg_reader_of(const tg_reader *file, tg_bytes message);

/* The next field; `number` 0 when there is none. TG_BAD_FORMAT where it does not fit in its
 * message. */
tg_status tg_reader_next(tg_reader *reader, tg_field *field);

/* TG_BAD_FORMAT, naming `what`, when a field has another wire type. */
tg_status tg_field_check(const tg_field *field, tg_wire wire, const char *what);

/* The values of a repeated number, which may be packed or not: call it for each field of that
 * number with `*values` started on it; then take them one by one. */
tg_status tg_field_values(const tg_reader *reader, const tg_field *field, tg_wire wire,
                          tg_reader *values);
tg_status tg_value_next(tg_reader *values, tg_wire wire, uint64_t *value);

/* ---- Writing, into memory that grows. ---- */

/* Zero it first. The first failure stays in `status`, and nothing is written after it, so only the
 * end must look. tg_release() the bytes. */
typedef struct tg_writer {
    unsigned char *bytes;
    size_t size, capacity;
    tg_status status;
} tg_writer;

/* No message of protobuf may be larger than 2^31 - 1 bytes: TG_UNSUPPORTED. */
#define TG_MESSAGE_LIMIT ((size_t)INT32_MAX)

void tg_write_varint(tg_writer *writer, uint32_t number, uint64_t value);
void tg_write_float(tg_writer *writer, uint32_t number, float value);
void tg_write_bytes(tg_writer *writer, uint32_t number, const void *bytes, size_t size);
void tg_write_text(tg_writer *writer, uint32_t number, const char *text);
/* As tg_write_bytes(), but the caller fills the `size` bytes in; NULL after a failure. */
unsigned char *tg_write_room(tg_writer *writer, uint32_t number, size_t size);

/* A message inside: what is written between the two calls. `begin` returns what `end` takes. */
size_t tg_write_begin(tg_writer *writer, uint32_t number);
void tg_write_end(tg_writer *writer, size_t begin);

#endif
