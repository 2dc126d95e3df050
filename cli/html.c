/* SPDX-License-Identifier: MIT */
/* What the program's pages are made of. */
#include "html.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

enum { LARGEST_SIDE = 48, BMP_HEADER = 54 };

/* U+FFFE and U+FFFF, as UTF-8. */
static bool is_no_xml(const char *c) {
    return strncmp(c, "\xef\xbf\xbe", 3) == 0 || strncmp(c, "\xef\xbf\xbf", 3) == 0;
}

void html_text(FILE *file, const char *text) {
    json_t *checked = json_text(text);
    for (const char *c = checked ? json_string_value(checked) : "?"; *c; ++c) {
        switch (*c) {
        case '<':
            fputs("&lt;", file);
            break;
        case '>':
            fputs("&gt;", file);
            break;
        case '&':
            fputs("&amp;", file);
            break;
        case '"':
            fputs("&quot;", file);
            break;
        default:
            if (is_no_xml(c)) {
                fputc('?', file);
                c += 2;
            } else {
                fputc((unsigned char)*c < ' ' && *c != '\n' && *c != '\t' ? '?' : *c, file);
            }
        }
    }
    json_decref(checked);
}

static void base64(FILE *file, const unsigned char *bytes, size_t size) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        const size_t left = size - i;
        const unsigned three = (unsigned)bytes[i] << 16 |
                               (left > 1 ? (unsigned)bytes[i + 1] << 8 : 0u) |
                               (left > 2 ? (unsigned)bytes[i + 2] : 0u);
        fputc(digits[three >> 18], file);
        fputc(digits[three >> 12 & 63], file);
        fputc(left > 1 ? digits[three >> 6 & 63] : '=', file);
        fputc(left > 2 ? digits[three & 63] : '=', file);
    }
}

static void put_little(unsigned char *at, size_t value) {
    for (int i = 0; i < 4; ++i) at[i] = (unsigned char)(value >> 8 * i & 255);
}

/* The mean of a block of factor x factor pixels, cut off at the edge, as a byte. */
static unsigned char mean(const float *values, tg_picture_shape shape, size_t factor, size_t row,
                          size_t column, size_t channel) {
    double sum = 0;
    size_t count = 0;
    for (size_t y = row * factor; y < (row + 1) * factor && y < shape.height; ++y) {
        for (size_t x = column * factor; x < (column + 1) * factor && x < shape.width; ++x) {
            sum += (double)values[(y * shape.width + x) * shape.channels + channel];
            ++count;
        }
    }
    const double byte = 255 * sum / (double)count + 0.5;
    return (unsigned char)(byte >= 255 ? 255 : byte >= 0 ? byte : 0);
}

/* BMP: browsers read it, and it is pixels behind a header. */
bool html_picture(FILE *file, const float *values, tg_picture_shape shape, const char *about) {
    const size_t side = shape.height > shape.width ? shape.height : shape.width;
    const size_t factor = (side + LARGEST_SIDE - 1) / LARGEST_SIDE;
    const size_t height = (shape.height + factor - 1) / factor;
    const size_t width = (shape.width + factor - 1) / factor;
    const size_t stride = (3 * width + 3) / 4 * 4, size = BMP_HEADER + stride * height;
    unsigned char *bmp = calloc(size, 1);
    if (!bmp) return false;
    bmp[0] = 'B';
    bmp[1] = 'M';
    put_little(bmp + 2, size);
    put_little(bmp + 10, BMP_HEADER);
    put_little(bmp + 14, 40);
    put_little(bmp + 18, width);
    put_little(bmp + 22, height);
    bmp[26] = 1;  /* plane */
    bmp[28] = 24; /* bits a pixel: blue, green, red, from the lowest row up */
    for (size_t y = 0; y < height; ++y) {
        for (size_t x = 0; x < width; ++x) {
            for (size_t c = 0; c < 3; ++c) {
                bmp[BMP_HEADER + (height - 1 - y) * stride + 3 * x + c] = mean(
                    values, shape, factor, y, x, shape.channels == 3 ? 2 - c : 0);
            }
        }
    }
    fprintf(file, "<img width=\"%zu\" height=\"%zu\" alt=\"%s\" src=\"data:image/bmp;base64,",
            2 * width, 2 * height, about);
    base64(file, bmp, size);
    fputs("\"/>", file);
    free(bmp);
    return true;
}
