/** Pictures as files and as networks take them: layouts, ranges and channels, as torchvision 0.29 and Pillow 13 answer. */
#include "support.h"

#include <math.h>

#include "frcnn/picture.h"
#include "tensor/storage.h"

static frcnn_tensor *make(frcnn_dtype dtype, int n_dims, const int64_t *shape, const void *values)
{
    frcnn_tensor *tensor = NULL;
    assert_ok(frcnn_tensor_create(&tensor, dtype, n_dims, shape));
    if (values != NULL)
        memcpy(frcnn_tensor_get_data(tensor), values,
               (size_t)frcnn_tensor_get_n_elements(tensor) * frcnn_dtype_get_size(dtype));
    return tensor;
}

static void assert_holds(const frcnn_tensor *tensor, frcnn_dtype dtype, int n_dims, const int64_t *shape,
                         const void *values)
{
    assert_int_equal(frcnn_tensor_get_dtype(tensor), dtype);
    assert_int_equal(frcnn_tensor_get_n_dims(tensor), n_dims);
    for (int d = 0; d < n_dims; d++) assert_int_equal(frcnn_tensor_get_shape(tensor)[d], shape[d]);
    assert_true(frcnn_tensor_is_contiguous(tensor));
    assert_memory_equal(frcnn_tensor_get_const_data(tensor), values,
                        (size_t)frcnn_tensor_get_n_elements(tensor) * frcnn_dtype_get_size(dtype));
}

static void bytes_become_floats_with_channels_first(void **state)
{
    (void)state;
    const int64_t hwc[] = {1, 2, 3};
    const int64_t chw[] = {3, 1, 2};
    const uint8_t bytes[] = {0, 1, 2, 51, 128, 255};
    const float floats[] = {0, 0x1.99999ap-3F, 0x1.010102p-8F, 0x1.010102p-1F, 0x1.010102p-7F, 1};
    frcnn_tensor *picture = make(FRCNN_U8, 3, hwc, bytes);
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_picture_to_chw(&found, picture));
    assert_holds(found, FRCNN_F32, 3, chw, floats);
    frcnn_tensor *back = NULL;
    assert_ok(frcnn_picture_from_chw(&back, found));
    assert_holds(back, FRCNN_U8, 3, hwc, bytes);
    frcnn_tensor_destroy(&back);
    frcnn_tensor_destroy(&found);

    /* Of two dimensions: one channel. Of another dtype: the same values. */
    const int64_t hw[] = {3, 2};
    const int64_t one[] = {1, 3, 2};
    const int64_t last[] = {3, 2, 1};
    const int16_t wide[] = {-5, 300, 7, 0, 1, 2};
    frcnn_tensor *flat = make(FRCNN_I16, 2, hw, wide);
    assert_ok(frcnn_picture_to_chw(&found, flat));
    assert_holds(found, FRCNN_I16, 3, one, wide);
    frcnn_tensor_destroy(&found);
    frcnn_tensor_destroy(&flat);
    flat = make(FRCNN_U8, 2, hw, bytes);
    assert_ok(frcnn_picture_from_chw(&found, flat));
    assert_holds(found, FRCNN_U8, 3, last, bytes);
    frcnn_tensor_destroy(&found);
    frcnn_tensor_destroy(&flat);
    frcnn_tensor_destroy(&picture);
}

static void every_byte_comes_back_from_its_float(void **state)
{
    (void)state;
    const int64_t shape[] = {16, 16, 1};
    uint8_t bytes[256];
    for (int i = 0; i < 256; i++) bytes[i] = (uint8_t)i;
    frcnn_tensor *picture = make(FRCNN_U8, 3, shape, bytes);
    frcnn_tensor *floats = NULL;
    frcnn_tensor *back = NULL;
    assert_ok(frcnn_picture_convert_dtype(&floats, picture, FRCNN_F32));
    assert_ok(frcnn_picture_convert_dtype(&back, floats, FRCNN_U8));
    assert_holds(back, FRCNN_U8, 3, shape, bytes);
    frcnn_tensor_destroy(&back);
    frcnn_tensor_destroy(&floats);
    frcnn_tensor_destroy(&picture);
}

