/* SPDX-License-Identifier: MIT */
/* Messages on standard error. */
#include "command.h"

#include <stdarg.h>
#include <stdio.h>

static void say(const char *format, va_list arguments) {
    fputs("tigrillo: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

int fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    return FAILED;
}

int finish(tg_status status) {
    if (status == TG_OK) return DONE;
    /* The program's own allocations fail without a message from the library. */
    return fail("%s", status == TG_OUT_OF_MEMORY ? tg_status_name(status) : tg_error_message());
}

int misuse(const command *self, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    fprintf(stderr, "try tigrillo %s%s--help\n", self ? self->name : "", self ? " " : "");
    return MISUSED;
}
