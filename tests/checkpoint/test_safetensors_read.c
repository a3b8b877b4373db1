/** Files that are read: what the reference writes, and what it reads though it would not write it. */
#include "scratch_folder.h"

#include "frcnn/checkpoint.h"

#define GOLDEN FRCNN_SOURCE_DIR "/tests/golden/safetensors/all_dtypes.safetensors"

static void open_header(frcnn_checkpoint **out, const char *header, size_t n_data)
{
    scratch_write_safetensors(header, strlen(header), n_data);
    assert_ok(frcnn_checkpoint_open(out, scratch_path));
}

static void assert_tensor(const frcnn_checkpoint *checkpoint, const char *name, frcnn_dtype dtype, int n_dims,
                          const int64_t *shape, const void *values, size_t n_bytes)
{
    const frcnn_tensor *tensor = frcnn_checkpoint_find(checkpoint, name);
    assert_non_null(tensor);
    assert_int_equal(frcnn_tensor_get_dtype(tensor), dtype);
    assert_int_equal(frcnn_tensor_get_n_dims(tensor), n_dims);
    for (int d = 0; d < n_dims; d++) assert_int_equal(frcnn_tensor_get_shape(tensor)[d], shape[d]);
    assert_int_equal((size_t)frcnn_tensor_get_n_elements(tensor) * frcnn_dtype_get_size(dtype), n_bytes);
    assert_true(frcnn_tensor_is_contiguous(tensor));
    if (n_bytes > 0) assert_memory_equal(frcnn_tensor_get_const_data(tensor), values, n_bytes);
}

#define ASSERT_TENSOR(checkpoint, name, dtype, n_dims, shape, values)                                                  \
    assert_tensor(checkpoint, name, dtype, n_dims, shape, values, sizeof values)

/* The values are those of make_goldens.py. */
static void test_every_dtype(void **state)
{
    (void)state;
    frcnn_checkpoint *checkpoint = NULL;
    assert_ok(frcnn_checkpoint_open(&checkpoint, GOLDEN));
    assert_string_equal(frcnn_checkpoint_get_path(checkpoint), GOLDEN);
    assert_int_equal(frcnn_checkpoint_get_count(checkpoint), 12);

    const float b[] = {1.5f, -2.0f, 3.25f};
    ASSERT_TENSOR(checkpoint, "b", FRCNN_F32, 2, ((int64_t[]){1, 3}), b);
    const int64_t a[] = {1, -2};
    ASSERT_TENSOR(checkpoint, "a", FRCNN_I64, 1, ((int64_t[]){2}), a);
    const uint16_t h[] = {0x3c00, 0x3800, 0x7bff};
    ASSERT_TENSOR(checkpoint, "h", FRCNN_F16, 1, ((int64_t[]){3}), h);
    const uint16_t bf[] = {0x3f80, 0xc040};
    ASSERT_TENSOR(checkpoint, "bf", FRCNN_BF16, 1, ((int64_t[]){2}), bf);
    const double d[] = {2.5};
    ASSERT_TENSOR(checkpoint, "d", FRCNN_F64, 0, NULL, d);
    const uint8_t u[] = {0, 255, 7};
    ASSERT_TENSOR(checkpoint, "u", FRCNN_U8, 1, ((int64_t[]){3}), u);
    const int8_t i8[] = {-128, 127};
    ASSERT_TENSOR(checkpoint, "i8", FRCNN_I8, 1, ((int64_t[]){2}), i8);
    const int16_t i16[] = {-300, 300};
    ASSERT_TENSOR(checkpoint, "i16", FRCNN_I16, 2, ((int64_t[]){2, 1}), i16);
    const int32_t i32[] = {70000};
    ASSERT_TENSOR(checkpoint, "i32", FRCNN_I32, 1, ((int64_t[]){1}), i32);
    const uint8_t bo[] = {1, 0, 1};
    ASSERT_TENSOR(checkpoint, "bo", FRCNN_BOOL, 1, ((int64_t[]){3}), bo);
    const uint8_t escaped[] = {9};
    ASSERT_TENSOR(checkpoint, "\xc3\xa9\"\\\n\t\x01\x7f/", FRCNN_U8, 1, ((int64_t[]){1}), escaped);
    assert_tensor(checkpoint, "empty", FRCNN_F32, 2, (int64_t[]){0, 3}, NULL, 0);

    assert_string_equal(frcnn_checkpoint_get_metadata(checkpoint, "k\""), "v\n\xc3\xa9");
    assert_null(frcnn_checkpoint_get_metadata(checkpoint, "k"));
    frcnn_checkpoint_close(&checkpoint);
    assert_null(checkpoint);
    frcnn_checkpoint_close(&checkpoint);
}

