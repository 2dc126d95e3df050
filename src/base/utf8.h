/* SPDX-License-Identifier: MIT */
#ifndef TG_BASE_UTF8_H
#define TG_BASE_UTF8_H

#include <stdbool.h>

/* Whether a text is UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above
 * U+10FFFF. Names that go into a model file must be. */
bool tg_is_utf8(const char *text);

#endif
