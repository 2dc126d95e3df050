/* SPDX-License-Identifier: MIT */
/* json-value KEY...: reads JSON values, one a line, from standard input and prints of each what
 * stands at the path of KEYs (names and indices), strings as they are. Fails when a line is not
 * JSON, or has nothing there. */
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

static json_t *find(json_t *value, char **keys) {
    for (; value && *keys; ++keys) {
        value = json_is_array(value) ? json_array_get(value, strtoul(*keys, NULL, 10))
                                     : json_object_get(value, *keys);
    }
    return value;
}

int main(int argc, char **argv) {
    static char line[1 << 20];
    int failed = argc < 1;
    size_t lines = 0;
    for (; fgets(line, sizeof line, stdin); ++lines) {
        json_error_t error;
        json_t *root = json_loads(line, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
        json_t *value = find(root, argv + 1);
        if (!root) fprintf(stderr, "json-value: %s: %s", error.text, line);
        if (!value)
            failed = 1;
        else if (json_is_string(value))
            puts(json_string_value(value));
        else {
            json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(9));
            putchar('\n');
        }
        json_decref(root);
    }
    return failed || lines == 0;
}
