#include "support.h"

#include <math.h>

#include "frcnn/ops.h"

static frcnn_tensor *make(frcnn_dtype dtype, int64_t n, const void *values)
{
    const int64_t shape[] = {n};
    frcnn_tensor *borrowed = NULL;
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_from_memory(&borrowed, dtype, 1, shape, (void *)(uintptr_t)values, NULL, NULL));
    assert_ok(frcnn_tensor_cast(&tensor, borrowed, dtype));
    frcnn_tensor_destroy(&borrowed);
    return tensor;
}

static frcnn_tensor *make_scalar(frcnn_dtype dtype, double value)
{
    frcnn_tensor *real = NULL;
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_create(&real, FRCNN_F64, 0, NULL));
    *(double *)frcnn_tensor_get_data(real) = value;
    assert_ok(frcnn_tensor_cast(&tensor, real, dtype));
    frcnn_tensor_destroy(&real);
    return tensor;
}

/* The result is of the dtype and equals the values; both are let go. */
static void assert_result(frcnn_tensor *result, frcnn_dtype dtype, size_t bytes, const void *expected)
{
    assert_string_equal(frcnn_dtype_get_name(frcnn_tensor_get_dtype(result)), frcnn_dtype_get_name(dtype));
    assert_memory_equal(frcnn_tensor_get_const_data(result), expected, bytes);
    frcnn_tensor_destroy(&result);
}

typedef frcnn_status (*binary_function)(frcnn_tensor **out, const frcnn_tensor *a, const frcnn_tensor *b);

typedef frcnn_status (*scalar_function)(frcnn_tensor **out, const frcnn_tensor *a, frcnn_scalar b);

static frcnn_tensor *apply(binary_function function, const frcnn_tensor *a, const frcnn_tensor *b)
{
    frcnn_tensor *out = NULL;
    assert_ok(function(&out, a, b));
    return out;
}

/* torch 2.14.1: torch.tensor([-7, 7, -7, 7]) // and % torch.tensor([2, -2, -2, 2]), as integers and as floats. */
static void quotients_are_rounded_down_and_remainders_have_the_sign_of_the_divisor(void **state)
{
    (void)state;
    const int32_t a_values[] = {-7, 7, -7, 7};
    const int32_t b_values[] = {2, -2, -2, 2};
    const int32_t quotients[] = {-4, -4, 3, 3};
    const int32_t remainders[] = {1, -1, -1, 1};
    const float real_quotients[] = {-4, -4, 3, 3};
    const float real_remainders[] = {1, -1, -1, 1};
    frcnn_tensor *a = make(FRCNN_I32, 4, a_values);
    frcnn_tensor *b = make(FRCNN_I32, 4, b_values);
    frcnn_tensor *a_real = NULL;
    assert_ok(frcnn_tensor_cast(&a_real, a, FRCNN_F32));
    assert_result(apply(frcnn_tensor_floor_divide, a, b), FRCNN_I32, sizeof quotients, quotients);
    assert_result(apply(frcnn_tensor_remainder, a, b), FRCNN_I32, sizeof remainders, remainders);
    assert_result(apply(frcnn_tensor_floor_divide, a_real, b), FRCNN_F32, sizeof real_quotients, real_quotients);
    assert_result(apply(frcnn_tensor_remainder, a_real, b), FRCNN_F32, sizeof real_remainders, real_remainders);
    frcnn_tensor_destroy(&a_real);
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
}

/* A remainder is exact however large the quotient is: the C library's fmod in double is. */
static void remainders_of_huge_quotients_are_exact(void **state)
{
    (void)state;
    const float a_values[] = {1e30f, -3.5e25f, 1e-3f, 16777215, INFINITY, 5, -5, NAN};
    const float b_values[] = {3, 0.7f, 1e-38f, 1e-3f, 2, INFINITY, INFINITY, 1};
    enum { COUNT = sizeof a_values / sizeof a_values[0] };
    frcnn_tensor *a = make(FRCNN_F32, COUNT, a_values);
    frcnn_tensor *b = make(FRCNN_F32, COUNT, b_values);
    frcnn_tensor *out = apply(frcnn_tensor_remainder, a, b);
    const float *found = frcnn_tensor_get_const_data(out);
    for (int i = 0; i < COUNT; i++) {
        double rest = fmod((double)a_values[i], (double)b_values[i]);
        if (rest != 0 && (rest < 0) != (b_values[i] < 0)) rest = (double)((float)rest + b_values[i]);
        if (isnan(rest))
            assert_true(isnan(found[i]));
        else
            assert_true(found[i] == (float)rest);
    }
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
}

