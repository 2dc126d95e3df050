/* SPDX-License-Identifier: MIT */
/* Reading and writing safetensors. The damaged files are the ones that other readers in C and C++
 * were known to accept or to crash on, and many at random. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "io/safetensors.h"
#include "support/device.h"
#include "support/mutate.h"
#include "support/reference.h"

/* A file of the header's length, the header, and `data` bytes 0, 1, 2, ... */
static test_image make_image(const char *header, size_t data) {
    size_t length = strlen(header);
    test_image made = {malloc(8 + length + data), 8 + length + data};
    assert_non_null(made.bytes);
    for (size_t i = 0; i < 8; i++) made.bytes[i] = (unsigned char)((uint64_t)length >> 8 * i);
    memcpy(made.bytes + 8, header, length);
    for (size_t i = 0; i < data; i++) made.bytes[8 + length + i] = (unsigned char)i;
    return made;
}

static tg_status parse_and_close(const void *bytes, size_t size) {
    tg_safetensors *const untouched = (tg_safetensors *)(uintptr_t)1;
    tg_safetensors *file = untouched;
    tg_status status = tg_safetensors_parse(bytes, size, "f", &file);
    if (status)
        assert_ptr_equal(file, untouched);
    else
        tg_safetensors_close(file);
    return status;
}

#define F32(name, shape, begin, end)                                                               \
    "\"" name "\":{\"dtype\":\"F32\",\"shape\":[" shape "],\"data_offsets\":[" #begin "," #end "]" \
    "}"
#define TYPED(type, shape, begin, end)                                                             \
    "{\"a\":{\"dtype\":\"" type "\",\"shape\":[" shape "],\"data_offsets\":[" #begin "," #end "]}" \
    "}"

