/** Every format and kind of sample gives the pixels that it holds. */
#include "sample_files.h"

#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>
#include <webp/encode.h>

#include "image/decoder.h"
#include "image/image_type.h"

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>

enum { HEIGHT = 13, WIDTH = 21 };

static void append(void *context, void *data, int size)
{
    sample_append(context, data, (size_t)size);
}

static void test_same_pixels_from_every_container(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(HEIGHT, WIDTH);
    sample png = {0};
    assert_true(stbi_write_png_to_func(append, &png, WIDTH, HEIGHT, 3, rgb, 3 * WIDTH));
    sample bmp = {0};
    assert_true(stbi_write_bmp_to_func(append, &bmp, WIDTH, HEIGHT, 3, rgb));
    sample tga_runs = {0};
    stbi_write_tga_with_rle = 1;
    assert_true(stbi_write_tga_to_func(append, &tga_runs, WIDTH, HEIGHT, 3, rgb));
    sample tga = {0};
    stbi_write_tga_with_rle = 0;
    assert_true(stbi_write_tga_to_func(append, &tga, WIDTH, HEIGHT, 3, rgb));
    sample ppm = pnm_make("P6\n# a comment\n21 13\n255\n", rgb, (size_t)HEIGHT * WIDTH * 3);
    sample webp = {0};
    uint8_t *bytes = NULL;
    const size_t n_bytes = WebPEncodeLosslessRGB(rgb, WIDTH, HEIGHT, 3 * WIDTH, &bytes);
    sample_append(&webp, bytes, n_bytes);
    WebPFree(bytes);
    sample *const files[] = {&png, &bmp, &tga_runs, &tga, &ppm, &webp};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        assert_decodes(files[i], HEIGHT, WIDTH, rgb, 0, NULL);
        assert_true(frcnn_image_is_known(files[i]->bytes, 64));
        sample_free(files[i]);
    }
    free(rgb);
}

/* Grey comes out as three equal channels; alpha is dropped and the colour under it kept, also where it is clear. */
static void test_png_channels(void **state)
{
    (void)state;
    const uint8_t grey[4] = {0, 100, 200, 255};
    const uint8_t grey_rgb[12] = {0, 0, 0, 100, 100, 100, 200, 200, 200, 255, 255, 255};
    sample file = png_make(2, 2, 8, 0, 2, grey);
    assert_decodes(&file, 2, 2, grey_rgb, 0, NULL);
    sample_free(&file);

    const uint8_t grey_alpha[8] = {0, 255, 100, 0, 200, 128, 255, 1};
    file = png_make(2, 2, 8, 4, 4, grey_alpha);
    assert_decodes(&file, 2, 2, grey_rgb, 0, NULL);
    sample_free(&file);

    const uint8_t rgba[16] = {255, 0, 0, 0, 1, 2, 3, 255, 250, 128, 4, 127, 0, 255, 0, 0};
    const uint8_t rgb[12] = {255, 0, 0, 1, 2, 3, 250, 128, 4, 0, 255, 0};
    file = png_make(2, 2, 8, 6, 8, rgba);
    assert_decodes(&file, 2, 2, rgb, 0, NULL);
    sample_free(&file);
}

static void test_png_palette_and_few_bits(void **state)
{
    (void)state;
    const uint8_t palette[9] = {10, 20, 30, 40, 50, 60, 70, 80, 90};
    const uint8_t clear_first[1] = {0};
    const uint8_t indices[2] = {0x1b, 0x40}; /* 0 1 2 (3: unused bits) | 1 0 0 */
    const uint8_t expected[18] = {10, 20, 30, 40, 50, 60, 70, 80, 90, 40, 50, 60, 10, 20, 30, 10, 20, 30};
    for (int has_alpha = 0; has_alpha < 2; has_alpha++) {
        sample file = {0};
        png_append_header(&file, 2, 3, 2, 3);
        png_append_chunk(&file, "PLTE", palette, sizeof palette);
        if (has_alpha) png_append_chunk(&file, "tRNS", clear_first, 1);
        png_append_pixels(&file, 2, 1, indices);
        png_append_chunk(&file, "IEND", NULL, 0);
        assert_decodes(&file, 2, 3, expected, 0, NULL);
        sample_free(&file);
    }
    const uint8_t bits[1] = {0xa0};
    const uint8_t bits_rgb[9] = {255, 255, 255, 0, 0, 0, 255, 255, 255};
    sample file = png_make(1, 3, 1, 0, 1, bits);
    assert_decodes(&file, 1, 3, bits_rgb, 0, NULL);
    sample_free(&file);
}

