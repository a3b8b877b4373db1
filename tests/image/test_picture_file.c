/** Picture files read with their own channels or others, and written. */
#include "sample_files.h"

#include <dirent.h>
#include <unistd.h>

#include "frcnn/picture.h"

static char folder[64];
static char path[160];

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/frcnn-picture-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(folder);
}

static const char *path_of(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void assert_picture(const frcnn_tensor *picture, int height, int width, int n_channels, const uint8_t *pixels)
{
    const int64_t *shape = frcnn_tensor_get_shape(picture);
    assert_int_equal(frcnn_tensor_get_dtype(picture), FRCNN_U8);
    assert_int_equal(frcnn_tensor_get_n_dims(picture), 3);
    assert_int_equal(shape[0], height);
    assert_int_equal(shape[1], width);
    assert_int_equal(shape[2], n_channels);
    if (pixels != NULL)
        assert_memory_equal(frcnn_tensor_get_const_data(picture), pixels, (size_t)(height * width * n_channels));
}

/* Takes the file. */
static void assert_reads(sample *file, int asked, int height, int width, int n_channels, const uint8_t *pixels)
{
    frcnn_tensor *picture = NULL;
    assert_ok(frcnn_picture_decode(&picture, file->bytes, file->n_bytes, "sample", asked, NULL));
    assert_picture(picture, height, width, n_channels, pixels);
    frcnn_tensor_destroy(&picture);
}

static void a_png_keeps_its_channels(void **state)
{
    (void)state;
    const uint8_t pixels[8] = {10, 20, 200, 77, 0, 255, 128, 1};
    static const int color_types[] = {0, 4, 2, 6};
    for (int n_channels = 1; n_channels <= 4; n_channels++) {
        sample file = png_make(1, 2, 8, color_types[n_channels - 1], 2 * (size_t)n_channels, pixels);
        assert_reads(&file, 0, 1, 2, n_channels, pixels);
        assert_reads(&file, n_channels, 1, 2, n_channels, pixels);
        sample_free(&file);
    }
    sample rgba = png_make(1, 2, 8, 6, 8, pixels);
    const uint8_t rgb[] = {10, 20, 200, 0, 255, 128};
    const uint8_t grey_alpha[] = {38, 77, 164, 1};
    assert_reads(&rgba, 3, 1, 2, 3, rgb);
    assert_reads(&rgba, 2, 1, 2, 2, grey_alpha);
    sample_free(&rgba);
}

static void few_and_many_bits_become_eight(void **state)
{
    (void)state;
    const uint8_t bits[] = {0x1b};
    const uint8_t grey[] = {0, 85, 170, 255};
    sample file = png_make(1, 4, 2, 0, 1, bits);
    assert_reads(&file, 0, 1, 4, 1, grey);
    sample_free(&file);
    /* v / 257, rounded: 256 is 0.996, 385 is 1.498, 386 is 1.502. */
    const uint8_t wide[] = {0x01, 0x00, 0x01, 0x81, 0x01, 0x82, 0xff, 0xff};
    const uint8_t narrow[] = {1, 1, 2, 255};
    file = png_make(1, 4, 16, 0, 8, wide);
    assert_reads(&file, 0, 1, 4, 1, narrow);
    sample_free(&file);
    file = png_make(1, 2, 16, 4, 8, wide);
    assert_reads(&file, 0, 1, 2, 2, narrow);
    sample_free(&file);
}

static void palettes_and_transparent_colours_have_alpha(void **state)
{
    (void)state;
    const uint8_t palette[] = {9, 8, 7, 1, 2, 3};
    const uint8_t indices[] = {1, 0};
    const uint8_t rgb[] = {1, 2, 3, 9, 8, 7};
    const uint8_t rgba[] = {1, 2, 3, 255, 9, 8, 7, 40};
    for (int has_alpha = 0; has_alpha < 2; has_alpha++) {
        sample file = {0};
        png_append_header(&file, 1, 2, 8, 3);
        png_append_chunk(&file, "PLTE", palette, sizeof palette);
        if (has_alpha) png_append_chunk(&file, "tRNS", (const uint8_t[]){40}, 1);
        png_append_pixels(&file, 1, 2, indices);
        png_append_chunk(&file, "IEND", NULL, 0);
        assert_reads(&file, 0, 1, 2, has_alpha ? 4 : 3, has_alpha ? rgba : rgb);
        assert_reads(&file, 3, 1, 2, 3, rgb);
        sample_free(&file);
    }
    const uint8_t grey_alpha[] = {1, 0, 0, 255};
    sample file = {0};
    png_append_header(&file, 1, 2, 8, 0);
    png_append_chunk(&file, "tRNS", (const uint8_t[]){0, 1}, 2);
    png_append_pixels(&file, 1, 2, indices);
    png_append_chunk(&file, "IEND", NULL, 0);
    assert_reads(&file, 0, 1, 2, 2, grey_alpha);
    assert_reads(&file, 1, 1, 2, 1, indices);
    sample_free(&file);
}

static void other_formats_keep_theirs(void **state)
{
    (void)state;
    const uint8_t grey[6] = {1, 2, 3, 4, 5, 6};
    sample file = pnm_make("P5 3 2 255\n", grey, 6);
    assert_reads(&file, 0, 2, 3, 1, grey);
    sample_free(&file);
    file = pnm_make("P6 2 1 255\n", grey, 6);
    assert_reads(&file, 0, 1, 2, 3, grey);
    sample_free(&file);
    const uint8_t flat[64] = {0};
    const jpeg_settings settings = {.pixels = JCS_GRAYSCALE, .stored = JCS_GRAYSCALE, .n_channels = 1, .quality = 95};
    file = jpeg_make(8, 8, flat, &settings);
    assert_reads(&file, 0, 8, 8, 1, flat);
    assert_reads(&file, 3, 8, 8, 3, NULL);
    sample_free(&file);
}

/* Stored with orientation 6, "right, top": the column on the left is the upright row on top, from its end. */
static void pictures_of_any_channels_are_turned_upright(void **state)
{
    (void)state;
    const uint8_t stored[] = {1, 101, 2, 102, 3, 103, 4, 104, 5, 105, 6, 106};
    const uint8_t upright[] = {4, 104, 1, 101, 5, 105, 2, 102, 6, 106, 3, 103};
    sample exif = exif_make(6, 0);
    sample file = {0};
    png_append_header(&file, 2, 3, 8, 4);
    png_append_chunk(&file, "eXIf", exif.bytes, exif.n_bytes);
    png_append_pixels(&file, 2, 6, stored);
    png_append_chunk(&file, "IEND", NULL, 0);
    assert_reads(&file, 0, 3, 2, 2, upright);
    frcnn_image_options options;
    frcnn_image_options_default(&options);
    options.ignore_exif = 1;
    frcnn_tensor *picture = NULL;
    assert_ok(frcnn_picture_decode(&picture, file.bytes, file.n_bytes, "sample", 0, &options));
    assert_picture(picture, 2, 3, 2, stored);
    frcnn_tensor_destroy(&picture);
    sample_free(&file);
    sample_free(&exif);
}

static void a_saved_png_reads_as_it_was(void **state)
{
    (void)state;
    for (int n_channels = 1; n_channels <= 4; n_channels++) {
        const int64_t shape[] = {7, 300, n_channels};
        frcnn_tensor *picture = NULL;
        assert_ok(frcnn_tensor_create(&picture, FRCNN_U8, 3, shape));
        uint8_t *pixels = frcnn_tensor_get_data(picture);
        for (int i = 0; i < 7 * 300 * n_channels; i++) pixels[i] = (uint8_t)(i * i >> 3);
        assert_ok(frcnn_picture_save(picture, path_of("copy.PNG")));
        frcnn_tensor *loaded = NULL;
        assert_ok(frcnn_picture_open(&loaded, path, 0, NULL));
        assert_picture(loaded, 7, 300, n_channels, pixels);
        frcnn_tensor_destroy(&loaded);

        /* And a view of it: columns 10 to 19. */
        frcnn_tensor *view = NULL;
        assert_ok(frcnn_tensor_narrow(&view, picture, 1, 10, 10));
        assert_ok(frcnn_picture_save(view, path));
        assert_ok(frcnn_picture_open(&loaded, path, 0, NULL));
        assert_picture(loaded, 7, 10, n_channels, NULL);
        const uint8_t *found = frcnn_tensor_get_const_data(loaded);
        for (int y = 0; y < 7; y++)
            assert_memory_equal(found + y * 10 * n_channels, pixels + (y * 300 + 10) * n_channels,
                                (size_t)(10 * n_channels));
        frcnn_tensor_destroy(&loaded);
        frcnn_tensor_destroy(&view);
        frcnn_tensor_destroy(&picture);
    }
    unlink(path);
}

static void a_jpeg_keeps_one_or_three_channels(void **state)
{
    (void)state;
    for (int n_channels = 1; n_channels <= 3; n_channels += 2) {
        const int64_t shape[] = {200, 300, n_channels};
        frcnn_tensor *picture = NULL;
        assert_ok(frcnn_tensor_create(&picture, FRCNN_U8, 3, shape));
        uint8_t *pixels = frcnn_tensor_get_data(picture);
        for (int i = 0; i < 200 * 300 * n_channels; i++)
            pixels[i] = (uint8_t)(i / n_channels % 300 / 2 + i % n_channels * 30 + 20);
        assert_ok(frcnn_picture_save(picture, path_of(n_channels == 1 ? "grey.jpg" : "colour.jpeg")));
        frcnn_tensor *loaded = NULL;
        assert_ok(frcnn_picture_open(&loaded, path, 0, NULL));
        assert_picture(loaded, 200, 300, n_channels, NULL);
        const uint8_t *found = frcnn_tensor_get_const_data(loaded);
        for (int i = 0; i < 200 * 300 * n_channels; i++) assert_in_range(found[i] + 8 - pixels[i], 0, 16);
        frcnn_tensor_destroy(&loaded);
        frcnn_tensor_destroy(&picture);
        unlink(path);
    }
}

/* x * 255 + 0.5, clamped and cut: torchvision's save_image. */
static void a_grid_of_floats_is_saved_rounded_and_clamped(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 3, 1, 2};
    const float values[] = {0, 1, 0.5F, 0.1F, -3, 7, 0.25F, 0.75F, 0.998F, 0.002F, 0.0019F, 0.99F};
    const uint8_t expected[] = {0, 128, 0, 255, 26, 255, 64, 254, 0, 191, 1, 252};
    frcnn_tensor *batch = NULL;
    assert_ok(frcnn_tensor_create(&batch, FRCNN_F32, 4, shape));
    memcpy(frcnn_tensor_get_data(batch), values, sizeof values);
    frcnn_picture_grid_options options;
    frcnn_picture_grid_options_default(&options);
    options.padding = 0;
    assert_ok(frcnn_picture_save_grid(batch, path_of("grid.png"), &options));
    frcnn_tensor *loaded = NULL;
    assert_ok(frcnn_picture_open(&loaded, path, 0, NULL));
    assert_picture(loaded, 1, 4, 3, expected);
    frcnn_tensor_destroy(&loaded);
    assert_ok(frcnn_picture_save_grid(batch, path, NULL));
    assert_ok(frcnn_picture_open(&loaded, path, 0, NULL));
    assert_picture(loaded, 5, 10, 3, NULL);
    frcnn_tensor_destroy(&loaded);
    unlink(path);
    frcnn_tensor *bytes = NULL;
    assert_ok(frcnn_tensor_cast(&bytes, batch, FRCNN_U8));
    assert_fails(frcnn_picture_save_grid(bytes, path, NULL), FRCNN_ERROR_INVALID, "found u8");
    frcnn_tensor_destroy(&bytes);
    frcnn_tensor_destroy(&batch);
}