/* What torchvision's ToPILImage and convert_image_dtype make of values in and out of range. */
static void floats_are_cut_and_wrap(void **state)
{
    (void)state;
    const int64_t shape[] = {1, 2, 5};
    const int64_t hwc[] = {2, 5, 1};
    const float floats[] = {0, 1, 0.5F, 0.999F, -0.1F, 1.1F, 2, NAN, INFINITY, 0.0039F};
    const uint8_t cut[] = {0, 255, 127, 254, 231, 24, 254, 0, 0, 0};
    const uint8_t even[] = {0, 255, 127, 255, 231, 25, 255, 0, 0, 0};
    const uint8_t even_f16[] = {0, 0, 128, 255, 231, 25, 0, 0, 0, 0};
    const uint8_t even_bf16[] = {0, 0, 128, 0, 231, 26, 0, 0, 0, 1};
    frcnn_tensor *tensor = make(FRCNN_F32, 3, shape, floats);
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_picture_from_chw(&found, tensor));
    assert_holds(found, FRCNN_U8, 3, hwc, cut);
    frcnn_tensor_destroy(&found);
    assert_ok(frcnn_picture_convert_dtype(&found, tensor, FRCNN_U8));
    assert_holds(found, FRCNN_U8, 3, shape, even);
    frcnn_tensor_destroy(&found);
    const struct {
        frcnn_dtype dtype;
        const uint8_t *cut, *even;
    } others[] = {{FRCNN_F16, cut, even_f16}, {FRCNN_F64, cut, even}, {FRCNN_BF16, NULL, even_bf16}};
    for (int i = 0; i < 3; i++) {
        frcnn_tensor *other = NULL;
        assert_ok(frcnn_tensor_cast(&other, tensor, others[i].dtype));
        assert_ok(frcnn_picture_convert_dtype(&found, other, FRCNN_U8));
        assert_holds(found, FRCNN_U8, 3, shape, others[i].even);
        frcnn_tensor_destroy(&found);
        if (others[i].cut != NULL) {
            assert_ok(frcnn_picture_from_chw(&found, other));
            assert_holds(found, FRCNN_U8, 3, hwc, others[i].cut);
            frcnn_tensor_destroy(&found);
        }
        frcnn_tensor_destroy(&other);
    }
    frcnn_tensor_destroy(&tensor);
}

static void bytes_become_floats_of_every_width(void **state)
{
    (void)state;
    const int64_t shape[] = {5};
    const uint8_t bytes[] = {0, 1, 100, 200, 255};
    const double f64[] = {0, 1 / 255.0, 100 / 255.0, 200 / 255.0, 1};
    const float f16[] = {0, 0.0039215087890625F, 0.39208984375F, 0.7841796875F, 1};
    const float bf16[] = {0, 0.003936767578125F, 0.392578125F, 0.78515625F, 1};
    frcnn_tensor *tensor = make(FRCNN_U8, 1, shape, bytes);
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_picture_convert_dtype(&found, tensor, FRCNN_F64));
    assert_holds(found, FRCNN_F64, 1, shape, f64);
    frcnn_tensor_destroy(&found);
    const frcnn_dtype narrow[] = {FRCNN_F16, FRCNN_BF16};
    for (int i = 0; i < 2; i++) {
        frcnn_tensor *wide = NULL;
        assert_ok(frcnn_picture_convert_dtype(&found, tensor, narrow[i]));
        assert_int_equal(frcnn_tensor_get_dtype(found), narrow[i]);
        assert_ok(frcnn_picture_convert_dtype(&wide, found, FRCNN_F32));
        assert_holds(wide, FRCNN_F32, 1, shape, i == 0 ? f16 : bf16);
        frcnn_tensor_destroy(&wide);
        frcnn_tensor_destroy(&found);
    }
    assert_ok(frcnn_picture_convert_dtype(&found, tensor, FRCNN_U8));
    assert_holds(found, FRCNN_U8, 1, shape, bytes);
    frcnn_tensor_destroy(&found);
    assert_fails(frcnn_picture_convert_dtype(&found, tensor, FRCNN_I32), FRCNN_ERROR_INVALID, "found u8 to i32");
    frcnn_tensor_destroy(&tensor);
}

