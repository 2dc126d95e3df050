/* SPDX-License-Identifier: MIT */
/* JSON as the program prints it. */
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

json_t *json_number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_text(const char *text) {
    json_t *string = json_string(text);
    if (string) return string;
    char *copy = strdup(text);
    if (!copy) return NULL;
    for (char *c = copy; *c; ++c) {
        if ((unsigned char)*c > 127) *c = '?';
    }
    string = json_string(copy);
    free(copy);
    return string;
}

int json_print(json_t *value) {
    if (!value) return finish(TG_OUT_OF_MEMORY);
    /* Nine digits give a float32 back exactly. */
    int failed = json_dumpf(value, stdout, JSON_REAL_PRECISION(9) | JSON_ENCODE_ANY);
    putchar('\n');
    json_decref(value);
    /* The end of main() looks at standard output; here only memory can have been short. */
    return failed && !ferror(stdout) ? finish(TG_OUT_OF_MEMORY) : DONE;
}
