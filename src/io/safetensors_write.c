/* SPDX-License-Identifier: MIT */
/* Writing safetensors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "io/json.h"
#include "io/safetensors.h"

static int compare_names(const void *left, const void *right) {
    const tg_named_tensor *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* Adds to an object what must be new there; gives `value` back on failure. */
static tg_status add(json_t *object, const char *key, json_t *value) {
    if (json_object_get(object, key)) {
        json_decref(value);
        return tg_fail(TG_INVALID_ARGUMENT, "\"%.80s\" is there twice", key);
    }
    if (json_object_set_new(object, key, value) != 0)
        return tg_fail(TG_INVALID_ARGUMENT, "\"%.80s\" or its value is not valid UTF-8", key);
    return TG_OK;
}

static tg_status add_metadata(json_t *header, const tg_text_pair *metadata, size_t pairs) {
    if (pairs == 0) return TG_OK;
    json_t *texts = json_object();
    TG_TRY(add(header, "__metadata__", texts));
    for (size_t i = 0; i < pairs; i++)
        TG_TRY(add(texts, metadata[i].key, json_string(metadata[i].value)));
    return TG_OK;
}

/* The tensors as they are given: sorted. *size becomes that of all their data. */
static tg_status add_tensors(json_t *header, const tg_named_tensor *tensors, size_t count,
                             size_t *size) {
    size_t begin = 0;
    for (size_t i = 0; i < count; i++) {
        const tg_tensor *tensor = tensors[i].tensor;
        if (!strcmp(tensors[i].name, "__metadata__"))
            return tg_fail(TG_INVALID_ARGUMENT, "no tensor can be called \"__metadata__\"");
        json_t *shape = json_array();
        int failed = 0;
        for (size_t j = 0; j < tensor->rank; j++)
            failed |= json_array_append_new(shape, json_integer((json_int_t)tensor->shape[j]));
        if (failed) {
            json_decref(shape);
            return tg_fail(TG_OUT_OF_MEMORY, "out of memory: cannot make a JSON array");
        }
        size_t end = begin + tensor->count * 4;
        json_t *entry = json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape,
                                  "data_offsets", (json_int_t)begin, (json_int_t)end);
        TG_TRY(add(header, tensors[i].name, entry));
        begin = end;
    }
    *size = begin;
    return TG_OK;
}

/* The length, the JSON and the spaces that bring the data to a multiple of 8. */
static tg_status make_header(const tg_named_tensor *tensors, size_t count,
                             const tg_text_pair *metadata, size_t pairs, tg_chunk *head,
                             size_t *data_size) {
    json_t *json = json_object();
    tg_status status = add_metadata(json, metadata, pairs);
    if (!status) status = add_tensors(json, tensors, count, data_size);
    if (status) {
        json_decref(json);
        return status;
    }
    char *text = NULL;
    TG_TRY(tg_json_print(json, &text));

    size_t length = strlen(text), padded = (length + 7) / 8 * 8;
    unsigned char *bytes = NULL;
    if (padded > TG_HEADER_LIMIT)
        status = tg_fail(TG_UNSUPPORTED,
                         "the header would have %zu bytes; the format's limit is "
                         "%zu",
                         padded, TG_HEADER_LIMIT);
    else if (!(bytes = tg_allocate(8 + padded, 1)))
        status = TG_OUT_OF_MEMORY;
    if (!status) {
        for (size_t i = 0; i < 8; i++) bytes[i] = (unsigned char)((uint64_t)padded >> 8 * i);
        memset(bytes + 8, ' ', padded);
        memcpy(bytes + 8, text, length);
        *head = (tg_chunk){bytes, 8 + padded};
    }
    tg_release(text);
    return status;
}

/* The host's floats become little-endian ones, in place. */
static void encode(float *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        const unsigned char bytes[4] = {(unsigned char)bits, (unsigned char)(bits >> 8),
                                        (unsigned char)(bits >> 16), (unsigned char)(bits >> 24)};
        memcpy(&values[i], bytes, sizeof bytes);
    }
}

static tg_status make_data(const tg_named_tensor *tensors, size_t count, size_t size,
                           tg_chunk *data) {
    float *values = tg_allocate(size, 1);
    if (!values) return TG_OUT_OF_MEMORY;
    float *next = values;
    tg_status status = TG_OK;
    for (size_t i = 0; i < count && !status; i++) {
        status = tg_tensor_read(tensors[i].tensor, next, tensors[i].tensor->count);
        next += tensors[i].tensor->count;
    }
    if (status) {
        tg_release(values);
        return status;
    }
    encode(values, size / 4);
    *data = (tg_chunk){values, size};
    return TG_OK;
}

/* Needs `tensors` sorted. */
static tg_status write_sorted(const char *path, const tg_named_tensor *tensors, size_t count,
                              const tg_text_pair *metadata, size_t pairs) {
    tg_chunk chunks[2] = {{NULL, 0}, {NULL, 0}};
    size_t size = 0;
    tg_status status = make_header(tensors, count, metadata, pairs, &chunks[0], &size);
    if (status) status = tg_fail(status, "%s: %s", path, tg_error_message());
    if (!status) status = make_data(tensors, count, size, &chunks[1]);
    if (!status) status = tg_file_replace(path, chunks, TG_COUNT(chunks));
    tg_release((void *)chunks[0].bytes);
    tg_release((void *)chunks[1].bytes);
    return status;
}

tg_status tg_safetensors_write(const char *path, const tg_named_tensor *tensors, size_t count,
                               const tg_text_pair *metadata, size_t pairs) {
    TG_REQUIRE(path, "tg_safetensors_write: path is NULL");
    TG_REQUIRE(tensors || count == 0, "tg_safetensors_write: tensors is NULL");
    TG_REQUIRE(metadata || pairs == 0, "tg_safetensors_write: metadata is NULL");
    /* The reference writer sorts by the type's size, then by the name's bytes; ours has one type.
     */
    tg_named_tensor *sorted = tg_allocate(count, sizeof *sorted);
    if (!sorted) return TG_OUT_OF_MEMORY;
    if (count > 0) {
        memcpy(sorted, tensors, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, compare_names);
    }
    tg_status status = write_sorted(path, sorted, count, metadata, pairs);
    tg_release(sorted);
    return status;
}