/* A row of each kind; grey by hand: (19595 * 10 + 38470 * 20 + 7471 * 200 + 32768) / 65536 = 38.03. */
static void channels_are_converted_as_pillow_does(void **state)
{
    (void)state;
    static const uint8_t pixels[4][4] = {{9}, {9, 77}, {10, 20, 200}, {10, 20, 200, 77}};
    static const uint8_t expected[4][4][4] = {
        {{9}, {9, 255}, {9, 9, 9}, {9, 9, 9, 255}},
        {{9}, {9, 77}, {9, 9, 9}, {9, 9, 9, 77}},
        {{38}, {38, 255}, {10, 20, 200}, {10, 20, 200, 255}},
        {{38}, {38, 77}, {10, 20, 200}, {10, 20, 200, 77}},
    };
    for (int from = 1; from <= 4; from++) {
        const int64_t shape[] = {1, 1, from};
        frcnn_tensor *picture = make(FRCNN_U8, 3, shape, pixels[from - 1]);
        for (int to = 1; to <= 4; to++) {
            const int64_t wanted[] = {1, 1, to};
            frcnn_tensor *found = NULL;
            assert_ok(frcnn_picture_convert(&found, picture, to));
            assert_holds(found, FRCNN_U8, 3, wanted, expected[from - 1][to - 1]);
            frcnn_tensor_destroy(&found);
        }
        frcnn_tensor_destroy(&picture);
    }
    /* White stays white and black black. */
    const int64_t shape[] = {1, 2, 3};
    const int64_t grey[] = {1, 2, 1};
    const uint8_t ends[] = {255, 255, 255, 0, 0, 0};
    const uint8_t luma[] = {255, 0};
    frcnn_tensor *picture = make(FRCNN_U8, 3, shape, ends);
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_picture_convert(&found, picture, 1));
    assert_holds(found, FRCNN_U8, 3, grey, luma);
    frcnn_tensor_destroy(&found);
    frcnn_tensor_destroy(&picture);
}

static void red_and_blue_change_places_in_either_layout(void **state)
{
    (void)state;
    const int64_t shape[] = {3, 2, 4};
    int32_t values[24];
    for (int i = 0; i < 24; i++) values[i] = i;
    frcnn_tensor *tensor = make(FRCNN_I32, 3, shape, values);
    int32_t planes[24];
    int32_t pixels[24];
    for (int i = 0; i < 24; i++) {
        planes[i] = (2 - i / 8) * 8 + i % 8;
        pixels[i] = i % 4 == 0 ? i + 2 : i % 4 == 2 ? i - 2 : i;
    }
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_picture_swap_red_blue(&found, tensor, 0));
    assert_holds(found, FRCNN_I32, 3, shape, planes);
    frcnn_tensor_destroy(&found);
    assert_ok(frcnn_picture_swap_red_blue(&found, tensor, -1));
    assert_holds(found, FRCNN_I32, 3, shape, pixels);
    frcnn_tensor *back = NULL;
    assert_ok(frcnn_picture_swap_red_blue(&back, found, 2));
    assert_holds(back, FRCNN_I32, 3, shape, values);
    frcnn_tensor_destroy(&back);
    frcnn_tensor_destroy(&found);
    assert_fails(frcnn_picture_swap_red_blue(&found, tensor, 1), FRCNN_ERROR_INVALID, "dimension 1, found 2");
    assert_fails(frcnn_picture_swap_red_blue(&found, tensor, 3), FRCNN_ERROR_INVALID, "[-3, 2]");
    frcnn_tensor_destroy(&tensor);
    tensor = make(FRCNN_F32, 0, NULL, NULL);
    assert_fails(frcnn_picture_swap_red_blue(&found, tensor, 0), FRCNN_ERROR_INVALID, "red and blue");
    frcnn_tensor_destroy(&tensor);
}

