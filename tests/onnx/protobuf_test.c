/* SPDX-License-Identifier: MIT */
/* Protocol buffers: bytes that are known, numbers there and back, and damage. */
#include "onnx/protobuf.h"

#include <string.h>

#include "base/memory.h"
#include "support/test.h"

static const uint64_t numbers[] = {
    0, 1, 127, 128, 300, 16383, 16384, UINT32_MAX, (uint64_t)1 << 62, UINT64_MAX};

static void test_known_bytes(void **state) {
    (void)state;
    tg_writer to = {.bytes = NULL};
    tg_write_varint(&to, 1, 300);
    tg_write_text(&to, 2, "ab");
    tg_write_float(&to, 3, 1);
    const size_t begin = tg_write_begin(&to, 16);
    tg_write_varint(&to, 1, 0);
    tg_write_end(&to, begin);
    assert_ok(to.status);
    static const unsigned char expected[] = {0x08, 0xac, 0x02, 0x12, 2,    'a', 'b',  0x1d, 0,
                                             0,    0x80, 0x3f, 0x82, 0x01, 2,   0x08, 0};
    assert_int_equal(to.size, sizeof expected);
    assert_memory_equal(to.bytes, expected, sizeof expected);
    tg_release(to.bytes);
}

static void test_there_and_back(void **state) {
    (void)state;
    tg_writer to = {.bytes = NULL};
    for (size_t i = 0; i < TG_COUNT(numbers); i++) tg_write_varint(&to, 7, numbers[i]);
    assert_ok(to.status);
    tg_reader reader = tg_reader_start(to.bytes, to.size);
    tg_field field;
    for (size_t i = 0; i < TG_COUNT(numbers); i++) {
        assert_ok(tg_reader_next(&reader, &field));
        assert_int_equal(field.number, 7);
        assert_true(field.wire == TG_VARINT && field.value == numbers[i]);
    }
    assert_ok(tg_reader_next(&reader, &field));
    assert_int_equal(field.number, 0);
    tg_release(to.bytes);
}

/* Messages whose lengths take one to three bytes, in one another. */
static void test_nested(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 124, 125, 126, 127, 128, 16000, 16383, 16384, 70000};
    for (size_t i = 0; i < TG_COUNT(sizes); i++) {
        tg_writer to = {.bytes = NULL};
        const size_t outer = tg_write_begin(&to, 1), inner = tg_write_begin(&to, 2);
        unsigned char *room = tg_write_room(&to, 3, sizes[i]);
        assert_ok(to.status);
        memset(room, 'x', sizes[i]);
        tg_write_end(&to, inner);
        tg_write_varint(&to, 4, 5);
        tg_write_end(&to, outer);
        assert_ok(to.status);
        tg_reader file = tg_reader_start(to.bytes, to.size), in;
        tg_field field;
        assert_ok(tg_reader_next(&file, &field));
        assert_true(file.next == file.end && field.number == 1);
        tg_reader out = tg_reader_of(&file, field.bytes);
        assert_ok(tg_reader_next(&out, &field));
        in = tg_reader_of(&file, field.bytes);
        assert_ok(tg_reader_next(&out, &field));
        assert_true(field.number == 4 && field.value == 5 && out.next == out.end);
        assert_ok(tg_reader_next(&in, &field));
        assert_true(field.number == 3 && field.bytes.size == sizes[i] && in.next == in.end);
        for (size_t j = 0; j < sizes[i]; j++) assert_int_equal(field.bytes.data[j], 'x');
        tg_release(to.bytes);
    }
}

static void test_values(void **state) {
    (void)state;
    /* 3 and 300 packed, 5 alone */
    static const unsigned char bytes[] = {0x0a, 3, 3, 0xac, 0x02, 0x08, 5};
    static const uint64_t expected[] = {3, 300, 5};
    tg_reader reader = tg_reader_start(bytes, sizeof bytes), values;
    size_t count = 0;
    for (tg_field field; reader.next < reader.end;) {
        assert_ok(tg_reader_next(&reader, &field));
        assert_ok(tg_field_values(&reader, &field, TG_VARINT, &values));
        for (uint64_t value; values.next < values.end; count++) {
            assert_ok(tg_value_next(&values, TG_VARINT, &value));
            assert_true(value == expected[count]);
        }
    }
    assert_int_equal(count, 3);
    static const unsigned char fixed[] = {0x0d, 1, 0, 0, 0};
    reader = tg_reader_start(fixed, sizeof fixed);
    tg_field field;
    assert_ok(tg_reader_next(&reader, &field));
    assert_fails(TG_BAD_FORMAT, "byte 0: a number has the wire type 5; it must be 0",
                 tg_field_values(&reader, &field, TG_VARINT, &values));
}

static void test_damage(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *message;
    } cases[] = {
        {"\x80", 1, "byte 0: a number is cut off"},
        {"\x08", 1, "byte 1: a number is cut off"},
        {"\x08\xff\xff", 3, "byte 1: a number is cut off"},
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11, "byte 1: a number does not fit 64"},
        {"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 12, "byte 1: a number does not fit"},
        {"\x00\x00", 2, "byte 0: no field can have the number 0"},
        {"\x80\x80\x80\x80\x10\x00", 6, "byte 0: no field can have the number 536870912"},
        {"\x0b", 1, "byte 0: field 1 has the unknown wire type 3"},
        {"\x0c", 1, "unknown wire type 4"},
        {"\x0e", 1, "unknown wire type 6"},
        {"\x0f", 1, "unknown wire type 7"},
        {"\x09\x01\x02\x03\x04\x05\x06\x07", 8, "byte 1: a number is cut off"},
        {"\x0d\x01\x02\x03", 4, "byte 1: a number is cut off"},
        {"\x0a\x02x", 3, "byte 1: a length is 2, but only 1 bytes follow"},
        {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11,
         "byte 1: a length is 18446744073709551615, but only 0 bytes follow"},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        tg_reader reader = tg_reader_start(cases[i].bytes, cases[i].size);
        tg_field field = {.number = 99};
        assert_fails(TG_BAD_FORMAT, cases[i].message, tg_reader_next(&reader, &field));
        assert_int_equal(field.number, 99);
    }
}

/* 2 GB are refused before anybody looks at the bytes, and then nothing more is written. */
static void test_limit(void **state) {
    (void)state;
    tg_writer to = {.bytes = NULL};
    tg_write_varint(&to, 1, 1);
    tg_write_bytes(&to, 2, "", TG_MESSAGE_LIMIT - 6);
    assert_fails(TG_UNSUPPORTED, "larger than 2147483647 bytes", to.status);
    const size_t size = to.size;
    tg_write_varint(&to, 1, 1);
    tg_write_end(&to, tg_write_begin(&to, 1));
    assert_null(tg_write_room(&to, 1, 0));
    assert_int_equal(to.size, size);
    assert_int_equal(to.status, TG_UNSUPPORTED);
    tg_release(to.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_bytes), cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_nested),      cmocka_unit_test(test_values),
        cmocka_unit_test(test_damage),      cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
