/* SPDX-License-Identifier: MIT */
/* Strings and bytes, and as much of printf as the library's messages need. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stdbool.h>

int errno;

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
    unsigned char *t = to;
    const unsigned char *f = from;
    for (size_t i = 0; i < count; i++) t[i] = f[i];
    return to;
}

void *memmove(void *to, const void *from, size_t count) {
    unsigned char *t = to;
    const unsigned char *f = from;
    if (t < f)
        for (size_t i = 0; i < count; i++) t[i] = f[i];
    else
        for (size_t i = count; i-- > 0;) t[i] = f[i];
    return to;
}

void *memset(void *to, int value, size_t count) {
    unsigned char *t = to;
    for (size_t i = 0; i < count; i++) t[i] = (unsigned char)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t count) {
    const unsigned char *x = a, *y = b;
    for (size_t i = 0; i < count; i++)
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    return 0;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length]) length++;
    return length;
}

int strcmp(const char *a, const char *b) {
    return memcmp(a, b, (strlen(a) < strlen(b) ? strlen(a) : strlen(b)) + 1);
}

/* There are no system calls that could fail, and there is no environment. */
int strerror_r(int error, char *text, size_t size) {
    (void)error, (void)text, (void)size;
    return 1;
}

char *getenv(const char *name) {
    (void)name;
    return NULL;
}

int abs(int x) {
    return x < 0 ? -x : x;
}

/* What was not room for is only counted. */
typedef struct output {
    char *text;
    size_t size, length;
} output;

static void put(output *out, char c) {
    if (out->length + 1 < out->size) out->text[out->length] = c;
    out->length++;
}

static void put_text(output *out, const char *text) {
    for (; *text; text++) put(out, *text);
}

static void put_whole(output *out, unsigned long long x) {
    if (x >= 10) put_whole(out, x / 10);
    put(out, (char)('0' + x % 10));
}

/* Six significant digits, as %g, but without an exponent below 1e15. */
static void put_double(output *out, double x) {
    if (x != x) {
        put_text(out, "nan");
        return;
    }
    if (x < 0) {
        put(out, '-');
        x = -x;
    }
    if (x > 1e15) {
        put_text(out, x > 1.7976931348623157e308 ? "inf" : "more than 1e15");
        return;
    }
    double unit = 1;
    int digits = 0;
    for (double y = x; y < 1e5 && digits < 12; y *= 10, digits++) unit *= 10;
    unsigned long long whole = (unsigned long long)(x * unit + 0.5), scale = 1;
    for (; digits > 0 && whole % 10 == 0; digits--) whole /= 10;
    for (int i = 0; i < digits; i++) scale *= 10;
    put_whole(out, whole / scale);
    if (digits > 0) put(out, '.');
    for (whole %= scale; scale > 1; whole %= scale) {
        scale /= 10;
        put(out, (char)('0' + whole / scale));
    }
}

int vsnprintf(char *text, size_t size, const char *format, va_list arguments) {
    output out = {.text = text, .size = size};
    for (; *format; format++) {
        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        const bool wide = *++format == 'z', widest = *format == 'l';
        format += wide ? 1 : widest ? 2 : 0;
        if (*format == 's') {
            put_text(&out, va_arg(arguments, const char *));
        } else if (*format == 'd') {
            const long long x = widest ? va_arg(arguments, long long) : va_arg(arguments, int);
            if (x < 0) put(&out, '-');
            put_whole(&out, (unsigned long long)(x < 0 ? -x : x));
        } else if (*format == 'u') {
            put_whole(&out, wide     ? va_arg(arguments, size_t)
                            : widest ? va_arg(arguments, unsigned long long)
                                     : va_arg(arguments, unsigned));
        } else if (*format == 'g') {
            put_double(&out, va_arg(arguments, double));
        } else {
            put(&out, *format);
            if (!*format) break;
        }
    }
    if (size > 0) text[out.length < size ? out.length : size - 1] = '\0';
    return (int)out.length;
}

int snprintf(char *text, size_t size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, size, format, arguments);
    va_end(arguments);
    return length;
}
