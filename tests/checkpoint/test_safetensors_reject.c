/** Files that are refused, rule by rule of the format, each with the file's name in the message. */
#include "scratch_folder.h"

#include <fcntl.h>

#include "frcnn/checkpoint.h"

#define A_U8 "\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}"

static void assert_refused(frcnn_status code, const char *text)
{
    frcnn_checkpoint *checkpoint = NULL;
    assert_fails(frcnn_checkpoint_open(&checkpoint, scratch_path), code, text);
    assert_null(checkpoint);
    if (strstr(frcnn_error_message(), scratch_path) != frcnn_error_message())
        fail_msg("the path does not begin: %s", frcnn_error_message());
}

static void assert_header_refused(const char *header, size_t n_header, size_t n_data, frcnn_status code,
                                  const char *text)
{
    scratch_write_safetensors(header, n_header, n_data);
    assert_refused(code, text);
}

static void test_headers(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t n_data;
        const char *text;
    } cases[] = {
        /* layout */
        {"{" A_U8 "}", 1, "cut short"},
        {"{" A_U8 "}", 3, "expected the end of the file after 2 bytes"},
        {"{}", 1, "expected the end of the file after 0 bytes"},
        {"{" A_U8 ",\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}", 3, "\"b\" begins at byte 1"},
        {"{" A_U8 ",\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "\"b\" begins at byte 0"},
        {"{" A_U8 ",\"b\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[1,1]}}", 2, "\"b\" begins at byte 1"},
        {"{" A_U8 ",\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[3,4]}}", 4, "bytes 2 to 3"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}", 2, "bytes 0 to 1"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[2,1]}}", 2, "before the begin"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[9007199254740991],\"data_offsets\":[0,9007199254740991]}}", 2,
         "cut short"},
        /* sizes */
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,2]}}", 2, "expected 32 bits"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,12]}}", 12, "expected 128 bits"},
        {"{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,1]}}", 1, "expected 12 bits"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,0]}}", 0, "expected 32 bits"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[-2],\"data_offsets\":[0,2]}}", 2, "shape: expected whole numbers"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2.5],\"data_offsets\":[0,2]}}", 2, "found 2.5"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[\"2\"],\"data_offsets\":[0,2]}}", 2, "found \"2\""},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[null],\"data_offsets\":[0,2]}}", 2, "found null"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1e999],\"data_offsets\":[0,2]}}", 2, "shape: expected whole numbers"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[9007199254740992],\"data_offsets\":[0,2]}}", 2, "shape: expected whole"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[4294967296,4294967296,2],\"data_offsets\":[0,0]}}", 0, "overflows"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[0,4294967296,4294967296],\"data_offsets\":[0,0]}}", 0, "overflows"},
        {"{\"a\":{\"dtype\":\"F64\",\"shape\":[4294967296,1073741824],\"data_offsets\":[0,0]}}", 0, "bytes overflows"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[-2,0]}}", 2, "data_offsets: expected whole"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2.5]}}", 2, "data_offsets: expected whole"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,\"2\"]}}", 2, "data_offsets: expected whole"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,18446744073709551618]}}", 2,
         "data_offsets: expected whole"},
        /* fields */
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0]}}", 2, "expected a list of 2"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2,2]}}", 2, "expected a list of 2"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":{\"x\":0,\"y\":2}}}", 2, "found an object"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2]}}", 2, "data_offsets: expected a list of 2, found nothing"},
        {"{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,2]}}", 2, "shape: expected a list, found nothing"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":2,\"data_offsets\":[0,2]}}", 2, "shape: expected a list, found 2"},
        {"{\"a\":{\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "dtype: expected a text, found nothing"},
        {"{\"a\":{\"dtype\":8,\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "dtype: expected a text, found 8"},
        {"{\"a\":{\"dtype\":\"u8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "\"u8\" is none"},
        {"{\"a\":{\"Dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "dtype: expected a text"},
        {"{\"a\":[0,2]}", 2, "\"a\": expected an object, found a list"},
        {"{\"a\":null}", 0, "\"a\": expected an object, found null"},
        /* metadata */
        {"{\"__metadata__\":[\"pt\"]}", 0, "__metadata__: expected an object"},
        {"{\"__metadata__\":null}", 0, "__metadata__: expected an object"},
        {"{\"__metadata__\":{\"epoch\":3}}", 0, "__metadata__ \"epoch\": expected a text, found 3"},
        {"{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}", 0, "__metadata__ \"a\": expected a text"},
        /* keys that appear twice, also by another spelling */
        {"{" A_U8 "," A_U8 "}", 2, "\"a\" appears twice"},
        {"{" A_U8 ",\"\\u0061\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[2,2]}}", 2, "\"a\" appears twice"},
        {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, "\"__metadata__\" appears twice"},
        {"{\"__metadata__\":{\"k\":\"v\",\"k\":\"v\"}}", 0, "\"k\" appears twice"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "\"shape\" appears twice"},
        /* JSON */
        {"{" A_U8, 2, "found its end"},
        {"{" A_U8 ",}", 2, "expected valid JSON"},
        {"{" A_U8 "} x", 2, "expected nothing after the value"},
        {"{} {}", 0, "expected nothing after the value"},
        {"{\"a", 0, "a string without end"},
        {"{\"a\\", 0, "a string without end"},
        {"{\"a\xff\":1}", 0, "byte 3 of the JSON text: expected UTF-8, found 0xff"},
        {"{\"\xc0\xaf\":1}", 0, "expected UTF-8, found 0xc0"},
        {"{\"\xed\xa0\x80\":1}", 0, "expected UTF-8, found 0xed"},
        {"{\"a\n\":1}", 0, "a control character in a string"},
        {"{\"a\\u0000b\":1}", 0, "a NUL (\\u0000) in a string"},
        {"{\"\\ud800\":1}", 0, "expected valid JSON"},
        {"{\x01}", 0, "a control character"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[02],\"data_offsets\":[0,2]}}", 2, "a malformed number"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2.],\"data_offsets\":[0,2]}}", 2, "a malformed number"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2e],\"data_offsets\":[0,2]}}", 2, "a malformed number"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[-],\"data_offsets\":[0,2]}}", 2, "a malformed number"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[NaN],\"data_offsets\":[0,2]}}", 2, "expected valid JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_header_refused(cases[i].header, strlen(cases[i].header), cases[i].n_data, FRCNN_ERROR_FORMAT,
                              cases[i].text);
}

