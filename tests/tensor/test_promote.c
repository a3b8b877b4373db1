#include "support.h"

#include "frcnn/tensor.h"

enum {
    F32 = FRCNN_F32,
    F64 = FRCNN_F64,
    F16 = FRCNN_F16,
    BF16 = FRCNN_BF16,
    U8 = FRCNN_U8,
    I8 = FRCNN_I8,
    I16 = FRCNN_I16,
    I32 = FRCNN_I32,
    I64 = FRCNN_I64,
    BOOL = FRCNN_BOOL,
    N = 10
};

/* torch 2.14.1: promote_types of every pair, rows and columns in the order of frcnn_dtype. */
static void two_dtypes_promote_as_in_pytorch(void **state)
{
    (void)state;
    static const int expected[N][N] = {
        /* clang-format off */
        {F32, F64, F32, F32, F32, F32, F32, F32, F32, F32},
        {F64, F64, F64, F64, F64, F64, F64, F64, F64, F64},
        {F32, F64, F16, F32, F16, F16, F16, F16, F16, F16},
        {F32, F64, F32, BF16, BF16, BF16, BF16, BF16, BF16, BF16},
        {F32, F64, F16, BF16, U8, I16, I16, I32, I64, U8},
        {F32, F64, F16, BF16, I16, I8, I16, I32, I64, I8},
        {F32, F64, F16, BF16, I16, I16, I16, I32, I64, I16},
        {F32, F64, F16, BF16, I32, I32, I32, I32, I64, I32},
        {F32, F64, F16, BF16, I64, I64, I64, I64, I64, I64},
        {F32, F64, F16, BF16, U8, I8, I16, I32, I64, BOOL},
        /* clang-format on */
    };
    for (int a = 0; a < N; a++) {
        for (int b = 0; b < N; b++)
            assert_int_equal(frcnn_dtype_promote((frcnn_dtype)a, (frcnn_dtype)b), expected[a][b]);
    }
}

static void scalars_keep_their_kind_and_value(void **state)
{
    (void)state;
    const frcnn_scalar real = frcnn_scalar_f64(0.1);
    const frcnn_scalar whole = frcnn_scalar_i64(INT64_MIN);
    assert_int_equal(real.kind, FRCNN_SCALAR_F64);
    assert_true(real.value.f64 == 0.1);
    assert_int_equal(whole.kind, FRCNN_SCALAR_I64);
    assert_true(whole.value.i64 == INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_dtypes_promote_as_in_pytorch),
        cmocka_unit_test(scalars_keep_their_kind_and_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
