/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void multiplies_without_overflow(void **state) {
    (void)state;
    static const struct {
        size_t a, b;
        bool fits;
    } cases[] = {
        {0, 0, true},
        {0, SIZE_MAX, true},
        {SIZE_MAX, 0, true},
        {SIZE_MAX, 1, true},
        {1, SIZE_MAX, true},
        {SIZE_MAX / 2, 2, true},
        {SIZE_MAX / 2 + 1, 2, false},
        {2, SIZE_MAX / 2 + 1, false},
        {SIZE_MAX, SIZE_MAX, false},
        {(size_t)1 << (sizeof(size_t) * 4), (size_t)1 << (sizeof(size_t) * 4), false},
        {12345, 6789, true},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++) {
        size_t product = 42;
        assert_int_equal(tg_multiply(cases[i].a, cases[i].b, &product), cases[i].fits);
        assert_int_equal(product, cases[i].fits ? cases[i].a * cases[i].b : 42);
    }
}

static void gives_aligned_zeros(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 3, 63, 64, 65, 4096, 100001};
    for (size_t i = 0; i < TG_COUNT(sizes); i++) {
        unsigned char *memory = tg_allocate(sizes[i], 1);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % TG_ALIGNMENT, 0);
        for (size_t j = 0; j < sizes[i]; j++) assert_int_equal(memory[j], 0);
        memset(memory, 0xAA, sizes[i]);
        tg_release(memory);
    }
    void *nothing = tg_allocate(0, 8), *no_size = tg_allocate(8, 0);
    assert_non_null(nothing);
    assert_non_null(no_size);
    tg_release(nothing);
    tg_release(no_size);
    tg_release(NULL);
}

static void refuses_what_cannot_be_counted(void **state) {
    (void)state;
    assert_null(tg_allocate(SIZE_MAX, 2));
    assert_non_null(strstr(tg_error_message(), "too many"));
    assert_null(tg_allocate(SIZE_MAX / 2 + 1, 2));
    assert_non_null(strstr(tg_error_message(), "too many"));
}

static void copies_strings(void **state) {
    (void)state;
    static const char *const texts[] = {"", "a", "a longer text, with \xc3\xa4 and \t in it"};
    for (size_t i = 0; i < TG_COUNT(texts); i++) {
        char *copy = tg_copy_string(texts[i]);
        assert_string_equal(copy, texts[i]);
        assert_ptr_not_equal(copy, texts[i]);
        tg_release(copy);
    }
}

static void grows_and_keeps_the_entries(void **state) {
    (void)state;
    size_t *list = NULL, capacity = 0;
    for (size_t count = 0; count < 10000; count++) {
        size_t *grown = tg_grow(list, sizeof *list, count, &capacity);
        assert_non_null(grown);
        assert_true(capacity > count);
        list = grown;
        list[count] = count * 3;
    }
    for (size_t i = 0; i < 10000; i++) assert_int_equal(list[i], i * 3);

    /* Too large to double: the old array and its capacity stay. */
    size_t impossible = SIZE_MAX / 8;
    assert_null(tg_grow(list, sizeof *list, impossible, &impossible));
    assert_int_equal(impossible, SIZE_MAX / 8);
    assert_int_equal(list[9999], 29997);
    tg_release(list);
}

/* An allocator that writes down what it is asked. */
typedef struct diary {
    size_t allocated, released, bytes, alignment;
    bool empty;
} diary;

static void *write_allocation(void *user, size_t alignment, size_t bytes) {
    diary *d = user;
    if (d->empty) return NULL;
    d->allocated++;
    d->bytes = bytes;
    d->alignment = alignment;
    void *memory = NULL;
    if (posix_memalign(&memory, alignment, bytes) != 0) return NULL;
    return memset(memory, 0x5A, bytes); /* zeroing is the library's affair */
}

static void write_release(void *user, void *memory) {
    diary *d = user;
    assert_non_null(memory);
    d->released++;
    free(memory);
}

static void takes_all_memory_through_the_hook(void **state) {
    (void)state;
    diary d = {0};
    const tg_allocator allocator = {write_allocation, write_release, &d};
    tg_set_allocator(&allocator);
    tg_tensor x;
    assert_ok(tg_matrix_create(tg_cpu(), 5, 7, &x));
    assert_int_equal(d.allocated, 1);
    assert_int_equal(d.bytes, 5 * 7 * sizeof(float));
    assert_int_equal(d.alignment, TG_ALIGNMENT);
    for (size_t i = 0; i < 35; i++) assert_true(tg_tensor_data(&x)[i] == 0);
    tg_tensor_destroy(&x);
    assert_int_equal(d.released, 1);

    void *nothing = tg_allocate(0, 0);
    assert_true(d.bytes > 0); /* an allocator is never asked for nothing */
    tg_release(nothing);
    tg_release(NULL);
    assert_int_equal(d.released, d.allocated);

    d.empty = true;
    x.rank = 77;
    assert_fails(TG_OUT_OF_MEMORY, "cannot allocate 140 bytes",
                 tg_matrix_create(tg_cpu(), 5, 7, &x));
    assert_int_equal(x.rank, 77);
    assert_null(tg_copy_string("text"));
    size_t capacity = 0;
    assert_null(tg_grow(NULL, 4, 0, &capacity));
    assert_int_equal(capacity, 0);

    tg_set_allocator(NULL);
    size_t before = d.allocated;
    void *memory = tg_allocate(1, 1);
    assert_non_null(memory);
    tg_release(memory);
    assert_int_equal(d.allocated, before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multiplies_without_overflow),
        cmocka_unit_test(gives_aligned_zeros),
        cmocka_unit_test(refuses_what_cannot_be_counted),
        cmocka_unit_test(copies_strings),
        cmocka_unit_test(grows_and_keeps_the_entries),
        cmocka_unit_test(takes_all_memory_through_the_hook),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
