/* SPDX-License-Identifier: MIT */
/* Whole files, in and out. */
#ifndef TG_BASE_FILE_H
#define TG_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include <tigrillo/status.h>

/* Reads all of a file of at most `limit` bytes. tg_release() the bytes; a 0 follows them, which is
 * not counted. Anything but a regular file or a pipe is refused. */
tg_status tg_file_read(const char *path, size_t limit, unsigned char **bytes, size_t *size);

/* Opens a regular file, for tg_file_read_at(); close() it. TG_UNSUPPORTED: it is none, and perhaps
 * tg_file_read() can read it. */
tg_status tg_file_open(const char *path, int *file, size_t *size);

/* `size` bytes from `offset` on. It is an error when the file ends before. */
tg_status tg_file_read_at(int file, const char *path, size_t offset, void *bytes, size_t size);

/* Whether a file that begins with these bytes is gzip. */
bool tg_is_gzip(const unsigned char *bytes, size_t size);

/* Unpacks gzip data, `path` in messages, but not more than `most` bytes: where *size is `most`,
 * more may follow, and nobody has looked whether it is sound. The bytes as above. */
tg_status tg_unpack_gzip(const char *path, const unsigned char *packed, size_t packed_size,
                         size_t most, unsigned char **bytes, size_t *size);

typedef struct tg_chunk {
    const void *bytes;
    size_t size;
} tg_chunk;

/* Makes `path` hold the chunks: written to a temporary file beside it, flushed to the disk and
 * renamed, so that there is always the old file or the new one. On failure nothing is left. */
tg_status tg_file_replace(const char *path, const tg_chunk *chunks, size_t count);

/* A file, and what it shall hold. */
typedef struct tg_replacement {
    const char *path;
    const tg_chunk *chunks;
    size_t count; /* of the chunks */
} tg_replacement;

/* The same for files that belong together: none is renamed before all are written. They are renamed
 * one after another, in this order: an error there, or a crash, leaves some new and some old. */
tg_status tg_files_replace(const tg_replacement *files, size_t count);

#endif