static int count_files(void)
{
    DIR *listing = opendir(folder);
    int n_files = -2;
    while (readdir(listing) != NULL) n_files++;
    closedir(listing);
    return n_files;
}

static void what_cannot_be_saved_is_named_and_leaves_no_file(void **state)
{
    (void)state;
    const int64_t shape[] = {2, 2, 4};
    const int64_t none[] = {0, 2, 3};
    const int64_t five[] = {2, 2, 5};
    frcnn_tensor *rgba = NULL;
    frcnn_tensor *empty = NULL;
    frcnn_tensor *many = NULL;
    frcnn_tensor *floats = NULL;
    assert_ok(frcnn_tensor_create(&rgba, FRCNN_U8, 3, shape));
    assert_ok(frcnn_tensor_create(&empty, FRCNN_U8, 3, none));
    assert_ok(frcnn_tensor_create(&many, FRCNN_U8, 3, five));
    assert_ok(frcnn_tensor_create(&floats, FRCNN_F32, 3, shape));
    assert_fails(frcnn_picture_save(rgba, path_of("a.jpg")), FRCNN_ERROR_UNSUPPORTED, "a.jpg: a JPEG holds no alpha");
    assert_fails(frcnn_picture_save(rgba, path_of("a.gif")), FRCNN_ERROR_UNSUPPORTED, "a.gif: expected a name");
    assert_fails(frcnn_picture_save(rgba, path_of("png")), FRCNN_ERROR_UNSUPPORTED, ".png, .jpg or .jpeg");
    assert_fails(frcnn_picture_save(rgba, path_of("no/a.png")), FRCNN_ERROR_IO, "no/a.png: cannot create");
    assert_fails(frcnn_picture_save(empty, path_of("a.png")), FRCNN_ERROR_INVALID, "found 0x2");
    assert_fails(frcnn_picture_save(many, path_of("a.png")), FRCNN_ERROR_INVALID, "a.png: expected 1 to 4 channels");
    assert_fails(frcnn_picture_save(floats, path_of("a.png")), FRCNN_ERROR_INVALID, "a.png: expected u8, found f32");
    assert_int_equal(count_files(), 0);
    frcnn_tensor_destroy(&rgba);
    frcnn_tensor_destroy(&empty);
    frcnn_tensor_destroy(&many);
    frcnn_tensor_destroy(&floats);
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    frcnn_tensor *picture = NULL;
    assert_fails(frcnn_picture_open(&picture, path_of("none.png"), 0, NULL), FRCNN_ERROR_IO, "none.png: cannot open");
    assert_fails(frcnn_picture_open(&picture, folder, 0, NULL), FRCNN_ERROR_IO, "found a folder");
    assert_fails(frcnn_picture_open(&picture, path, 5, NULL), FRCNN_ERROR_INVALID, "none.png: expected to read 1 to 4");
    assert_fails(frcnn_picture_open(&picture, path, -1, NULL), FRCNN_ERROR_INVALID, "found -1");
    assert_fails(frcnn_picture_decode(&picture, "no picture", 10, "here", 0, NULL), FRCNN_ERROR_FORMAT, "here: ");
    assert_null(picture);
}

