#include "support.h"

#include "frcnn/ops.h"

enum { MAX_OUT = 129 };

/* torch 2.14.1: interpolate(arange(in), out, mode="nearest") */
static const struct {
    int64_t in, out;
    int indices[MAX_OUT];
} rows[] = {
    {3, 7, {0, 0, 0, 1, 1, 2, 2}},
    {5, 3, {0, 1, 3}},
    {2, 4, {0, 0, 1, 1}},
    {7, 7, {0, 1, 2, 3, 4, 5, 6}},
    {13, 25, {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12}},
    {59, 129, {0,  0,  0,  1,  1,  2,  2,  3,  3,  4,  4,  5,  5,  5,  6,  6,  7,  7,  8,  8,  9,  9,  10, 10, 10, 11,
               11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 16, 17, 17, 18, 18, 19, 19, 20, 20, 21, 21, 21, 22, 22, 23,
               23, 24, 24, 25, 25, 26, 26, 26, 27, 27, 28, 28, 29, 29, 30, 30, 31, 31, 32, 32, 32, 33, 33, 34, 34, 35,
               35, 36, 36, 37, 37, 37, 38, 38, 39, 39, 40, 40, 41, 41, 42, 42, 42, 43, 43, 44, 44, 45, 45, 46, 46, 47,
               47, 48, 48, 48, 49, 49, 50, 50, 51, 51, 52, 52, 53, 53, 53, 54, 54, 55, 55, 56, 56, 57, 57, 58, 58}},
};
enum { N_ROWS = sizeof rows / sizeof rows[0] };

static frcnn_interpolate_options by_size(int64_t out_h, int64_t out_w)
{
    frcnn_interpolate_options options;
    frcnn_interpolate_options_default(&options);
    options.out_h = out_h;
    options.out_w = out_w;
    return options;
}

static void indices_are_those_of_pytorch_along_both_sides(void **state)
{
    (void)state;
    enum { C = 3 };
    for (int i = 0; i < N_ROWS; i++) {
        const int j = (i + 1) % N_ROWS;
        const int64_t shape[] = {2, rows[i].in, rows[j].in, C};
        const int64_t out_shape[] = {2, rows[i].out, rows[j].out, C};
        frcnn_tensor *tensor = NULL;
        frcnn_tensor *out = NULL;
        assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 4, shape));
        float *values = frcnn_tensor_get_data(tensor);
        for (int64_t k = 0; k < frcnn_tensor_get_n_elements(tensor); k++) values[k] = (float)k;
        const frcnn_interpolate_options options = by_size(rows[i].out, rows[j].out);
        assert_ok(frcnn_tensor_interpolate(&out, tensor, &options));
        assert_memory_equal(frcnn_tensor_get_shape(out), out_shape, sizeof out_shape);
        const float *results = frcnn_tensor_get_const_data(out);
        for (int64_t n = 0, at = 0; n < 2; n++)
            for (int64_t y = 0; y < rows[i].out; y++)
                for (int64_t x = 0; x < rows[j].out; x++)
                    for (int64_t c = 0; c < C; c++, at++) {
                        const int64_t row = n * rows[i].in + rows[i].indices[y];
                        assert_true(results[at] == (float)((row * rows[j].in + rows[j].indices[x]) * C + c));
                    }
        frcnn_tensor_destroy(&out);
        frcnn_tensor_destroy(&tensor);
    }
}

