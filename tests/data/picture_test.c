/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/jpeg.h"
#include "data/packed.h"

/* A picture file as a test wants it. */
typedef struct png_case {
    const char *name;
    unsigned char depth, type;
    unsigned char rows[2][12];
    size_t row;          /* bytes that count */
    uint8_t colours[12]; /* what 2 x 2 pixels must come out as, in colours */
    uint8_t grey[4];     /* and in grey */
} png_case;

static const png_case png_cases[] = {
    {"8-bit grey",
     8,
     PNG_GREY,
     {{0, 255}, {7, 128}},
     2,
     {0, 0, 0, 255, 255, 255, 7, 7, 7, 128, 128, 128},
     {0, 255, 7, 128}},
    {"1-bit grey",
     1,
     PNG_GREY,
     {{0x40}, {0x80}},
     1,
     {0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 0},
     {0, 255, 255, 0}},
    {"16-bit grey",
     16,
     PNG_GREY,
     {{0x12, 0x34, 0xff, 0xff}, {0, 0, 0x80, 0x01}},
     4,
     {0x12, 0x12, 0x12, 255, 255, 255, 0, 0, 0, 128, 128, 128},
     {0x12, 255, 0, 128}},
    {"8-bit colours",
     8,
     PNG_COLOURS,
     {{255, 0, 0, 0, 255, 0}, {0, 0, 255, 10, 20, 30}},
     6,
     {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30},
     {76, 150, 29, 18}},
    {"16-bit colours",
     16,
     PNG_COLOURS,
     {{255, 9, 0, 9, 0, 9, 0, 9, 255, 9, 0, 9}, {0, 9, 0, 9, 255, 9, 10, 9, 20, 9, 30, 9}},
     12,
     {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30},
     {76, 150, 29, 18}},
    {"grey with alpha",
     8,
     PNG_GREY_ALPHA,
     {{0, 255, 255, 0}, {7, 1, 128, 100}},
     4,
     {0, 0, 0, 255, 255, 255, 7, 7, 7, 128, 128, 128},
     {0, 255, 7, 128}},
    {"colours with alpha",
     8,
     PNG_ALPHA,
     {{255, 0, 0, 0, 0, 255, 0, 1}, {0, 0, 255, 99, 10, 20, 30, 255}},
     8,
     {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30},
     {76, 150, 29, 18}},
    {"palette",
     8,
     PNG_PALETTE,
     {{0, 1}, {2, 3}},
     2,
     {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30},
     {76, 150, 29, 18}},
    {"2-bit palette",
     2,
     PNG_PALETTE,
     {{0x10}, {0xb0}},
     1,
     {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30},
     {76, 150, 29, 18}},
};

static test_bytes *make_png(const png_case *c) {
    static const unsigned char palette[] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30};
    test_bytes *file = calloc(1, sizeof *file);
    assert_non_null(file);
    put_png_header(file, 2, 2, c->depth, c->type);
    if (c->type == PNG_PALETTE) put_chunk(file, "PLTE", palette, sizeof palette);
    unsigned char rows[24];
    memcpy(rows, c->rows[0], c->row);
    memcpy(rows + c->row, c->rows[1], c->row);
    put_png_rows(file, rows, c->row, 2);
    return file;
}

static void every_kind_of_png(void **state) {
    (void)state;
    for (size_t i = 0; i < TG_COUNT(png_cases); i++) {
        const png_case *c = &png_cases[i];
        test_bytes *file = make_png(c);
        uint8_t pixels[12] = {0};
        assert_ok(tg_picture_decode(file->bytes, file->size, c->name, (tg_picture_shape){2, 2, 3},
                                    pixels));
        assert_memory_equal(pixels, c->colours, 12);
        assert_ok(tg_picture_decode(file->bytes, file->size, c->name, (tg_picture_shape){2, 2, 1},
                                    pixels));
        assert_memory_equal(pixels, c->grey, 4);
        free(file);
    }
}

/* A BMP file of 2 x 2 pixels with 24 bits each, the rows from the bottom or, with a negative
 * height, from the top; rows are filled to 8 bytes. */
static test_bytes *make_bmp(int height) {
    test_bytes *file = calloc(1, sizeof *file);
    assert_non_null(file);
    put(file, "BM", 2);
    put_little(file, 54 + 16, 4);
    put_little(file, 0, 4);
    put_little(file, 54, 4);
    put_little(file, 40, 4);
    put_little(file, 2, 4);
    put_little(file, (uint32_t)height, 4);
    put_little(file, 1, 2);
    put_little(file, 24, 2);
    put(file, (unsigned char[24]){0}, 24);
    static const unsigned char rows[2][8] = {{0, 0, 255, 0, 255, 0}, {255, 0, 0, 30, 20, 10}};
    put(file, rows[height > 0], 8);
    put(file, rows[height <= 0], 8);
    return file;
}

