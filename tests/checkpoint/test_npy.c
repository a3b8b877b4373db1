/** .npy files against literal bytes. Headers and bytes are what numpy 2 wrote, or what its format's page asks for. */
#include "scratch_folder.h"

#include "frcnn/npy.h"
#include "tensor/storage.h"

static const frcnn_device cpu = {FRCNN_CPU, 0};

/* A version 1.0 file: the header padded to 64 bytes, then the data. */
static void write_npy(const char *dictionary, const void *data, size_t n_data)
{
    unsigned char file[1024] = "\x93NUMPY\x01";
    const size_t n_text = strlen(dictionary);
    const size_t n = (10 + n_text + 1 + 63) / 64 * 64;
    file[8] = (unsigned char)((n - 10) & 0xff);
    file[9] = (unsigned char)((n - 10) >> 8);
    memset(file + 10, ' ', n - 10);
    memcpy(file + 10, dictionary, n_text);
    file[n - 1] = '\n';
    memcpy(file + n, data, n_data);
    scratch_write(file, n + n_data);
}

static frcnn_tensor *load(void)
{
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_npy_load(&tensor, scratch_path, cpu));
    return tensor;
}

static void assert_refused(frcnn_status code, const char *message)
{
    frcnn_tensor *tensor = NULL;
    assert_fails(frcnn_npy_load(&tensor, scratch_path, cpu), code, message);
    assert_null(tensor);
    assert_int_equal(strncmp(frcnn_error_message(), scratch_path, strlen(scratch_path)), 0);
}

static void assert_shape(const frcnn_tensor *tensor, frcnn_dtype dtype, int n_dims, const int64_t *shape)
{
    assert_int_equal(frcnn_tensor_get_dtype(tensor), dtype);
    assert_int_equal(frcnn_tensor_get_n_dims(tensor), n_dims);
    for (int d = 0; d < n_dims; d++) assert_int_equal(frcnn_tensor_get_shape(tensor)[d], shape[d]);
}

static void assert_file(const char *text, size_t n_text, const void *data, size_t n_data)
{
    size_t n = 0;
    unsigned char *bytes = scratch_read(scratch_path, &n);
    assert_int_equal(n, n_text + n_data);
    assert_memory_equal(bytes, text, n_text);
    if (n_data > 0) assert_memory_equal(bytes + n_text, data, n_data);
    free(bytes);
}

static void test_saved_bytes_are_those_of_numpy(void **state)
{
    (void)state;
    static const char matrix[] = "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
                                 "                                                          \n";
    static const char scalar[] = "\x93NUMPY\x01\x00v\x00{'descr': '<i2', 'fortran_order': False, 'shape': (), }"
                                 "                                                              \n";
    static const char empty[] = "\x93NUMPY\x01\x00v\x00{'descr': '|b1', 'fortran_order': False, 'shape': (0, 3), }"
                                "                                                          \n";
    static const char row[] = "\x93NUMPY\x01\x00v\x00{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }"
                              "                                                            \n";
    float values[] = {1, 2, 3, 4, 5, 6};
    int16_t seven = 7;
    int64_t longs[] = {-1, INT64_MAX};
    const int64_t shape[] = {2, 3}, empty_shape[] = {0, 3}, transposed[] = {3, 2}, two = 2;
    frcnn_tensor *tensor = NULL, *view = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 2, shape, values, NULL, NULL));
    assert_ok(frcnn_npy_save(tensor, scratch_path));
    assert_file(matrix, sizeof matrix - 1, values, sizeof values);
    frcnn_tensor_destroy(&tensor);

    /* The same numbers, laid out by columns. */
    float columns[] = {1, 4, 2, 5, 3, 6};
    const int order[] = {1, 0};
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 2, transposed, columns, NULL, NULL));
    assert_ok(frcnn_tensor_permute(&view, tensor, order));
    assert_ok(frcnn_npy_save(view, scratch_path));
    assert_file(matrix, sizeof matrix - 1, values, sizeof values);
    frcnn_tensor_destroy(&view);
    frcnn_tensor_destroy(&tensor);

    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_I16, 0, NULL, &seven, NULL, NULL));
    assert_ok(frcnn_npy_save(tensor, scratch_path));
    assert_file(scalar, sizeof scalar - 1, &seven, sizeof seven);
    frcnn_tensor_destroy(&tensor);

    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_BOOL, 2, empty_shape, NULL, NULL, NULL));
    assert_ok(frcnn_npy_save(tensor, scratch_path));
    assert_file(empty, sizeof empty - 1, NULL, 0);
    frcnn_tensor_destroy(&tensor);

    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_I64, 1, &two, longs, NULL, NULL));
    assert_ok(frcnn_npy_save(tensor, scratch_path));
    assert_file(row, sizeof row - 1, longs, sizeof longs);
    frcnn_tensor_destroy(&tensor);
}

