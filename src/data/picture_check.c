/* SPDX-License-Identifier: MIT */
#include "data/picture_check.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/status.h"
#include "data/bytes.h"

static tg_status fail_short(const char *name, size_t place, const char *format) {
    return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: the %s file ends too early", name, place, format);
}

tg_status tg_picture_sides_check(uint64_t width, uint64_t height, const char *name) {
    enum { MOST_MILLIONS = 64 };
    if (width == 0 || height == 0)
        return tg_fail(TG_BAD_FORMAT,
                       "%s: the picture is %" PRIu64 " x %" PRIu64 " pixels: a side is 0", name,
                       width, height);
    if (height > UINT64_C(1000000) * MOST_MILLIONS / width)
        return tg_fail(TG_UNSUPPORTED,
                       "%s: the picture is %" PRIu64 " x %" PRIu64 " pixels, more than %d million",
                       name, width, height, MOST_MILLIONS);
    return TG_OK;
}

/* CRC-32 as PNG defines it (ISO 3309): the remainder by the polynomial 0xedb88320, lowest bit
 * first, half a byte at a time. */
static uint32_t crc_32(const unsigned char *bytes, size_t size) {
    static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
                                       0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                       0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                       0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
    uint32_t sum = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        sum ^= bytes[i];
        sum = sum >> 4 ^ table[sum & 15];
        sum = sum >> 4 ^ table[sum & 15];
    }
    return ~sum;
}

/* Chunks: a length, a type of four letters, the data and the CRC-32 of the last two. */
static tg_status check_png(const unsigned char *bytes, size_t size, const char *name) {
    for (size_t place = 8;;) {
        if (size - place < 12) return fail_short(name, size, "PNG");
        const unsigned char *type = bytes + place + 4;
        size_t length = tg_big_32(bytes + place);
        if (length > size - place - 12) return fail_short(name, size, "PNG");
        uint32_t sum = crc_32(type, length + 4);
        /* A small first letter marks a chunk that a decoder may ignore. */
        bool critical = (type[0] & 0x20) == 0;
        if (critical && sum != tg_big_32(type + 4 + length))
            return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: damaged PNG file: wrong checksum", name,
                           place);
        if (memcmp(type, "IHDR", 4) == 0 && length >= 8)
            TG_TRY(tg_picture_sides_check(tg_big_32(type + 4), tg_big_32(type + 8), name));
        if (memcmp(type, "IEND", 4) == 0) return TG_OK;
        place += length + 12;
    }
}

/* Behind the compressed data that begin at `place`: a 0xFF in them is followed by 0 or a restart
 * marker. */
static size_t skip_scan(const unsigned char *bytes, size_t size, size_t place) {
    while (place + 1 < size) {
        unsigned char next = bytes[place + 1];
        if (bytes[place] == 0xff && next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7))
            return place;
        place++;
    }
    return size;
}

/* A segment of Huffman tables: each has a number, 16 counts, and as many values as these together.
 * Versions of stb_image before 2.28 write behind their table when there are more than 256. */
static tg_status check_huffman(const unsigned char *bytes, size_t place, size_t end,
                               const char *name) {
    while (place < end) {
        size_t values = 0;
        for (size_t i = 1; i <= 16 && place + i < end; i++) values += bytes[place + i];
        if (values > 256 || end - place < 17 + values)
            return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: damaged JPEG file: a wrong Huffman table",
                           name, place);
        place += 17 + values;
    }
    return TG_OK;
}

/* Whether a marker begins a frame, where the picture's sides are. */
static bool is_frame(unsigned char marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Segments: 0xFF, a marker, and for most a length and the data; a scan's data have no length. */
static tg_status check_jpeg(const unsigned char *bytes, size_t size, const char *name) {
    enum { HUFFMAN = 0xc4, END = 0xd9, SCAN = 0xda };
    bool scanned = false;
    for (size_t place = 2;;) {
        if (size - place < 2) return fail_short(name, size, "JPEG");
        unsigned char marker = bytes[place + 1];
        if (bytes[place] != 0xff)
            return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: damaged JPEG file: no marker", name,
                           place);
        if (marker == END && scanned) return TG_OK;
        if (marker == END)
            return tg_fail(TG_BAD_FORMAT, "%s: byte %zu: the JPEG file holds no picture", name,
                           place);
        if (marker == 0xff) { /* filling */
            place++;
            continue;
        }
        if (size - place < 4) return fail_short(name, size, "JPEG");
        size_t length = tg_big_16(bytes + place + 2);
        if (length > size - place - 2) return fail_short(name, size, "JPEG");
        if (marker == HUFFMAN) TG_TRY(check_huffman(bytes, place + 4, place + 2 + length, name));
        if (is_frame(marker) && length >= 7) {
            const unsigned char *sides = bytes + place + 5;
            TG_TRY(tg_picture_sides_check(tg_big_16(sides + 2), tg_big_16(sides), name));
        }
        place += length + 2;
        if (marker == SCAN) {
            scanned = true;
            place = skip_scan(bytes, size, place);
        }
    }
}

static tg_status check_bmp(const unsigned char *bytes, size_t size, const char *name) {
    if (size < 34) return fail_short(name, size, "BMP");
    bool old = tg_little_32(bytes + 14) == 12; /* OS/2's header: 16-bit sides */
    int64_t width = old ? tg_little_16(bytes + 18) : (int32_t)tg_little_32(bytes + 18);
    int64_t height = old ? tg_little_16(bytes + 20) : (int32_t)tg_little_32(bytes + 22);
    int64_t bits = tg_little_16(bytes + (old ? 24 : 28));
    uint32_t compression = old ? 0 : tg_little_32(bytes + 30);
    if (height < 0) height = -height; /* rows from the top */
    if (width < 0)
        return tg_fail(TG_BAD_FORMAT, "%s: byte 18: damaged BMP file: a width of %lld", name,
                       (long long)width);
    TG_TRY(tg_picture_sides_check((uint64_t)width, (uint64_t)height, name));
    if (compression != 0 && compression != 3) return TG_OK; /* the decoder refuses it */
    uint64_t row = (uint64_t)(width * bits + 31) / 32 * 4;
    uint64_t offset = tg_little_32(bytes + 10);
    if (offset > size || (row > 0 && (uint64_t)height > (size - offset) / row))
        return fail_short(name, size, "BMP");
    return TG_OK;
}

tg_status tg_picture_check(const unsigned char *bytes, size_t size, const char *name) {
    static const struct {
        const char *magic;
        size_t length;
        tg_status (*check)(const unsigned char *bytes, size_t size, const char *name);
    } formats[] = {
        {"\x89PNG\r\n\x1a\n", 8, check_png}, {"\xff\xd8\xff", 3, check_jpeg}, {"BM", 2, check_bmp}};
    if (size == 0) return tg_fail(TG_BAD_FORMAT, "%s: the file is empty", name);
    for (size_t i = 0; i < TG_COUNT(formats); i++)
        if (size >= formats[i].length && memcmp(bytes, formats[i].magic, formats[i].length) == 0)
            return formats[i].check(bytes, size, name);
    return tg_fail(TG_UNSUPPORTED, "%s: byte 0: neither a PNG, a JPEG nor a BMP file", name);
}
