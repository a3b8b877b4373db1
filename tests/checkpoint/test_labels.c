/** Files with class names. */
#include "scratch_folder.h"

#include "checkpoint/labels.h"

static void test_lists(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n;
        const char *names[3];
    } cases[] = {
        {"cat", 1, {"cat"}},
        {"cat\ndog\n", 2, {"cat", "dog"}},
        {"\xef\xbb\xbf"
         "cat\r\nfire hydrant\r\n\r\n\n",
         2,
         {"cat", "fire hydrant"}},
        {"N/A\nN/A\n\xe4\xba\xba\n", 3, {"N/A", "N/A", "\xe4\xba\xba"}},
        {" cat \n", 1, {" cat "}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char **names = NULL;
        size_t n = 0;
        scratch_write_text(cases[i].text);
        assert_ok(frcnn_labels_read(&names, &n, scratch_path));
        assert_int_equal(n, cases[i].n);
        for (size_t k = 0; k < n; k++) assert_string_equal(names[k], cases[i].names[k]);
        frcnn_labels_destroy(&names, n);
        assert_null(names);
        frcnn_labels_destroy(&names, n);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"", "expected 1 to 100000 class names, one a line, found 0 lines"},
        {"\xef\xbb\xbf\r\n\n", "found 0 lines"},
        {"cat\n\ndog\n", "line 2: expected a class name, found an empty name"},
        {"cat\n\r\ndog", "line 2: expected a class name, found an empty name"},
        {"cat\ndog\nko\xe8\n", "line 3: expected a class name, found bytes that are no UTF-8"},
        {"cat\tdog\n", "line 1: expected a class name, found a control character"},
        {"cat\rdog\n", "line 1: expected a class name, found a control character"},
    };
    char **names = NULL;
    size_t n = 7;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scratch_write_text(cases[i].text);
        assert_fails(frcnn_labels_read(&names, &n, scratch_path), FRCNN_ERROR_FORMAT, cases[i].message);
    }
    scratch_write("cat\0", 4);
    assert_fails(frcnn_labels_read(&names, &n, scratch_path), FRCNN_ERROR_FORMAT, "a control character");

    char *many = malloc(2 * (FRCNN_MAX_LABELS + 1));
    assert_non_null(many);
    for (size_t i = 0; i <= FRCNN_MAX_LABELS; i++) memcpy(many + 2 * i, "x\n", 2);
    scratch_write(many, 2 * (FRCNN_MAX_LABELS + 1));
    assert_fails(frcnn_labels_read(&names, &n, scratch_path), FRCNN_ERROR_FORMAT, "found 100001 lines");
    memset(many, 'x', FRCNN_MAX_LABEL_BYTES + 1);
    scratch_write(many, FRCNN_MAX_LABEL_BYTES + 1);
    assert_fails(frcnn_labels_read(&names, &n, scratch_path), FRCNN_ERROR_FORMAT, "more than 1000 bytes");
    free(many);

    assert_fails(frcnn_labels_read(&names, &n, "/nowhere/labels.txt"), FRCNN_ERROR_IO, "/nowhere/labels.txt");
    assert_fails(frcnn_labels_read(&names, &n, scratch_folder), FRCNN_ERROR_IO, "found a folder");
    assert_null(names);
    assert_int_equal(n, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, scratch_set_up, scratch_tear_down);
}