/* Every second row and column from the right end of a wider picture, in an order of its own. */
static void strides_do_not_matter(void **state)
{
    (void)state;
    const int64_t whole[] = {3, 4, 5};
    uint8_t bytes[60];
    for (int i = 0; i < 60; i++) bytes[i] = (uint8_t)(4 * i);
    frcnn_tensor *base = make(FRCNN_U8, 3, whole, bytes);
    const int64_t shape[] = {2, 2, 3};
    const int64_t strides[] = {10, 2, 20};
    frcnn_tensor *view = NULL;
    frcnn_tensor *copy = NULL;
    assert_ok(frcnn_tensor_as_strided(&view, base, 3, shape, strides, 5));
    assert_ok(frcnn_tensor_cast(&copy, view, FRCNN_U8));
    frcnn_status (*const one_input[])(frcnn_tensor **, const frcnn_tensor *) = {frcnn_picture_to_chw,
                                                                                frcnn_picture_from_chw};
    for (int i = 0; i < 4; i++) {
        frcnn_tensor *found = NULL;
        frcnn_tensor *expected = NULL;
        const frcnn_tensor *const inputs[] = {view, copy};
        frcnn_tensor **const outputs[] = {&found, &expected};
        for (int k = 0; k < 2; k++)
            assert_ok(i < 2    ? one_input[i](outputs[k], inputs[k])
                      : i == 2 ? frcnn_picture_convert(outputs[k], inputs[k], 1)
                               : frcnn_picture_swap_red_blue(outputs[k], inputs[k], 2));
        assert_holds(found, frcnn_tensor_get_dtype(expected), 3, frcnn_tensor_get_shape(expected),
                     frcnn_tensor_get_const_data(expected));
        frcnn_tensor_destroy(&found);
        frcnn_tensor_destroy(&expected);
    }
    frcnn_tensor_destroy(&copy);
    frcnn_tensor_destroy(&view);
    frcnn_tensor_destroy(&base);
}

static void empty_pictures_stay_empty(void **state)
{
    (void)state;
    const int64_t shape[] = {0, 4, 3};
    const int64_t chw[] = {3, 0, 4};
    const int64_t grey[] = {0, 4, 1};
    frcnn_tensor *empty = make(FRCNN_U8, 3, shape, NULL);
    frcnn_tensor *first = NULL;
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_picture_to_chw(&first, empty));
    assert_holds(first, FRCNN_F32, 3, chw, "");
    assert_ok(frcnn_picture_from_chw(&found, first));
    assert_holds(found, FRCNN_U8, 3, shape, "");
    frcnn_tensor_destroy(&found);
    assert_ok(frcnn_picture_convert(&found, empty, 1));
    assert_holds(found, FRCNN_U8, 3, grey, "");
    frcnn_tensor_destroy(&found);
    assert_ok(frcnn_picture_swap_red_blue(&found, empty, -1));
    assert_holds(found, FRCNN_U8, 3, shape, "");
    frcnn_tensor_destroy(&found);
    assert_ok(frcnn_picture_convert_dtype(&found, empty, FRCNN_F16));
    assert_holds(found, FRCNN_F16, 3, shape, "");
    frcnn_tensor_destroy(&found);
    frcnn_tensor_destroy(&first);
    frcnn_tensor_destroy(&empty);
}