static void test_refuses_headers(void **state) {
    (void)state;
    static const struct {
        const char *header;
        size_t data;
        tg_status status;
        const char *message;
    } cases[] = {
        /* around the JSON */
        {"", 0, TG_BAD_FORMAT, "f: byte 8: the header is not one JSON object"},
        {" {}", 0, TG_BAD_FORMAT, "f: byte 8"},
        {"{}\n", 0, TG_BAD_FORMAT, "f: byte 8"},
        {"{}\t ", 0, TG_BAD_FORMAT, "f: byte 8"},
        {"{}x", 0, TG_BAD_FORMAT, "f: byte 8"},
        {"[]", 0, TG_BAD_FORMAT, "f: byte 8"},
        {"{} {}", 0, TG_BAD_FORMAT, "f: header, byte 4: end of file expected"},
        {"{}\n}", 0, TG_BAD_FORMAT, "f: header, byte 4: end of file expected"},
        {"{\"a\"}", 0, TG_BAD_FORMAT, "f: header, byte 5"},
        {"{\"\xff\":{}}", 0, TG_BAD_FORMAT, "f: header, byte "},
        {"{\"a\\u0000b\":{}}", 0, TG_BAD_FORMAT, "f: header, byte "},
        /* duplicate keys, on each floor */
        {"{" F32("a", "1", 0, 4) "," F32("a", "1", 4, 8) "}", 8, TG_BAD_FORMAT, "duplicate"},
        {"{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4,
         TG_BAD_FORMAT, "duplicate"},
        {"{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, TG_BAD_FORMAT, "duplicate"},
        /* metadata is a map of texts */
        {"{\"__metadata__\":[]}", 0, TG_BAD_FORMAT, "f: __metadata__ is not an object"},
        {"{\"__metadata__\":null}", 0, TG_BAD_FORMAT, "f: __metadata__ is not an object"},
        {"{\"__metadata__\":{\"k\":1}}", 0, TG_BAD_FORMAT, "f: __metadata__: \"k\" is not a text"},
        {"{\"__metadata__\":{\"k\":{}}}", 0, TG_BAD_FORMAT, "f: __metadata__: \"k\" is not a text"},
        /* an entry's parts */
        {"{\"a\":1}", 0, TG_BAD_FORMAT, "f: tensor \"a\": not an object"},
        {"{\"a\":{\"shape\":[],\"data_offsets\":[0,4]}}", 4, TG_BAD_FORMAT, "\"dtype\" is not"},
        {"{\"a\":{\"dtype\":1,\"shape\":[],\"data_offsets\":[0,4]}}", 4, TG_BAD_FORMAT,
         "f: tensor \"a\": \"dtype\" is not a text"},
        {"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, TG_BAD_FORMAT,
         "\"shape\" is not"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 4, TG_BAD_FORMAT, "\"data_offsets\" is not"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4],\"x\":0}}", 4,
         TG_BAD_FORMAT, "f: tensor \"a\": unknown key \"x\""},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,2,4]}}", 4, TG_BAD_FORMAT,
         "not an array of two"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":4,\"data_offsets\":[0,4]}}", 4, TG_BAD_FORMAT,
         "\"shape\" is not an array"},
        /* numbers */
        {"{" F32("a", "1.0", 0, 4) "}", 4, TG_BAD_FORMAT, "\"shape\" is not a whole number"},
        {"{" F32("a", "-1", 0, 4) "}", 4, TG_BAD_FORMAT, "\"shape\" is not a whole number"},
        {"{" F32("a", "\"1\"", 0, 4) "}", 4, TG_BAD_FORMAT, "\"shape\" is not a whole number"},
        {"{" F32("a", "9007199254740993", 0, 4) "}", 4, TG_BAD_FORMAT,
         "from 0 to 9007199254740992"},
        {"{" F32("a", "18446744073709551617", 0, 4) "}", 4, TG_BAD_FORMAT, "too big integer"},
        {"{" F32("a", "1", 0.0, 4) "}", 4, TG_BAD_FORMAT, "\"data_offsets\" is not a whole"},
        {"{" F32("a", "1", 0, 4e0) "}", 4, TG_BAD_FORMAT, "\"data_offsets\" is not a whole"},
        {"{" F32("a", "1", -4, 0) "}", 4, TG_BAD_FORMAT, "\"data_offsets\" is not a whole"},
        {"{" F32("a", "1", 0, 18446744073709551615) "}", 4, TG_BAD_FORMAT, "too big integer"},
        {"{" F32("a", "1", 9223372036854775804, 9223372036854775807) "}", 4, TG_BAD_FORMAT,
         "\"data_offsets\" is not a whole"},
        /* ranges */
        {"{" F32("a", "1", 4, 0) "}", 4, TG_BAD_FORMAT, "behind its end"},
        {"{" F32("a", "2", 0, 8) "}", 4, TG_BAD_FORMAT, "\"data_offsets\" is not a whole"},
        {"{" F32("a", "2", 0, 4) "}", 4, TG_BAD_FORMAT, "need 8 bytes, its offsets span 4"},
        {"{" F32("a", "", 0, 8) "}", 8, TG_BAD_FORMAT, "need 4 bytes, its offsets span 8"},
        {"{" F32("a", "0", 0, 4) "}", 4, TG_BAD_FORMAT, "need 0 bytes, its offsets span 4"},
        {"{" F32("a", "64,64,64,64,64,64,64,64,64,64,64", 0, 64) "}", 64, TG_BAD_FORMAT,
         "the product of \"shape\" overflows"},
        {"{" F32("a", "4294967296,4294967296", 0, 0) "}", 0, TG_BAD_FORMAT, "overflows"},
        {"{" F32("a", "2305843009213693952,2", 0, 0) "}", 0, TG_BAD_FORMAT, "\"shape\" is not"},
        {"{" F32("a", "4503599627370496,1024", 0, 0) "}", 0, TG_BAD_FORMAT, "overflows"},
        /* the cover */
        {"{}", 1, TG_BAD_FORMAT, "f: its tensors end at byte 0 of the data, which has 1"},
        {"{" F32("a", "1", 0, 4) "}", 5, TG_BAD_FORMAT, "end at byte 4 of the data, which has 5"},
        {"{" F32("a", "1", 1, 5) "}", 5, TG_BAD_FORMAT, "tensor \"a\": it begins at byte 1"},
        {"{" F32("a", "1", 0, 4) "," F32("b", "1", 8, 12) "}", 12, TG_BAD_FORMAT,
         "f: tensor \"b\": it begins at byte 8 of the data, but a hole is before it"},
        {"{" F32("a", "2", 0, 8) "," F32("b", "1", 4, 8) "}", 8, TG_BAD_FORMAT,
         "f: tensor \"b\": it begins at byte 4 of the data, but overlaps the one before"},
        {"{" F32("a", "1", 0, 4) "," F32("b", "1", 0, 4) "}", 4, TG_BAD_FORMAT, "overlaps"},
        {"{" F32("a", "1", 0, 4) "," F32("b", "0", 2, 2) "}", 4, TG_BAD_FORMAT, "overlaps"},
        /* types: an unknown one does not get around the checks, a known one is named */
        {TYPED("F31", "1", 0, 4), 4, TG_BAD_FORMAT, "\"dtype\" is unknown: \"F31\""},
        {TYPED("f32", "1", 0, 4), 4, TG_BAD_FORMAT, "\"dtype\" is unknown: \"f32\""},
        {TYPED("", "1", 0, 4), 4, TG_BAD_FORMAT, "\"dtype\" is unknown: \"\""},
        {TYPED("F16", "1", 0, 4), 4, TG_BAD_FORMAT, "need 2 bytes"},
        {TYPED("F64", "1", 0, 8), 9, TG_BAD_FORMAT, "end at byte 8"},
        {TYPED("F16", "2", 0, 4), 4, TG_UNSUPPORTED,
         "f: tensor \"a\": its type is F16; F32 is needed"},
        {TYPED("BOOL", "4", 0, 4), 4, TG_UNSUPPORTED, "its type is BOOL"},
        {TYPED("U8", "4", 0, 4), 4, TG_UNSUPPORTED, "its type is U8"},
        {TYPED("I8", "4", 0, 4), 4, TG_UNSUPPORTED, "its type is I8"},
        {TYPED("F8_E4M3", "4", 0, 4), 4, TG_UNSUPPORTED, "its type is F8_E4M3"},
        {TYPED("F8_E5M2", "4", 0, 4), 4, TG_UNSUPPORTED, "its type is F8_E5M2"},
        {TYPED("I16", "2", 0, 4), 4, TG_UNSUPPORTED, "its type is I16"},
        {TYPED("U16", "2", 0, 4), 4, TG_UNSUPPORTED, "its type is U16"},
        {TYPED("BF16", "2", 0, 4), 4, TG_UNSUPPORTED, "its type is BF16"},
        {TYPED("I32", "1", 0, 4), 4, TG_UNSUPPORTED, "its type is I32"},
        {TYPED("U32", "1", 0, 4), 4, TG_UNSUPPORTED, "its type is U32"},
        {TYPED("F64", "1", 0, 8), 8, TG_UNSUPPORTED, "its type is F64"},
        {TYPED("I64", "1", 0, 8), 8, TG_UNSUPPORTED, "its type is I64"},
        {TYPED("U64", "1", 0, 8), 8, TG_UNSUPPORTED, "its type is U64"},
        {"{" F32("a", "1,1,1,1,1", 0, 4) "}", 4, TG_UNSUPPORTED, "its rank is 5, above 4"},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        test_image file = make_image(cases[i].header, cases[i].data);
        print_message("%s\n", cases[i].header);
        assert_fails(cases[i].status, cases[i].message, parse_and_close(file.bytes, file.size));
        free(file.bytes);
    }
}

