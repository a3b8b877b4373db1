#include "support.h"

#include "frcnn/ops.h"

/* torch 2.14.1: arange(6) as [2, 3] padded by (2, 1, 1, 0). */
static const struct {
    frcnn_pad_mode mode;
    float values[18];
} padded[] = {
    {FRCNN_PAD_CONSTANT, {9, 9, 9, 9, 9, 9, 9, 9, 0, 1, 2, 9, 9, 9, 3, 4, 5, 9}},
    {FRCNN_PAD_REFLECT, {5, 4, 3, 4, 5, 4, 2, 1, 0, 1, 2, 1, 5, 4, 3, 4, 5, 4}},
    {FRCNN_PAD_REPLICATE, {0, 0, 0, 1, 2, 2, 0, 0, 0, 1, 2, 2, 3, 3, 3, 4, 5, 5}},
    {FRCNN_PAD_CIRCULAR, {4, 5, 3, 4, 5, 3, 1, 2, 0, 1, 2, 0, 4, 5, 3, 4, 5, 3}},
};

static void a_map_is_padded_in_every_mode(void **state)
{
    (void)state;
    const int64_t pads[] = {0, 0, 2, 1, 1, 0};
    for (int64_t c = 1; c <= 5; c += 4)
        for (size_t row = 0; row < sizeof padded / sizeof padded[0]; row++) {
            const int64_t shape[] = {2, 2, 3, c}, out_shape[] = {2, 3, 6, c};
            frcnn_tensor *tensor = NULL, *out = NULL;
            assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 4, shape));
            float *values = frcnn_tensor_get_data(tensor);
            for (int64_t i = 0; i < 12 * c; i++) values[i] = (float)(i / c % 6);
            assert_ok(frcnn_tensor_pad(&out, tensor, pads, 6, padded[row].mode, frcnn_scalar_f64(9)));
            assert_memory_equal(frcnn_tensor_get_shape(out), out_shape, sizeof out_shape);
            for (int64_t i = 0; i < 36 * c; i++)
                assert_true(((const float *)frcnn_tensor_get_const_data(out))[i] == padded[row].values[i / c % 18]);
            frcnn_tensor_destroy(&out);
            frcnn_tensor_destroy(&tensor);
        }
}

/* torch 2.14.1: pad((-1, 2, 1, -1), value=9) */
static void negative_pads_cut_in_every_dtype(void **state)
{
    (void)state;
    static float values[] = {0, 1, 2, 3, 4, 5};
    static const float expected[] = {9, 9, 9, 9, 1, 2, 9, 9};
    const int64_t shape[] = {2, 3}, out_shape[] = {2, 4}, pads[] = {-1, 2, 1, -1};
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 2, shape, values, NULL, NULL));
    for (frcnn_dtype dtype = FRCNN_F32; dtype <= FRCNN_I64; dtype++) {
        frcnn_tensor *cast = NULL, *out = NULL, *back = NULL;
        assert_ok(frcnn_tensor_cast(&cast, tensor, dtype));
        assert_ok(frcnn_tensor_pad(&out, cast, pads, 4, FRCNN_PAD_CONSTANT, frcnn_scalar_i64(9)));
        assert_int_equal(frcnn_tensor_get_dtype(out), dtype);
        assert_memory_equal(frcnn_tensor_get_shape(out), out_shape, sizeof out_shape);
        assert_ok(frcnn_tensor_cast(&back, out, FRCNN_F32));
        assert_memory_equal(frcnn_tensor_get_const_data(back), expected, sizeof expected);
        frcnn_tensor_destroy(&cast);
        frcnn_tensor_destroy(&out);
        frcnn_tensor_destroy(&back);
    }
    frcnn_tensor_destroy(&tensor);
}

static void a_scalar_a_view_and_nothing_are_padded(void **state)
{
    (void)state;
    const int64_t shape[] = {3, 0}, pads[] = {1, 2}, square[] = {2, 3};
    const int order[] = {1, 0};
    static float values[] = {0, 1, 2, 3, 4, 5};
    static const float turned[] = {7, 0, 3, 7, 1, 4, 7, 2, 5};
    frcnn_tensor *scalar = NULL, *empty = NULL, *matrix = NULL, *view = NULL, *out = NULL;
    assert_ok(frcnn_tensor_create(&scalar, FRCNN_F32, 0, NULL));
    assert_ok(frcnn_tensor_create(&empty, FRCNN_I16, 2, shape));
    assert_ok(frcnn_tensor_from_memory(&matrix, FRCNN_F32, 2, square, values, NULL, NULL));
    assert_ok(frcnn_tensor_permute(&view, matrix, order));
    assert_ok(frcnn_tensor_pad(&out, scalar, NULL, 0, FRCNN_PAD_CONSTANT, frcnn_scalar_f64(1)));
    assert_int_equal(frcnn_tensor_get_n_dims(out), 0);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_pad(&out, empty, pads, 2, FRCNN_PAD_CONSTANT, frcnn_scalar_f64(-5)));
    assert_int_equal(frcnn_tensor_get_n_elements(out), 9);
    for (int i = 0; i < 9; i++) assert_int_equal(((const int16_t *)frcnn_tensor_get_const_data(out))[i], -5);
    frcnn_tensor_destroy(&out);
    const int64_t front[] = {1, 0};
    assert_ok(frcnn_tensor_pad(&out, view, front, 2, FRCNN_PAD_CONSTANT, frcnn_scalar_f64(7)));
    assert_memory_equal(frcnn_tensor_get_const_data(out), turned, sizeof turned);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&scalar);
    frcnn_tensor_destroy(&empty);
    frcnn_tensor_destroy(&view);
    frcnn_tensor_destroy(&matrix);
}