static void what_is_no_picture_is_named(void **state)
{
    (void)state;
    const int64_t shape[] = {5, 2, 5};
    frcnn_tensor *five = make(FRCNN_U8, 3, shape, NULL);
    frcnn_tensor *line = make(FRCNN_U8, 1, shape, NULL);
    frcnn_tensor *whole = make(FRCNN_I32, 3, shape, NULL);
    frcnn_tensor *found = NULL;
    assert_ok(frcnn_picture_to_chw(&found, five));
    frcnn_tensor_destroy(&found);
    assert_fails(frcnn_picture_to_chw(&found, line), FRCNN_ERROR_INVALID, "found [5]");
    assert_fails(frcnn_picture_from_chw(&found, line), FRCNN_ERROR_INVALID, "found [5]");
    assert_fails(frcnn_picture_from_chw(&found, five), FRCNN_ERROR_INVALID, "1 to 4 channels, found 5");
    assert_fails(frcnn_picture_from_chw(&found, whole), FRCNN_ERROR_INVALID, "found i32");
    assert_fails(frcnn_picture_convert_dtype(&found, whole, FRCNN_F32), FRCNN_ERROR_INVALID, "found i32 to f32");
    assert_fails(frcnn_picture_convert(&found, five, 3), FRCNN_ERROR_INVALID, "found 5");
    assert_fails(frcnn_picture_convert(&found, line, 3), FRCNN_ERROR_INVALID, "found [5]");
    assert_fails(frcnn_picture_convert(&found, whole, 3), FRCNN_ERROR_INVALID, "found i32");
    assert_fails(frcnn_picture_convert(&found, five, 0), FRCNN_ERROR_INVALID, "found 0");
    assert_null(found);
    frcnn_tensor_destroy(&five);
    frcnn_tensor_destroy(&line);
    frcnn_tensor_destroy(&whole);
}

static void tensors_elsewhere_are_refused(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 2, 3};
    frcnn_tensor *picture = make(FRCNN_U8, 3, shape, NULL);
    picture->device.kind = FRCNN_CUDA;
    frcnn_tensor *found = NULL;
    frcnn_image *image = NULL;
    assert_fails(frcnn_picture_to_chw(&found, picture), FRCNN_ERROR_UNSUPPORTED, "on the CPU, found cuda:0");
    assert_fails(frcnn_picture_from_chw(&found, picture), FRCNN_ERROR_UNSUPPORTED, "cuda:0");
    assert_fails(frcnn_picture_convert_dtype(&found, picture, FRCNN_F32), FRCNN_ERROR_UNSUPPORTED, "cuda:0");
    assert_fails(frcnn_picture_convert(&found, picture, 1), FRCNN_ERROR_UNSUPPORTED, "cuda:0");
    assert_fails(frcnn_picture_swap_red_blue(&found, picture, -1), FRCNN_ERROR_UNSUPPORTED, "cuda:0");
    assert_fails(frcnn_picture_make_grid(&found, picture, NULL), FRCNN_ERROR_UNSUPPORTED, "cuda:0");
    assert_fails(frcnn_picture_to_image(&image, picture), FRCNN_ERROR_UNSUPPORTED, "cuda:0");
    assert_fails(frcnn_picture_save(picture, "a.png"), FRCNN_ERROR_UNSUPPORTED, "a.png: expected a tensor on the CPU");
    assert_fails(frcnn_picture_save_grid(picture, "a.png", NULL), FRCNN_ERROR_UNSUPPORTED, "a.png: ");
    frcnn_tensor_destroy(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_floats_with_channels_first),
        cmocka_unit_test(every_byte_comes_back_from_its_float),
        cmocka_unit_test(floats_are_cut_and_wrap),
        cmocka_unit_test(bytes_become_floats_of_every_width),
        cmocka_unit_test(channels_are_converted_as_pillow_does),
        cmocka_unit_test(red_and_blue_change_places_in_either_layout),
        cmocka_unit_test(strides_do_not_matter),
        cmocka_unit_test(empty_pictures_stay_empty),
        cmocka_unit_test(what_is_no_picture_is_named),
        cmocka_unit_test(tensors_elsewhere_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
