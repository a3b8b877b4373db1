#include "support.h"

#include <math.h>

#include "frcnn/tensor.h"
#include "tensor/half.h"

static frcnn_tensor *wrap(frcnn_dtype dtype, int64_t n, const void *values)
{
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, dtype, 1, &n, (void *)(uintptr_t)values, NULL, NULL));
    return tensor;
}

/* Casting n values of one dtype gives these bytes. */
static void assert_cast(frcnn_dtype from, int64_t n, const void *values, frcnn_dtype to, const void *expected)
{
    frcnn_tensor *tensor = wrap(from, n, values);
    frcnn_tensor *result = NULL;
    assert_ok(frcnn_tensor_cast(&result, tensor, to));
    assert_int_equal(frcnn_tensor_get_dtype(result), to);
    assert_memory_equal(frcnn_tensor_get_const_data(result), expected, (size_t)n * frcnn_dtype_get_size(to));
    frcnn_tensor_destroy(&result);
    frcnn_tensor_destroy(&tensor);
}

/* f32 bits and what torch 2.14.1 makes of them in half and bfloat16: ties, the largest values, subnormals. */
static const struct {
    uint32_t f32;
    uint16_t f16;
    uint16_t bf16;
} rounded[] = {
    {0x00000000, 0x0000, 0x0000}, {0x80000000, 0x8000, 0x8000}, {0x3f800000, 0x3c00, 0x3f80},
    {0x477fe000, 0x7bff, 0x4780}, {0x477fef00, 0x7bff, 0x4780}, {0x477ff000, 0x7c00, 0x4780},
    {0xc77ff000, 0xfc00, 0xc780}, {0x38800000, 0x0400, 0x3880}, {0x33800000, 0x0001, 0x3380},
    {0x33000000, 0x0000, 0x3300}, {0x33400000, 0x0001, 0x3340}, {0x387fe000, 0x0400, 0x3880},
    {0x3f801000, 0x3c00, 0x3f80}, {0x3f803000, 0x3c02, 0x3f80}, {0x3f808000, 0x3c04, 0x3f80},
    {0x3f818000, 0x3c0c, 0x3f82}, {0x7f7fc99e, 0x7c00, 0x7f80}, {0x7f7f0000, 0x7c00, 0x7f7f},
    {0x7f7f8000, 0x7c00, 0x7f80}, {0x000116c2, 0x0000, 0x0001}, {0x00010000, 0x0000, 0x0001},
    {0x00008000, 0x0000, 0x0000}, {0x00000001, 0x0000, 0x0000}, {0x7f800000, 0x7c00, 0x7f80},
    {0x3dcccccd, 0x2e66, 0x3dcd}, {0xc0490fdb, 0xc248, 0xc049},
};

static void narrowing_rounds_as_pytorch(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rounded / sizeof rounded[0]; i++) {
        assert_int_equal(frcnn_f32_to_f16(frcnn_f32_from_bits(rounded[i].f32)), rounded[i].f16);
        assert_int_equal(frcnn_f32_to_bf16(frcnn_f32_from_bits(rounded[i].f32)), rounded[i].bf16);
        assert_cast(FRCNN_F32, 1, &rounded[i].f32, FRCNN_F16, &rounded[i].f16);
        assert_cast(FRCNN_F32, 1, &rounded[i].f32, FRCNN_BF16, &rounded[i].bf16);
    }
}

/* The value of a half from its definition. */
static double define_f16(uint32_t half)
{
    const double sign = half & 0x8000u ? -1 : 1;
    const int exponent = (int)(half >> 10 & 31u);
    const double fraction = (double)(half & 0x3ffu);
    if (exponent == 31) return fraction != 0 ? (double)NAN : sign * (double)INFINITY;
    return sign * (exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25));
}

static void every_half_widens_to_its_value_and_comes_back(void **state)
{
    (void)state;
    for (uint32_t half = 0; half < 0x10000; half++) {
        const float wide = frcnn_f16_to_f32((uint16_t)half);
        const double expected = define_f16(half);
        if (isnan(expected)) {
            assert_true(isnan(wide));
            assert_int_equal(frcnn_f32_to_f16(wide), half | 0x200u);
        } else {
            assert_true((double)wide == expected && (signbit(wide) != 0) == (half >> 15 != 0));
            assert_int_equal(frcnn_f32_to_f16(wide), half);
        }
    }
}

static void every_bfloat_widens_to_its_bits_and_comes_back(void **state)
{
    (void)state;
    for (uint32_t brain = 0; brain < 0x10000; brain++) {
        const float wide = frcnn_bf16_to_f32((uint16_t)brain);
        assert_int_equal(frcnn_f32_to_bits(wide), brain << 16);
        assert_int_equal(frcnn_f32_to_bf16(wide), isnan(wide) ? brain | 0x40u : brain);
    }
}