static void test_names_are_ordered_and_found(void **state)
{
    (void)state;
    frcnn_checkpoint *checkpoint = NULL;
    assert_ok(frcnn_checkpoint_open(&checkpoint, GOLDEN));
    for (size_t i = 0; i < frcnn_checkpoint_get_count(checkpoint); i++) {
        const char *name = frcnn_checkpoint_get_name(checkpoint, i);
        if (i > 0) assert_true(strcmp(frcnn_checkpoint_get_name(checkpoint, i - 1), name) < 0);
        assert_ptr_equal(frcnn_checkpoint_find(checkpoint, name), frcnn_checkpoint_get_tensor(checkpoint, i));
    }
    assert_null(frcnn_checkpoint_find(checkpoint, ""));
    assert_null(frcnn_checkpoint_find(checkpoint, "__metadata__"));
    assert_null(frcnn_checkpoint_find(checkpoint, "zzz"));
    frcnn_checkpoint_close(&checkpoint);
}

/* Digests by sha256sum. */
static void test_digest(void **state)
{
    (void)state;
    char hex[65];
    frcnn_checkpoint *checkpoint = NULL;
    assert_ok(frcnn_checkpoint_open(&checkpoint, GOLDEN));
    assert_ok(frcnn_checkpoint_digest(checkpoint, hex));
    assert_string_equal(hex, "4a06e0d7cf10cf3a90778f440349e5961b90393527de4c48d9f35729b0622bd2");
    frcnn_checkpoint_close(&checkpoint);
    assert_ok(frcnn_checkpoint_open(&checkpoint, FRCNN_SOURCE_DIR "/tests/golden/safetensors/empty.safetensors"));
    assert_int_equal(frcnn_checkpoint_get_count(checkpoint), 0);
    assert_null(frcnn_checkpoint_find(checkpoint, "a"));
    assert_ok(frcnn_checkpoint_digest(checkpoint, hex));
    assert_string_equal(hex, "9bbcbf73561f6bc5d0a17ea6a2081feed2d1304e87602d8c502d9a5c4bd85576");
    frcnn_checkpoint_close(&checkpoint);
}

static void test_shared_tensors_outlive_the_checkpoint(void **state)
{
    (void)state;
    frcnn_checkpoint *checkpoint = NULL;
    frcnn_tensor *kept = NULL;
    assert_ok(frcnn_checkpoint_open(&checkpoint, GOLDEN));
    assert_ok(frcnn_tensor_share(&kept, frcnn_checkpoint_find(checkpoint, "b")));
    frcnn_checkpoint_close(&checkpoint);
    assert_float_equal(((const float *)frcnn_tensor_get_const_data(kept))[2], 3.25f, 0);
    frcnn_tensor_destroy(&kept);
}