static void test_accepts(void **state) {
    (void)state;
    static const struct {
        const char *header;
        size_t data, tensors;
    } cases[] = {
        {"{}", 0, 0},
        {"{}      ", 0, 0},
        {"{\"__metadata__\":{}}", 0, 0},
        {"{" F32("", "", 0, 4) "}", 4, 1},
        {"{" F32("a", "1,1,1,1", 0, 4) "}", 4, 1},
        {"{" F32("a", "0,4", 0, 0) "}", 0, 1}, /* empty, whatever the other dimension */
        {"{" F32("b", "1", 4, 8) "," F32("z", "0", 4, 4) "," F32("a", "1", 0, 4) "}", 8, 3},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        test_image made = make_image(cases[i].header, cases[i].data);
        tg_safetensors *file = NULL;
        print_message("%s\n", cases[i].header);
        assert_ok(tg_safetensors_parse(made.bytes, made.size, "f", &file));
        assert_int_equal(tg_safetensors_count(file), cases[i].tensors);
        assert_null(tg_safetensors_entry(file, cases[i].tensors));
        tg_safetensors_close(file);
        free(made.bytes);
    }
    tg_safetensors_close(NULL);
}

/* What a header's length claims must neither be believed nor allocated. */
static void test_refuses_lengths(void **state) {
    (void)state;
    static const struct {
        unsigned char bytes[12];
        size_t size;
        const char *message;
    } cases[] = {
        {{0}, 0, "f: not a safetensors file: 0 bytes"},
        {{2}, 7, "f: not a safetensors file: 7 bytes"},
        {{2}, 8, "f: byte 0: the header's length is 2, but only 0 bytes follow"},
        {{5, 0, 0, 0, 0, 0, 0, 0, '{', '}'}, 10, "length is 5, but only 2 bytes follow"},
        {{0, 0, 0, 0, 0, 0, 0, 128, '{', '}'},
         10,
         "f: not a safetensors file: byte 0: the header's length would be 9223372036854775808, "},
        {{255, 255, 255, 255, 255, 255, 255, 255, '{', '}'},
         10,
         "be 18446744073709551615, above the format's limit of 100000000"},
        {{0, 0, 0, 0, 1, 0, 0, 0, '{', '}'},
         10,
         "f: not a safetensors file: byte 0: the header's length would be 4294967296, above"},
        {{'x', ',', 'y', ',', 'l', 'a', 'b', 'e', 'l'}, 9, "f: not a safetensors file: byte 0: "},
        {{0, 225, 245, 5, 0, 0, 0, 0, '{', '}'}, 10, "100000000, but only 2 bytes follow"},
        {{1, 225, 245, 5, 0, 0, 0, 0, '{', '}'}, 10, "be 100000001, above the format's limit"},
        {{1, 0, 0, 0, 0, 0, 0, 0, '{', '}'}, 10, "f: byte 8"},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        unsigned char *bytes = malloc(cases[i].size + 1);
        memcpy(bytes, cases[i].bytes, cases[i].size);
        assert_fails(TG_BAD_FORMAT, cases[i].message, parse_and_close(bytes, cases[i].size));
        free(bytes);
    }

    size_t size = 8 + TG_HEADER_LIMIT + 1;
    unsigned char *bytes = calloc(size, 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < 8; i++) bytes[i] = (unsigned char)((uint64_t)(size - 8) >> 8 * i);
    assert_fails(TG_BAD_FORMAT, "above the format's limit", parse_and_close(bytes, size));
    free(bytes);
}