/* Between two neighbouring halves the rounding turns at their middle, which goes to the even one. */
static void every_middle_of_two_halves_goes_to_the_even_one(void **state)
{
    (void)state;
    for (uint32_t half = 0; half < 0x7bff; half++) {
        const float middle = (frcnn_f16_to_f32((uint16_t)half) + frcnn_f16_to_f32((uint16_t)(half + 1))) / 2;
        assert_int_equal(frcnn_f32_to_f16(middle), half % 2 == 0 ? half : half + 1);
        assert_int_equal(frcnn_f32_to_f16(nextafterf(middle, 0)), half);
        assert_int_equal(frcnn_f32_to_f16(nextafterf(middle, 1e6f)), half + 1);
    }
}

static void doubles_and_integers_round_to_sixteen_bits_once(void **state)
{
    (void)state;
    /* Just above the middle of 1 and the next half (bfloat16): an f32 in between would land on the tie. */
    const double above_f16[] = {1 + 0x1p-11 + 0x1p-40, 1 + 0x1p-11, -(1 + 0x1p-11 + 0x1p-40)};
    const uint16_t f16[] = {0x3c01, 0x3c00, 0xbc01};
    const double above_bf16[] = {1 + 0x1p-8 + 0x1p-40, 1 + 0x1p-8, 0x1p-133 + 0x1p-134 - 0x1p-180};
    const uint16_t bf16[] = {0x3f81, 0x3f80, 0x0001};
    const int64_t whole[] = {(INT64_C(1) << 62) + (INT64_C(1) << 54) + 1, (INT64_C(1) << 62) + (INT64_C(1) << 54),
                             -((INT64_C(1) << 62) + (INT64_C(1) << 54) + 1), INT64_MIN};
    const uint16_t whole_bf16[] = {0x5e81, 0x5e80, 0xde81, 0xdf00};
    const int64_t small[] = {2049, 65519, 65520, -65520};
    const uint16_t small_f16[] = {0x6800, 0x7bff, 0x7c00, 0xfc00};
    assert_cast(FRCNN_F64, 3, above_f16, FRCNN_F16, f16);
    assert_cast(FRCNN_F64, 3, above_bf16, FRCNN_BF16, bf16);
    assert_cast(FRCNN_I64, 4, whole, FRCNN_BF16, whole_bf16);
    assert_cast(FRCNN_I64, 4, small, FRCNN_F16, small_f16);
}

static void reals_become_integers_toward_zero_and_saturate(void **state)
{
    (void)state;
    const float values[] = {-1.5f, -0.5f, 0.99f, 2.5f, 127.9f, 300.7f, -300.2f, 1e30f, -INFINITY, NAN};
    const uint8_t u8[] = {0, 0, 0, 2, 127, 255, 0, 255, 0, 0};
    const int8_t i8[] = {-1, 0, 0, 2, 127, 127, -128, 127, -128, 0};
    const int16_t i16[] = {-1, 0, 0, 2, 127, 300, -300, INT16_MAX, INT16_MIN, 0};
    const int32_t i32[] = {-1, 0, 0, 2, 127, 300, -300, INT32_MAX, INT32_MIN, 0};
    const int64_t i64[] = {-1, 0, 0, 2, 127, 300, -300, INT64_MAX, INT64_MIN, 0};
    const uint8_t is_true[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    assert_cast(FRCNN_F32, 10, values, FRCNN_U8, u8);
    assert_cast(FRCNN_F32, 10, values, FRCNN_I8, i8);
    assert_cast(FRCNN_F32, 10, values, FRCNN_I16, i16);
    assert_cast(FRCNN_F32, 10, values, FRCNN_I32, i32);
    assert_cast(FRCNN_F32, 10, values, FRCNN_I64, i64);
    assert_cast(FRCNN_F32, 10, values, FRCNN_BOOL, is_true);
    const float zeros[] = {0.0f, -0.0f};
    const uint8_t is_false[] = {0, 0};
    assert_cast(FRCNN_F32, 2, zeros, FRCNN_BOOL, is_false);
    const double edges[] = {0x1p63, 0x1p63 - 1024, -0x1p63, 2147483647.9, -2147483648.9};
    const int64_t edges_i64[] = {INT64_MAX, INT64_MAX - 1023, INT64_MIN, 2147483647, -2147483648};
    const int32_t edges_i32[] = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MAX, INT32_MIN};
    assert_cast(FRCNN_F64, 5, edges, FRCNN_I64, edges_i64);
    assert_cast(FRCNN_F64, 5, edges, FRCNN_I32, edges_i32);
}

