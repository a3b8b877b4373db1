/** EXIF orientations 1 to 8: known layouts, each container, once and not twice. */
#include "sample_files.h"

#include <webp/encode.h>

#include "image/exif_orientation.h"

/* Six areas, stored as "ABC" over "DEF"; what each orientation makes of them, row by row. The EXIF standard says where
   the stored row 0 and column 0 are on the upright picture: 6, for one, is "right, top". */
static const struct {
    int height, width;
    const char *areas;
} upright[9] = {
    [1] = {2, 3, "ABCDEF"}, [2] = {2, 3, "CBAFED"}, [3] = {2, 3, "FEDCBA"}, [4] = {2, 3, "DEFABC"},
    [5] = {3, 2, "ADBECF"}, [6] = {3, 2, "DAEBFC"}, [7] = {3, 2, "FCEBDA"}, [8] = {3, 2, "CFBEAD"},
};

static uint8_t get_value(char area)
{
    return (uint8_t)(20 + 40 * (area - 'A'));
}

/* Areas of side pixels, grey. */
static uint8_t *make_areas(int side)
{
    uint8_t *rgb = malloc((size_t)(2 * side) * (size_t)(3 * side) * 3);
    assert_non_null(rgb);
    for (int y = 0; y < 2 * side; y++)
        for (int x = 0; x < 3 * side; x++)
            memset(rgb + 3 * (y * 3 * side + x), get_value(upright[1].areas[y / side * 3 + x / side]), 3);
    return rgb;
}

static void assert_upright(const frcnn_image *image, int orientation, int side)
{
    const int width = upright[orientation].width;
    assert_int_equal(frcnn_image_get_height(image), upright[orientation].height * side);
    assert_int_equal(frcnn_image_get_width(image), width * side);
    for (int y = 0; y < upright[orientation].height; y++) {
        for (int x = 0; x < width; x++) {
            const int at = ((y * side + side / 2) * width * side + x * side + side / 2) * 3;
            const int found = frcnn_image_get_const_pixels(image)[at];
            const int expected = get_value(upright[orientation].areas[y * width + x]);
            if (abs(found - expected) > 2)
                fail_msg("orientation %d, area %d, %d: expected %d, found %d", orientation, y, x, expected, found);
        }
    }
}

static void assert_file_is_upright(const sample *file, int orientation, int side)
{
    frcnn_image *image = NULL;
    assert_ok(frcnn_image_decode(&image, file->bytes, file->n_bytes, "sample", NULL));
    assert_upright(image, orientation, side);
    frcnn_image_destroy(&image);
    frcnn_image_options options;
    frcnn_image_options_default(&options);
    options.ignore_exif = 1;
    assert_ok(frcnn_image_decode(&image, file->bytes, file->n_bytes, "sample", &options));
    assert_upright(image, 1, side);
    frcnn_image_destroy(&image);
}

static void test_pixels(void **state)
{
    (void)state;
    const int sides[3] = {1, 7, 40};
    for (int i = 0; i < 3; i++) {
        uint8_t *rgb = make_areas(sides[i]);
        for (int orientation = 1; orientation <= 8; orientation++) {
            frcnn_image *image = NULL;
            assert_ok(frcnn_image_create(&image, 2 * sides[i], 3 * sides[i], rgb));
            assert_ok(frcnn_image_make_upright(image, orientation));
            assert_upright(image, orientation, sides[i]);
            frcnn_image_destroy(&image);
        }
        free(rgb);
    }
}

/* 6 and 8 undo each other, the others undo themselves; every pixel, on sides that no tile divides. */
static void test_turns_undo_each_other(void **state)
{
    (void)state;
    static const int inverse[9] = {0, 1, 2, 3, 4, 5, 8, 7, 6};
    uint8_t *rgb = make_picture(67, 41);
    for (int orientation = 1; orientation <= 8; orientation++) {
        frcnn_image *image = NULL;
        assert_ok(frcnn_image_create(&image, 67, 41, rgb));
        assert_ok(frcnn_image_make_upright(image, orientation));
        assert_ok(frcnn_image_make_upright(image, inverse[orientation]));
        assert_pixels(image, 67, 41, rgb, 0);
        frcnn_image_destroy(&image);
    }
    free(rgb);
}

static void test_jpeg(void **state)
{
    (void)state;
    enum { SIDE = 16 };
    uint8_t *rgb = make_areas(SIDE);
    for (int orientation = 1; orientation <= 8; orientation++) {
        sample exif = exif_make(orientation, orientation % 2);
        jpeg_settings settings = plain_jpeg;
        settings.quality = 100;
        settings.exif = &exif;
        sample file = jpeg_make(2 * SIDE, 3 * SIDE, rgb, &settings);
        assert_file_is_upright(&file, orientation, SIDE);
        sample_free(&file);
        sample_free(&exif);
    }
    free(rgb);
}

static void test_png(void **state)
{
    (void)state;
    uint8_t *rgb = make_areas(4);
    for (int orientation = 1; orientation <= 8; orientation++) {
        sample exif = exif_make(orientation, orientation % 2);
        sample file = {0};
        png_append_header(&file, 8, 12, 8, 2);
        png_append_chunk(&file, "eXIf", exif.bytes, exif.n_bytes);
        png_append_pixels(&file, 8, 36, rgb);
        png_append_chunk(&file, "IEND", NULL, 0);
        assert_file_is_upright(&file, orientation, 4);
        sample_free(&file);
        sample_free(&exif);
    }
    free(rgb);
}

static void test_webp(void **state)
{
    (void)state;
    uint8_t *rgb = make_areas(4);
    uint8_t *simple = NULL;
    const size_t n_simple = WebPEncodeLosslessRGB(rgb, 12, 8, 36, &simple);
    for (int orientation = 1; orientation <= 8; orientation++) {
        sample exif = exif_make(orientation, orientation % 2);
        sample file = {0};
        sample_append(&file, "RIFF", 4);
        sample_append_number(&file, (uint32_t)(4 + 18 + n_simple - 12 + 8 + exif.n_bytes), 4, 0);
        sample_append(&file, "WEBPVP8X\x0a\0\0\0\x08\0\0\0\x0b\0\0\x07\0\0", 22);
        sample_append(&file, simple + 12, n_simple - 12);
        sample_append(&file, "EXIF", 4);
        sample_append_number(&file, (uint32_t)exif.n_bytes, 4, 0);
        sample_append(&file, exif.bytes, exif.n_bytes);
        assert_file_is_upright(&file, orientation, 4);
        sample_free(&file);
        sample_free(&exif);
    }
    WebPFree(simple);
    free(rgb);
}

static void test_senseless_orientations(void **state)
{
    (void)state;
    const int orientations[4] = {0, 9, 255, 65535};
    for (int i = 0; i < 4; i++) {
        sample exif = exif_make(orientations[i], 0);
        assert_int_equal(frcnn_exif_get_orientation(exif.bytes, exif.n_bytes), 1);
        sample_free(&exif);
    }
    sample exif = exif_make(6, 0);
    for (size_t n_bytes = 0; n_bytes < 18; n_bytes++)
        assert_int_equal(frcnn_exif_get_orientation(exif.bytes, n_bytes), 1);
    assert_int_equal(frcnn_exif_get_orientation(exif.bytes, exif.n_bytes), 6);
    sample_free(&exif);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pixels), cmocka_unit_test(test_turns_undo_each_other),
        cmocka_unit_test(test_jpeg),   cmocka_unit_test(test_png),
        cmocka_unit_test(test_webp),   cmocka_unit_test(test_senseless_orientations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
