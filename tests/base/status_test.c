/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/status.h"

static void names_every_status(void **state) {
    (void)state;
    for (int i = TG_OK; i <= TG_DEVICE_ERROR; i++) {
        const char *name = tg_status_name((tg_status)i);
        assert_true(strlen(name) > 0);
        assert_string_not_equal(name, tg_status_name((tg_status)-1));
        for (int j = TG_OK; j < i; j++) assert_string_not_equal(name, tg_status_name((tg_status)j));
    }
    assert_string_equal(tg_status_name((tg_status)12345), "unknown status");
    assert_string_equal(tg_status_name(TG_OUT_OF_MEMORY), "out of memory");
}

static void keeps_the_message(void **state) {
    (void)state;
    assert_int_equal(tg_fail(TG_BAD_FORMAT, "%s: line %d: %s", "a.csv", 3, "no number"),
                     TG_BAD_FORMAT);
    assert_string_equal(tg_error_message(), "a.csv: line 3: no number");
    /* A message may be made of the last one. */
    assert_int_equal(tg_fail(TG_IO_ERROR, "again: %s", tg_error_message()), TG_IO_ERROR);
    assert_string_equal(tg_error_message(), "again: a.csv: line 3: no number");
    /* Success does not clear it; it is the message of the last failure. */
    tg_tensor x;
    assert_ok(tg_vector_create(tg_cpu(), 1, &x));
    tg_tensor_destroy(&x);
    assert_string_equal(tg_error_message(), "again: a.csv: line 3: no number");
}

static void cuts_long_messages(void **state) {
    (void)state;
    char text[5000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    assert_int_equal(tg_fail(TG_IO_ERROR, "%s", text), TG_IO_ERROR);
    size_t length = strlen(tg_error_message());
    assert_in_range(length, 200, sizeof text - 2);
    assert_memory_equal(tg_error_message(), text, length);
}

static void adds_the_system_reason(void **state) {
    (void)state;
    errno = ENOENT;
    assert_int_equal(tg_fail_errno("some/file", "open"), TG_IO_ERROR);
    assert_non_null(strstr(tg_error_message(), "some/file: cannot open: "));
    assert_non_null(strstr(tg_error_message(), strerror(ENOENT)));
}

static void *fail_elsewhere(void *fresh) {
    *(bool *)fresh = strcmp(tg_error_message(), "") == 0;
    (void)tg_fail(TG_IO_ERROR, "elsewhere");
    return NULL;
}

static void keeps_a_message_per_thread(void **state) {
    (void)state;
    (void)tg_fail(TG_IO_ERROR, "here");
    pthread_t thread;
    bool fresh = false;
    assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, &fresh), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(fresh);
    assert_string_equal(tg_error_message(), "here");
}

static void tells_its_version(void **state) {
    (void)state;
    assert_string_equal(tg_version(), TG_VERSION);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_every_status),         cmocka_unit_test(keeps_the_message),
        cmocka_unit_test(cuts_long_messages),         cmocka_unit_test(adds_the_system_reason),
        cmocka_unit_test(keeps_a_message_per_thread), cmocka_unit_test(tells_its_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