/* Field row I3: the content decides, never the name. */
static void test_loaded_tensors_are_copies_on_a_device(void **state)
{
    (void)state;
    const frcnn_device cpu = {FRCNN_CPU, 0}, cuda = {FRCNN_CUDA, 1000}, none = {FRCNN_CPU, 1};
    frcnn_checkpoint *checkpoint = NULL;
    frcnn_tensor *tensor = NULL;
    open_header(&checkpoint, "{\"t\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2);
    assert_fails(frcnn_checkpoint_load(&tensor, checkpoint, "t", cuda), FRCNN_ERROR_UNSUPPORTED, "found cuda:1000");
    assert_fails(frcnn_checkpoint_load(&tensor, checkpoint, "t", none), FRCNN_ERROR_INVALID,
                 "expected a device, found kind 0 with index 1");
    assert_fails(frcnn_checkpoint_load(&tensor, checkpoint, "u", cpu), FRCNN_ERROR_INVALID,
                 "expected a tensor \"u\", found none of that name");
    assert_null(tensor);
    assert_ok(frcnn_checkpoint_load(&tensor, checkpoint, "t", cpu));
    unsigned char *data = frcnn_tensor_get_data(tensor);
    data[0] = 9;
    ASSERT_TENSOR(checkpoint, "t", FRCNN_U8, 1, ((int64_t[]){2}), ((uint8_t[]){0, 1}));
    frcnn_checkpoint_close(&checkpoint);
    assert_memory_equal(data, ((uint8_t[]){9, 1}), 2);
    frcnn_tensor_destroy(&tensor);
}

static void test_the_name_of_the_file_means_nothing(void **state)
{
    (void)state;
    char renamed[160];
    size_t n_bytes = 0;
    unsigned char *bytes = scratch_read(GOLDEN, &n_bytes);
    scratch_write(bytes, n_bytes);
    free(bytes);
    snprintf(renamed, sizeof renamed, "%s.pth.tar", scratch_path);
    assert_int_equal(rename(scratch_path, renamed), 0);
    frcnn_checkpoint *checkpoint = NULL;
    assert_ok(frcnn_checkpoint_open(&checkpoint, renamed));
    assert_int_equal(frcnn_checkpoint_get_count(checkpoint), 12);
    frcnn_checkpoint_close(&checkpoint);
    assert_int_equal(unlink(renamed), 0);
}

/* Data that begins at an odd byte of the file is copied to where its dtype may be read. */
static void test_unaligned_data_is_copied(void **state)
{
    (void)state;
    frcnn_checkpoint *checkpoint = NULL;
    open_header(&checkpoint,
                "{\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                "\"f\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[1,17]},"
                "\"i\":{\"dtype\":\"I16\",\"shape\":[1],\"data_offsets\":[17,19]},"
                "\"z\":{\"dtype\":\"I32\",\"shape\":[0],\"data_offsets\":[19,19]}}",
                19);
    const unsigned char f[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    const unsigned char i[] = {17, 18};
    ASSERT_TENSOR(checkpoint, "f", FRCNN_F64, 1, ((int64_t[]){2}), f);
    ASSERT_TENSOR(checkpoint, "i", FRCNN_I16, 1, ((int64_t[]){1}), i);
    for (size_t t = 0; t < frcnn_checkpoint_get_count(checkpoint); t++) {
        const frcnn_tensor *tensor = frcnn_checkpoint_get_tensor(checkpoint, t);
        assert_int_equal(
            (uintptr_t)frcnn_tensor_get_const_data(tensor) % frcnn_dtype_get_size(frcnn_tensor_get_dtype(tensor)), 0);
    }
    frcnn_checkpoint_close(&checkpoint);
}

static void test_what_the_reference_reader_accepts(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t n_data;
        size_t n_tensors;
    } cases[] = {
        {"{}", 0, 0},
        {"{}\n\t\r ", 0, 0},
        {"{ \n\"a\" :\t{\"dtype\":\"U8\" , \"shape\":[ ],\r\"data_offsets\": [0 , 1]} }", 1, 1},
        {"{\"a\":{\"shape\":[2],\"data_offsets\":[0,2],\"extra\":{\"x\":[1.5,null,-2e3]},\"dtype\":\"I8\"}}", 2, 1},
        {"{\"\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, 1},
        /* later bytes described first */
        {"{\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[3,5]},"
         "\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}",
         5, 2},
        /* nothing between something */
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},"
         "\"b\":{\"dtype\":\"F32\",\"shape\":[4,0,2],\"data_offsets\":[3,3]},"
         "\"c\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[3,3]},"
         "\"d\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[3,4]},"
         "\"e\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[4,4]}}",
         4, 5},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1],\"data_offsets\":[0,1]}}", 1, 1},
        {"{\"__metadata__\":{},\"a\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, 1},
        {"{\"\\u00e9\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
         "\"\\\\u0000\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}",
         2, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        frcnn_checkpoint *checkpoint = NULL;
        open_header(&checkpoint, cases[i].header, cases[i].n_data);
        assert_int_equal(frcnn_checkpoint_get_count(checkpoint), cases[i].n_tensors);
        frcnn_checkpoint_close(&checkpoint);
    }
}

/* The state dict that data/train.py saves has 281 entries, 4 179 078 values. */
static void test_default_model(void **state)
{
    (void)state;
    frcnn_checkpoint *checkpoint = NULL;
    assert_ok(frcnn_checkpoint_open(&checkpoint, FRCNN_SOURCE_DIR "/data/everyday10.safetensors"));
    assert_int_equal(frcnn_checkpoint_get_count(checkpoint), 281);
    int64_t n_values = 0;
    for (size_t i = 0; i < 281; i++)
        n_values += frcnn_tensor_get_n_elements(frcnn_checkpoint_get_tensor(checkpoint, i));
    assert_int_equal(n_values, 4179078);
    assert_string_equal(frcnn_checkpoint_get_metadata(checkpoint, "format"), "pt");
    assert_non_null(frcnn_checkpoint_get_metadata(checkpoint, "frcnn"));
    frcnn_checkpoint_close(&checkpoint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_dtype),
        cmocka_unit_test(test_names_are_ordered_and_found),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_shared_tensors_outlive_the_checkpoint),
        cmocka_unit_test(test_loaded_tensors_are_copies_on_a_device),
        cmocka_unit_test(test_the_name_of_the_file_means_nothing),
        cmocka_unit_test(test_unaligned_data_is_copied),
        cmocka_unit_test(test_what_the_reference_reader_accepts),
        cmocka_unit_test(test_default_model),
    };
    return cmocka_run_group_tests(tests, scratch_set_up, scratch_tear_down);
}
