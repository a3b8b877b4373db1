#include "tensor/random/random_values.h"

static void sums_are_those_of_pytorch(void **state)
{
    (void)state;
    for (int i = 0; i < N_SEEDED_ROWS; i++) {
        frcnn_generator *generator = create_generator(seeded_rows[i].seed);
        frcnn_tensor *values = NULL;
        assert_ok(frcnn_tensor_rand(&values, generator, FRCNN_F32, 1, &seeded_rows[i].n));
        assert_sum(get_sum(values, 0), seeded_rows[i].rand_sum);
        frcnn_tensor_destroy(&values);
        frcnn_generator_destroy(&generator);
    }
}

static void first_values_are_those_of_pytorch(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed;
        frcnn_dtype dtype;
        double values[12];
    } rows[] = {
        {1,
         FRCNN_F32,
         {0.75763160, 0.27931088, 0.40306926, 0.73468447, 0.0292815566, 0.79985863, 0.39713734, 0.75437194, 0.56950849,
          0.43877792, 0.63868046, 0.52466589}},
        {0, FRCNN_F64, {0.97005300180655307, 0.70781986439978795, 0.45938294312745087, 0.92074768412196029}},
        {1, FRCNN_F64, {0.061053274719623629, 0.22455450656765041, 0.23425251394483937, 0.17709922744775553}},
        {0, FRCNN_F16, {0.496337891, 0.768066406, 0.0885009766, 0.132080078}},
        {42, FRCNN_F16, {0.882324219, 0.915039062, 0.3828125, 0.959472656}},
        {0, FRCNN_BF16, {0.49609375, 0.76953125, 0.0883789062, 0.131835938}},
        {42, FRCNN_BF16, {0.8828125, 0.9140625, 0.3828125, 0.9609375}},
    };
    const int64_t shape[] = {3, 4};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_generator *generator = create_generator(rows[i].seed);
        frcnn_tensor *values = NULL;
        assert_ok(frcnn_tensor_rand(&values, generator, rows[i].dtype, 2, shape));
        assert_int_equal(frcnn_tensor_get_dtype(values), rows[i].dtype);
        assert_int_equal(frcnn_tensor_get_n_dims(values), 2);
        assert_first(values, i == 0 ? 12 : 4, rows[i].values);
        frcnn_tensor_destroy(&values);
        frcnn_generator_destroy(&generator);
    }
}

/* torch 2.14.1: empty(6).uniform_(low, high) after manual_seed(1) */
static void bounds_stretch_and_move(void **state)
{
    (void)state;
    static const struct {
        frcnn_dtype dtype;
        double low, high;
        double values[6];
    } rows[] = {
        {FRCNN_F32, -1, 2, {1.27289486, -0.162067354, 0.209207773, 1.2040534, -0.91215533, 1.39957595}},
        {FRCNN_F64,
         -1,
         2,
         {-0.81684017584112911, -0.32633648029704876, -0.29724245816548189, -0.46870231765673342, 0.66820416844698372,
          -0.6716684390343769}},
        {FRCNN_F16, -1, 2, {1.27246094, -0.162109375, 0.209228516, 1.20410156, -0.912109375, 1.39941406}},
        {FRCNN_BF16, -1, 2, {1.2734375, -0.162109375, 0.208984375, 1.203125, -0.9140625, 1.3984375}},
        {FRCNN_F32, 5, 5, {5, 5, 5, 5, 5, 5}},
        /* What rounds to high is low. */
        {FRCNN_F32, 1 - 0x1p-24, 1, {0.99999994, 0.99999994, 0.99999994, 0.99999994, 0.99999994, 0.99999994}},
        {FRCNN_BF16, 1, 1.004, {1, 1, 1, 1, 1, 1}},
    };
    const int64_t n = 6;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_generator *generator = create_generator(1);
        frcnn_tensor *values = NULL;
        assert_ok(frcnn_tensor_uniform(&values, generator, rows[i].dtype, 1, &n, rows[i].low, rows[i].high));
        assert_first(values, n, rows[i].values);
        frcnn_tensor_destroy(&values);
        frcnn_generator_destroy(&generator);
    }
}

