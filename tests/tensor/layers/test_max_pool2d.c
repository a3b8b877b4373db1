#include "support.h"

#include <math.h>

#include "frcnn/ops.h"
#include "tensor/layers/max_pool2d.h"

/* torch 2.14.1: output lengths of inputs 1 … 12; 0 where it refuses. */
static void sizes_are_those_of_pytorch(void **state)
{
    (void)state;
    static const struct {
        int kernel, stride, padding, dilation, ceil_mode;
        int64_t lengths[12];
    } rows[] = {
        {3, 2, 1, 1, 0, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}},    {3, 2, 1, 1, 1, {1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7}},
        {2, 2, 0, 1, 0, {0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6}},    {2, 2, 0, 1, 1, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}},
        {1, 2, 0, 1, 0, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}},    {1, 2, 0, 1, 1, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}},
        {3, 1, 1, 1, 0, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}, {3, 3, 1, 2, 0, {0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4}},
        {3, 3, 1, 2, 1, {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}},    {5, 2, 2, 1, 0, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}},
        {5, 2, 2, 1, 1, {1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int64_t n = 1; n <= 12; n++) {
            const frcnn_window window = {.in = 12,
                                         .kernel = rows[i].kernel,
                                         .stride = rows[i].stride,
                                         .padding = rows[i].padding,
                                         .dilation = rows[i].dilation};
            frcnn_max_pool2d pool = {.n = 1, .c = 1, .y = window, .x = window};
            pool.y.in = n;
            if (rows[i].lengths[n - 1] == 0) {
                assert_fails(frcnn_max_pool2d_get_size(&pool, rows[i].ceil_mode), FRCNN_ERROR_INVALID,
                             "expected a map of");
                continue;
            }
            assert_ok(frcnn_max_pool2d_get_size(&pool, rows[i].ceil_mode));
            assert_int_equal(pool.y.out, rows[i].lengths[n - 1]);
            assert_int_equal(pool.x.out, rows[i].lengths[11]);
        }
}

/* A [5, 7] map of negative values, so that padding must lose, and torch 2.14.1's max_pool2d of it. */
static const float map[35] = {-11, -6,  -10, -36, -21, -29, -19, -7,  -24, -34, -25, -20, -33, -40, -15, -16, -17, -18,
                              -28, -14, -26, -35, -31, -23, -30, -32, -27, -22, -38, -39, -37, -12, -13, -8,  -9};
static const struct {
    int kernel, stride, padding, dilation, ceil_mode;
    int64_t out_h, out_w;
    float values[35];
} pooled[] = {
    {3, 2, 1, 1, 0, 3, 4, {-6, -6, -20, -19, -7, -16, -14, -14, -31, -12, -8, -8}},
    {2, 2, 0, 1, 1, 3, 4, {-6, -10, -20, -19, -15, -17, -14, -22, -38, -12, -8, -9}},
    {3, 1, 1, 1, 0, 5, 7, {-6,  -6,  -6,  -10, -20, -19, -19, -6, -6, -6, -10, -14, -14, -14, -7, -7, -16, -17,
                           -14, -14, -14, -15, -15, -12, -12, -8, -8, -8, -31, -23, -12, -12, -8, -8, -8}},
    {2, 1, 1, 2, 0, 5, 7, {-24, -7,  -24, -20, -25, -20, -33, -6, -10, -6, -10, -14, -19, -14, -24, -7,  -24, -20,
                           -25, -20, -27, -16, -15, -12, -13, -8, -9,  -8, -31, -23, -30, -23, -27, -22, -27}},
    {1, 2, 0, 1, 0, 3, 4, {-11, -10, -21, -19, -15, -17, -28, -26, -38, -37, -13, -9}},
};
enum { N_POOLED = sizeof pooled / sizeof pooled[0] };

static frcnn_max_pool2d_options get_options(int row)
{
    frcnn_max_pool2d_options options;
    frcnn_max_pool2d_options_default(&options);
    options.kernel_h = options.kernel_w = pooled[row].kernel;
    options.stride_h = options.stride_w = pooled[row].stride;
    options.padding_h = options.padding_w = pooled[row].padding;
    options.dilation_h = options.dilation_w = pooled[row].dilation;
    options.ceil_mode = pooled[row].ceil_mode;
    return options;
}

/* Every channel of every image sees the same map, moved by a constant of its own: [2, 5, 7, C], for C around the widths
   of vector registers. */
