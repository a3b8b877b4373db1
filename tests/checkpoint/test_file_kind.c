/** Files that are no checkpoint, or none that is read: the message says what they look like. */
#include "scratch_folder.h"

#include "checkpoint/file_kind.h"
#include "frcnn/checkpoint.h"

static void assert_named(const void *bytes, size_t n_bytes, const char *kind)
{
    frcnn_checkpoint *checkpoint = NULL;
    scratch_write(bytes, n_bytes);
    assert_fails(frcnn_checkpoint_open(&checkpoint, scratch_path), FRCNN_ERROR_UNSUPPORTED, kind);
    assert_null(checkpoint);
    assert_non_null(strstr(frcnn_error_message(), "expected a checkpoint (.safetensors, .pth or .pkl), found "));
}

static void test_binary_files(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n_bytes;
        const char *kind;
    } cases[] = {
        {"PYTORCH1\x00\x00", 10, "a preview format of PyTorch 1.0"},
        {"\x89HDF\r\n\x1a\n\x00\x00", 10, "an HDF5 file"},
        {"\x08\x08\x12\x07pytorch\x1a", 12, "an ONNX model"},
        {"GGUF\x03\x00\x00\x00\x00", 9, "a GGUF file"},
        {"\x93NUMPY\x01\x00\x76\x00{", 11, "an array of NumPy's, a .npy file"},
        {"\x1f\x8b\x08\x00\x00", 5, "a gzip archive"},
        {"\xff\xd8\xff\xe0\x00\x10JFIF", 10, "a JPEG image"},
        {"\x89PNG\r\n\x1a\n\x00\x00", 10, "a PNG image"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_named(cases[i].bytes, cases[i].n_bytes, cases[i].kind);

    char tar[512] = "storages";
    memcpy(tar + 257, "ustar", 5);
    assert_named(tar, sizeof tar, "a tar archive");
}

/* What is read, by the first bytes alone; a header's length of safetensors may begin as a pickle does. */
static void test_formats(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n_bytes;
        frcnn_file_kind kind;
    } cases[] = {
        {"PK\x03\x04\x00\x00\x08\x08\x00\x00", 10, FRCNN_FILE_ZIP},
        {"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e", 15, FRCNN_FILE_TORCH_LEGACY},
        {"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2f", 15, FRCNN_FILE_PICKLE},
        {"\x80\x02}q\x00(X", 7, FRCNN_FILE_PICKLE},
        {"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00", 11, FRCNN_FILE_PICKLE},
        {"\x80\x02\x01\x00\x00\x00\x00\x00{\"a\"", 12, FRCNN_FILE_OTHER},
        {"\x80\x01}q", 4, FRCNN_FILE_OTHER},
        {"\x80\x02", 2, FRCNN_FILE_OTHER},
        {"PK\x05\x06", 4, FRCNN_FILE_OTHER},
        {"", 0, FRCNN_FILE_OTHER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(frcnn_file_kind_get((const unsigned char *)cases[i].bytes, cases[i].n_bytes), cases[i].kind);
}

static void test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *kind;
    } cases[] = {
        {"<!DOCTYPE html>\n<html>", "an HTML page (was the download a login page?)"},
        {"\n\n <HTML lang=\"en\">", "an HTML page"},
        {"\xef\xbb\xbf<!doctype HTML>", "an HTML page"},
        {"{\"weight_map\": {}}", "a JSON text"},
        {"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "a Git LFS pointer"},
        {"person\ncar\n", "a text file"},
        {"ab", "a text file"},
        {"na\xc3\xafve", "a text file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_named(cases[i].text, strlen(cases[i].text), cases[i].kind);

    /* A character that the first look cuts in two. */
    char text[700];
    memset(text, 'x', sizeof text);
    memcpy(text + 511, "\xc3\xa9", 2);
    assert_named(text, sizeof text, "a text file");
}

static void test_what_says_nothing(void **state)
{
    (void)state;
    assert_null(frcnn_file_kind_describe(NULL, 0));
    assert_null(frcnn_file_kind_describe((const unsigned char *)"\0", 1));
    assert_null(frcnn_file_kind_describe((const unsigned char *)"abc\0def", 7));
    assert_null(frcnn_file_kind_describe((const unsigned char *)"abc\xff", 4));
    assert_null(frcnn_file_kind_describe((const unsigned char *)"abc\xc3", 4));
    assert_null(frcnn_file_kind_describe((const unsigned char *)"ab\x7f\x01", 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_binary_files),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_what_says_nothing),
    };
    return cmocka_run_group_tests(tests, scratch_set_up, scratch_tear_down);
}