/* v/257 rounded: 128 of 65535 is 0.498, 129 is 0.502. */
static void test_16_bit_png_rounds(void **state)
{
    (void)state;
    const uint16_t values[8] = {0, 128, 129, 256, 257, 32767, 65406, 65535};
    const uint8_t expected[8] = {0, 0, 1, 1, 1, 127, 254, 255};
    uint8_t row[16];
    uint8_t rgb[24];
    for (int i = 0; i < 8; i++) {
        row[2 * i] = (uint8_t)(values[i] >> 8);
        row[2 * i + 1] = (uint8_t)values[i];
        memset(rgb + 3 * i, expected[i], 3);
    }
    sample file = png_make(1, 8, 16, 0, 16, row);
    assert_decodes(&file, 1, 8, rgb, 0, NULL);
    sample_free(&file);

    const uint8_t rgba[8] = {0xff, 0xff, 0x01, 0x01, 0x80, 0x00, 0x00, 0x00};
    const uint8_t one[3] = {255, 1, 128};
    file = png_make(1, 1, 16, 6, 8, rgba);
    assert_decodes(&file, 1, 1, one, 0, NULL);
    sample_free(&file);
}

/* A ramp of 12 bits in 16, with its range given, is the ramp of 8 bits. */
static void test_range_of_16_bit_samples(void **state)
{
    (void)state;
    uint8_t row[512];
    uint8_t rgb[768];
    for (int i = 0; i < 256; i++) {
        const int value = (i * 4095 + 127) / 255;
        row[2 * i] = (uint8_t)(value >> 8);
        row[2 * i + 1] = (uint8_t)value;
        memset(rgb + (size_t)3 * (size_t)i, i, 3);
    }
    frcnn_image_options options;
    frcnn_image_options_default(&options);
    options.range_hi = 4095;
    sample png = png_make(1, 256, 16, 0, sizeof row, row);
    assert_decodes(&png, 1, 256, rgb, 0, &options);
    sample_free(&png);
    sample pgm = pnm_make("P5 256 1 65535\n", row, sizeof row);
    assert_decodes(&pgm, 1, 256, rgb, 0, &options);
    sample_free(&pgm);
    pgm = pnm_make("P5 256 1 4095\n", row, sizeof row);
    assert_decodes(&pgm, 1, 256, rgb, 0, NULL);
    sample_free(&pgm);

    /* Outside the range samples end at its ends. */
    options.range_lo = 1000;
    options.range_hi = 2000;
    const uint8_t three[6] = {0x03, 0xe7, 0x07, 0xd1, 0x05, 0xdc};
    const uint8_t clamped[9] = {0, 0, 0, 255, 255, 255, 128, 128, 128};
    png = png_make(1, 3, 16, 0, 6, three);
    assert_decodes(&png, 1, 3, clamped, 0, &options);
    sample_free(&png);
}

static void test_pnm(void **state)
{
    (void)state;
    const uint8_t grey_rgb[6] = {0, 0, 0, 255, 255, 255};
    sample file = pnm_make("P5\t2#x\n#y\n 1\r15 ", "\x00\x0f", 2);
    assert_decodes(&file, 1, 2, grey_rgb, 0, NULL);
    sample_free(&file);
    const uint8_t wide_rgb[3] = {255, 128, 0};
    file = pnm_make("P6 1 1 65535\n", "\xff\xff\x80\x00\x00\x00", 6);
    assert_decodes(&file, 1, 1, wide_rgb, 0, NULL);
    sample_free(&file);
}