static void test_every_dtype_is_read_in_both_byte_orders(void **state)
{
    (void)state;
    /* One element of bytes 1, 2, …, size: 0x…0201 little-endian, 0x0102… big-endian. */
    static const struct {
        const char *name;
        frcnn_dtype dtype;
        size_t size;
    } dtypes[] = {{"f2", FRCNN_F16, 2}, {"f4", FRCNN_F32, 4}, {"f8", FRCNN_F64, 8},
                  {"u1", FRCNN_U8, 1},  {"i1", FRCNN_I8, 1},  {"i2", FRCNN_I16, 2},
                  {"i4", FRCNN_I32, 4}, {"i8", FRCNN_I64, 8}, {"b1", FRCNN_BOOL, 1}};
    const unsigned char data[] = {1, 2, 3, 4, 5, 6, 7, 8};
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++) {
        for (const char *order = "<>|="; *order != '\0'; order++) {
            char text[128];
            snprintf(text, sizeof text, "{'descr': '%c%s', 'fortran_order': False, 'shape': (), }", *order,
                     dtypes[i].name);
            write_npy(text, data, dtypes[i].size);
            frcnn_tensor *tensor = load();
            assert_shape(tensor, dtypes[i].dtype, 0, NULL);
            const unsigned char *bytes = frcnn_tensor_get_const_data(tensor);
            for (size_t k = 0; k < dtypes[i].size; k++)
                assert_int_equal(bytes[k], data[*order == '>' ? dtypes[i].size - 1 - k : k]);
            frcnn_tensor_destroy(&tensor);
        }
    }
    const unsigned char truths[] = {0, 1, 2, 255};
    write_npy("{'descr': '|b1', 'fortran_order': False, 'shape': (4,), }", truths, 4);
    frcnn_tensor *tensor = load();
    assert_memory_equal(frcnn_tensor_get_const_data(tensor), ((const unsigned char[]){0, 1, 1, 1}), 4);
    frcnn_tensor_destroy(&tensor);
}

static void test_fortran_order_is_a_permuted_view(void **state)
{
    (void)state;
    const unsigned char data[] = {0, 1, 2, 3, 4, 5};
    const int64_t shape[] = {2, 3}, flat[] = {6};
    write_npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", data, 6);
    frcnn_tensor *tensor = load();
    assert_shape(tensor, FRCNN_U8, 2, shape);
    assert_int_equal(frcnn_tensor_get_strides(tensor)[0], 1);
    assert_int_equal(frcnn_tensor_get_strides(tensor)[1], 2);
    assert_int_equal(((const unsigned char *)frcnn_tensor_get_const_data(tensor))[1], 1);
    frcnn_tensor_destroy(&tensor);

    write_npy("{'descr': '|u1', 'fortran_order': True, 'shape': (6,), }", data, 6);
    tensor = load();
    assert_shape(tensor, FRCNN_U8, 1, flat);
    assert_memory_equal(frcnn_tensor_get_const_data(tensor), data, 6);
    frcnn_tensor_destroy(&tensor);
    write_npy("{'descr': '|u1', 'fortran_order': True, 'shape': (), }", data, 1);
    tensor = load();
    assert_shape(tensor, FRCNN_U8, 0, NULL);
    frcnn_tensor_destroy(&tensor);
}

static void test_headers_may_be_spaced_and_ordered_freely(void **state)
{
    (void)state;
    static const char *const dictionaries[] = {
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1), }",
        "{'descr':'|u1','fortran_order':False,'shape':(2,1)}",
        " \t{ \"shape\" : ( 2 , 1 , ) ,\n 'descr' : \"u1\" , 'fortran_order' : False , } \n\n",
        "{'fortran_order': False, 'shape': (2L, 1L), 'descr': '=u1'}",
    };
    const unsigned char data[] = {8, 9};
    const int64_t shape[] = {2, 1};
    for (size_t i = 0; i < sizeof dictionaries / sizeof *dictionaries; i++) {
        write_npy(dictionaries[i], data, 2);
        frcnn_tensor *tensor = load();
        assert_shape(tensor, FRCNN_U8, 2, shape);
        assert_memory_equal(frcnn_tensor_get_const_data(tensor), data, 2);
        frcnn_tensor_destroy(&tensor);
    }
    /* Versions 2.0 and 3.0 have a length of 4 bytes; no padding is asked for. */
    for (char version = 2; version <= 3; version++) {
        char file[] = "\x93NUMPY?\x00\x35\x00\x00\x00{'descr': '<i2', 'fortran_order': False, 'shape': ()}\x05\x01";
        file[6] = version;
        scratch_write(file, sizeof file - 1);
        frcnn_tensor *tensor = load();
        assert_shape(tensor, FRCNN_I16, 0, NULL);
        assert_int_equal(*(const int16_t *)frcnn_tensor_get_const_data(tensor), 0x105);
        frcnn_tensor_destroy(&tensor);
    }
}

