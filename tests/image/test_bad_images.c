/** Files that are no images, damaged, cut short or too large: an error that names the file, and nothing else happens. */
#include "sample_files.h"

#include <sys/stat.h>
#include <unistd.h>
#include <webp/encode.h>

#include "image/decoder.h"
#include "tensor/memory.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>

enum { HEIGHT = 40, WIDTH = 56 };

static char folder[64];
static char path[160];

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/frcnn-bad-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void write_file(const char *name, const void *bytes, size_t n_bytes)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    if (n_bytes > 0) assert_int_equal(fwrite(bytes, 1, n_bytes, stream), n_bytes);
    fclose(stream);
}

static void assert_open_fails(frcnn_status code, const char *text)
{
    frcnn_image *image = NULL;
    assert_fails(frcnn_image_open(&image, path, NULL), code, text);
    assert_non_null(strstr(frcnn_error_message(), folder));
    assert_null(image);
}

static void assert_decode_fails(const sample *file, size_t n_bytes, frcnn_status code, const char *text)
{
    frcnn_image *image = NULL;
    assert_fails(frcnn_image_decode(&image, file->bytes, n_bytes, "a/bad file", NULL), code, text);
    assert_ptr_equal(strstr(frcnn_error_message(), "a/bad file: "), frcnn_error_message());
    assert_null(image);
}

static frcnn_status decode_by_stb(frcnn_image **image, const sample *file, size_t n_bytes)
{
    frcnn_image_options options;
    frcnn_image_options_default(&options);
    const frcnn_encoded encoded = {.bytes = file->bytes, .n_bytes = n_bytes, .name = "stb", .options = &options};
    int orientation = 0;
    return frcnn_decode_jpeg_stb(image, &orientation, &encoded);
}