static void test_deep_nesting(void **state) {
    (void)state;
    char header[20003];
    memset(header, '[', sizeof header);
    memcpy(header, "{\"a\":", 5);
    memcpy(header + sizeof header - 2, "}", 2);
    test_image file = make_image(header, 0);
    assert_fails(TG_BAD_FORMAT, "f: header, byte ", parse_and_close(file.bytes, file.size));
    free(file.bytes);
}

static void test_reads(void **state) {
    (void)state;
    const char *header = "{" F32("z", "2,3", 0, 24) ",\"__metadata__\":{\"k\":\"\xc3\xa4\"}," F32(
        "a", "", 24, 28) "}";
    test_image made = make_image(header, 28);
    tg_safetensors *file = NULL;
    assert_ok(tg_safetensors_parse(made.bytes, made.size, "f", &file));
    assert_string_equal(tg_safetensors_name(file), "f");
    assert_int_equal(tg_safetensors_count(file), 2);
    assert_string_equal(tg_safetensors_entry(file, 0)->name, "z");
    assert_string_equal(tg_safetensors_entry(file, 1)->name, "a");
    assert_string_equal(tg_safetensors_metadata(file, "k"), "\xc3\xa4");
    assert_null(tg_safetensors_metadata(file, "z"));
    assert_null(tg_safetensors_find(file, "k"));
    const tg_entry *entry = tg_safetensors_find(file, "z");
    assert_ptr_equal(entry, tg_safetensors_entry(file, 0));
    assert_int_equal(entry->rank, 2);
    assert_int_equal(entry->count, 6);

    tg_tensor right = test_matrix(NULL, 2, 3), wrong = test_matrix(NULL, 3, 2);
    assert_ok(tg_safetensors_load(file, entry, &right));
    assert_memory_equal(test_read(&right), made.bytes + made.size - 28, 24);
    assert_fails(TG_BAD_FORMAT, "f: tensor \"z\": its shape is [2, 3]; [3, 2] is needed",
                 tg_safetensors_load(file, entry, &wrong));
    assert_fails(TG_BAD_FORMAT, "f: tensor \"a\": its shape is []; [3, 2] is needed",
                 tg_safetensors_load(file, tg_safetensors_find(file, "a"), &wrong));
    test_destroy(&wrong, &right);
    tg_safetensors_close(file);
    free(made.bytes);
}

/* The data begins wherever the header ends, and the file wherever the caller's memory does. Every
 * bit must come through: a NaN's payload, -0, denormals. */
