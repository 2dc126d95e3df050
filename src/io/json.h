/* SPDX-License-Identifier: MIT */
/* What the readers and writers of JSON share, above jansson. Messages name the place inside the
 * text; the caller puts the file's name in front with tg_within(). */
#ifndef TG_IO_JSON_H
#define TG_IO_JSON_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include <tigrillo/status.h>

/* The largest whole number that every reader of JSON understands, 2^53, where size_t can hold it.
 */
#define TG_JSON_LARGEST (sizeof(size_t) > 4 ? SIZE_MAX / 2048 + 1 : SIZE_MAX)

/* Parses `length` bytes, which must be one object or array without duplicate keys. json_decref()
 * it.
 */
tg_status tg_json_parse(const char *text, size_t length, json_t **json);

/* Makes a text of `json` and gives `json` back, also on failure. NULL, which is what jansson makes
 * when it has no memory, is TG_OUT_OF_MEMORY. Numbers get jansson's 17 digits, which bring every
 * double, and so every float, back bit by bit. tg_release() the text. */
tg_status tg_json_print(json_t *json, char **text);

/* A whole number of 0 to `largest`, and a number that is finite as a float. `what` is for the
 * message; `json` may be NULL: missing. */
tg_status tg_json_size(const json_t *json, const char *what, size_t largest, size_t *size);
tg_status tg_json_float(const json_t *json, const char *what, float *value);

/* Refuses an object with a key that is not among `keys`, which end with NULL. */
tg_status tg_json_check_keys(json_t *object, const char *const *keys);

#endif
