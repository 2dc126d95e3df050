/* SPDX-License-Identifier: MIT */
/* How the library's own code reports failures. */
#ifndef TG_BASE_STATUS_H
#define TG_BASE_STATUS_H

#include <tigrillo/status.h>

/* Sets tg_error_message(). */
void tg_set_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for a failed system call on `path`: adds what errno says. */
void tg_set_errno_error(const char *path, const char *doing);

/* Sets the message and gives the status. Macros, so that static analysis sees which:
 *
 *     return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: %s", path, offset, reason);
 *     return tg_fail_errno(path, "open");
 */
#define tg_fail(status, ...) (tg_set_error(__VA_ARGS__), (status))
#define tg_fail_errno(path, doing) (tg_set_errno_error(path, doing), TG_IO_ERROR)

/* Puts `place` in front of the message when `status` is a failure; passes TG_OK on. What the
 * library refused as an argument came from that place, so TG_INVALID_ARGUMENT becomes
 * TG_BAD_FORMAT. */
tg_status tg_within(const char *place, tg_status status);

/* Returns from the calling function when `expression` is not TG_OK. Where something must be
 * released first, write `if (!status) status = ...;` and one exit. */
#define TG_TRY(expression)                                                                         \
    do {                                                                                           \
        tg_status try_status = (expression);                                                       \
        if (try_status != TG_OK) return try_status;                                                \
    } while (0)

/* Refuses a programming error: TG_REQUIRE(x != NULL, "x is NULL"). */
#define TG_REQUIRE(condition, ...)                                                                 \
    do {                                                                                           \
        if (!(condition)) return tg_fail(TG_INVALID_ARGUMENT, __VA_ARGS__);                        \
    } while (0)

#endif