static void test_headers_that_are_none_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *dictionary, *message;
    } cases[] = {
        {"", "expected a dictionary, found its end"},
        {"['descr']", "expected a dictionary, found \"['descr']"},
        {"{'descr': '|u1', 'shape': ()}", "expected the key fortran_order, found none"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (), 'x': 1}", "each once, found \"'x': 1}"},
        {"{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': ()}", "each once, found \"'descr'"},
        {"{'descr' '|u1'}", "expected \":\", found"},
        {"{'descr': '|u1' 'shape': ()}", "expected \",\" or \"}\", found"},
        {"{descr: '|u1'}", "expected a key, found \"descr"},
        {"{'descr: }", "expected a key, found \"'descr"},
        {"{'descr': 1}", "expected descr as a text, found \"1}"},
        {"{'fortran_order': 0}", "expected fortran_order as True or False, found \"0}"},
        {"{'shape': [1]}", "expected shape as a tuple, found \"[1]"},
        {"{'shape': (1)}", "expected shape as a tuple, found a number in brackets"},
        {"{'shape': (1 2)}", "expected \",\" or \")\" in the shape, found \"2)"},
        {"{'shape': (-1,)}", "a whole number below 2^63, found \"-1,"},
        {"{'shape': (01,)}", "a whole number below 2^63, found \"01,"},
        {"{'shape': (,)}", "a whole number below 2^63, found \",)"},
        {"{'shape': (1,,)}", "a whole number below 2^63, found \",)"},
        {"{'shape': (1.5,)}", "in the shape, found \".5"},
        {"{'shape': (9223372036854775808,)}", "a whole number below 2^63, found \"9223372036854775808"},
        {"{'shape': (1,", "a whole number below 2^63, found its end"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} x", "after the dictionary, found \"x"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "more than memory can address"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296)}",
         "more than memory can address"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)}", "more than memory can address"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_npy(cases[i].dictionary, "\x00", 1);
        assert_refused(FRCNN_ERROR_FORMAT, cases[i].message);
    }
}

static void test_dtypes_that_are_not_numbers_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *descr, *message;
    } cases[] = {
        {"'|O'", "found \"|O\", Python objects in a pickle, which are not read"},
        {"'O'", "Python objects"},
        {"[('a', '<f4'), ('b', '<i4')]", "found a structured one, \"[('a', '<f4')"},
        {"('<f4', (2,))", "found a structured one"},
        {"'<u2'", "expected f2, f4, f8, i1, i2, i4, i8, u1 or b1, found \"<u2\""},
        {"'<c8'", "found \"<c8\""},
        {"'<V2'", "found \"<V2\""},
        {"'|S3'", "found \"|S3\""},
        {"'<f16'", "found \"<f16\""},
        {"'<'", "found \"<\""},
        {"''", "found \"\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[160];
        snprintf(text, sizeof text, "{'descr': %s, 'fortran_order': False, 'shape': (1,), }", cases[i].descr);
        write_npy(text, "\x00\x00", 2);
        assert_refused(FRCNN_ERROR_UNSUPPORTED, cases[i].message);
    }
    write_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", "\x00", 1);
    assert_refused(FRCNN_ERROR_UNSUPPORTED, "expected at most 8 dimensions, found 9");
}