static void bmp_from_the_bottom_and_from_the_top(void **state) {
    (void)state;
    static const uint8_t expected[] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30};
    static const int heights[] = {2, -2};
    for (size_t i = 0; i < TG_COUNT(heights); i++) {
        test_bytes *file = make_bmp(heights[i]);
        uint8_t pixels[12] = {0};
        assert_ok(
            tg_picture_decode(file->bytes, file->size, "bmp", (tg_picture_shape){2, 2, 3}, pixels));
        assert_memory_equal(pixels, expected, sizeof expected);
        free(file);
    }
}

static void jpeg_resized(void **state) {
    (void)state;
    /* Four pixels, of which the middle ones lie beside the edge, where JPEG's blocks blur. */
    static const uint8_t expected[] = {200, 60, 30, 40, 120, 220};
    uint8_t pixels[12] = {0};
    assert_ok(tg_picture_decode(jpeg_file, sizeof jpeg_file, "jpeg", (tg_picture_shape){1, 4, 3},
                                pixels));
    for (size_t i = 0; i < 3; i++) {
        assert_in_range(pixels[i] + 6 - expected[i], 0, 12);
        assert_in_range(pixels[9 + i] + 6 - expected[3 + i], 0, 12);
    }
}

static void reads_files(void **state) {
    (void)state;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "picture"); /* the name's ending does not matter */
    test_bytes *file = make_png(&png_cases[3]);
    test_write_file(path, file->bytes, file->size);
    uint8_t pixel[3] = {0};
    assert_ok(tg_picture_read(path, (tg_picture_shape){1, 1, 3}, pixel));
    assert_int_equal(pixel[0], 66); /* (255 + 10) / 4 = 66.25 */
    assert_int_equal(pixel[1], 69); /* 68.75 */
    assert_int_equal(pixel[2], 71); /* 71.25 */
    assert_fails(TG_IO_ERROR, "missing: cannot open",
                 tg_picture_read(test_path(folder, "missing"), (tg_picture_shape){1, 1, 3}, pixel));
    free(file);
    test_remove_folder(folder);
}

/* ---- What is refused ---- */

static void assert_refused(tg_status status, const char *text, const void *bytes, size_t size) {
    uint8_t pixels[4 * 4 * 3];
    memset(pixels, 99, sizeof pixels);
    /* A copy of just this size, so that reading beyond it is seen. */
    void *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    if (size) memcpy(copy, bytes, size);
    assert_fails(status, "file.png: ",
                 tg_picture_decode(copy, size, "file.png", (tg_picture_shape){4, 4, 3}, pixels));
    test_message_contains(text, __FILE__, __LINE__);
    for (size_t i = 0; i < sizeof pixels; i++) assert_int_equal(pixels[i], 99);
    free(copy);
}

static void files_cut_at_every_byte(void **state) {
    (void)state;
    test_bytes *files[] = {make_png(&png_cases[3]), make_png(&png_cases[7]), make_bmp(2),
                           calloc(1, sizeof(test_bytes))};
    put(files[3], jpeg_file, sizeof jpeg_file);
    static const char *const reasons[] = {"PNG file ends too early", "PNG file ends too early",
                                          "BMP file ends too early", "JPEG file ends too early"};
    for (size_t i = 0; i < TG_COUNT(files); i++) {
        assert_refused(TG_BAD_FORMAT, "is empty", files[i]->bytes, 0);
        for (size_t size = 8; size < files[i]->size; size++)
            assert_refused(TG_BAD_FORMAT, reasons[i], files[i]->bytes, size);
        free(files[i]);
    }
}

static void png_with_a_changed_byte(void **state) {
    (void)state;
    test_bytes *file = make_png(&png_cases[3]);
    for (size_t i = 8; i < file->size; i++) {
        file->bytes[i] ^= 0x15;
        assert_refused(TG_BAD_FORMAT, "PNG file", file->bytes, file->size);
        file->bytes[i] ^= 0x15;
    }
    free(file);
}