static void test_nul_padding(void **state)
{
    (void)state;
    assert_header_refused("{}\0\0\0\0\0\0", 8, 0, FRCNN_ERROR_FORMAT, "byte 2 of the JSON text: a control character");
    assert_header_refused("{\"a\0\":1}", 8, 0, FRCNN_ERROR_FORMAT, "a NUL in it");
}

static void test_deep_nesting(void **state)
{
    (void)state;
    enum { DEPTH = 200000 };
    static char header[2 * DEPTH + 8];
    memcpy(header, "{\"a\":", 5);
    memset(header + 5, '[', DEPTH);
    memset(header + 5 + DEPTH, ']', DEPTH);
    header[5 + 2 * DEPTH] = '}';
    assert_header_refused(header, 6 + 2 * DEPTH, 0, FRCNN_ERROR_FORMAT, "nested too deeply");
    assert_header_refused(header, 5 + DEPTH, 0, FRCNN_ERROR_FORMAT, "nested too deeply");
}

/* A header within the format's bound that would take gigabytes as a tree. */
static void test_too_many_values(void **state)
{
    (void)state;
    enum { N = 5000000 };
    char *header = malloc(2 * N);
    assert_non_null(header);
    memcpy(header, "{\"a\":[1", 7);
    for (size_t i = 7; i + 2 < 2 * N; i += 2) memcpy(header + i, ",1", 2);
    assert_header_refused(header, 2 * N - 1, 0, FRCNN_ERROR_FORMAT, "too many values");
    free(header);
}

static void test_dtypes_and_shapes_that_tensors_lack(void **state)
{
    (void)state;
    static const struct {
        const char *dtype;
        size_t n_data;
    } cases[] = {{"U64", 16}, {"C64", 16},        {"U32", 8},     {"U16", 4},     {"F8_E5M2FNUZ", 2},
                 {"F4", 1},   {"F8_E4M3FNUZ", 2}, {"F8_E8M0", 2}, {"F8_E4M3", 2}, {"F8_E5M2", 2}};
    char header[200], text[100];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(header, sizeof header, "{\"w\":{\"dtype\":\"%s\",\"shape\":[2],\"data_offsets\":[0,%zu]}}",
                 cases[i].dtype, cases[i].n_data);
        snprintf(text, sizeof text, "tensor \"w\": tensors of dtype %s are not read", cases[i].dtype);
        assert_header_refused(header, strlen(header), cases[i].n_data, FRCNN_ERROR_UNSUPPORTED, text);
    }
    const char six_bits[] = "{\"w\":{\"dtype\":\"F6_E2M3\",\"shape\":[4],\"data_offsets\":[0,3]}}";
    assert_header_refused(six_bits, strlen(six_bits), 3, FRCNN_ERROR_UNSUPPORTED, "dtype F6_E2M3");
    const char nine_dims[] = "{\"w\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,1]}}";
    assert_header_refused(nine_dims, strlen(nine_dims), 1, FRCNN_ERROR_UNSUPPORTED, "at most 8 dimensions, found 9");
}

