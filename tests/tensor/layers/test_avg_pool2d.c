#include "support.h"

#include "frcnn/ops.h"

static const float five[25] = {-2, 1, 2, 6, 4, -3, 1, 7, 2, -2, -4, 2, 3, -1, -3, -7, 1, 2, 3, 11, 5, -7, 8, 12, -9};

/* torch 2.14.1's avg_pool2d of five. */
static const struct {
    frcnn_avg_pool2d_options options; /* struct_size is set below */
    int64_t out_h, out_w;
    float values[12];
} pooled[] = {
    {{.kernel_h = 2, .kernel_w = 2, .count_include_pad = 1}, 2, 2, {-0.75f, 4.25f, -2, 1.75f}},
    {{.kernel_h = 2, .kernel_w = 2, .count_include_pad = 1, .ceil_mode = 1},
     3,
     3,
     {-0.75f, 4.25f, 1, -2, 1.75f, 4, -1, 10, -9}},
    {{.kernel_h = 3,
      .kernel_w = 3,
      .stride_h = 2,
      .stride_w = 2,
      .padding_h = 1,
      .padding_w = 1,
      .ceil_mode = 1,
      .count_include_pad = 1},
     3,
     3,
     {-0.333333343f, 2.11111116f, 1.11111116f, -1.11111116f, 2.22222233f, 1.11111116f, -0.888888896f, 2.11111116f,
      1.88888884f}},
    {{.kernel_h = 3, .kernel_w = 3, .stride_h = 2, .stride_w = 2, .padding_h = 1, .padding_w = 1, .ceil_mode = 1},
     3,
     3,
     {-0.75f, 3.16666675f, 2.5f, -1.66666663f, 2.22222233f, 1.66666663f, -2, 3.16666675f, 4.25f}},
    {{.kernel_h = 2, .kernel_w = 3, .stride_h = 1, .stride_w = 2, .padding_h = 1},
     6,
     2,
     {0.333333343f, 4, 1, 3.16666675f, 1, 1, -0.5f, 2.5f, 0.333333343f, 4.5f, 2, 3.66666675f}},
    {{.kernel_h = 2, .kernel_w = 2, .count_include_pad = 1, .divisor_override = 3},
     2,
     2,
     {-1, 5.66666651f, -2.66666675f, 2.33333325f}},
};

static void means_are_those_of_pytorch_in_every_channel(void **state)
{
    (void)state;
    static const int64_t channels[] = {1, 3, 8, 17};
    for (size_t k = 0; k < sizeof channels / sizeof channels[0]; k++) {
        const int64_t c = channels[k];
        const int64_t shape[] = {2, 5, 5, c};
        frcnn_tensor *tensor = NULL;
        assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 4, shape));
        float *values = frcnn_tensor_get_data(tensor);
        for (int64_t i = 0; i < 50 * c; i++) values[i] = five[i / c % 25];
        for (size_t row = 0; row < sizeof pooled / sizeof pooled[0]; row++) {
            frcnn_avg_pool2d_options options = pooled[row].options;
            options.struct_size = sizeof options;
            const int64_t size = pooled[row].out_h * pooled[row].out_w;
            const int64_t out_shape[] = {2, pooled[row].out_h, pooled[row].out_w, c};
            frcnn_tensor *out = NULL;
            assert_ok(frcnn_tensor_avg_pool2d(&out, tensor, &options));
            assert_memory_equal(frcnn_tensor_get_shape(out), out_shape, sizeof out_shape);
            const float *results = frcnn_tensor_get_const_data(out);
            for (int64_t i = 0; i < 2 * size * c; i++) assert_true(results[i] == pooled[row].values[i / c % size]);
            frcnn_tensor_destroy(&out);
        }
        frcnn_tensor_destroy(&tensor);
    }
}

/* torch 2.14.1: arange(16) - 9 in int64 */
static void integers_are_divided_toward_zero(void **state)
{
    (void)state;
    static const int64_t expected[] = {-6, -4, 1, 3};
    const int64_t shape[] = {1, 4, 4, 1};
    int64_t values[16];
    for (int64_t i = 0; i < 16; i++) values[i] = i - 9;
    frcnn_tensor *tensor = NULL, *out = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_I64, 4, shape, values, NULL, NULL));
    assert_ok(frcnn_tensor_avg_pool2d(&out, tensor, NULL));
    assert_memory_equal(frcnn_tensor_get_const_data(out), expected, sizeof expected);
    frcnn_tensor_destroy(&out);
    frcnn_avg_pool2d_options options;
    frcnn_avg_pool2d_options_default(&options);
    options.kernel_h = options.kernel_w = 1;
    options.divisor_override = -1;
    values[0] = INT64_MIN; /* its negative doesn't fit */
    assert_ok(frcnn_tensor_avg_pool2d(&out, tensor, &options));
    assert_true(((const int64_t *)frcnn_tensor_get_const_data(out))[0] == INT64_MIN);
    assert_true(((const int64_t *)frcnn_tensor_get_const_data(out))[1] == 8);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    const int64_t shape[] = {1, 4, 4, 2};
    frcnn_tensor *tensor = NULL, *bytes = NULL, *flat = NULL, *out = NULL;
    frcnn_avg_pool2d_options options;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 4, shape));
    assert_ok(frcnn_tensor_create(&bytes, FRCNN_U8, 4, shape));
    assert_ok(frcnn_tensor_create(&flat, FRCNN_F32, 3, shape));
    frcnn_avg_pool2d_options_default(&options);
    assert_fails(frcnn_tensor_avg_pool2d(&out, bytes, NULL), FRCNN_ERROR_INVALID, "found u8");
    assert_fails(frcnn_tensor_avg_pool2d(&out, flat, NULL), FRCNN_ERROR_INVALID, "found [1, 4, 4]");
    options.kernel_w = 5;
    assert_fails(frcnn_tensor_avg_pool2d(&out, tensor, &options), FRCNN_ERROR_INVALID, "a map of 5 or more");
    options.kernel_w = 0;
    assert_fails(frcnn_tensor_avg_pool2d(&out, tensor, &options), FRCNN_ERROR_INVALID, "of 1 or more, found 0");
    options.kernel_w = 3;
    options.padding_w = 2;
    assert_fails(frcnn_tensor_avg_pool2d(&out, tensor, &options), FRCNN_ERROR_INVALID, "[0, 1], half of");
    options.struct_size = 3;
    assert_fails(frcnn_tensor_avg_pool2d(&out, tensor, &options), FRCNN_ERROR_INVALID, "found 3");
    assert_null(out);
    frcnn_tensor_destroy(&tensor);
    frcnn_tensor_destroy(&bytes);
    frcnn_tensor_destroy(&flat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_are_those_of_pytorch_in_every_channel),
        cmocka_unit_test(integers_are_divided_toward_zero),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