static sample bmp_make(int32_t height, int width, int bits, const uint8_t *palette, size_t n_colors,
                       const uint8_t *rows, size_t n_bytes)
{
    sample file = {0};
    const uint32_t offset = (uint32_t)(54 + 4 * n_colors);
    sample_append(&file, "BM", 2);
    sample_append_number(&file, (uint32_t)(offset + n_bytes), 4, 0);
    sample_append_number(&file, 0, 4, 0);
    sample_append_number(&file, offset, 4, 0);
    sample_append_number(&file, 40, 4, 0);
    sample_append_number(&file, (uint32_t)width, 4, 0);
    sample_append_number(&file, (uint32_t)height, 4, 0);
    sample_append_number(&file, 1, 2, 0);
    sample_append_number(&file, (uint32_t)bits, 2, 0);
    for (int i = 0; i < 6; i++) sample_append_number(&file, 0, 4, 0);
    sample_append(&file, palette, 4 * n_colors);
    sample_append(&file, rows, n_bytes);
    return file;
}

static void test_bmp(void **state)
{
    (void)state;
    const uint8_t palette[12] = {0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0}; /* red, green, blue */
    const uint8_t rows[8] = {2, 2, 2, 0, 0, 1, 2, 0};
    const uint8_t rgb[18] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255};
    sample file = bmp_make(2, 3, 8, palette, 3, rows, sizeof rows);
    assert_decodes(&file, 2, 3, rgb, 0, NULL);
    sample_free(&file);
    /* Some writers leave out the padding of the last row. */
    file = bmp_make(2, 3, 8, palette, 3, rows, sizeof rows - 1);
    assert_decodes(&file, 2, 3, rgb, 0, NULL);
    sample_free(&file);
    /* A negative height: rows from the top. */
    const uint8_t from_top[8] = {0, 1, 2, 0, 2, 2, 2, 0};
    file = bmp_make(-2, 3, 8, palette, 3, from_top, sizeof from_top);
    assert_decodes(&file, 2, 3, rgb, 0, NULL);
    sample_free(&file);
    const uint8_t nibbles[4] = {0x01, 0x20, 0, 0};
    file = bmp_make(1, 3, 4, palette, 3, nibbles, sizeof nibbles);
    assert_decodes(&file, 1, 3, rgb, 0, NULL);
    sample_free(&file);
    const uint8_t bits[4] = {0x40, 0, 0, 0};
    file = bmp_make(1, 2, 1, palette, 2, bits, sizeof bits);
    assert_decodes(&file, 1, 2, rgb, 0, NULL);
    sample_free(&file);
    const uint8_t wide[8] = {255, 0, 0, 7, 0, 0, 255, 9};
    const uint8_t wide_rgb[6] = {0, 0, 255, 255, 0, 0};
    file = bmp_make(1, 2, 32, NULL, 0, wide, sizeof wide);
    assert_decodes(&file, 1, 2, wide_rgb, 0, NULL);
    sample_free(&file);
}

/* Written by Pillow: a palette of red, green, blue and yellow, the second one transparent; and two frames. */
static const uint8_t clear_gif[] = {0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 0x03, 0x00, 0x02, 0x00, 0x81, 0x00, 0x00, 0xff,
                                    0x00, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0x00, 0x21, 0xf9, 0x04,
                                    0x01, 0x00, 0x00, 0x01, 0x00, 0x2c, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x02, 0x00,
                                    0x00, 0x08, 0x09, 0x00, 0x01, 0x04, 0x10, 0x30, 0x20, 0x00, 0x80, 0x80, 0x00, 0x3b};
static const uint8_t two_frames[] = {
    0x47, 0x49, 0x46, 0x38, 0x37, 0x61, 0x03, 0x00, 0x02, 0x00, 0x81, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, 0xff,
    0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0x00, 0x2c, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x02, 0x00, 0x00, 0x08,
    0x09, 0x00, 0x01, 0x04, 0x10, 0x30, 0x20, 0x00, 0x80, 0x80, 0x00, 0x21, 0xf9, 0x04, 0x01, 0x00, 0x00, 0x01,
    0x00, 0x2c, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x02, 0x00, 0x81, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x08, 0x00, 0x01, 0x00, 0x08, 0x20, 0x10, 0x40, 0x40, 0x00, 0x3b};

static void test_gif(void **state)
{
    (void)state;
    const uint8_t rgb[18] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0, 0, 255, 0, 255, 0, 0};
    sample file = {0};
    sample_append(&file, clear_gif, sizeof clear_gif);
    assert_decodes(&file, 2, 3, rgb, 0, NULL);
    sample_free(&file);
    sample_append(&file, two_frames, sizeof two_frames);
    assert_decodes(&file, 2, 3, rgb, 0, NULL);
    sample_free(&file);
}

