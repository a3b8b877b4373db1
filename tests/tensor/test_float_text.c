#include "support.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "tensor/float_text.h"

static void check(float value, const char *expected)
{
    char text[FRCNN_FLOAT_TEXT_BYTES];
    frcnn_float_text(text, value);
    assert_string_equal(text, expected);
}

/* Expected texts from numpy 2: str(numpy.float32(x)) has the same digits. */
static void test_known_values(void **state)
{
    (void)state;
    check(0.0f, "0");
    check(-0.0f, "-0");
    check(1.0f, "1");
    check(640.0f, "640");
    check(0.1f, "0.1");
    check(0.98f, "0.98");
    check(1.0f / 3.0f, "0.33333334");
    check(16777216.0f, "16777216");
    check(16777217.0f * 4.0f, "67108864");
    check(3.4028235e38f, "3.4028235e+38");
    check(1.1754944e-38f, "1.1754944e-38");
    check(-123.456f, "-123.456");
}

static void test_reads_back(void **state)
{
    (void)state;
    uint32_t bits = 12345;
    for (int i = 0; i < 100000; i++) {
        bits = bits * 1664525u + 1013904223u;
        float value = 0;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        char text[FRCNN_FLOAT_TEXT_BYTES];
        frcnn_float_text(text, value);
        assert_true((float)strtod(text, NULL) == value);
        assert_true(strlen(text) < 17);
    }
}

static void test_locale(void **state)
{
    (void)state;
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8") == NULL) skip();
    check(0.5f, "0.5");
    setlocale(LC_NUMERIC, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_reads_back),
        cmocka_unit_test(test_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
