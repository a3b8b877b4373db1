#include "support.h"

#include <math.h>

#include "frcnn/ops.h"

/* torch 2.14.1: linspace(0.1, 0.9, 7), linspace(-3.3, 7.7, 6), linspace(0, 1, 6) */
static void floats_are_counted_from_both_ends(void **state)
{
    (void)state;
    const float f32[] = {0x1.99999ap-4f, 0x1.dddddcp-3f, 0x1.777776p-2f, 0x1p-1f,
                         0x1.444444p-1f, 0x1.888888p-1f, 0x1.ccccccp-1f};
    const double f64[] = {
        -0x1.a666666666666p+1, -0x1.1999999999998p+0, 0x1.199999999999cp+0, 0x1.a666666666666p+1, 0x1.6p+2,
        0x1.ecccccccccccdp+2};
    const uint16_t f16[] = {0, 0x3266, 0x3666, 0x38cd, 0x3a66, 0x3c00};
    const uint16_t bf16[] = {0, 0x3e4d, 0x3ecd, 0x3f1a, 0x3f4d, 0x3f80};
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_linspace(&out, FRCNN_F32, 0.1, 0.9, 7));
    assert_int_equal(frcnn_tensor_get_n_elements(out), 7);
    assert_memory_equal(frcnn_tensor_get_const_data(out), f32, sizeof f32);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_linspace(&out, FRCNN_F64, -3.3, 7.7, 6));
    assert_memory_equal(frcnn_tensor_get_const_data(out), f64, sizeof f64);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_linspace(&out, FRCNN_F16, 0, 1, 6));
    assert_memory_equal(frcnn_tensor_get_const_data(out), f16, sizeof f16);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_linspace(&out, FRCNN_BF16, 0, 1, 6));
    assert_memory_equal(frcnn_tensor_get_const_data(out), bf16, sizeof bf16);
    frcnn_tensor_destroy(&out);
}

/* torch 2.14.1: linspace(0, 10, 4), linspace(10, 0, 4), linspace(0.5, 9.7, 4) */
static void integers_lose_their_fractions(void **state)
{
    (void)state;
    const int64_t up[] = {0, 3, 6, 10};
    const int8_t down[] = {10, 6, 3, 0};
    const int32_t cut[] = {0, 3, 6, 9};
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_linspace(&out, FRCNN_I64, 0, 10, 4));
    assert_memory_equal(frcnn_tensor_get_const_data(out), up, sizeof up);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_linspace(&out, FRCNN_I8, 10, 0, 4));
    assert_memory_equal(frcnn_tensor_get_const_data(out), down, sizeof down);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_linspace(&out, FRCNN_I32, 0.5, 9.7, 4));
    assert_memory_equal(frcnn_tensor_get_const_data(out), cut, sizeof cut);
    frcnn_tensor_destroy(&out);
}

static void one_value_is_the_start_and_none_is_nothing(void **state)
{
    (void)state;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_linspace(&out, FRCNN_F32, 3, INFINITY, 1));
    assert_int_equal(frcnn_tensor_get_n_elements(out), 1);
    assert_true(*(const float *)frcnn_tensor_get_const_data(out) == 3);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_linspace(&out, FRCNN_F32, 3, 4, 0));
    assert_int_equal(frcnn_tensor_get_n_dims(out), 1);
    assert_int_equal(frcnn_tensor_get_n_elements(out), 0);
    frcnn_tensor_destroy(&out);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    frcnn_tensor *out = NULL;
    assert_fails(frcnn_tensor_linspace(&out, FRCNN_F32, 0, 1, -1), FRCNN_ERROR_INVALID, "0 values or more, found -1");
    assert_fails(frcnn_tensor_linspace(&out, FRCNN_BOOL, 0, 1, 2), FRCNN_ERROR_INVALID, "found bool");
    assert_fails(frcnn_tensor_linspace(&out, FRCNN_U8, 0, 300, 4), FRCNN_ERROR_INVALID, "that u8 holds, found 300");
    assert_fails(frcnn_tensor_linspace(&out, FRCNN_I32, NAN, 300, 4), FRCNN_ERROR_INVALID, "that i32 holds, found nan");
    assert_null(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floats_are_counted_from_both_ends),
        cmocka_unit_test(integers_lose_their_fractions),
        cmocka_unit_test(one_value_is_the_start_and_none_is_nothing),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