static void test_tga_kinds(void **state)
{
    (void)state;
    /* Grey from the top; palette of two colours, run of three. */
    const uint8_t grey[] = {0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 8, 0x20, 7, 9};
    const uint8_t grey_rgb[6] = {7, 7, 7, 9, 9, 9};
    sample file = {0};
    sample_append(&file, grey, sizeof grey);
    assert_decodes(&file, 1, 2, grey_rgb, 0, NULL);
    sample_free(&file);
    const uint8_t mapped[] = {0, 1, 9, 0, 0, 2, 0, 24, 0, 0, 0, 0, 3, 0, 1, 0, 8, 0, 1, 2, 3, 4, 5, 6, 0x82, 1};
    const uint8_t mapped_rgb[9] = {6, 5, 4, 6, 5, 4, 6, 5, 4};
    sample_append(&file, mapped, sizeof mapped);
    assert_decodes(&file, 1, 3, mapped_rgb, 0, NULL);
    sample_free(&file);
}

static void test_jpeg_kinds(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(HEIGHT * 4, WIDTH * 4);
    for (int is_progressive = 0; is_progressive < 2; is_progressive++) {
        jpeg_settings settings = plain_jpeg;
        settings.is_progressive = is_progressive;
        sample file = jpeg_make(HEIGHT * 4, WIDTH * 4, rgb, &settings);
        /* The colour of the edge is blurred: it is stored at half the size. */
        frcnn_image *image = NULL;
        assert_ok(frcnn_image_decode(&image, file.bytes, file.n_bytes, "sample", NULL));
        double total = 0;
        for (int i = 0; i < HEIGHT * 4 * WIDTH * 4 * 3; i++)
            total += abs(frcnn_image_get_const_pixels(image)[i] - rgb[i]);
        assert_true(total / (HEIGHT * 4 * WIDTH * 4 * 3) < 4);
        frcnn_image_destroy(&image);
        sample_free(&file);
    }
    jpeg_settings settings = plain_jpeg;
    settings.stored = JCS_RGB;
    settings.quality = 100;
    sample file = jpeg_make(HEIGHT * 4, WIDTH * 4, rgb, &settings);
    assert_decodes(&file, HEIGHT * 4, WIDTH * 4, rgb, 3, NULL);
    sample_free(&file);
    free(rgb);

    uint8_t grey[64];
    uint8_t grey_rgb[192];
    memset(grey, 77, sizeof grey);
    memset(grey_rgb, 77, sizeof grey_rgb);
    settings = (jpeg_settings){.pixels = JCS_GRAYSCALE, .stored = JCS_GRAYSCALE, .n_channels = 1, .quality = 100};
    file = jpeg_make(8, 8, grey, &settings);
    assert_decodes(&file, 8, 8, grey_rgb, 0, NULL);
    sample_free(&file);
}

/* Inverted ink, as files hold it: 255 is none. Light is what all but black let through, times what black lets through;
   the numbers agree with Pillow's convert("RGB"). */
static void test_jpeg_of_ink(void **state)
{
    (void)state;
    const uint8_t stored[4] = {255, 128, 0, 200};
    const uint8_t light[3] = {200, 100, 0};
    uint8_t pixels[64 * 4];
    uint8_t rgb[64 * 3];
    for (int i = 0; i < 64; i++) {
        memcpy(pixels + 4 * i, stored, 4);
        memcpy(rgb + 3 * i, light, 3);
    }
    const J_COLOR_SPACE spaces[2] = {JCS_CMYK, JCS_YCCK};
    for (int i = 0; i < 2; i++) {
        const jpeg_settings settings = {.pixels = JCS_CMYK, .stored = spaces[i], .n_channels = 4, .quality = 100};
        sample file = jpeg_make(8, 8, pixels, &settings);
        assert_decodes(&file, 8, 8, rgb, 2, NULL);
        sample_free(&file);
    }
}

