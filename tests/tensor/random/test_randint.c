#include "tensor/random/random_values.h"

static void sums_are_those_of_pytorch(void **state)
{
    (void)state;
    for (int i = 0; i < N_SEEDED_ROWS; i++) {
        frcnn_generator *generator = create_generator(seeded_rows[i].seed);
        frcnn_tensor *values = NULL;
        assert_ok(frcnn_tensor_randint(&values, generator, FRCNN_I64, 1, &seeded_rows[i].n, 0, 100));
        assert_true(get_sum(values, 0) == seeded_rows[i].randint_sum);
        frcnn_tensor_destroy(&values);
        frcnn_generator_destroy(&generator);
    }
}

/* torch 2.14.1: randint(low, high, (6,)) after manual_seed(1). Ranges of 2^28 and more take two words a number. */
static void first_values_are_those_of_pytorch(void **state)
{
    (void)state;
    static const struct {
        frcnn_dtype dtype;
        int64_t low, high;
        int64_t values[6];
    } rows[] = {
        {FRCNN_U8, 0, 100, {45, 39, 24, 68, 63, 13}},
        {FRCNN_I8, -5, 5, {0, 4, -1, 3, -2, -2}},
        {FRCNN_BOOL, 0, 2, {1, 1, 0, 0, 1, 1}},
        {FRCNN_I16, -30000, 30000, {5845, -13861, 20124, -26632, -18737, 313}},
        {FRCNN_I32,
         -2147483648LL,
         2147483648LL,
         {2135392491, 1857819720, -1597193335, 2143362693, -1133489216, -444182399}},
        {FRCNN_I64, 0, 268435455, {180483115, 256344314, 140980119, 247206998, 491263, 13419403}},
        {FRCNN_I64, 0, 268435456, {256344299, 247206984, 13419401, 264314501, 208688064, 92688513}},
        {FRCNN_I64,
         INT64_MIN,
         INT64_MAX,
         {-1530673954295414549, 4064269471072392264, -9221262077785750647, -3646320530140619131, -6516203644651547712,
          -7520025595111649151}},
        {FRCNN_F32, 0, 100, {45, 39, 24, 68, 63, 13}},
        {FRCNN_F64,
         0,
         1099511627776,
         {163196666091, 605300724808, 1095766950793, 876169207429, 340316410816, 620178591873}},
        /* Bounds and numbers that the dtype does not hold. */
        {FRCNN_F16, -2051, -2046, {-2052, -2047, -2047, -2048, -2048, -2048}},
        {FRCNN_F16, 2047, 2050, {2048, 2048, 2047, 2048, 2048, 2048}},
        {FRCNN_BF16, 257, 260, {256, 256, 256, 256, 256, 256}},
    };
    const int64_t n = 6;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_generator *generator = create_generator(1);
        frcnn_tensor *values = NULL;
        frcnn_tensor *wide = NULL;
        assert_ok(frcnn_tensor_randint(&values, generator, rows[i].dtype, 1, &n, rows[i].low, rows[i].high));
        assert_int_equal(frcnn_tensor_get_dtype(values), rows[i].dtype);
        assert_ok(frcnn_tensor_cast(&wide, values, FRCNN_I64));
        assert_memory_equal(frcnn_tensor_get_const_data(wide), rows[i].values, sizeof rows[i].values);
        frcnn_tensor_destroy(&wide);
        frcnn_tensor_destroy(&values);
        frcnn_generator_destroy(&generator);
    }
}

/* Where rounding reaches 2^63 there is no larger int64_t to compare with. */
static void bounds_next_to_the_largest_are_taken(void **state)
{
    (void)state;
    const int64_t n = 3;
    const double expected[] = {0x1p63, 0x1p63, 0x1p63};
    frcnn_generator *generator = create_generator(1);
    frcnn_tensor *values = NULL;
    assert_ok(frcnn_tensor_randint(&values, generator, FRCNN_F32, 1, &n, INT64_MAX - 9, INT64_MAX));
    assert_first(values, n, expected);
    frcnn_tensor_destroy(&values);
    frcnn_generator_destroy(&generator);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    static const struct {
        frcnn_dtype dtype;
        int64_t low, high;
        const char *message;
    } rows[] = {
        {FRCNN_I64, 5, 5, "low < high, found 5 and 5"},
        {FRCNN_I64, 5, -5, "low < high, found 5 and -5"},
        {FRCNN_U8, 0, 257, "range of u8, found 0 … 256"},
        {FRCNN_U8, -1, 5, "range of u8, found -1 … 4"},
        {FRCNN_I8, -129, 5, "range of i8"},
        {FRCNN_I16, 0, 32769, "range of i16"},
        {FRCNN_I32, 0, 2147483649LL, "range of i32"},
        {FRCNN_BOOL, 0, 3, "range of bool"},
        {FRCNN_F16, 0, 65506, "range of f16"},
        {FRCNN_F16, -65505, 0, "range of f16"},
        {FRCNN_F16, -2049, -2048, "a number of f16 in [-2049, -2048), found none"},
        {FRCNN_BF16, 2049, 2050, "a number of bf16 in [2049, 2050), found none"},
    };
    const int64_t n = 3;
    const int64_t empty = 0;
    frcnn_generator *generator = create_generator(1);
    frcnn_tensor *out = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const int64_t *shape = i % 2 == 0 ? &n : &empty;
        assert_fails(frcnn_tensor_randint(&out, generator, rows[i].dtype, 1, shape, rows[i].low, rows[i].high),
                     FRCNN_ERROR_INVALID, rows[i].message);
    }
    assert_int_equal(frcnn_tensor_randint(&out, generator, (frcnn_dtype)10, 1, &n, 0, 2), FRCNN_ERROR_INVALID);
    assert_null(out);
    frcnn_generator_destroy(&generator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_pytorch),
        cmocka_unit_test(first_values_are_those_of_pytorch),
        cmocka_unit_test(bounds_next_to_the_largest_are_taken),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
