/* SPDX-License-Identifier: MIT */
/* How every function that can fail says so.
 *
 * A function that can fail returns a tg_status. Its results come through out-parameters, which
 * stay untouched unless it returns TG_OK. What went wrong, with file, place and reason, is in
 * tg_error_message(). Programming errors (NULL, a wrong shape) are reported in the same way; the
 * library never exits, aborts or prints. A function that returns no status cannot report anything:
 * its arguments must be as its comment says, and an object not NULL, except for the _destroy
 * functions. */
#ifndef TIGRILLO_STATUS_H
#define TIGRILLO_STATUS_H

#include <tigrillo/api.h>

TG_BEGIN

typedef enum tg_status {
    TG_OK = 0,
    TG_INVALID_ARGUMENT, /* NULL, shapes that do not fit, a value out of its range */
    TG_OUT_OF_MEMORY,    /* an allocation failed, or a size overflowed */
    TG_IO_ERROR,         /* the system refused to open, read or write */
    TG_BAD_FORMAT,       /* a file or data that is not what its format demands */
    TG_UNSUPPORTED,      /* valid, but not by this version or build */
    TG_NOT_FINITE,       /* training met a NaN or an infinite loss */
    TG_CANCELLED,        /* a callback asked to stop */
    TG_DEVICE_ERROR      /* a device other than the CPU failed */
} tg_status;

/* The status in words ("out of memory"). Never NULL; the text is static. Thread-safe. */
TG_API const char *tg_status_name(tg_status status);

/* The message of the last failure in this thread, "" before any. It is valid until the next call
 * of the library that fails in this thread. docs/architecture.md lists what else is not inside an
 * object. */
TG_API const char *tg_error_message(void);

TG_END

#endif
