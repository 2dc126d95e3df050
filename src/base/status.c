/* SPDX-License-Identifier: MIT */
/* Status names and the thread's error message. */
#include "base/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <tigrillo/version.h>

static _Thread_local char message[1024];

const char *tg_status_name(tg_status status) {
    switch (status) {
    case TG_OK:
        return "ok";
    case TG_INVALID_ARGUMENT:
        return "invalid argument";
    case TG_OUT_OF_MEMORY:
        return "out of memory";
    case TG_IO_ERROR:
        return "input/output error";
    case TG_BAD_FORMAT:
        return "bad format";
    case TG_UNSUPPORTED:
        return "not supported";
    case TG_NOT_FINITE:
        return "not finite";
    case TG_CANCELLED:
        return "cancelled";
    case TG_DEVICE_ERROR:
        return "device error";
    }
    return "unknown status";
}

const char *tg_error_message(void) {
    return message;
}

void tg_set_error(const char *format, ...) {
    /* An argument may be the present message itself, so the new one is made beside it. */
    char next[sizeof message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(next, sizeof next, format, arguments);
    va_end(arguments);
    memcpy(message, next, sizeof message);
}

void tg_set_errno_error(const char *path, const char *doing) {
    char reason[256];
    int error = errno;
    /* POSIX's strerror_r; strerror() is not thread-safe. */
    if (strerror_r(error, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", error);
    tg_set_error("%s: cannot %s: %s", path, doing, reason);
}

tg_status tg_within(const char *place, tg_status status) {
    if (status == TG_OK) return TG_OK;
    return tg_fail(status == TG_INVALID_ARGUMENT ? TG_BAD_FORMAT : status, "%s: %s", place,
                   tg_error_message());
}

const char *tg_version(void) {
    return TG_VERSION;
}

const char *tg_components(void) {
    return TG_COMPONENTS; /* by CMakeLists.txt */
}
