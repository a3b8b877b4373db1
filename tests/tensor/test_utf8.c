#include "support.h"

#include "tensor/utf8.h"

static size_t encode(char text[4], uint32_t code_point)
{
    if (code_point < 0x80) {
        text[0] = (char)code_point;
        return 1;
    }
    const size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    const uint32_t marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length; i-- > 1; code_point >>= 6) text[i] = (char)(0x80 | (code_point & 0x3f));
    text[0] = (char)(marks[length] | code_point);
    return length;
}

static void every_character_is_read_back(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        char text[4];
        uint32_t found = 0xffffffff;
        const size_t length = encode(text, c);
        if (c >= 0xd800 && c <= 0xdfff) {
            assert_int_equal(frcnn_utf8_decode(&found, text, length), 0);
            assert_int_equal(found, 0xffffffff);
        } else {
            assert_int_equal(frcnn_utf8_decode(&found, text, length), length);
            assert_int_equal(found, c);
            for (size_t cut = 0; cut < length; cut++) assert_int_equal(frcnn_utf8_decode(&found, text, cut), 0);
        }
    }
}

/* As many sequences are valid as there are characters of that length, so no overlong form passes. */
static void nothing_else_is_a_character(void **state)
{
    (void)state;
    int64_t n_valid[5] = {0};
    for (uint32_t bytes = 0; bytes <= 0xffffff; bytes++) {
        const char text[] = {(char)(bytes >> 16), (char)(bytes >> 8), (char)bytes};
        uint32_t found = 0;
        n_valid[frcnn_utf8_decode(&found, text, 3)]++;
    }
    assert_int_equal(n_valid[1], 0x80 << 16);
    assert_int_equal(n_valid[2], (0x800 - 0x80) << 8);
    assert_int_equal(n_valid[3], 0x10000 - 0x800 - 0x800);
    assert_int_equal(n_valid[4], 0);
}

static void long_forms_are_refused(void **state)
{
    (void)state;
    const char *const texts[] = {"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff\xbf\xbf\xbf"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(frcnn_utf8_get_valid(texts[i], strlen(texts[i])), 0);
}

static void the_valid_start_is_measured(void **state)
{
    (void)state;
    assert_int_equal(frcnn_utf8_get_valid("", 0), 0);
    assert_int_equal(frcnn_utf8_get_valid("a\0b", 3), 3);
    assert_int_equal(frcnn_utf8_get_valid("na\xc3\xafve\xff!", 8), 6);
    assert_int_equal(frcnn_utf8_get_valid("\xe4\xba\xba\xe4\xba", 5), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_is_read_back),
        cmocka_unit_test(nothing_else_is_a_character),
        cmocka_unit_test(long_forms_are_refused),
        cmocka_unit_test(the_valid_start_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