static void an_image_and_a_tensor_become_each_other(void **state)
{
    (void)state;
    const uint8_t rgb[] = {1, 2, 3, 4, 5, 6};
    frcnn_image *image = NULL;
    assert_ok(frcnn_image_create(&image, 1, 2, rgb));
    const uint8_t *pixels = frcnn_image_get_const_pixels(image);
    frcnn_tensor *picture = NULL;
    assert_ok(frcnn_picture_from_image(&picture, &image));
    assert_null(image);
    assert_picture(picture, 1, 2, 3, rgb);
    assert_ptr_equal(frcnn_tensor_get_const_data(picture), pixels);
    assert_ok(frcnn_picture_to_image(&image, picture));
    frcnn_tensor_destroy(&picture);
    assert_pixels(image, 1, 2, rgb, 0);
    frcnn_image_destroy(&image);

    const int64_t shape[] = {1, 2, 2};
    const uint8_t grey_rgb[] = {9, 9, 9, 7, 7, 7};
    assert_ok(frcnn_tensor_create(&picture, FRCNN_U8, 3, shape));
    memcpy(frcnn_tensor_get_data(picture), (const uint8_t[]){9, 0, 7, 255}, 4);
    assert_ok(frcnn_picture_to_image(&image, picture));
    assert_pixels(image, 1, 2, grey_rgb, 0);
    frcnn_image_destroy(&image);
    frcnn_tensor_destroy(&picture);
    const int64_t none[] = {1, 0};
    assert_ok(frcnn_tensor_create(&picture, FRCNN_U8, 2, none));
    assert_fails(frcnn_picture_to_image(&image, picture), FRCNN_ERROR_INVALID, "found 1x0");
    assert_null(image);
    frcnn_tensor_destroy(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_png_keeps_its_channels),
        cmocka_unit_test(few_and_many_bits_become_eight),
        cmocka_unit_test(palettes_and_transparent_colours_have_alpha),
        cmocka_unit_test(other_formats_keep_theirs),
        cmocka_unit_test(pictures_of_any_channels_are_turned_upright),
        cmocka_unit_test(a_saved_png_reads_as_it_was),
        cmocka_unit_test(a_jpeg_keeps_one_or_three_channels),
        cmocka_unit_test(a_grid_of_floats_is_saved_rounded_and_clamped),
        cmocka_unit_test(what_cannot_be_saved_is_named_and_leaves_no_file),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(an_image_and_a_tensor_become_each_other),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