/* torch 2.14.1 on arange(12) as [1, 3, 4, 1], and on twenty times that in u8. */
static const struct {
    frcnn_interpolate_mode mode;
    int64_t out_h, out_w;
    double scale_h, scale_w;
    int align_corners, antialias, recompute;
    int64_t height, width;
    float values[30];
    uint8_t bytes[30];
} sampled[] = {
    {FRCNN_INTERPOLATE_NEAREST,
     0,
     0,
     1.7,
     0.6,
     0,
     0,
     0,
     5,
     2,
     {0, 1, 0, 1, 4, 5, 4, 5, 8, 9},
     {0, 20, 0, 20, 80, 100, 80, 100, 160, 180}},
    {FRCNN_INTERPOLATE_NEAREST,
     0,
     0,
     1.7,
     0.6,
     0,
     0,
     1,
     5,
     2,
     {0, 2, 0, 2, 4, 6, 4, 6, 8, 10},
     {0, 40, 0, 40, 80, 120, 80, 120, 160, 200}},
    {FRCNN_INTERPOLATE_BILINEAR,
     5,
     6,
     0,
     0,
     0,
     0,
     0,
     5,
     6,
     {0,           0.5f,       1.16666675f, 1.83333337f, 2.5f,        3,           1.60000014f, 2.10000014f,
      2.76666713f, 3.4333334f, 4.10000038f, 4.60000038f, 4,           4.5f,        5.16666698f, 5.83333302f,
      6.5f,        7,          6.40000057f, 6.90000057f, 7.56666708f, 8.23333359f, 8.90000057f, 9.40000057f,
      8,           8.5f,       9.16666698f, 9.83333397f, 10.5f,       11},
     {0,   10,  23,  37,  50,  60,  32,  42,  55,  69,  82,  92,  80,  90,  103,
      117, 130, 140, 128, 138, 151, 165, 178, 188, 160, 170, 183, 197, 210, 220}},
    {FRCNN_INTERPOLATE_BILINEAR,
     2,
     3,
     0,
     0,
     0,
     0,
     0,
     2,
     3,
     {1.16666663f, 2.5f, 3.83333349f, 7.16666651f, 8.5f, 9.83333302f},
     {23, 50, 77, 143, 170, 197}},
    {FRCNN_INTERPOLATE_BILINEAR,
     5,
     6,
     0,
     0,
     1,
     0,
     0,
     5,
     6,
     {0, 0.600000024f, 1.20000005f, 1.80000007f, 2.4000001f,  3,
      2, 2.5999999f,   3.20000005f, 3.80000019f, 4.4000001f,  5,
      4, 4.5999999f,   5.19999981f, 5.79999971f, 6.4000001f,  7,
      6, 6.5999999f,   7.19999981f, 7.79999971f, 8.40000057f, 9,
      8, 8.60000038f,  9.19999981f, 9.80000019f, 10.3999996f, 11},
     {0,   12,  24,  36,  48,  60,  40,  52,  64,  76,  88,  100, 80,  92,  104,
      116, 128, 140, 120, 132, 144, 156, 168, 180, 160, 172, 184, 196, 208, 220}},
    {FRCNN_INTERPOLATE_BILINEAR,
     2,
     3,
     0,
     0,
     0,
     1,
     0,
     2,
     3,
     {1.80000019f, 3.00000024f, 4.20000029f, 6.80000019f, 8, 9.19999981f},
     {36, 60, 84, 136, 160, 184}},
    {FRCNN_INTERPOLATE_BILINEAR,
     0,
     0,
     1.7,
     0.6,
     0,
     0,
     0,
     5,
     2,
     {0.333333313f, 2, 1.86274529f, 3.52941203f, 4.21568632f, 5.88235331f, 6.56862783f, 8.23529434f, 8.33333302f, 10},
     {7, 40, 38, 71, 85, 118, 132, 165, 167, 200}},
    {FRCNN_INTERPOLATE_BILINEAR,
     0,
     0,
     1.7,
     0.6,
     0,
     0,
     1,
     5,
     2,
     {0.5f, 2.5f, 2.10000014f, 4.10000038f, 4.5f, 6.5f, 6.90000057f, 8.90000057f, 8.5f, 10.5f},
     {10, 50, 42, 82, 90, 130, 138, 178, 170, 210}},
};

static void values_are_those_of_pytorch(void **state)
{
    (void)state;
    for (int64_t c = 1; c <= 9; c += 8)
        for (size_t k = 0; k < sizeof sampled / sizeof sampled[0]; k++) {
            const int64_t shape[] = {2, 3, 4, c};
            const int64_t out_shape[] = {2, sampled[k].height, sampled[k].width, c};
            const int64_t size = sampled[k].height * sampled[k].width;
            frcnn_tensor *tensor = NULL, *bytes = NULL, *out = NULL;
            assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 4, shape));
            assert_ok(frcnn_tensor_create(&bytes, FRCNN_U8, 4, shape));
            for (int64_t i = 0; i < 24 * c; i++) {
                ((float *)frcnn_tensor_get_data(tensor))[i] = (float)(i / c % 12);
                ((uint8_t *)frcnn_tensor_get_data(bytes))[i] = (uint8_t)(20 * (i / c % 12));
            }
            frcnn_interpolate_options options = by_size(sampled[k].out_h, sampled[k].out_w);
            options.mode = sampled[k].mode;
            options.scale_h = sampled[k].scale_h;
            options.scale_w = sampled[k].scale_w;
            options.align_corners = sampled[k].align_corners;
            options.antialias = sampled[k].antialias;
            options.recompute_scale_factor = sampled[k].recompute;
            assert_ok(frcnn_tensor_interpolate(&out, tensor, &options));
            assert_memory_equal(frcnn_tensor_get_shape(out), out_shape, sizeof out_shape);
            /* PyTorch may weigh four pixels at once: two roundings of values up to 11. */
            for (int64_t i = 0; i < 2 * size * c; i++)
                assert_float_equal(((const float *)frcnn_tensor_get_const_data(out))[i],
                                   sampled[k].values[i / c % size], 2e-6);
            frcnn_tensor_destroy(&out);
            assert_ok(frcnn_tensor_interpolate(&out, bytes, &options));
            assert_int_equal(frcnn_tensor_get_dtype(out), FRCNN_U8);
            for (int64_t i = 0; i < 2 * size * c; i++)
                assert_int_equal(((const uint8_t *)frcnn_tensor_get_const_data(out))[i],
                                 sampled[k].bytes[i / c % size]);
            frcnn_tensor_destroy(&out);
            frcnn_tensor_destroy(&bytes);
            frcnn_tensor_destroy(&tensor);
        }
}

