#include "support.h"

#include <math.h>

#include "frcnn/ops.h"

/* torch 2.14.1: full((2,), value, dtype); the bytes of one element, or what the message names. */
static void numbers_become_what_pytorch_makes_of_them(void **state)
{
    (void)state;
    const int64_t shape[] = {2};
    const struct {
        frcnn_dtype dtype;
        frcnn_scalar value;
        uint64_t bytes;
        const char *error;
    } rows[] = {
        {FRCNN_F32, frcnn_scalar_f64(0.1), 0x3dcccccd, NULL},
        {FRCNN_F32, frcnn_scalar_i64(16777217), 0x4b800000, NULL},
        {FRCNN_F32, frcnn_scalar_f64(INFINITY), 0x7f800000, NULL},
        {FRCNN_F32, frcnn_scalar_f64(1e300), 0, "f32 holds, found 1e+300"},
        {FRCNN_F64, frcnn_scalar_f64(-2), 0xc000000000000000, NULL},
        {FRCNN_F64, frcnn_scalar_i64(INT64_C(9007199254740993)), 0x4340000000000000, NULL},
        {FRCNN_F16, frcnn_scalar_f64(65504), 0x7bff, NULL},
        {FRCNN_F16, frcnn_scalar_f64(-INFINITY), 0xfc00, NULL},
        {FRCNN_F16, frcnn_scalar_f64(65505), 0, "f16 holds, found 65505"},
        {FRCNN_F16, frcnn_scalar_i64(70000), 0, "f16 holds, found 70000"},
        {FRCNN_BF16, frcnn_scalar_f64(1.00390625), 0x3f80, NULL},
        {FRCNN_BF16, frcnn_scalar_f64(3.4e38), 0, "bf16 holds"},
        {FRCNN_U8, frcnn_scalar_i64(255), 0xff, NULL},
        {FRCNN_U8, frcnn_scalar_f64(255.7), 0xff, NULL},
        {FRCNN_U8, frcnn_scalar_i64(-255), 0x01, NULL},
        {FRCNN_U8, frcnn_scalar_i64(-256), 0, "u8 holds, found -256"},
        {FRCNN_U8, frcnn_scalar_i64(256), 0, "u8 holds, found 256"},
        {FRCNN_U8, frcnn_scalar_f64(256), 0, "u8 holds, found 256"},
        {FRCNN_U8, frcnn_scalar_f64(-0.001), 0, "u8 holds, found -0.001"},
        {FRCNN_I8, frcnn_scalar_i64(-128), 0x80, NULL},
        {FRCNN_I8, frcnn_scalar_i64(-129), 0, "i8 holds, found -129"},
        {FRCNN_I8, frcnn_scalar_f64(-128.5), 0, "i8 holds, found -128.5"},
        {FRCNN_I16, frcnn_scalar_f64(-1.7), 0xffff, NULL},
        {FRCNN_I32, frcnn_scalar_f64(1.7), 1, NULL},
        {FRCNN_I32, frcnn_scalar_f64(NAN), 0, "i32 holds, found nan"},
        {FRCNN_I32, frcnn_scalar_i64(INT64_C(1) << 40), 0, "i32 holds, found 1099511627776"},
        {FRCNN_I64, frcnn_scalar_i64(INT64_MAX), 0x7fffffffffffffff, NULL},
        {FRCNN_I64, frcnn_scalar_i64(INT64_MIN), 0x8000000000000000, NULL},
        {FRCNN_I64, frcnn_scalar_f64(0x1p63), 0, "i64 holds"},
        {FRCNN_BOOL, frcnn_scalar_f64(0.5), 1, NULL},
        {FRCNN_BOOL, frcnn_scalar_f64(NAN), 1, NULL},
        {FRCNN_BOOL, frcnn_scalar_i64(0), 0, NULL},
        {FRCNN_BOOL, frcnn_scalar_i64(256), 1, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_tensor *out = NULL;
        if (rows[i].error != NULL) {
            assert_fails(frcnn_tensor_full(&out, rows[i].dtype, 1, shape, rows[i].value), FRCNN_ERROR_INVALID,
                         rows[i].error);
            assert_null(out);
            continue;
        }
        assert_ok(frcnn_tensor_full(&out, rows[i].dtype, 1, shape, rows[i].value));
        const size_t size = frcnn_dtype_get_size(rows[i].dtype);
        const unsigned char *bytes = frcnn_tensor_get_const_data(out);
        for (size_t k = 0; k < 2 * size; k++) assert_int_equal(bytes[k], rows[i].bytes >> k % size * 8 & 0xff);
        frcnn_tensor_destroy(&out);
    }
}

static void large_tensors_are_filled_to_the_end(void **state)
{
    (void)state;
    const int64_t shape[] = {300, 501};
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_full(&out, FRCNN_I16, 2, shape, frcnn_scalar_i64(-3)));
    const int16_t *values = frcnn_tensor_get_const_data(out);
    for (int i = 0; i < 300 * 501; i++) assert_int_equal(values[i], -3);
    frcnn_tensor_destroy(&out);
}