static void integers_wrap_and_become_the_nearest_real(void **state)
{
    (void)state;
    const int64_t values[] = {-1, 300, 40000, INT64_C(1) << 32, (INT64_C(1) << 53) + 1};
    const uint8_t u8[] = {255, 44, 64, 0, 1};
    const int8_t i8[] = {-1, 44, 64, 0, 1};
    const int16_t i16[] = {-1, 300, -25536, 0, 1};
    const int32_t i32[] = {-1, 300, 40000, 0, 1};
    const float f32[] = {-1, 300, 40000, 0x1p32f, 0x1p53f};
    const double f64[] = {-1, 300, 40000, 0x1p32, 0x1p53};
    const uint8_t is_true[] = {1, 1, 1, 1, 1};
    assert_cast(FRCNN_I64, 5, values, FRCNN_U8, u8);
    assert_cast(FRCNN_I64, 5, values, FRCNN_I8, i8);
    assert_cast(FRCNN_I64, 5, values, FRCNN_I16, i16);
    assert_cast(FRCNN_I64, 5, values, FRCNN_I32, i32);
    assert_cast(FRCNN_I64, 5, values, FRCNN_F32, f32);
    assert_cast(FRCNN_I64, 5, values, FRCNN_F64, f64);
    assert_cast(FRCNN_I64, 5, values, FRCNN_BOOL, is_true);
    const uint8_t flags[] = {0, 1, 2, 255};
    const int32_t ones[] = {0, 1, 1, 1};
    assert_cast(FRCNN_BOOL, 4, flags, FRCNN_I32, ones);
    const int16_t narrow[] = {-300, 7};
    const int64_t wide[] = {-300, 7};
    assert_cast(FRCNN_I16, 2, narrow, FRCNN_I64, wide);
    const int8_t bytes[] = {-3, 7};
    const float reals[] = {-3, 7};
    assert_cast(FRCNN_I8, 2, bytes, FRCNN_F32, reals);
    const int32_t words[] = {-70000, 7};
    const double doubles[] = {-70000, 7};
    assert_cast(FRCNN_I32, 2, words, FRCNN_F64, doubles);
    const uint16_t halves[] = {0xc200, 0x3c00};
    const uint16_t brains[] = {0xc040, 0x3f80};
    assert_cast(FRCNN_F16, 2, halves, FRCNN_F64, (const double[]){-3, 1});
    assert_cast(FRCNN_BF16, 2, brains, FRCNN_F16, halves);
}

/* A permuted tensor of several chunks, cast to another and to its own dtype. */
static void large_permuted_tensors_are_cast_in_row_major_order(void **state)
{
    (void)state;
    const int64_t shape[] = {7, 61, 113};
    const int order[] = {2, 0, 1};
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *permuted = NULL;
    frcnn_tensor *wide = NULL;
    frcnn_tensor *same = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_I32, 3, shape));
    int32_t *values = frcnn_tensor_get_data(tensor);
    for (int32_t i = 0; i < 7 * 61 * 113; i++) values[i] = i;
    assert_ok(frcnn_tensor_permute(&permuted, tensor, order));
    assert_ok(frcnn_tensor_cast(&wide, permuted, FRCNN_F32));
    assert_ok(frcnn_tensor_cast(&same, permuted, FRCNN_I32));
    assert_true(frcnn_tensor_is_contiguous(wide));
    const float *reals = frcnn_tensor_get_const_data(wide);
    const int32_t *integers = frcnn_tensor_get_const_data(same);
    for (int32_t k = 0, at = 0; k < 113; k++)
        for (int32_t i = 0; i < 7; i++)
            for (int32_t j = 0; j < 61; j++, at++) {
                assert_int_equal(integers[at], (i * 61 + j) * 113 + k);
                assert_true(reals[at] == (float)integers[at]);
            }
    frcnn_tensor_destroy(&same);
    frcnn_tensor_destroy(&wide);
    frcnn_tensor_destroy(&permuted);
    frcnn_tensor_destroy(&tensor);
}

static void unaligned_empty_and_scalar_tensors_are_cast(void **state)
{
    (void)state;
    unsigned char bytes[1 + 3 * sizeof(float)];
    const float values[] = {1.5f, -2, 3};
    memcpy(bytes + 1, values, sizeof values);
    const double expected[] = {1.5, -2, 3};
    assert_cast(FRCNN_F32, 3, bytes + 1, FRCNN_F64, expected);
    assert_cast(FRCNN_F32, 3, bytes + 1, FRCNN_F32, values);
    assert_cast(FRCNN_F32, 0, values, FRCNN_I64, expected);
    frcnn_tensor *scalar = NULL;
    frcnn_tensor *result = NULL;
    assert_ok(frcnn_tensor_create(&scalar, FRCNN_F32, 0, NULL));
    *(float *)frcnn_tensor_get_data(scalar) = 5;
    assert_ok(frcnn_tensor_cast(&result, scalar, FRCNN_U8));
    assert_int_equal(*(const uint8_t *)frcnn_tensor_get_const_data(result), 5);
    frcnn_tensor_destroy(&result);
    assert_fails(frcnn_tensor_cast(&result, scalar, (frcnn_dtype)-1), FRCNN_ERROR_INVALID, "no dtype");
    frcnn_tensor_destroy(&scalar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrowing_rounds_as_pytorch),
        cmocka_unit_test(every_half_widens_to_its_value_and_comes_back),
        cmocka_unit_test(every_bfloat_widens_to_its_bits_and_comes_back),
        cmocka_unit_test(every_middle_of_two_halves_goes_to_the_even_one),
        cmocka_unit_test(doubles_and_integers_round_to_sixteen_bits_once),
        cmocka_unit_test(reals_become_integers_toward_zero_and_saturate),
        cmocka_unit_test(integers_wrap_and_become_the_nearest_real),
        cmocka_unit_test(large_permuted_tensors_are_cast_in_row_major_order),
        cmocka_unit_test(unaligned_empty_and_scalar_tensors_are_cast),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
