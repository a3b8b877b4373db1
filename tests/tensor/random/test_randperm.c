#include "tensor/random/random_values.h"

static void orders_are_those_of_pytorch(void **state)
{
    (void)state;
    for (int i = 0; i < N_SEEDED_ROWS; i++) {
        frcnn_generator *generator = create_generator(seeded_rows[i].seed);
        frcnn_tensor *order = NULL;
        assert_ok(frcnn_tensor_randperm(&order, generator, FRCNN_I64, seeded_rows[i].n));
        assert_int_equal(frcnn_tensor_get_n_elements(order), seeded_rows[i].n);
        assert_first(order, 4, seeded_rows[i].randperm_first);
        assert_true(get_sum(order, 1) == seeded_rows[i].randperm_weighted_sum);
        frcnn_tensor_destroy(&order);
        frcnn_generator_destroy(&generator);
    }
}

/* torch 2.14.1: randperm(12) after manual_seed(1) */
static void every_dtype_has_the_same_order(void **state)
{
    (void)state;
    const double expected[] = {1, 4, 6, 8, 11, 0, 5, 3, 2, 9, 10, 7};
    for (int dtype = FRCNN_F32; dtype <= FRCNN_I64; dtype++) {
        frcnn_generator *generator = create_generator(1);
        frcnn_tensor *order = NULL;
        assert_ok(frcnn_tensor_randperm(&order, generator, (frcnn_dtype)dtype, 12));
        assert_int_equal(frcnn_tensor_get_dtype(order), dtype);
        assert_first(order, 12, expected);
        frcnn_tensor_destroy(&order);
        frcnn_generator_destroy(&generator);
    }
}

static void every_number_appears_once(void **state)
{
    (void)state;
    enum { N = 5000 };
    static char is_there[N];
    frcnn_generator *generator = create_generator(2);
    frcnn_tensor *order = NULL;
    assert_ok(frcnn_tensor_randperm(&order, generator, FRCNN_I64, N));
    const int64_t *values = frcnn_tensor_get_const_data(order);
    for (int i = 0; i < N; i++) {
        assert_in_range(values[i], 0, N - 1);
        assert_false(is_there[values[i]]);
        is_there[values[i]] = 1;
    }
    frcnn_tensor_destroy(&order);
    frcnn_generator_destroy(&generator);
}

/* Of n places the last takes what is left. */
static void one_word_fewer_than_elements_is_drawn(void **state)
{
    (void)state;
    const double words_as_uniform[] = {0.75763160, 0.27931088};
    for (int64_t n = 0; n <= 2; n++) {
        frcnn_generator *generator = create_generator(1);
        frcnn_tensor *order = NULL;
        frcnn_tensor *after = NULL;
        assert_ok(frcnn_tensor_randperm(&order, generator, FRCNN_I64, n));
        assert_ok(frcnn_tensor_rand(&after, generator, FRCNN_F32, 0, NULL));
        assert_first(after, 1, words_as_uniform + (n == 2));
        frcnn_tensor_destroy(&after);
        frcnn_tensor_destroy(&order);
        frcnn_generator_destroy(&generator);
    }
}

static void arguments_are_checked(void **state)
{
    (void)state;
    static const struct {
        frcnn_dtype dtype;
        int64_t n;
        const char *message;
    } rows[] = {
        {FRCNN_I64, -1, "found -1"},
        {FRCNN_U8, 257, "[0, 256] for u8, found 257"},
        {FRCNN_I8, 129, "[0, 128] for i8"},
        {FRCNN_I16, 32769, "[0, 32768] for i16"},
        {FRCNN_F16, 2050, "[0, 2049] for f16"},
        {FRCNN_F32, 16777218, "[0, 16777217] for f32"},
        {FRCNN_BOOL, 1, "found bool"},
        {(frcnn_dtype)10, 1, "found ?"},
    };
    frcnn_generator *generator = create_generator(1);
    frcnn_tensor *out = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_fails(frcnn_tensor_randperm(&out, generator, rows[i].dtype, rows[i].n), FRCNN_ERROR_INVALID,
                     rows[i].message);
    assert_null(out);
    frcnn_generator_destroy(&generator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_are_those_of_pytorch), cmocka_unit_test(every_dtype_has_the_same_order),
        cmocka_unit_test(every_number_appears_once),   cmocka_unit_test(one_word_fewer_than_elements_is_drawn),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
