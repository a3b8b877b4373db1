/** Grids of tensors as torchvision 0.29's make_grid lays them. */
#include "support.h"

#include <math.h>

#include "frcnn/picture.h"

static frcnn_tensor *make(int n_dims, const int64_t *shape, const float *values)
{
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_create(&tensor, FRCNN_F32, n_dims, shape));
    float *data = frcnn_tensor_get_data(tensor);
    for (int64_t i = 0; i < frcnn_tensor_get_n_elements(tensor); i++)
        data[i] = values == NULL ? (float)(i + 1) : values[i];
    return tensor;
}

static void assert_grid(const frcnn_tensor *grid, int64_t n_channels, int64_t height, int64_t width,
                        const float *values)
{
    const int64_t *shape = frcnn_tensor_get_shape(grid);
    assert_int_equal(frcnn_tensor_get_n_dims(grid), 3);
    assert_int_equal(shape[0], n_channels);
    assert_int_equal(shape[1], height);
    assert_int_equal(shape[2], width);
    const float *found = frcnn_tensor_get_const_data(grid);
    for (int64_t i = 0; values != NULL && i < n_channels * height * width; i++)
        if (found[i] != values[i] && !(isnan(found[i]) && isnan(values[i])))
            fail_msg("at %lld: expected %g, found %g", (long long)i, (double)values[i], (double)found[i]);
}

/* Five images 1x2x3 in rows of three are 3x10x17; the values of each channel, where 0.5 is the padding. */
static void five_grey_pictures_in_rows_of_three(void **state)
{
    (void)state;
    enum { HEIGHT = 10, WIDTH = 17 };
    const float p = 0.5F;
    const float plane[HEIGHT][WIDTH] = {
        {p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p},
        {p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p},
        {p, p, 1, 2, 3, p, p, 7, 8, 9, p, p, 13, 14, 15, p, p},
        {p, p, 4, 5, 6, p, p, 10, 11, 12, p, p, 16, 17, 18, p, p},
        {p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p},
        {p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p},
        {p, p, 19, 20, 21, p, p, 25, 26, 27, p, p, p, p, p, p, p},
        {p, p, 22, 23, 24, p, p, 28, 29, 30, p, p, p, p, p, p, p},
        {p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p},
        {p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p, p},
    };
    const int64_t shape[] = {5, 1, 2, 3};
    frcnn_tensor *batch = make(4, shape, NULL);
    frcnn_picture_grid_options options;
    frcnn_picture_grid_options_default(&options);
    options.n_per_row = 3;
    options.pad_value = p;
    float expected[3][HEIGHT][WIDTH];
    for (int c = 0; c < 3; c++) memcpy(expected[c], plane, sizeof plane);
    frcnn_tensor *grid = NULL;
    assert_ok(frcnn_picture_make_grid(&grid, batch, &options));
    assert_grid(grid, 3, HEIGHT, WIDTH, &expected[0][0][0]);
    frcnn_tensor_destroy(&grid);

    /* Any dtype is laid alike, with the padding cut to it. */
    frcnn_tensor *bytes = NULL;
    frcnn_tensor *floats = NULL;
    assert_ok(frcnn_tensor_cast(&bytes, batch, FRCNN_U8));
    assert_ok(frcnn_picture_make_grid(&grid, bytes, &options));
    assert_int_equal(frcnn_tensor_get_dtype(grid), FRCNN_U8);
    assert_ok(frcnn_tensor_cast(&floats, grid, FRCNN_F32));
    for (int i = 0; i < 3 * HEIGHT * WIDTH; i++) (&expected[0][0][0])[i] = floorf((&expected[0][0][0])[i]);
    assert_grid(floats, 3, HEIGHT, WIDTH, &expected[0][0][0]);
    frcnn_tensor_destroy(&floats);
    frcnn_tensor_destroy(&grid);
    frcnn_tensor_destroy(&bytes);
    frcnn_tensor_destroy(&batch);
}

static void a_single_picture_has_no_padding(void **state)
{
    (void)state;
    const int64_t shape[] = {1, 2, 2, 3};
    const float grey[] = {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6};
    frcnn_tensor *batch = make(4, shape, NULL);
    frcnn_tensor *grid = NULL;
    assert_ok(frcnn_picture_make_grid(&grid, batch, NULL));
    assert_grid(grid, 2, 2, 3, frcnn_tensor_get_const_data(batch));
    frcnn_tensor_destroy(&grid);
    frcnn_tensor_destroy(&batch);
    for (int n_dims = 2; n_dims <= 3; n_dims++) {
        const int64_t one[] = {1, 2, 3};
        frcnn_tensor *picture = make(n_dims, one + 3 - n_dims, NULL);
        assert_ok(frcnn_picture_make_grid(&grid, picture, NULL));
        assert_grid(grid, 3, 2, 3, grey);
        frcnn_tensor_destroy(&grid);
        frcnn_tensor_destroy(&picture);
    }
}