static void test_files_that_are_none(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s/missing.jpg", folder);
    assert_open_fails(FRCNN_ERROR_IO, "missing.jpg: cannot open: No such file");
    snprintf(path, sizeof path, "%s", folder);
    assert_open_fails(FRCNN_ERROR_IO, "found a folder");
    write_file("empty.jpg", "", 0);
    assert_open_fails(FRCNN_ERROR_FORMAT, "empty.jpg: expected content, found an empty file");
    unlink(path);
    write_file("text.jpg", "This is no picture, whatever its name says.\n", 44);
    assert_open_fails(FRCNN_ERROR_FORMAT, "text.jpg: expected an image, found no format known here");
    unlink(path);
    snprintf(path, sizeof path, "%s/pipe.jpg", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_open_fails(FRCNN_ERROR_IO, "found a device or pipe");
    unlink(path);
    write_file("line\nbreak \xff.jpg", "x", 1);
    assert_open_fails(FRCNN_ERROR_FORMAT, "line\\x0abreak \xff.jpg");
    unlink(path);
}

static void test_unreadable_file(void **state)
{
    (void)state;
    if (geteuid() == 0) skip();
    write_file("secret.jpg", "x", 1);
    chmod(path, 0);
    assert_open_fails(FRCNN_ERROR_IO, "secret.jpg: cannot open: Permission denied");
    unlink(path);
}

static void test_names_of_formats_do_not_matter(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(HEIGHT, WIDTH);
    sample file = png_make(HEIGHT, WIDTH, 8, 2, 3 * WIDTH, rgb);
    write_file("\xc3\xa9 \xd7\xa9 \xe7\xb1\xbb.jpg", file.bytes, file.n_bytes);
    frcnn_image *image = NULL;
    assert_ok(frcnn_image_open(&image, path, NULL));
    assert_pixels(image, HEIGHT, WIDTH, rgb, 0);
    frcnn_image_destroy(&image);
    unlink(path);
    sample_free(&file);
    free(rgb);
}

static void test_unknown_formats(void **state)
{
    (void)state;
    static const char *const others[] = {
        "%PDF-1.7 and more than thirty-two bytes of it", "PK\3\4 a zip archive with something in it..",
        "P3 1 1 255 0 0 0 text pixels are not read",     "BMX is no bitmap, nor is this: 0123456789",
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        sample file = {0};
        sample_append(&file, others[i], strlen(others[i]));
        assert_false(frcnn_image_is_known(file.bytes, file.n_bytes));
        assert_decode_fails(&file, file.n_bytes, FRCNN_ERROR_FORMAT, "expected an image, found no format known here");
        sample_free(&file);
    }
    /* Beginnings that a lax look at a TGA header takes for one: icon, cursor, MPEG, TrueType, zeros. */
    static const uint8_t no_tga[5][20] = {{0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 24, 0, 8, 0, 24, 0},
                                          {0, 0, 2, 0, 1, 0, 16, 16, 0, 0, 1, 0, 24, 0, 8, 0, 24, 0},
                                          {0, 0, 1, 0xba, 0x21, 0, 1, 0, 1, 0x80, 0, 1, 1, 1, 1, 1, 24, 0},
                                          {0, 1, 0, 0, 0, 12, 0, 0x80, 0, 3, 0, 0x40, 1, 1, 1, 1, 24, 0},
                                          {0}};
    for (int i = 0; i < 5; i++) assert_false(frcnn_image_is_known(no_tga[i], sizeof no_tga[i]));
    sample heif = {0};
    sample_append(&heif,
                  "\0\0\0\x18"
                  "ftypheic\0\0\0\0mif1heic",
                  24);
    assert_decode_fails(&heif, heif.n_bytes, FRCNN_ERROR_UNSUPPORTED, "HEIF images are not read");
    sample_free(&heif);
    assert_false(frcnn_image_is_known("", 0));
}

/* At every length, whatever the decoder makes of it: an error. The picture's last bytes may be its own padding. */
static void assert_every_cut_fails(const sample *file, size_t first, size_t step, size_t last)
{
    for (size_t n_bytes = first; n_bytes < last; n_bytes += step) {
        frcnn_image *image = NULL;
        if (frcnn_image_decode(&image, file->bytes, n_bytes, "cut", NULL) == FRCNN_OK)
            fail_msg("%zu of %zu bytes are taken for a whole image", n_bytes, file->n_bytes);
        assert_int_equal(strncmp(frcnn_error_message(), "cut: ", 5), 0);
    }
}

static void append(void *context, void *data, int size)
{
    sample_append(context, data, (size_t)size);
}

static void test_cut_files(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(HEIGHT, WIDTH);
    sample png = {0};
    assert_true(stbi_write_png_to_func(append, &png, WIDTH, HEIGHT, 3, rgb, 3 * WIDTH));
    assert_every_cut_fails(&png, 1, 1, png.n_bytes);
    assert_decode_fails(&png, png.n_bytes / 2, FRCNN_ERROR_FORMAT, "the PNG is cut short");
    sample_free(&png);
    sample bmp = {0};
    assert_true(stbi_write_bmp_to_func(append, &bmp, WIDTH, HEIGHT, 3, rgb));
    assert_every_cut_fails(&bmp, 1, 7, bmp.n_bytes);
    sample_free(&bmp);
    for (int has_runs = 0; has_runs < 2; has_runs++) {
        sample tga = {0};
        stbi_write_tga_with_rle = has_runs;
        assert_true(stbi_write_tga_to_func(append, &tga, WIDTH, HEIGHT, 3, rgb));
        assert_every_cut_fails(&tga, 1, 1, tga.n_bytes);
        sample_free(&tga);
    }
    sample ppm = pnm_make("P6 56 40 255\n", rgb, (size_t)HEIGHT * WIDTH * 3);
    assert_every_cut_fails(&ppm, 1, 1, ppm.n_bytes);
    sample_free(&ppm);
    sample webp = {0};
    uint8_t *bytes = NULL;
    const size_t n_bytes = WebPEncodeRGB(rgb, WIDTH, HEIGHT, 3 * WIDTH, 90, &bytes);
    sample_append(&webp, bytes, n_bytes);
    WebPFree(bytes);
    assert_every_cut_fails(&webp, 1, 1, webp.n_bytes);
    sample_free(&webp);
    free(rgb);
}

/* Cut at every 64th byte, baseline and progressive, with either decoder. */
static void test_cut_jpeg(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(200, 300);
    for (int is_progressive = 0; is_progressive < 2; is_progressive++) {
        jpeg_settings settings = plain_jpeg;
        settings.is_progressive = is_progressive;
        sample file = jpeg_make(200, 300, rgb, &settings);
        assert_every_cut_fails(&file, 1, 64, file.n_bytes);
        assert_every_cut_fails(&file, file.n_bytes - 20, 1, file.n_bytes);
        assert_decode_fails(&file, file.n_bytes / 2, FRCNN_ERROR_FORMAT, "damaged JPEG");
        for (size_t n_bytes = 1; n_bytes < file.n_bytes; n_bytes += 64) {
            frcnn_image *image = NULL;
            assert_fails(decode_by_stb(&image, &file, n_bytes), FRCNN_ERROR_FORMAT, "stb: ");
        }
        sample_free(&file);
    }
    free(rgb);
}

/* Tables and frame of 720x1480 pixels, the scan's header, the end of the file: stb_image makes an image of that. */
static void test_jpeg_of_headers_only(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(720, 1480);
    sample file = jpeg_make(720, 1480, rgb, &plain_jpeg);
    free(rgb);
    size_t scan = 0;
    while (file.bytes[scan] != 0xff || file.bytes[scan + 1] != 0xda) scan++;
    const size_t n_headers = scan + 2 + file.bytes[scan + 3];
    assert_decode_fails(&file, n_headers, FRCNN_ERROR_FORMAT, "Premature end of JPEG file");
    frcnn_image *image = NULL;
    assert_fails(decode_by_stb(&image, &file, n_headers), FRCNN_ERROR_FORMAT, "cut short");
    /* With an end-of-image marker behind the headers. */
    file.bytes[n_headers] = 0xff;
    file.bytes[n_headers + 1] = 0xd9;
    assert_decode_fails(&file, n_headers + 2, FRCNN_ERROR_FORMAT, "damaged JPEG");
    sample_free(&file);
}

/* A failing file leaves nothing behind for the next one. */
static void test_progressive_after_a_failure(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(64, 64);
    jpeg_settings settings = plain_jpeg;
    settings.is_progressive = 1;
    sample file = jpeg_make(64, 64, rgb, &settings);
    frcnn_image *before = NULL;
    assert_ok(frcnn_image_decode(&before, file.bytes, file.n_bytes, "whole", NULL));
    assert_every_cut_fails(&file, file.n_bytes / 2, 1000000, file.n_bytes);
    assert_decodes(&file, 64, 64, frcnn_image_get_const_pixels(before), 0, NULL);
    frcnn_image_destroy(&before);
    sample_free(&file);
    free(rgb);
}

/* Noise in the middle of the coded pixels: an error or, where it still decodes, an image of the right size. */
static void test_noise_in_jpeg(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(64, 96);
    sample file = jpeg_make(64, 96, rgb, &plain_jpeg);
    uint32_t seed = 1;
    for (int i = 0; i < 300; i++) {
        seed = seed * 1664525 + 1013904223;
        const size_t at = 2 + (seed >> 8) % (file.n_bytes - 2);
        const uint8_t old = file.bytes[at];
        file.bytes[at] ^= (uint8_t)(1 + (seed >> 4) % 255);
        frcnn_image *image = NULL;
        if (frcnn_image_decode(&image, file.bytes, file.n_bytes, "noise", NULL) == FRCNN_OK)
            frcnn_image_destroy(&image);
        if (decode_by_stb(&image, &file, file.n_bytes) == FRCNN_OK) frcnn_image_destroy(&image);
        file.bytes[at] = old;
    }
    sample_free(&file);
    free(rgb);
}

static void test_png_checksums(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(HEIGHT, WIDTH);
    sample file = png_make(HEIGHT, WIDTH, 8, 2, 3 * WIDTH, rgb);
    file.bytes[file.n_bytes / 2] ^= 1;
    assert_decode_fails(&file, file.n_bytes, FRCNN_ERROR_FORMAT, "damaged PNG: wrong checksum");
    sample_free(&file);
    free(rgb);

    png_append_header(&file, 1, 1, 8, 2);
    png_append_chunk(&file, "IEND", NULL, 0);
    assert_decode_fails(&file, file.n_bytes, FRCNN_ERROR_FORMAT, "it has no pixels");
    sample_free(&file);
    png_append_header(&file, 1, 1, 8, 2);
    png_append_chunk(&file, "ABCD", NULL, 0);
    assert_decode_fails(&file, file.n_bytes, FRCNN_ERROR_FORMAT, "unknown chunk");
    sample_free(&file);
    png_append_header(&file, 1, 1, 8, 5);
    assert_decode_fails(&file, file.n_bytes, FRCNN_ERROR_FORMAT, "no colour type 5");
    sample_free(&file);
    /* Less than the rows it announces. */
    png_append_header(&file, 4, 1, 8, 2);
    png_append_pixels(&file, 1, 3, (const uint8_t *)"abc");
    png_append_chunk(&file, "IEND", NULL, 0);
    assert_decode_fails(&file, file.n_bytes, FRCNN_ERROR_FORMAT, "damaged image: not enough pixels");
    sample_free(&file);
}

static const struct {
    uint32_t height, width;
    frcnn_status code;
    const char *text;
} sizes[] = {
    {0, 0, FRCNN_ERROR_FORMAT, "expected an image of at least one pixel, found 0x0"},
    {1, 100000, FRCNN_ERROR_INVALID, "expected sides of at most 65535 pixels, found 1x100000"},
    {100000, 1, FRCNN_ERROR_INVALID, "expected sides of at most 65535 pixels, found 100000x1"},
    {60000, 60000, FRCNN_ERROR_INVALID, "60000x60000 pixels are more than the limit of 1073741824"},
};

/* The sizes that headers state are checked before anything is made for them. */
static void test_sizes_in_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        sample png = {0};
        png_append_header(&png, sizes[i].height, sizes[i].width, 8, 2);
        png_append_pixels(&png, 1, 3, (const uint8_t *)"abc");
        png_append_chunk(&png, "IEND", NULL, 0);
        assert_decode_fails(&png, png.n_bytes, sizes[i].code, sizes[i].text);
        sample_free(&png);
        char header[64];
        snprintf(header, sizeof header, "P6\n%u %u\n255\n", sizes[i].width, sizes[i].height);
        sample ppm = pnm_make(header, "abc", 3);
        assert_decode_fails(&ppm, ppm.n_bytes, sizes[i].code, sizes[i].text);
        sample_free(&ppm);
        sample bmp = {0};
        assert_true(stbi_write_bmp_to_func(append, &bmp, 1, 1, 3, "abc"));
        for (int k = 0; k < 4; k++) {
            bmp.bytes[18 + k] = (uint8_t)(sizes[i].width >> 8 * k);
            bmp.bytes[22 + k] = (uint8_t)(sizes[i].height >> 8 * k);
        }
        assert_decode_fails(&bmp, bmp.n_bytes, sizes[i].code, sizes[i].text);
        sample_free(&bmp);
    }
    /* 16 bits hold the sizes of the others. */
    const int sides[2] = {0, 60000};
    const size_t kinds[2] = {0, 3};
    for (int i = 0; i < 2; i++) {
        uint8_t *rgb = make_picture(8, 8);
        sample jpeg = jpeg_make(8, 8, rgb, &plain_jpeg);
        free(rgb);
        size_t frame = 0;
        while (jpeg.bytes[frame] != 0xff || jpeg.bytes[frame + 1] != 0xc0) frame++;
        jpeg.bytes[frame + 5] = jpeg.bytes[frame + 7] = (uint8_t)(sides[i] >> 8);
        jpeg.bytes[frame + 6] = jpeg.bytes[frame + 8] = (uint8_t)sides[i];
        assert_decode_fails(&jpeg, jpeg.n_bytes, sizes[kinds[i]].code, i == 0 ? "side of 0" : sizes[3].text);
        frcnn_image *image = NULL;
        assert_fails(decode_by_stb(&image, &jpeg, jpeg.n_bytes), sizes[kinds[i]].code, sizes[kinds[i]].text);
        sample_free(&jpeg);
        sample gif = {0};
        sample_append(&gif, "GIF89a", 6);
        sample_append_number(&gif, (uint32_t)sides[i], 2, 0);
        sample_append_number(&gif, (uint32_t)sides[i], 2, 0);
        sample_append(&gif, "\0\0\0;", 4);
        assert_decode_fails(&gif, gif.n_bytes, sizes[kinds[i]].code, sizes[kinds[i]].text);
        sample_free(&gif);
    }
}

