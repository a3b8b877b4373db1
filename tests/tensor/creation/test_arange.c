#include "support.h"

#include <math.h>

#include "frcnn/ops.h"
#include "tensor/parallel.h"

/* torch 2.14.1: arange(start, end, step) */
static void values_are_those_of_pytorch(void **state)
{
    (void)state;
    static const struct {
        double start, end, step;
        int64_t n;
        float values[10];
    } rows[] = {
        {0, 1, 0.1, 10, {0, 0.1f, 0.2f, 0.300000012f, 0.4f, 0.5f, 0.600000024f, 0.699999988f, 0.8f, 0.899999976f}},
        {0, 0.3, 0.1, 3, {0, 0.1f, 0.2f}},
        {5, -1, -2, 3, {5, 3, 1}},
        {2, 2, 1, 0, {0}},
        {0, 10, 3, 4, {0, 3, 6, 9}},
        {1, 0, -0.25, 4, {1, 0.75f, 0.5f, 0.25f}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_tensor *tensor = NULL;
        assert_ok(frcnn_tensor_arange(&tensor, FRCNN_F32, rows[i].start, rows[i].end, rows[i].step));
        assert_int_equal(frcnn_tensor_get_n_dims(tensor), 1);
        assert_int_equal(frcnn_tensor_get_n_elements(tensor), rows[i].n);
        const float *values = frcnn_tensor_get_const_data(tensor);
        for (int64_t j = 0; j < rows[i].n; j++) assert_true(values[j] == rows[i].values[j]);
        frcnn_tensor_destroy(&tensor);
    }
}

static void integers_are_whole(void **state)
{
    (void)state;
    frcnn_tensor *tensor = NULL;
    const int64_t expected[] = {7, 4, 1, -2};
    assert_ok(frcnn_tensor_arange(&tensor, FRCNN_I64, 7, -3, -3));
    assert_int_equal(frcnn_tensor_get_n_elements(tensor), 4);
    assert_memory_equal(frcnn_tensor_get_const_data(tensor), expected, sizeof expected);
    frcnn_tensor_destroy(&tensor);
}

/* torch 2.14.1, one thread, AVX2: arange(1.3, 1.3 + 0.7 * 40, 0.7) and the like. Values 31 and 32 are the last that is
   made in a vector and the first by itself. */
static void every_float_is_rounded_where_pytorch_rounds(void **state)
{
    (void)state;
    static const struct {
        int64_t at;
        float value;
    } f32[] = {{1, 0x1p+1f},    {2, 0x1.59999ap+1f}, {7, 0x1.8cccccp+2f},  {8, 0x1.b9999ap+2f}, {15, 0x1.79999ap+3f},
               {16, 0x1.9p+3f}, {31, 0x1.7p+4f},     {32, 0x1.7b3334p+4f}, {39, 0x1.c9999ap+4f}};
    static const struct {
        int64_t at;
        double value;
    } f64[] = {{1, 0x1p+1},
               {2, 0x1.599999999999ap+1},
               {3, 0x1.b333333333333p+1},
               {5, 0x1.3333333333333p+2},
               {7, 0x1.8ccccccccccccp+2},
               {15, 0x1.7999999999999p+3},
               {16, 0x1.9p+3},
               {20, 0x1.e999999999999p+3}};
    static const struct {
        int64_t at;
        uint16_t value;
    } f16[] = {{1, 0x2e66}, {3, 0x34cd}, {15, 0x3e00}, {16, 0x3e66}, {31, 0x4233}, {32, 0x4266}, {39, 0x43cd}},
      bf16[] = {{0, 0x3fc7}, {1, 0x3fa1}, {14, 0xc029}, {15, 0xc03c}, {16, 0xc04f}, {31, 0xc0f8}, {32, 0xc101}};
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_arange(&tensor, FRCNN_F32, 1.3, 1.3 + 0.7 * 40, 0.7));
    assert_int_equal(frcnn_tensor_get_n_elements(tensor), 40);
    for (size_t i = 0; i < sizeof f32 / sizeof f32[0]; i++)
        assert_true(((const float *)frcnn_tensor_get_const_data(tensor))[f32[i].at] == f32[i].value);
    frcnn_tensor_destroy(&tensor);
    assert_ok(frcnn_tensor_arange(&tensor, FRCNN_F64, 1.3, 1.3 + 0.7 * 21, 0.7));
    assert_int_equal(frcnn_tensor_get_n_elements(tensor), 21);
    for (size_t i = 0; i < sizeof f64 / sizeof f64[0]; i++)
        assert_true(((const double *)frcnn_tensor_get_const_data(tensor))[f64[i].at] == f64[i].value);
    frcnn_tensor_destroy(&tensor);
    assert_ok(frcnn_tensor_arange(&tensor, FRCNN_F16, 0, 4, 0.1));
    for (size_t i = 0; i < sizeof f16 / sizeof f16[0]; i++)
        assert_int_equal(((const uint16_t *)frcnn_tensor_get_const_data(tensor))[f16[i].at], f16[i].value);
    frcnn_tensor_destroy(&tensor);
    assert_ok(frcnn_tensor_arange(&tensor, FRCNN_BF16, 1.558, -8.2, -0.3));
    for (size_t i = 0; i < sizeof bf16 / sizeof bf16[0]; i++)
        assert_int_equal(((const uint16_t *)frcnn_tensor_get_const_data(tensor))[bf16[i].at], bf16[i].value);
    frcnn_tensor_destroy(&tensor);
}

