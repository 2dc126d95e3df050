/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
#include "support/test.h"

static void texts(void **state) {
    (void)state;
    const struct {
        const char *text;
        bool valid;
    } cases[] = {
        {"", true},
        {"tiger", true},
        {"\xc3\xa9 \xe8\x99\x8e \xf0\x9f\x90\x85", true},
        {"\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", true},
        {"\xed\x9f\xbf\xee\x80\x80", true}, /* beside the surrogates */
        {"\x80", false},                    /* a continuation alone */
        {"caf\xe9", false},                 /* Latin-1 */
        {"\xc3", false},                    /* cut short */
        {"\xe8\x99", false},
        {"\xf0\x9f\x90", false},
        {"\xe8\x99x", false},
        {"\xc0\xaf", false}, /* overlong */
        {"\xc1\xbf", false},
        {"\xe0\x9f\xbf", false},
        {"\xf0\x8f\xbf\xbf", false},
        {"\xed\xa0\x80", false}, /* surrogates */
        {"\xed\xbf\xbf", false},
        {"\xf4\x90\x80\x80", false}, /* above U+10FFFF */
        {"\xf8\x88\x80\x80\x80", false},
        {"\xff", false},
    };
    for (size_t i = 0; i < TG_COUNT(cases); i++)
        if (tg_is_utf8(cases[i].text) != cases[i].valid) fail_msg("case %zu", i);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