static void test_limits_of_the_caller(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(HEIGHT, WIDTH);
    sample file = png_make(HEIGHT, WIDTH, 8, 2, 3 * WIDTH, rgb);
    frcnn_image_options options;
    frcnn_image_options_default(&options);
    options.max_pixels = HEIGHT * WIDTH;
    assert_decodes(&file, HEIGHT, WIDTH, rgb, 0, &options);
    options.max_pixels--;
    frcnn_image *image = NULL;
    assert_fails(frcnn_image_decode(&image, file.bytes, file.n_bytes, "large", &options), FRCNN_ERROR_INVALID,
                 "large: 40x56 pixels are more than the limit of 2239");
    options.max_pixels = 0;
    assert_fails(frcnn_image_decode(&image, file.bytes, file.n_bytes, "x", &options), FRCNN_ERROR_INVALID,
                 "max_pixels");
    frcnn_image_options_default(&options);
    options.range_lo = 65535;
    assert_fails(frcnn_image_decode(&image, file.bytes, file.n_bytes, "x", &options), FRCNN_ERROR_INVALID, "range_lo");
    options.struct_size = 1;
    assert_fails(frcnn_image_decode(&image, file.bytes, file.n_bytes, "x", &options), FRCNN_ERROR_INVALID,
                 "expected struct_size");
    sample_free(&file);
    free(rgb);
}

