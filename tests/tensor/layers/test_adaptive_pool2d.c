#include "support.h"

#include "frcnn/ops.h"

/* torch 2.14.1 on the 10 x 7 map whose value i is i * 37 % 71 - 35. */
static const struct {
    int64_t out_h, out_w;
    float means[35];
    float maxima[35];
    int64_t indices[35];
} pooled[] = {
    {5,
     7,
     {-12,    -10.5f, -9,     -7.5f, -6,    -4.5f, -3,   9,    10.5f, 12,    13.5f,  -20.5f,
      16.5f,  -17.5f, -5.5f,  -4,    -2.5f, -1,    0.5f, 2,    3.5f,  15.5f, -18.5f, 18.5f,
      -15.5f, 21.5f,  -12.5f, -11,   1,     2.5f,  4,    5.5f, 7,     8.5f,  10},
     {11, 2,  14, 5,  17, 8,  20, 32, 23, 35, 26, -8, 29, -5, 7,  19, 10, 22,
      13, 25, 16, 28, -6, 31, -3, 34, 0,  12, 24, 15, 27, 18, 30, 21, 33},
     {7,  1,  9,  3,  11, 5,  13, 21, 15, 23, 17, 18, 19, 20, 28, 36, 30, 38,
      32, 40, 34, 42, 43, 44, 45, 46, 47, 55, 63, 57, 65, 59, 67, 61, 69}},
    {1, 1, {0.0142857144f}, {35}, {23}},
    {3,
     4,
     {-0.75f, 1.5f, -1.41666663f, -2.125f, 4.125f, 3.41666675f, 0.5f, -6.125f, 0.125f, -0.583333313f, 2.41666675f,
      -1.25f},
     {32, 35, 29, 29, 32, 35, 34, 25, 28, 31, 34, 33},
     {21, 23, 19, 19, 21, 23, 46, 40, 42, 44, 46, 69}},
    {7,
     2,
     {-9.75f, -5.25f, 0.75f, 5.25f, 4.66666651f, -2.66666675f, -3.25f, 1.25f, 0.666666687f, -0.75f, -7.25f, -2.75f,
      3.25f, 7.75f},
     {14, 20, 26, 29, 35, 29, 22, 25, 31, 34, 18, 21, 27, 33},
     {9, 13, 17, 19, 23, 19, 38, 40, 44, 46, 59, 61, 65, 69}},
};

static void bins_are_those_of_pytorch_in_every_channel(void **state)
{
    (void)state;
    static const int64_t channels[] = {1, 3, 8, 100};
    for (size_t k = 0; k < sizeof channels / sizeof channels[0]; k++) {
        const int64_t c = channels[k];
        const int64_t shape[] = {2, 10, 7, c};
        frcnn_tensor *tensor = NULL;
        assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 4, shape));
        float *values = frcnn_tensor_get_data(tensor);
        for (int64_t i = 0; i < 140 * c; i++) values[i] = (float)(i / c % 70 * 37 % 71 - 35);
        for (size_t row = 0; row < sizeof pooled / sizeof pooled[0]; row++) {
            const int64_t size = pooled[row].out_h * pooled[row].out_w;
            const int64_t out_shape[] = {2, pooled[row].out_h, pooled[row].out_w, c};
            frcnn_tensor *mean = NULL, *maximum = NULL, *indices = NULL, *alone = NULL;
            assert_ok(frcnn_tensor_adaptive_avg_pool2d(&mean, tensor, pooled[row].out_h, pooled[row].out_w));
            assert_ok(
                frcnn_tensor_adaptive_max_pool2d(&maximum, &indices, tensor, pooled[row].out_h, pooled[row].out_w));
            assert_ok(frcnn_tensor_adaptive_max_pool2d(&alone, NULL, tensor, pooled[row].out_h, pooled[row].out_w));
            assert_memory_equal(frcnn_tensor_get_shape(mean), out_shape, sizeof out_shape);
            assert_memory_equal(frcnn_tensor_get_shape(indices), out_shape, sizeof out_shape);
            for (int64_t i = 0; i < 2 * size * c; i++) {
                assert_true(((const float *)frcnn_tensor_get_const_data(mean))[i] == pooled[row].means[i / c % size]);
                assert_true(((const float *)frcnn_tensor_get_const_data(maximum))[i] ==
                            pooled[row].maxima[i / c % size]);
                assert_true(((const float *)frcnn_tensor_get_const_data(alone))[i] == pooled[row].maxima[i / c % size]);
                assert_int_equal(((const int64_t *)frcnn_tensor_get_const_data(indices))[i],
                                 pooled[row].indices[i / c % size]);
            }
            frcnn_tensor_destroy(&mean);
            frcnn_tensor_destroy(&maximum);
            frcnn_tensor_destroy(&indices);
            frcnn_tensor_destroy(&alone);
        }
        frcnn_tensor_destroy(&tensor);
    }
}

