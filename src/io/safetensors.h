/* SPDX-License-Identifier: MIT */
/* The safetensors format, reading and writing: named tensors and a map of strings.
 *
 * https://github.com/huggingface/safetensors (format): an 8-byte little-endian length, so many
 * bytes of JSON, then the tensors' bytes, which the ranges of the JSON must cover from end to end.
 */
#ifndef TG_IO_SAFETENSORS_H
#define TG_IO_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include <tigrillo/tensor.h>

/* The longest header, in bytes, that the reference reader accepts. */
#define TG_HEADER_LIMIT ((size_t)100000000)

/* One tensor of a file: F32 of rank 0 to TG_MAX_RANK. */
typedef struct tg_entry {
    const char *name;
    size_t rank;
    size_t shape[TG_MAX_RANK];
    size_t begin; /* of its bytes in the data: count x 4, little-endian, perhaps unaligned */
    size_t count; /* elements */
} tg_entry;

typedef struct tg_safetensors tg_safetensors;

/* Parses `bytes`, which are borrowed until tg_safetensors_close(); `name` stands for the file in
 * messages. Everything is checked: lengths, offsets, overlaps, holes, types, shapes, names. */
tg_status tg_safetensors_parse(const void *bytes, size_t size, const char *name,
                               tg_safetensors **file);
/* The same of a whole file, whose bytes it then owns. */
tg_status tg_safetensors_read(const char *path, tg_safetensors **file);
/* The same, but the tensors are read when they are loaded, straight to where they belong. */
tg_status tg_safetensors_open(const char *path, tg_safetensors **file);
void tg_safetensors_close(tg_safetensors *file);

/* Tensors in the order of their place in the file. */
size_t tg_safetensors_count(const tg_safetensors *file);
const tg_entry *tg_safetensors_entry(const tg_safetensors *file, size_t index);
const tg_entry *tg_safetensors_find(const tg_safetensors *file, const char *name);
/* A string of __metadata__; NULL when there is no such key. */
const char *tg_safetensors_metadata(const tg_safetensors *file, const char *key);
const char *tg_safetensors_name(const tg_safetensors *file);

/* TG_BAD_FORMAT, naming both shapes, when an entry's is not this one. */
tg_status tg_safetensors_check_shape(const tg_safetensors *file, const tg_entry *entry,
                                     const size_t *shape, size_t rank);

/* Copies an entry into a tensor of the same shape. TG_BAD_FORMAT, naming both shapes, if not; where
 * the tensor's memory is the host's and the file was not merely opened, nothing else can fail. */
tg_status tg_safetensors_load(const tg_safetensors *file, const tg_entry *entry, tg_tensor *tensor);

typedef struct tg_text_pair {
    const char *key, *value;
} tg_text_pair;

typedef struct tg_named_tensor {
    const char *name;
    const tg_tensor *tensor;
} tg_named_tensor;

/* Writes a file (tg_file_replace). The header's order, padding and the tensors' places are those of
 * the reference writer, so that equal content gives equal bytes. */
tg_status tg_safetensors_write(const char *path, const tg_named_tensor *tensors, size_t count,
                               const tg_text_pair *metadata, size_t pairs);

#endif