static void dividing_an_integer_by_zero_is_an_error(void **state)
{
    (void)state;
    const frcnn_dtype dtypes[] = {FRCNN_U8, FRCNN_I8, FRCNN_I16, FRCNN_I32, FRCNN_I64};
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
        frcnn_tensor *one = make_scalar(dtypes[i], 1);
        frcnn_tensor *zero = make_scalar(dtypes[i], 0);
        frcnn_tensor *out = NULL;
        assert_fails(frcnn_tensor_floor_divide(&out, one, zero), FRCNN_ERROR_INVALID,
                     "floor_divide: expected integers other than 0 to divide by");
        assert_fails(frcnn_tensor_remainder(&out, one, zero), FRCNN_ERROR_INVALID, "remainder: ");
        assert_null(out);
        assert_ok(frcnn_tensor_div(&out, one, zero));
        assert_true(isinf(*(const float *)frcnn_tensor_get_const_data(out)));
        frcnn_tensor_destroy(&out);
        frcnn_tensor_destroy(&zero);
        frcnn_tensor_destroy(&one);
    }
}

static void the_smallest_integer_divided_by_minus_one_wraps(void **state)
{
    (void)state;
    const int64_t least = INT64_MIN;
    const int64_t minus_one = -1;
    const int64_t zero = 0;
    frcnn_tensor *a = make(FRCNN_I64, 1, &least);
    frcnn_tensor *b = make(FRCNN_I64, 1, &minus_one);
    frcnn_tensor *negative = NULL;
    assert_result(apply(frcnn_tensor_floor_divide, a, b), FRCNN_I64, sizeof least, &least);
    assert_result(apply(frcnn_tensor_remainder, a, b), FRCNN_I64, sizeof zero, &zero);
    assert_result(apply(frcnn_tensor_mul, a, b), FRCNN_I64, sizeof least, &least);
    assert_ok(frcnn_tensor_neg(&negative, a));
    assert_result(negative, FRCNN_I64, sizeof least, &least);
    frcnn_tensor_destroy(&b);
    frcnn_tensor_destroy(&a);
}

/* PyTorch's result_type: kinds above ranks. The last row: a number of f64 beside f32 changes nothing. */
static void dtypes_meet_as_in_pytorch(void **state)
{
    (void)state;
    static const struct {
        frcnn_dtype a, b;
        int b_has_dims;
        frcnn_dtype sum, quotient;
    } rows[] = {
        {FRCNN_U8, FRCNN_I8, 1, FRCNN_I16, FRCNN_F32},    {FRCNN_I64, FRCNN_F32, 1, FRCNN_F32, FRCNN_F32},
        {FRCNN_F16, FRCNN_BF16, 1, FRCNN_F32, FRCNN_F32}, {FRCNN_BOOL, FRCNN_BOOL, 1, FRCNN_BOOL, FRCNN_F32},
        {FRCNN_U8, FRCNN_I64, 0, FRCNN_U8, FRCNN_F32},    {FRCNN_I32, FRCNN_F64, 0, FRCNN_F64, FRCNN_F64},
        {FRCNN_F16, FRCNN_F64, 0, FRCNN_F16, FRCNN_F16},  {FRCNN_BOOL, FRCNN_U8, 0, FRCNN_U8, FRCNN_F32},
        {FRCNN_F32, FRCNN_F64, 0, FRCNN_F32, FRCNN_F32},
    };
    const int64_t shape[] = {2};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_tensor *a = NULL;
        frcnn_tensor *b = NULL;
        assert_ok(frcnn_tensor_create(&a, rows[i].a, 1, shape));
        assert_ok(frcnn_tensor_create(&b, rows[i].b, rows[i].b_has_dims, shape));
        frcnn_tensor *sum = apply(frcnn_tensor_add, a, b);
        frcnn_tensor *quotient = apply(frcnn_tensor_div, a, b);
        assert_int_equal(frcnn_tensor_get_dtype(sum), rows[i].sum);
        assert_int_equal(frcnn_tensor_get_dtype(quotient), rows[i].quotient);
        frcnn_tensor_destroy(&quotient);
        frcnn_tensor_destroy(&sum);
        frcnn_tensor_destroy(&b);
        frcnn_tensor_destroy(&a);
    }
}

/* torch 2.14.1: u8 tensors with numbers. */
static void numbers_take_the_dtype_of_the_tensor_unless_they_are_real(void **state)
{
    (void)state;
    const uint8_t values[] = {2, 100};
    const uint8_t wrapped[] = {88, 48};
    const float halves[] = {3, 150};
    frcnn_tensor *a = make(FRCNN_U8, 2, values);
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_mul_scalar(&out, a, frcnn_scalar_i64(300)));
    assert_result(out, FRCNN_U8, sizeof wrapped, wrapped);
    out = NULL;
    assert_ok(frcnn_tensor_mul_scalar(&out, a, frcnn_scalar_f64(1.5)));
    assert_result(out, FRCNN_F32, sizeof halves, halves);
    frcnn_tensor_destroy(&a);
}

