/* SPDX-License-Identifier: MIT */
#include "support/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "support/test.h"

/* 0 .. bound-1 */
static size_t below(uint64_t *random, size_t bound) {
    return (size_t)test_uniform(random, 0, (double)bound);
}

/* Room for `count` more bytes at `at`. */
static void open_gap(test_image *image, size_t at, size_t count) {
    memmove(image->bytes + at + count, image->bytes + at, image->size - at);
    image->size += count;
}

static void mutate_once(uint64_t *random, test_image *image) {
    /* What parsers stumble over: structure, numbers and signs, bytes that are no text. */
    static const char pieces[][8] = {"{",    "}",  "[", "]",  ",",  ":",       "\"",
                                     "-",    "0",  "9", ".",  "e9", "\\u0000", "null",
                                     "\xff", "\n", " ", "0,", "{}", "18446"};
    size_t at = below(random, image->size + 1), length = 1 + below(random, 8);
    bool inside = at < image->size;
    if (inside && length > image->size - at) length = image->size - at;
    const char *piece = pieces[below(random, TG_COUNT(pieces))];
    switch (below(random, 8)) {
    case 0:
        if (inside) image->bytes[at] ^= (unsigned char)(1u << below(random, 8));
        break;
    case 1:
        if (inside) image->bytes[at] = (unsigned char)below(random, 256);
        break;
    case 2:
        open_gap(image, at, strlen(piece));
        memcpy(image->bytes + at, piece, strlen(piece));
        break;
    case 3:
        if (inside) {
            image->size -= length;
            memmove(image->bytes + at, image->bytes + at + length, image->size - at);
        }
        break;
    case 4:
        if (inside) {
            size_t to = below(random, image->size - length + 1);
            memmove(image->bytes + to, image->bytes + at, length);
        }
        break;
    case 5:
        while (at < image->size && (image->bytes[at] < '0' || image->bytes[at] > '9')) at++;
        if (at < image->size) image->bytes[at] = (unsigned char)('0' + below(random, 10));
        break;
    case 6:
        image->size = at;
        break;
    default: /* the first bytes are the most dangerous ones */
        if (image->size > 0)
            image->bytes[below(random, image->size < 9 ? image->size : 9)] ^=
                (unsigned char)(1u << below(random, 8));
    }
}

test_image test_mutate(uint64_t *random, const void *bytes, size_t size) {
    test_image roomy = {malloc(size + 32), size};
    assert_non_null(roomy.bytes);
    memcpy(roomy.bytes, bytes, size);
    for (size_t left = 1 + below(random, 3); left > 0; left--) mutate_once(random, &roomy);
    test_image exact = {malloc(roomy.size ? roomy.size : 1), roomy.size};
    assert_non_null(exact.bytes);
    memcpy(exact.bytes, roomy.bytes, roomy.size);
    free(roomy.bytes);
    return exact;
}
