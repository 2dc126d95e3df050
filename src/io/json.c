/* SPDX-License-Identifier: MIT */
/* Checked steps from and to JSON. */
#include "io/json.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"

tg_status tg_json_parse(const char *text, size_t length, json_t **json) {
    json_error_t error;
    json_t *parsed = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (!parsed) return tg_fail(TG_BAD_FORMAT, "byte %d: %s", error.position, error.text);
    *json = parsed;
    return TG_OK;
}

tg_status tg_json_print(json_t *json, char **text) {
    const size_t flags = JSON_COMPACT;
    size_t length = json ? json_dumpb(json, NULL, 0, flags) : 0;
    char *printed = length ? tg_allocate(length + 1, 1) : NULL;
    tg_status status = TG_OK;
    if (!length)
        status = tg_fail(TG_OUT_OF_MEMORY, "out of memory: cannot make a JSON text");
    else if (!printed)
        status = TG_OUT_OF_MEMORY;
    else
        json_dumpb(json, printed, length, flags);
    json_decref(json);
    if (!status) *text = printed;
    return status;
}

tg_status tg_json_size(const json_t *json, const char *what, size_t largest, size_t *size) {
    if (!json) return tg_fail(TG_BAD_FORMAT, "\"%s\" is missing", what);
    json_int_t value = json_is_integer(json) ? json_integer_value(json) : -1;
    if (value < 0 || (unsigned long long)value > largest)
        return tg_fail(TG_BAD_FORMAT, "\"%s\" is not a whole number from 0 to %zu", what, largest);
    *size = (size_t)value;
    return TG_OK;
}

tg_status tg_json_float(const json_t *json, const char *what, float *value) {
    if (!json) return tg_fail(TG_BAD_FORMAT, "\"%s\" is missing", what);
    if (!json_is_number(json) || fabs(json_number_value(json)) > (double)FLT_MAX)
        return tg_fail(TG_BAD_FORMAT, "\"%s\" is not a number that fits a float", what);
    *value = (float)json_number_value(json);
    return TG_OK;
}

tg_status tg_json_check_keys(json_t *object, const char *const *keys) {
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        size_t i = 0;
        while (keys[i] && strcmp(keys[i], key) != 0) i++;
        if (!keys[i]) return tg_fail(TG_BAD_FORMAT, "unknown key \"%.80s\"", key);
    }
    return TG_OK;
}