/* torch 2.14.1: of 200000 bf16 numbers after manual_seed(1) the largest is 0.99609375, and 402 are 0, the first at 122 */
static void halves_never_round_to_one(void **state)
{
    (void)state;
    const int64_t n = 200000;
    frcnn_generator *generator = create_generator(1);
    frcnn_tensor *values = NULL;
    frcnn_tensor *wide = NULL;
    assert_ok(frcnn_tensor_rand(&values, generator, FRCNN_BF16, 1, &n));
    assert_ok(frcnn_tensor_cast(&wide, values, FRCNN_F32));
    const float *data = frcnn_tensor_get_const_data(wide);
    int n_zeros = 0;
    float largest = 0;
    for (int64_t i = 0; i < n; i++) {
        if (data[i] == 0 && n_zeros++ == 0) assert_int_equal(i, 122);
        if (data[i] > largest) largest = data[i];
    }
    assert_int_equal(n_zeros, 402);
    assert_true(largest == 0.99609375f);
    frcnn_tensor_destroy(&wide);
    frcnn_tensor_destroy(&values);
    frcnn_generator_destroy(&generator);
}

static void a_scalar_takes_one_word_and_nothing_takes_none(void **state)
{
    (void)state;
    const double expected[] = {0.75763160, 0.27931088};
    const int64_t empty[] = {2, 0};
    frcnn_generator *generator = create_generator(1);
    for (int i = 0; i < 2; i++) {
        frcnn_tensor *nothing = NULL;
        frcnn_tensor *scalar = NULL;
        assert_ok(frcnn_tensor_rand(&nothing, generator, FRCNN_F32, 2, empty));
        assert_int_equal(frcnn_tensor_get_n_elements(nothing), 0);
        assert_ok(frcnn_tensor_rand(&scalar, generator, FRCNN_F32, 0, NULL));
        assert_first(scalar, 1, expected + i);
        frcnn_tensor_destroy(&scalar);
        frcnn_tensor_destroy(&nothing);
    }
    frcnn_generator_destroy(&generator);
}

static void arguments_are_checked_and_nothing_is_drawn(void **state)
{
    (void)state;
    const double first = 0.75763160;
    const int64_t n = 3;
    const int64_t negative = -1;
    frcnn_generator *generator = create_generator(1);
    frcnn_tensor *out = NULL;
    assert_fails(frcnn_tensor_rand(&out, generator, FRCNN_I64, 1, &n), FRCNN_ERROR_INVALID,
                 "rand: expected f32, f64, f16 or bf16, found i64");
    assert_fails(frcnn_tensor_uniform(&out, generator, FRCNN_BOOL, 1, &n, 0, 1), FRCNN_ERROR_INVALID,
                 "uniform: expected f32, f64, f16 or bf16, found bool");
    assert_int_equal(frcnn_tensor_rand(&out, generator, FRCNN_F32, 1, &negative), FRCNN_ERROR_INVALID);
    static const struct {
        frcnn_dtype dtype;
        double low, high;
    } rows[] = {
        {FRCNN_F32, 2, 1},        {FRCNN_F32, NAN, 1},        {FRCNN_F32, 0, NAN},       {FRCNN_F32, 0, INFINITY},
        {FRCNN_F32, -3e38, 3e38}, {FRCNN_F32, 0, 1e39},       {FRCNN_F16, 0, 65505},     {FRCNN_F16, -4e4, 4e4},
        {FRCNN_BF16, 0, 3.4e38},  {FRCNN_F64, -1e308, 1e308}, {FRCNN_F64, -INFINITY, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_fails(frcnn_tensor_uniform(&out, generator, rows[i].dtype, 1, &n, rows[i].low, rows[i].high),
                     FRCNN_ERROR_INVALID, "uniform: expected low <= high");
    assert_null(out);
    assert_ok(frcnn_tensor_rand(&out, generator, FRCNN_F32, 1, &n));
    assert_first(out, 1, &first);
    frcnn_tensor_destroy(&out);
    frcnn_generator_destroy(&generator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_pytorch),
        cmocka_unit_test(first_values_are_those_of_pytorch),
        cmocka_unit_test(bounds_stretch_and_move),
        cmocka_unit_test(halves_never_round_to_one),
        cmocka_unit_test(a_scalar_takes_one_word_and_nothing_takes_none),
        cmocka_unit_test(arguments_are_checked_and_nothing_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