/* The mean of 300 * 300 values of 0.1 in f32, added one by one, would be off by 1e-4. */
static void the_mean_of_a_map_is_summed_exactly(void **state)
{
    (void)state;
    for (int64_t c = 1; c <= 3; c++) {
        const int64_t shape[] = {1, 300, 300, c};
        frcnn_tensor *tensor = NULL, *out = NULL;
        assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 4, shape));
        float *values = frcnn_tensor_get_data(tensor);
        for (int64_t i = 0; i < 90000 * c; i++) values[i] = 0.1f * (float)(1 + i % c);
        assert_ok(frcnn_tensor_adaptive_avg_pool2d(&out, tensor, 1, 1));
        for (int64_t i = 0; i < c; i++)
            assert_true(((const float *)frcnn_tensor_get_const_data(out))[i] == 0.1f * (float)(1 + i));
        frcnn_tensor_destroy(&out);
        frcnn_tensor_destroy(&tensor);
    }
}

static void minus_one_keeps_and_zero_empties(void **state)
{
    (void)state;
    const int64_t shape[] = {1, 4, 5, 2};
    const int64_t kept[] = {1, 4, 3, 2}, none[] = {1, 0, 5, 2};
    frcnn_tensor *tensor = NULL, *out = NULL, *indices = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F64, 4, shape));
    assert_ok(frcnn_tensor_adaptive_avg_pool2d(&out, tensor, -1, 3));
    assert_memory_equal(frcnn_tensor_get_shape(out), kept, sizeof kept);
    assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_F64);
    frcnn_tensor_destroy(&out);
    assert_ok(frcnn_tensor_adaptive_max_pool2d(&out, &indices, tensor, 0, -1));
    assert_memory_equal(frcnn_tensor_get_shape(indices), none, sizeof none);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&indices);
    frcnn_tensor_destroy(&tensor);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    const int64_t shape[] = {1, 4, 4, 2}, empty[] = {1, 0, 4, 2}, blank[] = {1, 4, 4, 0};
    frcnn_tensor *tensor = NULL, *whole = NULL, *none = NULL, *no_channels = NULL, *out = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 4, shape));
    assert_ok(frcnn_tensor_create(&whole, FRCNN_I64, 4, shape));
    assert_ok(frcnn_tensor_create(&none, FRCNN_F32, 4, empty));
    assert_ok(frcnn_tensor_create(&no_channels, FRCNN_F32, 4, blank));
    assert_fails(frcnn_tensor_adaptive_avg_pool2d(&out, tensor, -2, 3), FRCNN_ERROR_INVALID, "found -2x3");
    assert_fails(frcnn_tensor_adaptive_avg_pool2d(&out, whole, 2, 3), FRCNN_ERROR_INVALID, "found i64");
    assert_fails(frcnn_tensor_adaptive_max_pool2d(&out, NULL, none, 2, 3), FRCNN_ERROR_INVALID, "found [1, 0, 4, 2]");
    assert_fails(frcnn_tensor_adaptive_max_pool2d(&out, NULL, no_channels, 2, 3), FRCNN_ERROR_INVALID, "[1, 4, 4, 0]");
    assert_null(out);
    assert_ok(frcnn_tensor_adaptive_avg_pool2d(&out, no_channels, 1, 1)); /* as PyTorch */
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
    frcnn_tensor_destroy(&whole);
    frcnn_tensor_destroy(&none);
    frcnn_tensor_destroy(&no_channels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bins_are_those_of_pytorch_in_every_channel),
        cmocka_unit_test(the_mean_of_a_map_is_summed_exactly),
        cmocka_unit_test(minus_one_keeps_and_zero_empties),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