/* BMP files have no checksums: whatever happens to their bytes, nothing crashes. */
static void random_damage_does_no_harm(void **state) {
    (void)state;
    test_bytes *bmp = make_bmp(2);
    uint64_t random = 5;
    uint8_t pixels[12];
    for (size_t i = 0; i < 4000; i++) {
        unsigned char *copy = malloc(bmp->size);
        assert_non_null(copy);
        memcpy(copy, bmp->bytes, bmp->size);
        for (int k = 0; k < 3; k++)
            copy[(size_t)test_uniform(&random, 2, (double)bmp->size)] = (unsigned char)test_uniform(
                &random, 0, 256);
        tg_status status = tg_picture_decode(copy, bmp->size, "damaged",
                                             (tg_picture_shape){2, 2, 3}, pixels);
        if (status != TG_OK) assert_true(status == TG_BAD_FORMAT || status == TG_UNSUPPORTED);
        free(copy);
    }
    free(bmp);
}

/* Tables with more values than there are bytes, which the decoder would write behind its own. */
static void jpeg_with_a_wrong_table(void **state) {
    (void)state;
    unsigned char copy[sizeof jpeg_file];
    memcpy(copy, jpeg_file, sizeof copy);
    size_t place = 2;
    while (copy[place + 1] != 0xc4) place += 2 + (size_t)(copy[place + 2] << 8 | copy[place + 3]);
    for (size_t i = 0; i < 16; i++) {
        unsigned char before = copy[place + 5 + i];
        copy[place + 5 + i] = 255;
        assert_refused(TG_BAD_FORMAT, "Huffman table", copy, sizeof copy);
        copy[place + 5 + i] = before;
    }
    /* 2 x 150 values, all there. */
    unsigned char table[2 + 4 + 17 + 300] = {0xff, 0xd8, 0xff, 0xc4, 1, 0x3f, 0, 150, 150};
    assert_refused(TG_BAD_FORMAT, "byte 6: damaged JPEG file: a wrong Huffman table", table,
                   sizeof table);
    assert_refused(TG_BAD_FORMAT, "holds no picture", "\xff\xd8\xff\xd9", 4);
    assert_refused(TG_BAD_FORMAT, "byte 6: damaged JPEG file: no marker", "\xff\xd8\xff\xe0\0\2no",
                   8);
}

static void other_formats(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } files[] = {
        {"\0\0\2\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\x20\0", 18}, /* TGA, 65535 x 65535 */
        {"GIF89a\1\0\1\0\0\0\0;", 14},
        {"P6 1 1 255 abc", 14},
        {"8BPS\0\1\0\0\0\0\0\0\0\3", 14},
        {"#?RADIANCE\n", 11},
        {"a", 1},
    };
    for (size_t i = 0; i < TG_COUNT(files); i++)
        assert_refused(TG_UNSUPPORTED, "neither a PNG, a JPEG nor a BMP", files[i].bytes,
                       files[i].size);
}

/* Sides that would take gigabytes are refused before anything is decoded; a picture at the limit
 * fails for what is wrong with it. */
static void huge_pictures(void **state) {
    (void)state;
    static const struct {
        size_t width, height;
        tg_status status;
        const char *reason;
    } cases[] = {
        {20000, 20000, TG_UNSUPPORTED, "the picture is 20000 x 20000 pixels, more than 64 million"},
        {64000001, 1, TG_UNSUPPORTED, "64000001 x 1 pixels, more than"},
        {8000, 8001, TG_UNSUPPORTED, "8000 x 8001 pixels"},
        {0x7fffffff, 0xffffffff, TG_UNSUPPORTED, "2147483647 x 4294967295 pixels"},
        {50000, 50000, TG_UNSUPPORTED, "50000 x 50000 pixels, more than 64 million"},
        {0, 16, TG_BAD_FORMAT, "the picture is 0 x 16 pixels: a side is 0"},
        {16, 0, TG_BAD_FORMAT, "16 x 0 pixels: a side is 0"},
        {8000, 8000, TG_BAD_FORMAT, ""},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        test_bytes *file = calloc(1, sizeof *file);
        assert_non_null(file);
        put_png_header(file, cases[i].width, cases[i].height, 8, PNG_GREY);
        put_png_rows(file, (const unsigned char *)"\1\2", 1, 2);
        assert_refused(cases[i].status, cases[i].reason, file->bytes, file->size);
        free(file);
    }
    test_bytes *bmp = make_bmp(2);
    memcpy(bmp->bytes + 22, "\0\0\0\x80", 4); /* a height of -2^31 */
    assert_refused(TG_UNSUPPORTED, "2 x 2147483648 pixels, more than", bmp->bytes, bmp->size);
    memcpy(bmp->bytes + 22, "\0\0\0", 4);
    assert_refused(TG_BAD_FORMAT, "2 x 0 pixels: a side is 0", bmp->bytes, bmp->size);
    memcpy(bmp->bytes + 18, "\x20\x4e\0\0\x20\x4e\0", 8);
    assert_refused(TG_UNSUPPORTED, "20000 x 20000 pixels, more than", bmp->bytes, bmp->size);
    memcpy(bmp->bytes + 18, "\xff\xff\xff\xff", 4);
    assert_refused(TG_BAD_FORMAT, "damaged BMP file: a width of -1", bmp->bytes, bmp->size);
    free(bmp);
    unsigned char jpeg[sizeof jpeg_file];
    memcpy(jpeg, jpeg_file, sizeof jpeg);
    size_t place = 2;
    while (jpeg[place + 1] != 0xc0) place += 2 + (size_t)(jpeg[place + 2] << 8 | jpeg[place + 3]);
    memcpy(jpeg + place + 5, "\x4e\x20\xc3\x50", 4); /* the height, then the width */
    assert_refused(TG_UNSUPPORTED, "50000 x 20000 pixels, more than", jpeg, sizeof jpeg);
    memcpy(jpeg + place + 5, "\0\x10\0\0", 4);
    assert_refused(TG_BAD_FORMAT, "0 x 16 pixels: a side is 0", jpeg, sizeof jpeg);
}