/* The two JPEG decoders differ in rounding and in how they enlarge colour, no more. */
static void test_stb_jpeg_is_near(void **state)
{
    (void)state;
    frcnn_image_options options;
    frcnn_image_options_default(&options);
    uint8_t *rgb = make_picture(HEIGHT * 4, WIDTH * 4);
    for (int is_progressive = 0; is_progressive < 2; is_progressive++) {
        jpeg_settings settings = plain_jpeg;
        settings.is_progressive = is_progressive;
        sample file = jpeg_make(HEIGHT * 4, WIDTH * 4, rgb, &settings);
        frcnn_image *image = NULL;
        int orientation = 0;
        const frcnn_encoded encoded = {
            .bytes = file.bytes, .n_bytes = file.n_bytes, .name = "sample", .options = &options};
        assert_ok(frcnn_decode_jpeg_stb(&image, &orientation, &encoded));
        assert_int_equal(orientation, 1);
        assert_decodes(&file, HEIGHT * 4, WIDTH * 4, frcnn_image_get_const_pixels(image), 8, NULL);
        frcnn_image_destroy(&image);
        sample_free(&file);
    }
    free(rgb);
}

/* How a TIFF is to be written. Rows hold n_samples samples a pixel, of bits bits each. */
typedef struct tiff_settings {
    int bits, n_samples, photometric, planar, tile, sample_format, orientation, compression;
    const uint16_t *palette; /* 256 of red, then green, then blue */
} tiff_settings;

static sample tiff_make(int height, int width, const void *pixels, const tiff_settings *settings)
{
    char path[] = "/tmp/frcnn-tiff-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    TIFF *tiff = TIFFOpen(path, "w");
    assert_non_null(tiff);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, settings->bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, settings->n_samples);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, settings->photometric);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, settings->planar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, settings->compression == 0 ? COMPRESSION_NONE : settings->compression);
    if (settings->sample_format != 0) TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, settings->sample_format);
    if (settings->orientation != 0) TIFFSetField(tiff, TIFFTAG_ORIENTATION, settings->orientation);
    if (settings->palette != NULL)
        TIFFSetField(tiff, TIFFTAG_COLORMAP, settings->palette, settings->palette + 256, settings->palette + 512);
    const int n_extra = settings->n_samples - (settings->photometric == PHOTOMETRIC_RGB ? 3 : 1);
    if (n_extra == 1) {
        uint16_t kind = EXTRASAMPLE_UNASSALPHA;
        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind);
    }
    const size_t row_bytes = ((size_t)width * (size_t)settings->n_samples * (size_t)settings->bits + 7) / 8;
    const uint8_t *bytes = pixels;
    const size_t sample_bytes = (size_t)settings->bits / 8;
    if (settings->tile > 0) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, settings->tile);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, settings->tile);
        const size_t pixel_bytes = sample_bytes * (size_t)settings->n_samples;
        uint8_t *tile = calloc((size_t)settings->tile * (size_t)settings->tile, pixel_bytes);
        for (int y = 0; y < height; y += settings->tile) {
            for (int x = 0; x < width; x += settings->tile) {
                for (int row = 0; row < settings->tile && y + row < height; row++) {
                    const int n_x = width - x < settings->tile ? width - x : settings->tile;
                    memcpy(tile + (size_t)row * (size_t)settings->tile * pixel_bytes,
                           bytes + (size_t)(y + row) * row_bytes + (size_t)x * pixel_bytes, (size_t)n_x * pixel_bytes);
                }
                assert_true(TIFFWriteTile(tiff, tile, (uint32_t)x, (uint32_t)y, 0, 0) >= 0);
            }
        }
        free(tile);
    } else if (settings->planar) {
        uint8_t *row = malloc((size_t)width * sample_bytes);
        for (int plane = 0; plane < settings->n_samples; plane++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++)
                    memcpy(row + (size_t)x * sample_bytes,
                           bytes + (size_t)y * row_bytes +
                               ((size_t)x * (size_t)settings->n_samples + (size_t)plane) * sample_bytes,
                           sample_bytes);
                assert_int_equal(TIFFWriteScanline(tiff, row, (uint32_t)y, (uint16_t)plane), 1);
            }
        }
        free(row);
    } else {
        for (int y = 0; y < height; y++)
            assert_int_equal(TIFFWriteScanline(tiff, (void *)(bytes + (size_t)y * row_bytes), (uint32_t)y, 0), 1);
    }
    TIFFClose(tiff);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    sample file = {0};
    uint8_t *content = malloc((size_t)info.st_size);
    FILE *stream = fopen(path, "rb");
    assert_int_equal(fread(content, 1, (size_t)info.st_size, stream), info.st_size);
    fclose(stream);
    sample_append(&file, content, (size_t)info.st_size);
    free(content);
    unlink(path);
    return file;
}