/* PyTorch cuts a value that is less than one beyond the largest. */
static void the_value_is_cut_to_the_dtype(void **state)
{
    (void)state;
    const int64_t shape[] = {1}, pads[] = {1, 0};
    frcnn_tensor *tensor = NULL, *out = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_U8, 1, shape));
    assert_ok(frcnn_tensor_pad(&out, tensor, pads, 2, FRCNN_PAD_CONSTANT, frcnn_scalar_f64(255.5)));
    assert_int_equal(((const uint8_t *)frcnn_tensor_get_const_data(out))[0], 255);
    frcnn_tensor_destroy(&out);
    assert_fails(frcnn_tensor_pad(&out, tensor, pads, 2, FRCNN_PAD_CONSTANT, frcnn_scalar_i64(-1)), FRCNN_ERROR_INVALID,
                 "u8 holds, found -1");
    assert_null(out);
    frcnn_tensor_destroy(&tensor);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    static const struct {
        frcnn_dtype dtype;
        int n_pads;
        int64_t pads[6];
        frcnn_pad_mode mode;
        double value;
        const char *message;
    } rows[] = {
        {FRCNN_F32, 1, {1}, FRCNN_PAD_CONSTANT, 0, "found 1"},
        {FRCNN_F32, 6, {1, 1, 1, 1, 1, 1}, FRCNN_PAD_CONSTANT, 0, "found 6"},
        {FRCNN_F32, 2, {-5, 0}, FRCNN_PAD_CONSTANT, 0, "found -5, 0"},
        {FRCNN_F32, 2, {-5, 3}, FRCNN_PAD_CONSTANT, 0, "found -5, 3"},
        {FRCNN_F32, 2, {INT64_MAX, INT64_MAX}, FRCNN_PAD_CONSTANT, 0, "fit in memory"},
        {FRCNN_F32, 2, {INT64_MAX / 8, 0}, FRCNN_PAD_CONSTANT, 0, "memory can address"},
        {FRCNN_F32, 2, {4, 0}, FRCNN_PAD_REFLECT, 0, "of 3 at most"},
        {FRCNN_F32, 2, {0, 5}, FRCNN_PAD_CIRCULAR, 0, "of 4 at most"},
        {FRCNN_F32, 2, {-4, 0}, FRCNN_PAD_REPLICATE, 0, "found 4 to 0"},
        {FRCNN_F32, 2, {1, 0}, (frcnn_pad_mode)9, 0, "found 9"},
        {FRCNN_U8, 2, {1, 0}, FRCNN_PAD_CONSTANT, 300, "u8 holds, found 300"},
        {FRCNN_U8, 2, {1, 0}, FRCNN_PAD_CONSTANT, -0.5, "u8 holds, found -0.5"},
        {FRCNN_I64, 2, {1, 0}, FRCNN_PAD_CONSTANT, 0x1p63, "i64 holds"},
        {FRCNN_F16, 2, {1, 0}, FRCNN_PAD_CONSTANT, 1e6, "f16 holds, found 1e+06"},
    };
    const int64_t shape[] = {3, 4};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        frcnn_tensor *tensor = NULL, *out = NULL;
        assert_ok(frcnn_tensor_create(&tensor, rows[i].dtype, 2, shape));
        assert_fails(
            frcnn_tensor_pad(&out, tensor, rows[i].pads, rows[i].n_pads, rows[i].mode, frcnn_scalar_f64(rows[i].value)),
            FRCNN_ERROR_INVALID, rows[i].message);
        assert_null(out);
        frcnn_tensor_destroy(&tensor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_is_padded_in_every_mode),
        cmocka_unit_test(negative_pads_cut_in_every_dtype),
        cmocka_unit_test(a_scalar_a_view_and_nothing_are_padded),
        cmocka_unit_test(the_value_is_cut_to_the_dtype),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