static void maxima_are_those_of_pytorch_in_every_channel(void **state)
{
    (void)state;
    static const int64_t channels[] = {1, 3, 8, 16, 17, 33};
    for (size_t k = 0; k < sizeof channels / sizeof channels[0]; k++) {
        const int64_t c = channels[k];
        const int64_t shape[] = {2, 5, 7, c};
        frcnn_tensor *tensor = NULL;
        assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 4, shape));
        float *values = frcnn_tensor_get_data(tensor);
        for (int64_t i = 0; i < 70 * c; i++)
            values[i] = map[i / c % 35] - (float)(100 * (i % c) + 5000 * (i / (35 * c)));
        for (int row = 0; row < N_POOLED; row++) {
            frcnn_tensor *out = NULL;
            const frcnn_max_pool2d_options options = get_options(row);
            const int64_t out_size = pooled[row].out_h * pooled[row].out_w;
            const int64_t out_shape[] = {2, pooled[row].out_h, pooled[row].out_w, c};
            assert_ok(frcnn_tensor_max_pool2d(&out, NULL, tensor, &options));
            assert_memory_equal(frcnn_tensor_get_shape(out), out_shape, sizeof out_shape);
            const float *results = frcnn_tensor_get_const_data(out);
            for (int64_t i = 0; i < 2 * out_size * c; i++)
                assert_true(results[i] == pooled[row].values[i / c % out_size] -
                                              (float)(100 * (i % c) + 5000 * (i / (out_size * c))));
            frcnn_tensor_destroy(&out);
        }
        frcnn_tensor_destroy(&tensor);
    }
}

static void nan_wins_and_negative_infinity_loses(void **state)
{
    (void)state;
    float values[] = {1, NAN, 3, -INFINITY, 2, -INFINITY, -INFINITY, -INFINITY};
    const int64_t shape[] = {1, 2, 4, 1};
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 4, shape, values, NULL, NULL));
    assert_ok(frcnn_tensor_max_pool2d(&out, NULL, tensor, NULL));
    const float *results = frcnn_tensor_get_const_data(out);
    assert_int_equal(frcnn_tensor_get_n_elements(out), 2);
    assert_true(isnan(results[0]));
    assert_true(results[1] == 3);
    frcnn_tensor_destroy(&out);
    frcnn_tensor_destroy(&tensor);
}

/* Rows (-2, 1, 2, 6, 4), …; torch 2.14.1's values and indices with a window of 2. */
static const float five[25] = {-2, 1, 2, 6, 4, -3, 1, 7, 2, -2, -4, 2, 3, -1, -3, -7, 1, 2, 3, 11, 5, -7, 8, 12, -9};

static void five_by_five_rounds_down_or_up_with_indices(void **state)
{
    (void)state;
    static const float down[] = {1, 7, 2, 3};
    static const float up[] = {1, 7, 4, 2, 3, 11, 5, 12, -9};
    static const int64_t up_indices[] = {1, 7, 4, 11, 12, 19, 20, 23, 24};
    static const frcnn_dtype dtypes[] = {FRCNN_F32, FRCNN_F64, FRCNN_F16, FRCNN_BF16,
                                         FRCNN_I8,  FRCNN_I16, FRCNN_I32, FRCNN_I64};
    const int64_t shape[] = {1, 5, 5, 1};
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_from_memory(&tensor, FRCNN_F32, 4, shape, (void *)(uintptr_t)five, NULL, NULL));
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
        frcnn_tensor *cast = NULL, *out = NULL, *indices = NULL, *back = NULL;
        frcnn_max_pool2d_options options;
        frcnn_max_pool2d_options_default(&options);
        assert_ok(frcnn_tensor_cast(&cast, tensor, dtypes[i]));
        assert_ok(frcnn_tensor_max_pool2d(&out, NULL, cast, &options));
        assert_int_equal(frcnn_tensor_get_dtype(out), dtypes[i]);
        assert_ok(frcnn_tensor_cast(&back, out, FRCNN_F32));
        assert_memory_equal(frcnn_tensor_get_const_data(back), down, sizeof down);
        frcnn_tensor_destroy(&out);
        frcnn_tensor_destroy(&back);
        options.ceil_mode = 1;
        assert_ok(frcnn_tensor_max_pool2d(&out, &indices, cast, &options));
        assert_ok(frcnn_tensor_cast(&back, out, FRCNN_F32));
        assert_memory_equal(frcnn_tensor_get_const_data(back), up, sizeof up);
        assert_memory_equal(frcnn_tensor_get_const_data(indices), up_indices, sizeof up_indices);
        frcnn_tensor_destroy(&cast);
        frcnn_tensor_destroy(&out);
        frcnn_tensor_destroy(&indices);
        frcnn_tensor_destroy(&back);
    }
    frcnn_tensor_destroy(&tensor);
}

/* torch 2.14.1: of equal values the first, of several NaN the last; -infinity alone is found at the window's start. In one
   channel and in as many as fill vectors. */