static void test_unaligned(void **state) {
    (void)state;
    static const uint32_t bits[] = {0x7fc12345, 0xff800001, 0x80000000, 1, 0x7f800000, 0x3f800000};
    const char *header = "{" F32("a", "6", 0, 24) "}";
    for (size_t shift = 0; shift < 8; shift++) {
        test_image made = make_image(header, 24);
        unsigned char *moved = malloc(made.size + shift);
        assert_non_null(moved);
        memcpy(moved + shift, made.bytes, made.size);
        for (size_t i = 0; i < 24; i++)
            moved[shift + made.size - 24 + i] = (unsigned char)(bits[i / 4] >> i % 4 * 8);
        tg_safetensors *file = NULL;
        tg_tensor tensor = test_vector(NULL, 6);
        assert_ok(tg_safetensors_parse(moved + shift, made.size, "f", &file));
        assert_ok(tg_safetensors_load(file, tg_safetensors_entry(file, 0), &tensor));
        assert_memory_equal(test_read(&tensor), bits, sizeof bits);
        tg_tensor_destroy(&tensor);
        tg_safetensors_close(file);
        free(moved);
        free(made.bytes);
    }
}

/* A file whose tensors are read when they are loaded: the same numbers, or an error where the file
 * has become shorter since. */
static void test_opens(void **state) {
    (void)state;
    const char *header = "{" F32("a", "2", 0, 8) "," F32("b", "2,3", 8, 32) "}";
    test_image made = make_image(header, 32);
    char *folder = test_make_folder();
    const char *path = test_path(folder, "model.safetensors");
    tg_safetensors *file = NULL;
    tg_tensor a = test_vector(NULL, 2), b = test_matrix(NULL, 2, 3);
    test_write_file(path, made.bytes, made.size);
    assert_ok(tg_safetensors_open(path, &file));
    assert_ok(tg_safetensors_load(file, tg_safetensors_find(file, "b"), &b));
    assert_ok(tg_safetensors_load(file, tg_safetensors_find(file, "a"), &a));
    assert_memory_equal(test_read(&a), made.bytes + made.size - 32, 8);
    assert_memory_equal(test_read(&b), made.bytes + made.size - 24, 24);
    assert_fails(TG_BAD_FORMAT, "model.safetensors: tensor \"a\": its shape is [2]",
                 tg_safetensors_load(file, tg_safetensors_find(file, "a"), &b));

    assert_int_equal(truncate(path, (off_t)made.size - 5), 0);
    char message[64];
    snprintf(message, sizeof message, "model.safetensors: it ends at byte %zu now", made.size - 5);
    assert_fails(TG_IO_ERROR, message,
                 tg_safetensors_load(file, tg_safetensors_find(file, "b"), &b));
    tg_safetensors_close(file);

    for (size_t size = 0; size < made.size; size++) {
        test_write_file(path, made.bytes, size);
        assert_int_equal(tg_safetensors_open(path, &file), TG_BAD_FORMAT);
    }
    assert_fails(TG_IO_ERROR, "is a folder", tg_safetensors_open(folder, &file));
    assert_fails(TG_IO_ERROR, "cannot open",
                 tg_safetensors_open(test_path(folder, "missing"), &file));
    test_destroy(&a, &b);
    test_remove_folder(folder);
    free(made.bytes);
}

/* ---- Damage at random ---- */

static const char sample_header[] =
    "{\"__metadata__\":{\"format\":\"pt\",\"k\":\"{\\\"a\\\":1}\"}," F32(
        "0.bias", "2", 0, 8) "," F32("0.weight", "2,3", 8, 32) "," F32("empty", "0,3", 32,
                                                                       32) "," F32("scalar", "", 32,
                                                                                   36) "}";

/* What was accepted must hold what the format promises, whatever it was made from. */
static void check_promises(const tg_safetensors *file, const unsigned char *bytes, size_t size) {
    size_t data = size - 8, next = 0;
    for (size_t i = 0; i < 8; i++) data -= (size_t)bytes[i] << 8 * i;
    for (size_t i = 0; i < tg_safetensors_count(file); i++) {
        const tg_entry *entry = tg_safetensors_entry(file, i);
        assert_true(entry->rank <= TG_MAX_RANK);
        size_t count = 1;
        for (size_t j = 0; j < entry->rank; j++) count *= entry->shape[j];
        assert_int_equal(entry->count, count);
        assert_int_equal(entry->begin, next);
        assert_true(entry->begin <= data && count * 4 <= data - entry->begin);
        assert_ptr_equal(tg_safetensors_find(file, entry->name), entry);
        next = entry->begin + count * 4;
    }
    assert_true(tg_safetensors_count(file) == 0 || next == data);
}