static void in_place_the_tensor_keeps_its_dtype_and_an_overlapping_operand_is_read_first(void **state)
{
    (void)state;
    const float values[] = {1, 2, 3, 4};
    const float shifted[] = {1, 3, 5, 7};
    const int64_t whole[] = {1, 2, 3, 4};
    frcnn_tensor *a = make(FRCNN_F32, 4, values);
    frcnn_tensor *front = NULL;
    frcnn_tensor *back = NULL;
    assert_ok(frcnn_tensor_narrow(&front, a, 0, 0, 3));
    assert_ok(frcnn_tensor_narrow(&back, a, 0, 1, 3));
    assert_ok(frcnn_tensor_add_in_place(back, front));
    assert_memory_equal(frcnn_tensor_get_const_data(a), shifted, sizeof shifted);
    frcnn_tensor *integers = make(FRCNN_I64, 4, whole);
    assert_fails(frcnn_tensor_add_in_place(integers, a), FRCNN_ERROR_INVALID,
                 "expected a result that fits i64, found f32");
    assert_fails(frcnn_tensor_div_in_place(integers, integers), FRCNN_ERROR_INVALID, "found f32");
    assert_memory_equal(frcnn_tensor_get_const_data(integers), whole, sizeof whole);
    assert_fails(frcnn_tensor_add_in_place(back, a), FRCNN_ERROR_INVALID, "expected");
    frcnn_tensor_destroy(&integers);
    frcnn_tensor_destroy(&back);
    frcnn_tensor_destroy(&front);
    frcnn_tensor_destroy(&a);
}

static void what_shares_memory_is_not_written_to(void **state)
{
    (void)state;
    const int64_t shape[] = {3};
    const int64_t strides[] = {0};
    const float one = 1;
    frcnn_tensor *a = make(FRCNN_F32, 1, &one);
    frcnn_tensor *expanded = NULL;
    assert_ok(frcnn_tensor_as_strided(&expanded, a, 1, shape, strides, 0));
    assert_fails(frcnn_tensor_mul_scalar_in_place(expanded, frcnn_scalar_f64(2)), FRCNN_ERROR_INVALID,
                 "mul: expected elements of their own, found [3] with strides [0]");
    assert_fails(frcnn_tensor_fill(expanded, frcnn_scalar_f64(2)), FRCNN_ERROR_INVALID, "fill: ");
    frcnn_tensor_destroy(&expanded);
    frcnn_tensor_destroy(&a);

    /* Windows that overlap, and a layout whose dimensions lie in each other without sharing, which need not be told apart. */
    const int64_t windows[] = {3, 2}, steps[2][2] = {{1, 1}, {2, 3}}, room = 8;
    frcnn_tensor *b = NULL;
    assert_ok(frcnn_tensor_create(&b, FRCNN_F32, 1, &room));
    for (int i = 0; i < 2; i++) {
        assert_ok(frcnn_tensor_as_strided(&expanded, b, 2, windows, steps[i], 0));
        assert_fails(frcnn_tensor_add_scalar_in_place(expanded, frcnn_scalar_f64(2)), FRCNN_ERROR_INVALID,
                     "add: expected elements of their own, found [3, 2] with strides");
        frcnn_tensor_destroy(&expanded);
    }
    frcnn_tensor_destroy(&b);
}

/* torch 2.14.1: clamp of [-2, 0.5, nan, 3]. */
static void a_clamp_keeps_nan_and_ends_at_its_maximum(void **state)
{
    (void)state;
    const float values[] = {-2, 0.5f, NAN, 3};
    const frcnn_scalar low = frcnn_scalar_f64(2);
    const frcnn_scalar high = frcnn_scalar_i64(1);
    frcnn_tensor *a = make(FRCNN_F32, 4, values);
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_clamp(&out, a, &low, &high));
    const float *found = frcnn_tensor_get_const_data(out);
    assert_true(found[0] == 1 && found[1] == 1 && isnan(found[2]) && found[3] == 1);
    frcnn_tensor_destroy(&out);
    assert_fails(frcnn_tensor_clamp(&out, a, NULL, NULL), FRCNN_ERROR_INVALID, "found neither");
    frcnn_tensor_destroy(&a);
}