static void test_tiff_rgb(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(HEIGHT, WIDTH);
    uint8_t *rgba = malloc((size_t)HEIGHT * WIDTH * 4);
    uint16_t *wide = malloc((size_t)HEIGHT * WIDTH * 3 * sizeof *wide);
    for (size_t i = 0; i < (size_t)HEIGHT * WIDTH; i++) {
        memcpy(rgba + 4 * i, rgb + 3 * i, 3);
        rgba[4 * i + 3] = (uint8_t)(i % 3 * 100);
        for (size_t c = 0; c < 3; c++) wide[3 * i + c] = (uint16_t)(rgb[3 * i + c] * 257 + (i % 3) - 1);
    }
    const tiff_settings settings[] = {
        {.bits = 8, .n_samples = 3, .photometric = PHOTOMETRIC_RGB},
        {.bits = 8, .n_samples = 3, .photometric = PHOTOMETRIC_RGB, .compression = COMPRESSION_LZW},
        {.bits = 8, .n_samples = 3, .photometric = PHOTOMETRIC_RGB, .compression = COMPRESSION_ADOBE_DEFLATE},
        {.bits = 8, .n_samples = 3, .photometric = PHOTOMETRIC_RGB, .planar = 1},
        {.bits = 8, .n_samples = 3, .photometric = PHOTOMETRIC_RGB, .tile = 16},
        {.bits = 8, .n_samples = 4, .photometric = PHOTOMETRIC_RGB},
        {.bits = 8, .n_samples = 4, .photometric = PHOTOMETRIC_RGB, .planar = 1},
        {.bits = 16, .n_samples = 3, .photometric = PHOTOMETRIC_RGB},
        {.bits = 16, .n_samples = 3, .photometric = PHOTOMETRIC_RGB, .planar = 1},
        {.bits = 16, .n_samples = 3, .photometric = PHOTOMETRIC_RGB, .tile = 16, .compression = COMPRESSION_LZW},
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        const void *pixels = settings[i].bits == 16 ? (const void *)wide : settings[i].n_samples == 4 ? rgba : rgb;
        sample file = tiff_make(HEIGHT, WIDTH, pixels, &settings[i]);
        assert_decodes(&file, HEIGHT, WIDTH, rgb, 0, NULL);
        frcnn_image *image = NULL;
        assert_ok(frcnn_image_decode_channels(&image, file.bytes, file.n_bytes, "sample", NULL));
        assert_int_equal(image->n_channels, settings[i].n_samples);
        assert_memory_equal(image->pixels, image->n_channels == 4 ? rgba : rgb,
                            (size_t)HEIGHT * WIDTH * (size_t)image->n_channels);
        frcnn_image_destroy(&image);
        sample_free(&file);
    }
    free(wide);
    free(rgba);
    free(rgb);
}

/* White may be 0: the colour is turned round then, alpha is not. */
static void test_tiff_grey_and_alpha(void **state)
{
    (void)state;
    const uint8_t samples[4] = {10, 77, 200, 0};
    for (int is_inverted = 0; is_inverted < 2; is_inverted++) {
        for (int is_planar = 0; is_planar < 2; is_planar++) {
            const uint8_t expected[4] = {is_inverted ? 245 : 10, 77, is_inverted ? 55 : 200, 0};
            const tiff_settings settings = {.bits = 8,
                                            .n_samples = 2,
                                            .planar = is_planar,
                                            .photometric =
                                                is_inverted ? PHOTOMETRIC_MINISWHITE : PHOTOMETRIC_MINISBLACK};
            sample file = tiff_make(1, 2, samples, &settings);
            frcnn_image *image = NULL;
            assert_ok(frcnn_image_decode_channels(&image, file.bytes, file.n_bytes, "sample", NULL));
            assert_int_equal(image->n_channels, 2);
            assert_memory_equal(image->pixels, expected, sizeof expected);
            frcnn_image_destroy(&image);
            sample_free(&file);
        }
    }
}