static void test_truncations(void **state) {
    (void)state;
    test_image made = make_image(sample_header, 36);
    assert_ok(parse_and_close(made.bytes, made.size));
    for (size_t size = 0; size < made.size; size++) {
        unsigned char *cut = malloc(size + 1);
        memcpy(cut, made.bytes, size);
        unsigned char *shrunk = realloc(cut, size ? size : 1);
        assert_fails(TG_BAD_FORMAT, "f: ", parse_and_close(shrunk, size));
        free(shrunk);
    }
    free(made.bytes);
}

static void test_mutations(void **state) {
    (void)state;
    test_image made = make_image(sample_header, 36);
    uint64_t random = 2;
    size_t accepted = 0, rounds = 30000;
    for (size_t round = 0; round < rounds; round++) {
        test_image damaged = test_mutate(&random, made.bytes, made.size);
        tg_safetensors *file = NULL;
        if (tg_safetensors_parse(damaged.bytes, damaged.size, "f", &file) == TG_OK) {
            check_promises(file, damaged.bytes, damaged.size);
            tg_safetensors_close(file);
            accepted++;
        }
        free(damaged.bytes);
    }
    print_message("%zu of %zu damaged files are still valid\n", accepted, rounds);
    assert_true(accepted > 0 && accepted < rounds / 2);
    free(made.bytes);
}

/* ---- Writing ---- */

typedef struct tensor_set {
    tg_tensor weight, bias, empty, scalar;
    tg_named_tensor tensors[4];
} tensor_set;

static void make_sample(tensor_set *sample) {
    uint64_t random = 3;
    sample->weight = reference_matrix(&random, 2, 3, -1, 1);
    sample->bias = reference_tensor(&random, &(reference_shape){1, {2}}, -1, 1);
    sample->empty = reference_matrix(&random, 0, 3, -1, 1);
    sample->scalar = reference_tensor(&random, &(reference_shape){0, {0}}, -1, 1);
    const tg_named_tensor tensors[] = {{"scalar", &sample->scalar},
                                       {"0.weight", &sample->weight},
                                       {"empty", &sample->empty},
                                       {"0.bias", &sample->bias}};
    memcpy(sample->tensors, tensors, sizeof tensors);
}

static void destroy_sample(tensor_set *sample) {
    test_destroy(&sample->weight, &sample->bias, &sample->empty, &sample->scalar);
}

/* Byte for byte what the format's reference writer makes of it. */
static void test_writes_exactly(void **state) {
    (void)state;
    tensor_set sample;
    make_sample(&sample);
    char *folder = test_make_folder();
    const char *path = test_path(folder, "model.safetensors");
    static const struct {
        tg_text_pair metadata[2];
        size_t pairs;
        const char *header; /* all but the tensors */
    } cases[] = {
        {{{NULL, NULL}}, 0, "{"},
        {{{"format", "pt"}}, 1, "{\"__metadata__\":{\"format\":\"pt\"},"},
        {{{"z", "a\"\\\n\xc3\xa4/"}, {"b", ""}},
         2,
         "{\"__metadata__\":{\"z\":\"a\\\"\\\\\\n\xc3\xa4/\",\"b\":\"\"},"},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        char expected[512];
        snprintf(expected, sizeof expected, "%s%s", cases[i].header,
                 F32("0.bias", "2", 0, 8) "," F32("0.weight", "2,3", 8, 32) "," F32(
                     "empty", "0,3", 32, 32) "," F32("scalar", "", 32, 36) "}");
        while (strlen(expected) % 8 != 0) strcat(expected, " ");

        assert_ok(tg_safetensors_write(path, sample.tensors, 4, cases[i].metadata, cases[i].pairs));
        size_t size = 0, length = strlen(expected);
        unsigned char *bytes = test_read_file(path, &size);
        assert_int_equal(size, 8 + length + 36);
        assert_int_equal(bytes[0] | bytes[1] << 8, length);
        assert_memory_equal(bytes + 2, "\0\0\0\0\0\0", 6);
        assert_memory_equal(bytes + 8, expected, length);
        assert_memory_equal(bytes + 8 + length, test_read(&sample.bias), 8);
        assert_memory_equal(bytes + 16 + length, test_read(&sample.weight), 24);
        assert_memory_equal(bytes + 40 + length, test_read(&sample.scalar), 4);

        tg_safetensors *file = NULL;
        assert_ok(tg_safetensors_parse(bytes, size, path, &file));
        for (size_t j = 0; j < cases[i].pairs; j++)
            assert_string_equal(tg_safetensors_metadata(file, cases[i].metadata[j].key),
                                cases[i].metadata[j].value);
        tg_safetensors_close(file);
        free(bytes);
    }
    test_remove_folder(folder);
    destroy_sample(&sample);
}