static void test_images_of_extreme_shape(void **state)
{
    (void)state;
    const int shapes[4][2] = {{1, 1}, {2, 3000}, {3000, 2}, {1, 20000}};
    for (int i = 0; i < 4; i++) {
        uint8_t *rgb = make_picture(shapes[i][0], shapes[i][1]);
        sample file = png_make(shapes[i][0], shapes[i][1], 8, 2, (size_t)shapes[i][1] * 3, rgb);
        assert_decodes(&file, shapes[i][0], shapes[i][1], rgb, 0, NULL);
        sample_free(&file);
        file = jpeg_make(shapes[i][0], shapes[i][1], rgb, &plain_jpeg);
        frcnn_image *image = NULL;
        assert_ok(frcnn_image_decode(&image, file.bytes, file.n_bytes, "sample", NULL));
        assert_int_equal(frcnn_image_get_width(image), shapes[i][1]);
        frcnn_image_destroy(&image);
        sample_free(&file);
        free(rgb);
    }
}

static void test_damaged_bitmaps(void **state)
{
    (void)state;
    sample bmp = {0};
    assert_true(stbi_write_bmp_to_func(append, &bmp, 1, 1, 3, "abc"));
    bmp.bytes[30] = 1;
    assert_decode_fails(&bmp, bmp.n_bytes, FRCNN_ERROR_UNSUPPORTED, "compressed BMP");
    bmp.bytes[30] = 3;
    assert_decode_fails(&bmp, bmp.n_bytes, FRCNN_ERROR_FORMAT, "cut short");
    bmp.bytes[30] = 0;
    bmp.bytes[28] = 8;
    assert_decode_fails(&bmp, bmp.n_bytes, FRCNN_ERROR_FORMAT, "it has no palette");
    bmp.bytes[14] = 64;
    assert_decode_fails(&bmp, bmp.n_bytes, FRCNN_ERROR_UNSUPPORTED, "header of 64 bytes");
    bmp.bytes[14] = 40;
    bmp.bytes[10] = 58;
    sample_append(&bmp, "\xff\0\0\0", 4);
    bmp.bytes[58] = 7;
    assert_decode_fails(&bmp, bmp.n_bytes, FRCNN_ERROR_FORMAT, "colour 7 of a palette of 1");
    sample_free(&bmp);
    static const struct {
        const char *text, *message;
    } pnms[] = {{"P6 1 1", "expected width, height and largest value"},
                {"P6 x", "expected width, height and largest value"},
                {"P5 1 1 0 a", "expected a largest value of 1 to 65535, found 0"},
                {"P5 1 1 65536 a", "expected a largest value of 1 to 65535, found 65536"},
                {"P5 1 1 255", "expected 1 bytes of pixels, found 0"},
                {"P5 99999999999999999999 1 255 a", "expected sides of at most"}};
    for (size_t i = 0; i < sizeof pnms / sizeof pnms[0]; i++) {
        sample pnm = pnm_make(pnms[i].text, "", 0);
        assert_decode_fails(&pnm, pnm.n_bytes, i == 5 ? FRCNN_ERROR_INVALID : FRCNN_ERROR_FORMAT, pnms[i].message);
        sample_free(&pnm);
    }
}