static void test_tiff_grey_and_palette(void **state)
{
    (void)state;
    const uint8_t grey[6] = {0, 1, 100, 200, 254, 255};
    uint16_t wide[6];
    uint8_t rgb[18];
    uint8_t inverted[18];
    for (int i = 0; i < 6; i++) {
        wide[i] = (uint16_t)(grey[i] * 257);
        memset(rgb + 3 * i, grey[i], 3);
        memset(inverted + 3 * i, 255 - grey[i], 3);
    }
    tiff_settings settings = {.bits = 8, .n_samples = 1, .photometric = PHOTOMETRIC_MINISBLACK};
    sample file = tiff_make(2, 3, grey, &settings);
    assert_decodes(&file, 2, 3, rgb, 0, NULL);
    sample_free(&file);
    settings.bits = 16;
    file = tiff_make(2, 3, wide, &settings);
    assert_decodes(&file, 2, 3, rgb, 0, NULL);
    frcnn_image_options options;
    frcnn_image_options_default(&options);
    options.range_hi = 257;
    frcnn_image *image = NULL;
    assert_ok(frcnn_image_decode(&image, file.bytes, file.n_bytes, "sample", &options));
    assert_int_equal(frcnn_image_get_const_pixels(image)[3], 255);
    frcnn_image_destroy(&image);
    sample_free(&file);
    settings.photometric = PHOTOMETRIC_MINISWHITE;
    file = tiff_make(2, 3, wide, &settings);
    assert_decodes(&file, 2, 3, inverted, 0, NULL);
    sample_free(&file);

    uint16_t palette[768] = {0};
    palette[1] = 0xffff;
    palette[256 + 2] = 0x8080;
    const uint8_t indices[3] = {0, 1, 2};
    const uint8_t palette_rgb[9] = {0, 0, 0, 255, 0, 0, 0, 128, 0};
    settings = (tiff_settings){.bits = 8, .n_samples = 1, .photometric = PHOTOMETRIC_PALETTE, .palette = palette};
    file = tiff_make(1, 3, indices, &settings);
    assert_decodes(&file, 1, 3, palette_rgb, 0, NULL);
    sample_free(&file);

    const uint8_t bits[1] = {0xa0};
    const uint8_t bits_rgb[9] = {255, 255, 255, 0, 0, 0, 255, 255, 255};
    settings = (tiff_settings){.bits = 1, .n_samples = 1, .photometric = PHOTOMETRIC_MINISBLACK};
    file = tiff_make(1, 3, bits, &settings);
    assert_decodes(&file, 1, 3, bits_rgb, 0, NULL);
    sample_free(&file);
}

static void test_tiff_orientation(void **state)
{
    (void)state;
    const uint8_t rgb[6] = {1, 2, 3, 4, 5, 6};
    const tiff_settings settings = {.bits = 8, .n_samples = 3, .photometric = PHOTOMETRIC_RGB, .orientation = 6};
    sample file = tiff_make(1, 2, rgb, &settings);
    assert_decodes(&file, 2, 1, rgb, 0, NULL);
    frcnn_image_options options;
    frcnn_image_options_default(&options);
    options.ignore_exif = 1;
    assert_decodes(&file, 1, 2, rgb, 0, &options);
    sample_free(&file);
}

static void test_tiff_of_other_kinds(void **state)
{
    (void)state;
    const float values[2] = {0.5F, 1};
    const tiff_settings settings = {
        .bits = 32, .n_samples = 1, .photometric = PHOTOMETRIC_MINISBLACK, .sample_format = SAMPLEFORMAT_IEEEFP};
    sample file = tiff_make(1, 2, values, &settings);
    frcnn_image *image = NULL;
    assert_fails(frcnn_image_decode(&image, file.bytes, file.n_bytes, "float.tif", NULL), FRCNN_ERROR_UNSUPPORTED,
                 "float.tif: TIFF of a kind that is not read");
    assert_null(image);
    sample_free(&file);
}