static void test_writes_nothing(void **state) {
    (void)state;
    tensor_set sample;
    make_sample(&sample);
    const tg_tensor *tensor = &sample.bias;
    char *folder = test_make_folder();
    const char *path = test_path(folder, "model.safetensors");
    assert_ok(tg_safetensors_write(path, NULL, 0, NULL, 0));
    size_t size = 0;
    unsigned char *bytes = test_read_file(path, &size);
    assert_int_equal(size, 16);
    assert_memory_equal(bytes, "\x08\0\0\0\0\0\0\0{}      ", 16);
    free(bytes);

    static const struct {
        const char *names[2];
        tg_text_pair metadata[2];
        size_t pairs;
        const char *message;
    } cases[] = {
        {{"a", "a"}, {{NULL, NULL}}, 0, "model.safetensors: \"a\" is there twice"},
        {{"a", "b"}, {{"k", "1"}, {"k", "1"}}, 2, "model.safetensors: \"k\" is there twice"},
        {{"a", "__metadata__"}, {{NULL, NULL}}, 0, "no tensor can be called"},
        {{"a", "\xff"}, {{NULL, NULL}}, 0, "not valid UTF-8"},
        {{"a", "b"}, {{"\xff", "v"}}, 1, "not valid UTF-8"},
        {{"a", "b"}, {{"k", "\xff"}}, 1, "\"k\" or its value is not valid UTF-8"},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        const tg_named_tensor tensors[] = {{cases[i].names[0], tensor},
                                           {cases[i].names[1], tensor}};
        assert_fails(TG_INVALID_ARGUMENT, cases[i].message,
                     tg_safetensors_write(path, tensors, 2, cases[i].metadata, cases[i].pairs));
    }
    assert_fails(TG_INVALID_ARGUMENT, "path is NULL", tg_safetensors_write(NULL, NULL, 0, NULL, 0));
    assert_fails(TG_INVALID_ARGUMENT, "tensors is NULL",
                 tg_safetensors_write(path, NULL, 1, NULL, 0));
    assert_fails(TG_INVALID_ARGUMENT, "metadata is NULL",
                 tg_safetensors_write(path, NULL, 0, NULL, 1));
    bytes = test_read_file(path, &size);
    assert_int_equal(size, 16); /* the file that was there is as it was */
    free(bytes);
    test_remove_folder(folder);
    destroy_sample(&sample);
}

typedef struct task {
    const char *path;
    const tensor_set *sample;
    const unsigned char *bytes;
    size_t size;
} task;

static tg_status attempt_write(void *context) {
    const task *files = context;
    const tg_text_pair metadata = {"format", "pt"};
    return tg_safetensors_write(files->path, files->sample->tensors, 4, &metadata, 1);
}

static tg_status attempt_parse(void *context) {
    const task *files = context;
    return parse_and_close(files->bytes, files->size);
}

static void test_allocations(void **state) {
    (void)state;
    tensor_set sample;
    make_sample(&sample);
    char *folder = test_make_folder();
    task files = {.path = test_path(folder, "f"), .sample = &sample};
    assert_true(test_every_allocation(attempt_write, &files) > 3);
    unsigned char *bytes = test_read_file(files.path, &files.size);
    files.bytes = bytes;
    assert_true(test_every_allocation(attempt_parse, &files) > 3);
    free(bytes);
    test_remove_folder(folder);
    destroy_sample(&sample);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refuses_headers), cmocka_unit_test(test_accepts),
        cmocka_unit_test(test_refuses_lengths), cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_reads),           cmocka_unit_test(test_unaligned),
        cmocka_unit_test(test_opens),           cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_mutations),       cmocka_unit_test(test_writes_exactly),
        cmocka_unit_test(test_writes_nothing),  cmocka_unit_test(test_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