/* Blocks of short rows, of one long row, and of both sides broadcast, at sizes around the engine's block of 1024. */
static void every_length_and_row_size_is_walked_to_its_end(void **state)
{
    (void)state;
    const int64_t sizes[] = {1, 2, 3, 1023, 1024, 1025, 20001};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int64_t n_rows = 1; n_rows <= 5; n_rows += 2) {
            const int64_t shape[] = {n_rows, sizes[i]};
            const int64_t row_shape[] = {sizes[i]};
            const int64_t column_shape[] = {n_rows, 1};
            frcnn_tensor *column = NULL;
            frcnn_tensor *row = NULL;
            frcnn_tensor *bytes = NULL;
            assert_ok(frcnn_tensor_create(&column, FRCNN_I32, 2, column_shape));
            assert_ok(frcnn_tensor_create(&row, FRCNN_F32, 1, row_shape));
            assert_ok(frcnn_tensor_create(&bytes, FRCNN_U8, 2, shape));
            for (int64_t y = 0; y < n_rows; y++) ((int32_t *)frcnn_tensor_get_data(column))[y] = (int32_t)(y * 100000);
            for (int64_t x = 0; x < sizes[i]; x++) ((float *)frcnn_tensor_get_data(row))[x] = (float)x;
            assert_ok(frcnn_tensor_fill(bytes, frcnn_scalar_i64(7)));
            frcnn_tensor *grid = apply(frcnn_tensor_add, column, row);
            frcnn_tensor *sum = apply(frcnn_tensor_add, grid, bytes);
            const float *found = frcnn_tensor_get_const_data(sum);
            for (int64_t y = 0; y < n_rows; y++)
                for (int64_t x = 0; x < sizes[i]; x++)
                    assert_true(found[y * sizes[i] + x] == (float)(y * 100000 + x + 7));
            frcnn_tensor_destroy(&sum);
            frcnn_tensor_destroy(&grid);
            frcnn_tensor_destroy(&bytes);
            frcnn_tensor_destroy(&row);
            frcnn_tensor_destroy(&column);
        }
}

/* torch 2.14.1: torch.tensor([3, 7]) and 7.777, as a number and as torch.tensor(7.777), in bits; 7.777 in either dtype equals it. */
static void a_number_beside_sixteen_bits_is_rounded_first_but_as_a_factor_or_divisor(void **state)
{
    (void)state;
    static const binary_function functions[] = {frcnn_tensor_add, frcnn_tensor_sub, frcnn_tensor_mul, frcnn_tensor_div,
                                                frcnn_tensor_remainder};
    static const scalar_function with_number[] = {frcnn_tensor_add_scalar, frcnn_tensor_sub_scalar,
                                                  frcnn_tensor_mul_scalar, frcnn_tensor_div_scalar,
                                                  frcnn_tensor_remainder_scalar};
    static const struct {
        frcnn_dtype dtype;
        int16_t values[2];
        int16_t expected[5][2];
    } cases[] = {
        {FRCNN_F16,
         {0x4200, 0x4700},
         {{18788, 19300}, {-15161, -17864}, {19925, 21198}, {13868, 15155}, {16896, 18176}}},
        {FRCNN_BF16,
         {0x4040, 0x40e0},
         {{16684, 16748}, {-16231, -16568}, {16827, 16986}, {16070, 16230}, {16448, 16608}}},
    };
    const double number = 7.777;
    for (size_t i = 0; i < 2; i++) {
        const frcnn_dtype dtype = cases[i].dtype;
        frcnn_tensor *a = make(dtype, 2, cases[i].values);
        frcnn_tensor *scalar = make_scalar(FRCNN_F32, number);
        frcnn_tensor *rounded = make_scalar(dtype, number);
        frcnn_tensor *out = NULL;
        for (size_t f = 0; f < 5; f++) {
            assert_result(apply(functions[f], a, scalar), dtype, sizeof cases[i].expected[f], cases[i].expected[f]);
            assert_ok(with_number[f](&out, a, frcnn_scalar_f64(number)));
            assert_result(out, dtype, sizeof cases[i].expected[f], cases[i].expected[f]);
        }
        assert_ok(frcnn_tensor_eq_scalar(&out, rounded, frcnn_scalar_f64(number)));
        assert_result(out, FRCNN_BOOL, 1, "\1");
        frcnn_tensor_destroy(&a);
        frcnn_tensor_destroy(&scalar);
        frcnn_tensor_destroy(&rounded);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotients_are_rounded_down_and_remainders_have_the_sign_of_the_divisor),
        cmocka_unit_test(remainders_of_huge_quotients_are_exact),
        cmocka_unit_test(dividing_an_integer_by_zero_is_an_error),
        cmocka_unit_test(the_smallest_integer_divided_by_minus_one_wraps),
        cmocka_unit_test(dtypes_meet_as_in_pytorch),
        cmocka_unit_test(numbers_take_the_dtype_of_the_tensor_unless_they_are_real),
        cmocka_unit_test(in_place_the_tensor_keeps_its_dtype_and_an_overlapping_operand_is_read_first),
        cmocka_unit_test(what_shares_memory_is_not_written_to),
        cmocka_unit_test(a_clamp_keeps_nan_and_ends_at_its_maximum),
        cmocka_unit_test(every_length_and_row_size_is_walked_to_its_end),
        cmocka_unit_test(a_number_beside_sixteen_bits_is_rounded_first_but_as_a_factor_or_divisor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
