/* SPDX-License-Identifier: MIT */
/* Messages on standard error. */
#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "progress.h"

static void say(const char *format, va_list arguments) {
    notice_end();
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
    if (status == TG_OUT_OF_MEMORY) return fail("%s", tg_status_name(status));
    /* Of an empty file name nothing would be seen. */
    const char *message = tg_error_message();
    return fail("%s%s", strncmp(message, ": ", 2) == 0 ? "''" : "", message);
}

int misuse(const command *self, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    fprintf(stderr, "try tigrillo %s%s--help\n", self ? self->name : "", self ? " " : "");
    return MISUSED;
}