static void test_starts(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n_bytes;
        const char *text;
    } cases[] = {
        {"", 0, "found a file of 0 bytes"},
        {"\x02\0\0", 3, "found a file of 3 bytes"},
        {"\0\0\0\0\0\0\0\0", 8, "begins with '{'"},
        {"\0\0\0\0\0\0\0\0{}", 10, "begins with '{'"},
        {"\x02\0\0\0\0\0\0\0", 8, "header of 2 bytes, found only 0"},
        {"\x02\0\0\0\0\0\0\0{", 9, "header of 2 bytes, found only 1"},
        {"\x02\0\0\0\0\0\0\0[]", 10, "begins with '{'"},
        {"\x02\0\0\0\0\0\0\0 {}", 11, "begins with '{'"},
        {"\0\xe1\xf5\x05\0\0\0\0{}", 10, "header of 100000000 bytes, found only 2"},
        {"\x01\xe1\xf5\x05\0\0\0\0{}", 10, "at most 100000000 bytes, found a length of 100000001"},
        {"\xff\xff\xff\xff\xff\xff\xff\xff{}", 10, "found a length of 18446744073709551615"},
        {"\xf8\xff\xff\xff\xff\xff\xff\x7f{}", 10, "found a length of 9223372036854775800"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scratch_write(cases[i].bytes, cases[i].n_bytes);
        assert_refused(FRCNN_ERROR_FORMAT, cases[i].text);
    }
}

/* Every file shorter than the golden one is refused, and none that is longer is taken. */
static void test_every_cut(void **state)
{
    (void)state;
    size_t n_bytes = 0;
    unsigned char *bytes = scratch_read(FRCNN_SOURCE_DIR "/tests/golden/safetensors/all_dtypes.safetensors", &n_bytes);
    for (size_t cut = 0; cut < n_bytes; cut++) {
        scratch_write(bytes, cut);
        assert_refused(FRCNN_ERROR_FORMAT, "");
    }
    scratch_write(bytes, n_bytes + 1);
    assert_refused(FRCNN_ERROR_FORMAT, "expected the end of the file");
    free(bytes);
}

static void test_files_that_cannot_be_read(void **state)
{
    (void)state;
    frcnn_checkpoint *checkpoint = NULL;
    assert_fails(frcnn_checkpoint_open(&checkpoint, "/nowhere/a.safetensors"), FRCNN_ERROR_IO,
                 "/nowhere/a.safetensors: cannot be opened: No such file");
    assert_fails(frcnn_checkpoint_open(&checkpoint, scratch_folder), FRCNN_ERROR_IO, "expected a file, found a folder");
    assert_fails(frcnn_checkpoint_open(&checkpoint, "/dev/null"), FRCNN_ERROR_IO, "found a device or pipe");
    unlink(scratch_path);
    assert_int_equal(mkfifo(scratch_path, 0600), 0);
    assert_refused(FRCNN_ERROR_IO, "found a device or pipe");
    assert_int_equal(unlink(scratch_path), 0);
    assert_null(checkpoint);
}

static void test_an_unreadable_file(void **state)
{
    (void)state;
    if (geteuid() == 0) skip(); /* root may read everything */
    scratch_write("", 0);
    assert_int_equal(chmod(scratch_path, 0), 0);
    assert_refused(FRCNN_ERROR_IO, "cannot be opened: Permission denied");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_nul_padding),
        cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_too_many_values),
        cmocka_unit_test(test_dtypes_and_shapes_that_tensors_lack),
        cmocka_unit_test(test_starts),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_files_that_cannot_be_read),
        cmocka_unit_test(test_an_unreadable_file),
    };
    return cmocka_run_group_tests(tests, scratch_set_up, scratch_tear_down);
}