static void indices_are_of_the_first_maximum_and_the_last_nan(void **state)
{
    (void)state;
    static const float values[16] = {1, NAN, NAN, -INFINITY, NAN, 5, -INFINITY, -INFINITY,
                                     2, 2,   0,   -0.0f,     2,   2, -0.0f,     0};
    static const int64_t expected[] = {4, 2, 8, 10};
    for (int64_t c = 1; c <= 17; c += 16) {
        const int64_t shape[] = {1, 4, 4, c};
        frcnn_tensor *tensor = NULL, *out = NULL, *indices = NULL;
        assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 4, shape));
        float *data = frcnn_tensor_get_data(tensor);
        for (int64_t i = 0; i < 16 * c; i++) data[i] = values[i / c];
        assert_ok(frcnn_tensor_max_pool2d(&out, &indices, tensor, NULL));
        const int64_t *found = frcnn_tensor_get_const_data(indices);
        for (int64_t i = 0; i < 4 * c; i++) assert_int_equal(found[i], expected[i / c]);
        const float *maxima = frcnn_tensor_get_const_data(out);
        assert_true(isnan(maxima[0]) && isnan(maxima[c]));
        assert_true(maxima[2 * c] == 2 && maxima[3 * c] == 0 && !signbit(maxima[3 * c]));
        frcnn_tensor_destroy(&tensor);
        frcnn_tensor_destroy(&out);
        frcnn_tensor_destroy(&indices);
    }
}

static void no_images_give_none_and_bool_is_refused(void **state)
{
    (void)state;
    const int64_t shape[] = {0, 4, 4, 2}, flat[] = {1, 4, 4, 0};
    const int64_t out_shape[] = {0, 2, 2, 2};
    frcnn_tensor *none = NULL, *no_channels = NULL, *truth = NULL, *out = NULL;
    assert_ok(frcnn_tensor_create(&none, FRCNN_F32, 4, shape));
    assert_ok(frcnn_tensor_create(&no_channels, FRCNN_F32, 4, flat));
    assert_ok(frcnn_tensor_create(&truth, FRCNN_BOOL, 4, shape));
    assert_fails(frcnn_tensor_max_pool2d(&out, NULL, no_channels, NULL), FRCNN_ERROR_INVALID, "found [1, 4, 4, 0]");
    assert_fails(frcnn_tensor_max_pool2d(&out, NULL, truth, NULL), FRCNN_ERROR_INVALID, "found bool");
    assert_ok(frcnn_tensor_max_pool2d(&out, NULL, none, NULL));
    assert_memory_equal(frcnn_tensor_get_shape(out), out_shape, sizeof out_shape);
    frcnn_tensor_destroy(&none);
    frcnn_tensor_destroy(&no_channels);
    frcnn_tensor_destroy(&truth);
    frcnn_tensor_destroy(&out);
}

static void arguments_are_checked(void **state)
{
    (void)state;
    static const struct {
        int kernel, stride, padding, dilation;
        const char *message;
    } rows[] = {
        {0, 1, 0, 1, "found 0, 1, 1"},      {2, -1, 0, 1, "found 2, -1, 1"},
        {2, 1, 0, 0, "found 2, 1, 0"},      {3, 1, -1, 1, "[0, 1], half of"},
        {3, 1, 2, 1, "[0, 1], half of"},    {3, 1, 2, 2, "[0, 1], half of"},
        {9, 1, 0, 1, "a map of 9 or more"}, {2147483647, 1, 0, 2147483647, "a map of 4611686011984936963 or more"},
    };
    const int64_t shape[] = {1, 4, 4, 2};
    const int64_t flat[] = {4, 4, 2};
    frcnn_tensor *tensor = NULL;
    frcnn_tensor *three = NULL;
    frcnn_tensor *out = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 4, shape));
    assert_ok(frcnn_tensor_create(&three, FRCNN_F32, 3, flat));
    frcnn_max_pool2d_options options;
    frcnn_max_pool2d_options_default(&options);
    assert_fails(frcnn_tensor_max_pool2d(&out, NULL, three, &options), FRCNN_ERROR_INVALID,
                 "4 dimensions, found [4, 4, 2]");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        options.kernel_h = options.kernel_w = rows[i].kernel;
        options.stride_h = options.stride_w = rows[i].stride;
        options.padding_h = options.padding_w = rows[i].padding;
        options.dilation_h = options.dilation_w = rows[i].dilation;
        assert_fails(frcnn_tensor_max_pool2d(&out, NULL, tensor, &options), FRCNN_ERROR_INVALID, rows[i].message);
    }
    options.struct_size = 3;
    assert_fails(frcnn_tensor_max_pool2d(&out, NULL, tensor, &options), FRCNN_ERROR_INVALID, "found 3");
    assert_null(out);
    frcnn_tensor_destroy(&three);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_those_of_pytorch),
        cmocka_unit_test(maxima_are_those_of_pytorch_in_every_channel),
        cmocka_unit_test(nan_wins_and_negative_infinity_loses),
        cmocka_unit_test(five_by_five_rounds_down_or_up_with_indices),
        cmocka_unit_test(indices_are_of_the_first_maximum_and_the_last_nan),
        cmocka_unit_test(no_images_give_none_and_bool_is_refused),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