static void test_tiff_cut_short(void **state)
{
    (void)state;
    uint8_t *rgb = make_picture(HEIGHT, WIDTH);
    const tiff_settings settings[] = {
        {.bits = 8, .n_samples = 3, .photometric = PHOTOMETRIC_RGB},
        {.bits = 8, .n_samples = 3, .photometric = PHOTOMETRIC_RGB, .compression = COMPRESSION_LZW},
        {.bits = 8, .n_samples = 3, .photometric = PHOTOMETRIC_RGB, .tile = 16},
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        sample file = tiff_make(HEIGHT, WIDTH, rgb, &settings[i]);
        for (size_t n_bytes = 4; n_bytes < file.n_bytes - 64; n_bytes++) {
            frcnn_image *image = NULL;
            assert_fails(frcnn_image_decode(&image, file.bytes, n_bytes, "cut.tif", NULL), FRCNN_ERROR_FORMAT,
                         "cut.tif: ");
        }
        sample_free(&file);
    }
    free(rgb);
}

static void test_webp_alpha_and_damage(void **state)
{
    (void)state;
    const uint8_t rgba[8] = {255, 0, 0, 0, 1, 2, 3, 255};
    const uint8_t rgb[6] = {255, 0, 0, 1, 2, 3};
    WebPConfig config;
    assert_true(WebPConfigInit(&config));
    config.lossless = 1;
    config.exact = 1; /* keeps the colour under clear pixels */
    WebPPicture picture;
    assert_true(WebPPictureInit(&picture));
    picture.width = 2;
    picture.height = 1;
    picture.use_argb = 1;
    assert_true(WebPPictureImportRGBA(&picture, rgba, 8));
    WebPMemoryWriter writer;
    WebPMemoryWriterInit(&writer);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    assert_true(WebPEncode(&config, &picture));
    sample file = {0};
    sample_append(&file, writer.mem, writer.size);
    WebPMemoryWriterClear(&writer);
    WebPPictureFree(&picture);
    assert_decodes(&file, 1, 2, rgb, 0, NULL);
    frcnn_image *image = NULL;
    for (size_t n_bytes = 12; n_bytes < file.n_bytes; n_bytes++)
        assert_fails(frcnn_image_decode(&image, file.bytes, n_bytes, "cut.webp", NULL), FRCNN_ERROR_FORMAT,
                     "cut.webp: ");
    memset(file.bytes + 20, 0, file.n_bytes - 20);
    assert_fails(frcnn_image_decode(&image, file.bytes, file.n_bytes, "zero.webp", NULL), FRCNN_ERROR_FORMAT,
                 "zero.webp: damaged WebP");
    sample_free(&file);

    sample animated = {0};
    sample_append(&animated, "RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x01\0\0\x01\0\0", 30);
    assert_fails(frcnn_image_decode(&image, animated.bytes, animated.n_bytes, "a.webp", NULL), FRCNN_ERROR_UNSUPPORTED,
                 "a.webp: animated");
    sample_free(&animated);
}

static void test_decoders_are_named(void **state)
{
    (void)state;
    const char *decoders = frcnn_image_get_decoders();
    assert_non_null(strstr(decoders, "stb_image 2."));
    assert_non_null(strstr(decoders, "libjpeg"));
    assert_non_null(strstr(decoders, "libtiff 4."));
    assert_non_null(strstr(decoders, "libwebp "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_pixels_from_every_container),
        cmocka_unit_test(test_png_channels),
        cmocka_unit_test(test_png_palette_and_few_bits),
        cmocka_unit_test(test_16_bit_png_rounds),
        cmocka_unit_test(test_range_of_16_bit_samples),
        cmocka_unit_test(test_pnm),
        cmocka_unit_test(test_bmp),
        cmocka_unit_test(test_gif),
        cmocka_unit_test(test_tga_kinds),
        cmocka_unit_test(test_jpeg_kinds),
        cmocka_unit_test(test_jpeg_of_ink),
        cmocka_unit_test(test_stb_jpeg_is_near),
        cmocka_unit_test(test_tiff_rgb),
        cmocka_unit_test(test_tiff_grey_and_alpha),
        cmocka_unit_test(test_tiff_grey_and_palette),
        cmocka_unit_test(test_tiff_orientation),
        cmocka_unit_test(test_tiff_of_other_kinds),
        cmocka_unit_test(test_tiff_cut_short),
        cmocka_unit_test(test_webp_alpha_and_damage),
        cmocka_unit_test(test_decoders_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
