/** JSON: what is refused beyond cJSON's own rules, and how values are described. The rejections that a checkpoint's header
 *  can hold are in test_safetensors_reject. */
#include "support.h"

#include "checkpoint/json_text.h"

static void test_values(void **state)
{
    (void)state;
    static const char *const texts[] = {"{}",  "[]",       " null ", "-0",
                                        "1e5", "-1.5E-3",  "0.25",   "\"\\\"\"",
                                        "[0]", "\"\\\\\"", "true",   "{\"a\":{\"a\":1},\"b\":[{\"a\":2}]}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cJSON *value = NULL;
        assert_ok(frcnn_json_parse(&value, texts[i], strlen(texts[i]), "test"));
        assert_non_null(value);
        cJSON_Delete(value);
    }
}

static void test_text_needs_no_end(void **state)
{
    (void)state;
    cJSON *value = NULL;
    assert_ok(frcnn_json_parse(&value, "123", 2, "test"));
    assert_float_equal(value->valuedouble, 12, 0);
    cJSON_Delete(value);
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    " ",   "01", "-01",   "1.",    ".5",  "+1",      "1e",         "1e+",
                                        "--1", "1 2", "[",  "]",     "[1,]",  "{1}", "nul",     "\"\\x\"",    "\"\t\"",
                                        "[1}", "'a'", "//", "\x0b1", "1\x0c", "\"a", "{\"a\"}", "\"\\ud800\""};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        cJSON *value = NULL;
        assert_fails(frcnn_json_parse(&value, texts[i], strlen(texts[i]), "test"), FRCNN_ERROR_FORMAT, "test: byte ");
        assert_null(value);
    }
    const char twice[] = "[{\"a\":{\"b\":1,\"c\":2,\"b\":3}}]";
    cJSON *value = NULL;
    assert_fails(frcnn_json_parse(&value, twice, strlen(twice), "test"), FRCNN_ERROR_FORMAT,
                 "test: the key \"b\" appears twice");
}

static void test_integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int is_integer;
        int64_t value;
    } cases[] = {
        {"0", 1, 0},      {"-0", 1, 0},    {"7", 1, 7},    {"7.0", 1, 7},
        {"1e3", 1, 1000}, {"-3", 1, -3},   {"7.5", 0, 0},  {"9007199254740991", 1, 9007199254740991},
        {"\"7\"", 0, 0},  {"1e999", 0, 0}, {"true", 0, 0}, {"9007199254740992", 0, 0},
        {"-4", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cJSON *item = NULL;
        int64_t value = 99;
        assert_ok(frcnn_json_parse(&item, cases[i].text, strlen(cases[i].text), "test"));
        assert_int_equal(frcnn_json_get_integer(item, -3, INT64_MAX, &value), cases[i].is_integer);
        assert_int_equal(value, cases[i].is_integer ? cases[i].value : 99);
        cJSON_Delete(item);
    }
    int64_t value = 99;
    assert_int_equal(frcnn_json_get_integer(NULL, 0, 1, &value), 0);
}

static void test_descriptions(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *description;
    } cases[] = {
        {"-1.5", "-1.5"},
        {"65536", "65536"},
        {"\"a b\"", "\"a b\""},
        {"[]", "a list"},
        {"{}", "an object"},
        {"true", "true"},
        {"false", "false"},
        {"null", "null"},
        {"\"012345678901234567890123456789012345678901234567890123456789\"",
         "\"0123456789012345678901234567890123456789012345678901234567...\""},
        /* never half a character */
        {"\"012345678901234567890123456789012345678901234567890123456\xc3\xa9xx\"",
         "\"012345678901234567890123456789012345678901234567890123456...\""},
    };
    char text[FRCNN_JSON_DESCRIPTION];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cJSON *item = NULL;
        assert_ok(frcnn_json_parse(&item, cases[i].text, strlen(cases[i].text), "test"));
        assert_string_equal(frcnn_json_describe(item, text), cases[i].description);
        cJSON_Delete(item);
    }
    assert_string_equal(frcnn_json_describe(NULL, text), "nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),   cmocka_unit_test(test_text_needs_no_end), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_integers), cmocka_unit_test(test_descriptions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