/* Every allocation in turn fails: a clean error, or an image where stb_image did without; nothing leaks. */
static void assert_survives_no_memory(const sample *file)
{
    frcnn_image *image = NULL;
    const int64_t before = frcnn_memory_get_count();
    assert_ok(frcnn_image_decode(&image, file->bytes, file->n_bytes, "tight", NULL));
    const int64_t n_allocations = frcnn_memory_get_count() - before;
    frcnn_image_destroy(&image);
    int n_failures = 0;
    for (int64_t nth = 1; nth <= n_allocations; nth++) {
        frcnn_memory_fail_at(nth);
        const frcnn_status status = frcnn_image_decode(&image, file->bytes, file->n_bytes, "tight", NULL);
        frcnn_memory_fail_at(0);
        if (status != FRCNN_OK) {
            assert_int_equal(status, FRCNN_ERROR_NO_MEMORY);
            assert_null(image);
            n_failures++;
        }
        frcnn_image_destroy(&image);
    }
    assert_true(n_failures >= 2);
}

static void test_no_memory(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(HEIGHT, WIDTH);
    sample exif = exif_make(6, 0);
    jpeg_settings settings = plain_jpeg;
    settings.exif = &exif;
    sample files[6] = {0};
    files[0] = jpeg_make(HEIGHT, WIDTH, rgb, &settings);
    files[1] = png_make(HEIGHT, WIDTH, 8, 2, 3 * WIDTH, rgb);
    files[2] = png_make(HEIGHT, WIDTH, 16, 0, 2 * WIDTH, rgb);
    assert_true(stbi_write_bmp_to_func(append, &files[3], WIDTH, HEIGHT, 3, rgb));
    assert_true(stbi_write_tga_to_func(append, &files[4], WIDTH, HEIGHT, 1, rgb));
    files[5] = pnm_make("P6 56 40 255\n", rgb, (size_t)HEIGHT * WIDTH * 3);
    for (int i = 0; i < 6; i++) {
        assert_survives_no_memory(&files[i]);
        sample_free(&files[i]);
    }
    sample_free(&exif);
    free(rgb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_files_that_are_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unreadable_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_names_of_formats_do_not_matter, set_up, tear_down),
        cmocka_unit_test(test_unknown_formats),
        cmocka_unit_test(test_cut_files),
        cmocka_unit_test(test_cut_jpeg),
        cmocka_unit_test(test_jpeg_of_headers_only),
        cmocka_unit_test(test_progressive_after_a_failure),
        cmocka_unit_test(test_noise_in_jpeg),
        cmocka_unit_test(test_png_checksums),
        cmocka_unit_test(test_sizes_in_headers),
        cmocka_unit_test(test_limits_of_the_caller),
        cmocka_unit_test(test_images_of_extreme_shape),
        cmocka_unit_test(test_damaged_bitmaps),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