/* torch 2.14.1 */
static void integers_lose_fractions_and_wrap_as_in_pytorch(void **state)
{
    (void)state;
    const int8_t wrapped[] = {0, 44, 88, -124};
    const int32_t cut[] = {0, 1, 2, 3};
    const int64_t still[6] = {0};
    const uint8_t below[] = {254, 0, 2};
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_arange(&tensor, FRCNN_I8, 0, 1000, 300));
    assert_int_equal(frcnn_tensor_get_n_elements(tensor), 4);
    assert_memory_equal(frcnn_tensor_get_const_data(tensor), wrapped, sizeof wrapped);
    frcnn_tensor_destroy(&tensor);
    assert_ok(frcnn_tensor_arange(&tensor, FRCNN_I32, 0.5, 3.7, 1));
    assert_int_equal(frcnn_tensor_get_n_elements(tensor), 4);
    assert_memory_equal(frcnn_tensor_get_const_data(tensor), cut, sizeof cut);
    frcnn_tensor_destroy(&tensor);
    assert_ok(frcnn_tensor_arange(&tensor, FRCNN_I64, 0, 3, 0.5));
    assert_int_equal(frcnn_tensor_get_n_elements(tensor), 6);
    assert_memory_equal(frcnn_tensor_get_const_data(tensor), still, sizeof still);
    frcnn_tensor_destroy(&tensor);
    assert_ok(frcnn_tensor_arange(&tensor, FRCNN_U8, -2, 3, 2));
    assert_int_equal(frcnn_tensor_get_n_elements(tensor), 3);
    assert_memory_equal(frcnn_tensor_get_const_data(tensor), below, sizeof below);
    frcnn_tensor_destroy(&tensor);
}

static void threads_change_nothing(void **state)
{
    (void)state;
    frcnn_tensor *one = NULL;
    frcnn_tensor *three = NULL;
    const int n_threads = frcnn_parallel_get_threads();
    frcnn_parallel_set_threads(1);
    assert_ok(frcnn_tensor_arange(&one, FRCNN_F32, 0.1, 30000, 0.3));
    frcnn_parallel_set_threads(3);
    assert_ok(frcnn_tensor_arange(&three, FRCNN_F32, 0.1, 30000, 0.3));
    frcnn_parallel_set_threads(n_threads);
    const float *values = frcnn_tensor_get_const_data(one);
    assert_int_equal(frcnn_tensor_get_n_elements(one), 100000);
    assert_memory_equal(values, frcnn_tensor_get_const_data(three), 100000 * sizeof(float));
    /* Each within one rounding of the vector's first value and one of its own. */
    for (int i = 0; i < 100000; i++) assert_true(fabs(values[i] - (0.1 + 0.3 * i)) <= 0x1p-24 * 30000 * 2);
    frcnn_tensor_destroy(&three);
    frcnn_tensor_destroy(&one);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    frcnn_tensor *out = NULL;
    assert_fails(frcnn_tensor_arange(&out, FRCNN_BOOL, 0, 3, 1), FRCNN_ERROR_INVALID, "dtype of numbers, found bool");
    assert_fails(frcnn_tensor_arange(&out, (frcnn_dtype)77, 0, 3, 1), FRCNN_ERROR_INVALID, "77 is no dtype");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_F32, 0, 3, 0), FRCNN_ERROR_INVALID, "found 0 from 0 to 3");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_F32, 0, 3, -1), FRCNN_ERROR_INVALID, "found -1 from 0 to 3");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_F32, 0, 3, NAN), FRCNN_ERROR_INVALID, "leads from start to end");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_F32, 0, INFINITY, 1), FRCNN_ERROR_INVALID, "leads from start to end");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_F32, NAN, 3, 1), FRCNN_ERROR_INVALID, "leads from start to end");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_F32, 0, 1e300, 1e-300), FRCNN_ERROR_INVALID, "memory can address");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_I64, 1e300, 2e300, 1e300), FRCNN_ERROR_INVALID,
                 "that i64 holds, found 1e+300 and 1e+300");
    assert_fails(frcnn_tensor_arange(&out, FRCNN_F16, 1e300, 2e300, 1e300), FRCNN_ERROR_INVALID, "that f32 holds");
    assert_null(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_pytorch),
        cmocka_unit_test(integers_are_whole),
        cmocka_unit_test(every_float_is_rounded_where_pytorch_rounds),
        cmocka_unit_test(integers_lose_fractions_and_wrap_as_in_pytorch),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
