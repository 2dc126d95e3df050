/* SPDX-License-Identifier: MIT */
/* Whole files, in and out. */
#ifndef TG_BASE_FILE_H
#define TG_BASE_FILE_H

#include <stddef.h>

#include <tigrillo/status.h>

/* Reads all of a file of at most `limit` bytes. tg_release() the bytes; a 0 follows them, which is
 * not counted. Anything but a regular file or a pipe is refused. */
tg_status tg_file_read(const char *path, size_t limit, unsigned char **bytes, size_t *size);

/* The same, unpacked when it is gzip; `limit` holds for the unpacked bytes too. */
tg_status tg_file_read_gzip(const char *path, size_t limit, unsigned char **bytes, size_t *size);

typedef struct tg_chunk {
    const void *bytes;
    size_t size;
} tg_chunk;

/* Makes `path` hold the chunks: written to a temporary file beside it, flushed to the disk and
 * renamed, so that there is always the old file or the new one. On failure nothing is left. */
tg_status tg_file_replace(const char *path, const tg_chunk *chunks, size_t count);

#endif
