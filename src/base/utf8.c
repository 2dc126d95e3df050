/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <stddef.h>
#include <stdint.h>

bool tg_is_utf8(const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    while (*at) {
        /* The first byte tells how many follow, and the least number worth so many. */
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        const size_t more = *at < 0x80 ? 0 : *at >> 5 == 6 ? 1 : *at >> 4 == 14 ? 2 : 3;
        if (more == 3 && *at >> 3 != 30) return false;
        uint32_t point = more == 0 ? *at : *at & (0x3fu >> more);
        at++;
        for (size_t i = 0; i < more; i++, at++) {
            if (*at >> 6 != 2) return false;
            point = point << 6 | (*at & 0x3fu);
        }
        if (point < least[more] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
            return false;
    }
    return true;
}