/* Two pictures of three channels and one pixel: 1, 3, 2 and 5, 5, 5. */
static void values_are_brought_to_0_and_1(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3, 1, 1};
    const float values[] = {1, 3, 2, 5, 5, 5};
    const float all[] = {0, 1, 0.5F, 1, 0.25F, 1};
    const float each[] = {0, 0, 1, 0, 0.5F, 0};
    const float ranged[] = {0, 1, 0.5F, 1, 0, 1};
    frcnn_tensor *batch = make(4, shape, values);
    frcnn_picture_grid_options options;
    frcnn_picture_grid_options_default(&options);
    options.padding = 0;
    options.normalize = 1;
    frcnn_tensor *grid = NULL;
    assert_ok(frcnn_picture_make_grid(&grid, batch, &options));
    assert_grid(grid, 3, 1, 2, all);
    frcnn_tensor_destroy(&grid);
    options.scale_each = 1;
    assert_ok(frcnn_picture_make_grid(&grid, batch, &options));
    assert_grid(grid, 3, 1, 2, each);
    frcnn_tensor_destroy(&grid);
    options.has_value_range = 1;
    options.value_lo = 2;
    options.value_hi = 4;
    assert_ok(frcnn_picture_make_grid(&grid, batch, &options));
    assert_grid(grid, 3, 1, 2, ranged);
    frcnn_tensor_destroy(&grid);

    /* A NaN stays alone in a given range; where the range is the values', it is everywhere. */
    const float with_nan[] = {0, 1, 0.5F, 1, NAN, 1};
    const float nothing[] = {NAN, 0, NAN, 0, NAN, 0};
    ((float *)frcnn_tensor_get_data(batch))[2] = NAN;
    assert_ok(frcnn_picture_make_grid(&grid, batch, &options));
    assert_grid(grid, 3, 1, 2, with_nan);
    frcnn_tensor_destroy(&grid);
    options.has_value_range = 0;
    assert_ok(frcnn_picture_make_grid(&grid, batch, &options));
    assert_grid(grid, 3, 1, 2, nothing);
    frcnn_tensor_destroy(&grid);
    assert_float_equal(((const float *)frcnn_tensor_get_const_data(batch))[5], 5, 0);
    frcnn_tensor_destroy(&batch);
}

static void pictures_without_pixels_leave_the_padding(void **state)
{
    (void)state;
    const int64_t shape[] = {3, 2, 0, 4};
    frcnn_tensor *batch = make(4, shape, NULL);
    frcnn_picture_grid_options options;
    frcnn_picture_grid_options_default(&options);
    options.n_per_row = 2;
    options.padding = 1;
    frcnn_tensor *grid = NULL;
    assert_ok(frcnn_picture_make_grid(&grid, batch, &options));
    assert_grid(grid, 2, 3, 11, NULL);
    for (int i = 0; i < 66; i++) assert_true(((const float *)frcnn_tensor_get_const_data(grid))[i] == 0);
    frcnn_tensor_destroy(&grid);
    options.normalize = 1;
    assert_fails(frcnn_picture_make_grid(&grid, batch, &options), FRCNN_ERROR_INVALID, "found none");
    frcnn_tensor_destroy(&batch);
}

static void bad_arguments_are_named(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 1, 2, 2};
    const int64_t none[] = {0, 1, 2, 2};
    frcnn_tensor *batch = make(4, shape, NULL);
    frcnn_tensor *empty = make(4, none, NULL);
    frcnn_tensor *line = make(1, shape, NULL);
    frcnn_tensor *bytes = NULL;
    assert_ok(frcnn_tensor_cast(&bytes, batch, FRCNN_U8));
    frcnn_picture_grid_options options;
    frcnn_picture_grid_options_default(&options);
    frcnn_tensor *grid = NULL;
    assert_fails(frcnn_picture_make_grid(&grid, empty, NULL), FRCNN_ERROR_INVALID, "found none");
    assert_fails(frcnn_picture_make_grid(&grid, line, NULL), FRCNN_ERROR_INVALID, "found [2]");
    options.pad_value = 256;
    assert_fails(frcnn_picture_make_grid(&grid, bytes, &options), FRCNN_ERROR_INVALID, "u8 holds, found 256");
    options.pad_value = 1e39;
    assert_fails(frcnn_picture_make_grid(&grid, batch, &options), FRCNN_ERROR_INVALID, "f32 holds, found 1e+39");
    options.pad_value = 0;
    options.normalize = 1;
    assert_fails(frcnn_picture_make_grid(&grid, bytes, &options), FRCNN_ERROR_INVALID, "floats to normalize, found u8");
    options.has_value_range = 1;
    options.value_hi = 1e39;
    assert_fails(frcnn_picture_make_grid(&grid, batch, &options), FRCNN_ERROR_INVALID, "found 0 to 1e+39");
    options.normalize = 0;
    options.n_per_row = 0;
    assert_fails(frcnn_picture_make_grid(&grid, batch, &options), FRCNN_ERROR_INVALID, "found 0 and 2");
    options.n_per_row = 1;
    options.padding = -1;
    assert_fails(frcnn_picture_make_grid(&grid, batch, &options), FRCNN_ERROR_INVALID, "found 1 and -1");
    options.padding = INT64_MAX - 1;
    assert_fails(frcnn_picture_make_grid(&grid, batch, &options), FRCNN_ERROR_INVALID, "too large");
    options.padding = INT64_C(1) << 40;
    assert_fails(frcnn_picture_make_grid(&grid, batch, &options), FRCNN_ERROR_INVALID, "tensor");
    options.struct_size = 1;
    assert_fails(frcnn_picture_make_grid(&grid, batch, &options), FRCNN_ERROR_INVALID, "found 1");
    assert_null(grid);
    frcnn_tensor_destroy(&bytes);
    frcnn_tensor_destroy(&line);
    frcnn_tensor_destroy(&empty);
    frcnn_tensor_destroy(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_grey_pictures_in_rows_of_three),
        cmocka_unit_test(a_single_picture_has_no_padding),
        cmocka_unit_test(values_are_brought_to_0_and_1),
        cmocka_unit_test(pictures_without_pixels_leave_the_padding),
        cmocka_unit_test(bad_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
