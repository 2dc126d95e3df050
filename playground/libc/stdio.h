/* SPDX-License-Identifier: MIT */
#ifndef PLAYGROUND_STDIO_H
#define PLAYGROUND_STDIO_H

#include <stdarg.h>
#include <stddef.h>

/* Of the formats %s, %d, %lld, %zu, %llu, %g and %%: what the library's messages use. */
int vsnprintf(char *text, size_t size, const char *format, va_list arguments);
int snprintf(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