static void test_files_of_another_length_are_refused(void **state)
{
    (void)state;
    const unsigned char data[25] = {0};
    static const char dictionary[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    write_npy(dictionary, data, 23);
    assert_refused(FRCNN_ERROR_FORMAT,
                   "expected 24 bytes for the shape [2, 3] of f32, found 23 after the header: is the file cut short?");
    write_npy(dictionary, data, 25);
    assert_refused(FRCNN_ERROR_FORMAT, "expected 24 bytes for the shape [2, 3] of f32, found 25 after the header");
    write_npy(dictionary, data, 0);
    assert_refused(FRCNN_ERROR_FORMAT, "found 0 after the header");

    /* The file cut after each of its bytes. */
    write_npy(dictionary, data, 24);
    size_t n_bytes = 0;
    unsigned char *bytes = scratch_read(scratch_path, &n_bytes);
    for (size_t n = 0; n < n_bytes; n++) {
        scratch_write(bytes, n);
        assert_refused(FRCNN_ERROR_FORMAT, ": expected ");
    }
    bytes[8] = 0xff;
    bytes[9] = 0xff;
    scratch_write(bytes, n_bytes);
    assert_refused(FRCNN_ERROR_FORMAT, "expected a header of 65535 bytes, found 142 before the end of the file");
    bytes[6] = 2;
    scratch_write(bytes, n_bytes);
    assert_refused(FRCNN_ERROR_FORMAT, "expected a header of 662437887 bytes");
    free(bytes);
}

static void test_other_files_are_named(void **state)
{
    (void)state;
    scratch_write("PK\x03\x04....", 8);
    assert_refused(FRCNN_ERROR_UNSUPPORTED, "expected a .npy file, found a zip archive");
    scratch_write("\x00\x01\x02", 3);
    assert_refused(FRCNN_ERROR_FORMAT, "found other bytes");
    scratch_write("\x93NUMPY\x04\x00....", 12);
    assert_refused(FRCNN_ERROR_UNSUPPORTED, "expected version 1.0, 2.0 or 3.0 of the .npy format, found 4.0");
    scratch_write("\x93NUMPY\x01\x01....", 12);
    assert_refused(FRCNN_ERROR_UNSUPPORTED, "found 1.1");
    unlink(scratch_path);
    assert_refused(FRCNN_ERROR_IO, "cannot be opened");
}

static void test_what_cannot_be_saved_is_refused(void **state)
{
    (void)state;
    const int64_t shape[] = {2};
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_BF16, 1, shape));
    unlink(scratch_path);
    assert_fails(frcnn_npy_save(tensor, scratch_path), FRCNN_ERROR_UNSUPPORTED,
                 "expected a dtype that NumPy has, found bf16: cast the tensor to f32");
    tensor->dtype = FRCNN_F16;
    tensor->device = (frcnn_device){FRCNN_CUDA, 1000};
    assert_fails(frcnn_npy_save(tensor, scratch_path), FRCNN_ERROR_UNSUPPORTED, "found cuda:1000");
    tensor->device = cpu;
    assert_int_equal(access(scratch_path, F_OK), -1);
    assert_fails(frcnn_npy_save(tensor, "/nowhere/at/all.npy"), FRCNN_ERROR_IO, "/nowhere/at/all.npy");
    frcnn_tensor_destroy(&tensor);
}

static void test_loading_takes_a_device(void **state)
{
    (void)state;
    frcnn_tensor *tensor = NULL;
    write_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (), }", "\x01", 1);
    assert_fails(frcnn_npy_load(&tensor, scratch_path, (frcnn_device){FRCNN_CUDA, 1000}), FRCNN_ERROR_UNSUPPORTED,
                 "found cuda:1000");
    assert_fails(frcnn_npy_load(&tensor, scratch_path, (frcnn_device){FRCNN_CUDA, -1}), FRCNN_ERROR_INVALID,
                 "expected a device");
    assert_fails(frcnn_npy_load(&tensor, scratch_path, (frcnn_device){(frcnn_device_kind)7, 0}), FRCNN_ERROR_INVALID,
                 "expected a device");
    assert_null(tensor);
}

/* What was loaded is the caller's own: to be written to, while the file goes. */
static void test_what_was_loaded_is_owned(void **state)
{
    (void)state;
    write_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "\x01\x02", 2);
    frcnn_tensor *tensor = load();
    scratch_write("", 0);
    unsigned char *data = frcnn_tensor_get_data(tensor);
    data[0] = (unsigned char)(data[0] + data[1]);
    assert_int_equal(data[0], 3);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_saved_bytes_are_those_of_numpy),
        cmocka_unit_test(test_every_dtype_is_read_in_both_byte_orders),
        cmocka_unit_test(test_fortran_order_is_a_permuted_view),
        cmocka_unit_test(test_headers_may_be_spaced_and_ordered_freely),
        cmocka_unit_test(test_headers_that_are_none_are_refused),
        cmocka_unit_test(test_dtypes_that_are_not_numbers_are_refused),
        cmocka_unit_test(test_files_of_another_length_are_refused),
        cmocka_unit_test(test_other_files_are_named),
        cmocka_unit_test(test_what_cannot_be_saved_is_refused),
        cmocka_unit_test(test_loading_takes_a_device),
        cmocka_unit_test(test_what_was_loaded_is_owned),
    };
    return cmocka_run_group_tests(tests, scratch_set_up, scratch_tear_down);
}