static void arguments_are_checked(void **state)
{
    (void)state;
    const int64_t shape[] = {1, 2, 3, 4};
    const int64_t empty[] = {1, 0, 3, 4};
    frcnn_tensor *tensor = NULL, *none = NULL, *whole = NULL, *half = NULL, *out = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, 4, shape));
    assert_ok(frcnn_tensor_create(&none, FRCNN_F32, 4, empty));
    assert_ok(frcnn_tensor_create(&whole, FRCNN_I32, 4, shape));
    assert_ok(frcnn_tensor_create(&half, FRCNN_F16, 4, shape));
    const frcnn_interpolate_options good = by_size(4, 6);
    frcnn_interpolate_options bad = good;
    assert_fails(frcnn_tensor_interpolate(&out, tensor, NULL), FRCNN_ERROR_INVALID, "a size or a scale");
    bad.struct_size = 3;
    assert_fails(frcnn_tensor_interpolate(&out, tensor, &bad), FRCNN_ERROR_INVALID, "found 3");
    bad = by_size(0, 6);
    assert_fails(frcnn_tensor_interpolate(&out, tensor, &bad), FRCNN_ERROR_INVALID, "found 2 to 0");
    bad = by_size(4, -6);
    assert_fails(frcnn_tensor_interpolate(&out, tensor, &bad), FRCNN_ERROR_INVALID, "found 3 to -6");
    bad = by_size(INT64_MAX / 4, 6);
    assert_fails(frcnn_tensor_interpolate(&out, tensor, &bad), FRCNN_ERROR_INVALID, "memory can address");
    bad = by_size(0, 0);
    assert_fails(frcnn_tensor_interpolate(&out, tensor, &bad), FRCNN_ERROR_INVALID, "found neither");
    bad.scale_h = bad.scale_w = 0.2;
    assert_fails(frcnn_tensor_interpolate(&out, tensor, &bad), FRCNN_ERROR_INVALID, "found 2 to 0.4");
    bad.out_h = 3;
    assert_fails(frcnn_tensor_interpolate(&out, tensor, &bad), FRCNN_ERROR_INVALID, "found both");
    bad = good;
    bad.align_corners = 1;
    assert_fails(frcnn_tensor_interpolate(&out, tensor, &bad), FRCNN_ERROR_INVALID, "for bilinear only");
    bad = good;
    bad.recompute_scale_factor = 1;
    assert_fails(frcnn_tensor_interpolate(&out, tensor, &bad), FRCNN_ERROR_INVALID, "with a scale only");
    bad = good;
    bad.mode = (frcnn_interpolate_mode)7;
    assert_fails(frcnn_tensor_interpolate(&out, tensor, &bad), FRCNN_ERROR_INVALID, "found 7");
    bad = good;
    bad.mode = FRCNN_INTERPOLATE_BILINEAR;
    bad.antialias = 1;
    assert_fails(frcnn_tensor_interpolate(&out, half, &bad), FRCNN_ERROR_INVALID, "found f16");
    assert_fails(frcnn_tensor_interpolate(&out, none, &good), FRCNN_ERROR_INVALID, "found 0 to 4");
    assert_fails(frcnn_tensor_interpolate(&out, whole, &good), FRCNN_ERROR_INVALID, "found i32");
    assert_null(out);
    frcnn_tensor_destroy(&none);
    frcnn_tensor_destroy(&whole);
    frcnn_tensor_destroy(&half);
    frcnn_tensor_destroy(&tensor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indices_are_those_of_pytorch_along_both_sides),
        cmocka_unit_test(values_are_those_of_pytorch),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