/* A small picture whose data unpack to megabytes. */
static void png_that_unpacks_to_too_much(void **state) {
    (void)state;
    test_bytes *file = calloc(1, sizeof *file), *packed = calloc(1, sizeof *packed);
    assert_true(file && packed);
    put(packed, "\x78\x01", 2);
    put_zeros(packed, 25000);
    put_big(packed, 0, 4);
    put_png_header(file, 1, 1, 8, PNG_GREY);
    put_chunk(file, "IDAT", packed->bytes, packed->size);
    put_chunk(file, "IEND", NULL, 0);
    assert_refused(TG_BAD_FORMAT, "unpacks to more than its picture", file->bytes, file->size);
    free(packed);
    free(file);
}

static void wrong_arguments(void **state) {
    (void)state;
    uint8_t pixels[3];
    static const struct {
        tg_picture_shape shape;
        const char *reason;
    } cases[] = {{{0, 1, 1}, "0 x 1"},
                 {{1, 4097, 1}, "1 x 4097"},
                 {{1, 1, 2}, "2 channels"},
                 {{1, 1, 4}, "4 channels"}};
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        assert_fails(TG_INVALID_ARGUMENT, cases[i].reason,
                     tg_picture_decode(jpeg_file, sizeof jpeg_file, "x", cases[i].shape, pixels));
        assert_fails(TG_INVALID_ARGUMENT, cases[i].reason,
                     tg_picture_read("x", cases[i].shape, pixels));
    }
    tg_picture_shape shape = {1, 1, 3};
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_picture_decode(NULL, 5, "x", shape, pixels));
    assert_fails(TG_INVALID_ARGUMENT, "NULL", tg_picture_read("x", shape, NULL));
    assert_int_equal(tg_picture_size((tg_picture_shape){2, 5, 3}), 30);
}

static tg_status decode_one(void *context) {
    const test_bytes *file = context;
    uint8_t pixels[27];
    return tg_picture_decode(file->bytes, file->size, "x", (tg_picture_shape){3, 3, 3}, pixels);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    test_bytes *files[] = {make_png(&png_cases[4]), make_bmp(2), calloc(1, sizeof(test_bytes))};
    put(files[2], jpeg_file, sizeof jpeg_file);
    for (size_t i = 0; i < TG_COUNT(files); i++) {
        assert_true(test_every_allocation(decode_one, files[i]) >= 2);
        free(files[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_png),
        cmocka_unit_test(bmp_from_the_bottom_and_from_the_top),
        cmocka_unit_test(jpeg_resized),
        cmocka_unit_test(reads_files),
        cmocka_unit_test(files_cut_at_every_byte),
        cmocka_unit_test(png_with_a_changed_byte),
        cmocka_unit_test(random_damage_does_no_harm),
        cmocka_unit_test(jpeg_with_a_wrong_table),
        cmocka_unit_test(other_formats),
        cmocka_unit_test(huge_pictures),
        cmocka_unit_test(png_that_unpacks_to_too_much),
        cmocka_unit_test(wrong_arguments),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