static void eye_has_ones_on_its_diagonal(void **state)
{
    (void)state;
    static const float wide[] = {1, 0, 0, 0, 1, 0};
    static const float tall[] = {1, 0, 0, 1, 0, 0};
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_eye(&out, FRCNN_F32, 2, 3));
    assert_memory_equal(frcnn_tensor_get_const_data(out), wide, sizeof wide);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_eye(&out, FRCNN_F32, 3, 2));
    assert_memory_equal(frcnn_tensor_get_const_data(out), tall, sizeof tall);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_eye(&out, FRCNN_BOOL, 0, 3));
    assert_int_equal(frcnn_tensor_get_n_elements(out), 0);
    frcnn_tensor_destroy(&out);
    assert_fails(frcnn_tensor_eye(&out, FRCNN_F32, 2, -1), FRCNN_ERROR_INVALID, "found [2, -1]");
    assert_fails(frcnn_tensor_eye(&out, FRCNN_F32, 2, INT64_MAX), FRCNN_ERROR_INVALID, "memory can address");
    assert_null(out);
}

static void from_data_copies(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 2};
    const int64_t none[] = {0, 2};
    int32_t values[] = {1, 2, 3, 4};
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_from_data(&out, FRCNN_I32, 2, shape, values));
    values[0] = 7;
    assert_int_equal(((const int32_t *)frcnn_tensor_get_const_data(out))[0], 1);
    assert_int_equal(((const int32_t *)frcnn_tensor_get_const_data(out))[3], 4);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_from_data(&out, FRCNN_I32, 2, none, NULL));
    frcnn_tensor_destroy(&out);
    assert_fails(frcnn_tensor_from_data(&out, FRCNN_I32, 2, shape, NULL), FRCNN_ERROR_INVALID,
                 "memory for 4 elements, found NULL");
    assert_null(out);
}

static void empty_has_room_for_all(void **state)
{
    (void)state;
    const int64_t shape[] = {3, 5};
    const int64_t negative[] = {3, -5};
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_empty(&out, FRCNN_F64, 2, shape));
    assert_int_equal(frcnn_tensor_get_n_elements(out), 15);
    for (int i = 0; i < 15; i++) ((double *)frcnn_tensor_get_data(out))[i] = i;
    frcnn_tensor_destroy(&out);
    assert_fails(frcnn_tensor_empty(&out, FRCNN_F64, 2, negative), FRCNN_ERROR_INVALID, "found [3, -5]");
    assert_fails(frcnn_tensor_full(&out, FRCNN_F64, 2, negative, frcnn_scalar_i64(0)), FRCNN_ERROR_INVALID,
                 "found [3, -5]");
    assert_null(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_become_what_pytorch_makes_of_them),
        cmocka_unit_test(large_tensors_are_filled_to_the_end),
        cmocka_unit_test(eye_has_ones_on_its_diagonal),
        cmocka_unit_test(from_data_copies),
        cmocka_unit_test(empty_has_room_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
