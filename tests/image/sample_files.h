/** Image files that the tests make for themselves, byte by byte where no library writes what a test needs. */
#ifndef FRCNN_SAMPLE_FILES_H
#define FRCNN_SAMPLE_FILES_H

#include "support.h"

#include <stdlib.h>

#include <jpeglib.h>

#include "frcnn/image.h"

/** A file in memory, that grows. */
typedef struct sample {
    uint8_t *bytes;
    size_t n_bytes, capacity;
} sample;

static inline void sample_free(sample *file)
{
    free(file->bytes);
    *file = (sample){0};
}

static inline void sample_append(sample *file, const void *bytes, size_t n_bytes)
{
    if (file->n_bytes + n_bytes > file->capacity) {
        file->capacity = 2 * (file->n_bytes + n_bytes);
        file->bytes = realloc(file->bytes, file->capacity);
        assert_non_null(file->bytes);
    }
    if (n_bytes > 0) memcpy(file->bytes + file->n_bytes, bytes, n_bytes);
    file->n_bytes += n_bytes;
}

static inline void sample_append_number(sample *file, uint32_t value, int n_bytes, int is_big_endian)
{
    for (int i = 0; i < n_bytes; i++) {
        const int shift = 8 * (is_big_endian ? n_bytes - 1 - i : i);
        const uint8_t byte = (uint8_t)(value >> shift);
        sample_append(file, &byte, 1);
    }
}

/** Another test picture of this size: [height, width, 3], smooth with an edge. The caller frees it. */
static inline uint8_t *make_picture(int height, int width)
{
    uint8_t *rgb = malloc((size_t)height * (size_t)width * 3);
    assert_non_null(rgb);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            uint8_t *pixel = rgb + 3 * ((size_t)y * (size_t)width + (size_t)x);
            pixel[0] = (uint8_t)(40 + x * 200 / width);
            pixel[1] = (uint8_t)(20 + y * 200 / height);
            pixel[2] = x > y ? 200 : 60;
        }
    }
    return rgb;
}

static inline void assert_pixels(const frcnn_image *image, int height, int width, const uint8_t *rgb, int tolerance)
{
    assert_int_equal(frcnn_image_get_height(image), height);
    assert_int_equal(frcnn_image_get_width(image), width);
    const uint8_t *found = frcnn_image_get_const_pixels(image);
    for (size_t i = 0; i < (size_t)height * (size_t)width * 3; i++)
        if (abs(found[i] - rgb[i]) > tolerance)
            fail_msg("byte %zu: expected %d within %d, found %d", i, rgb[i], tolerance, found[i]);
}

/** Decodes and compares. */
static inline void assert_decodes(const sample *file, int height, int width, const uint8_t *rgb, int tolerance,
                                  const frcnn_image_options *options)
{
    frcnn_image *image = NULL;
    assert_ok(frcnn_image_decode(&image, file->bytes, file->n_bytes, "sample", options));
    assert_pixels(image, height, width, rgb, tolerance);
    frcnn_image_destroy(&image);
}

static inline uint32_t png_crc(const uint8_t *bytes, size_t n_bytes)
{
    uint32_t crc = 0xffffffffU;
    for (size_t i = 0; i < n_bytes; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0xedb88320U & (0U - (crc & 1)));
    }
    return ~crc;
}

static inline void png_append_chunk(sample *file, const char *type, const uint8_t *data, size_t n_bytes)
{
    sample_append_number(file, (uint32_t)n_bytes, 4, 1);
    const size_t at = file->n_bytes;
    sample_append(file, type, 4);
    sample_append(file, data, n_bytes);
    sample_append_number(file, png_crc(file->bytes + at, n_bytes + 4), 4, 1);
}

static inline void png_append_header(sample *file, uint32_t height, uint32_t width, int depth, int color_type)
{
    sample_append(file, "\x89PNG\r\n\x1a\n", 8);
    sample header = {0};
    sample_append_number(&header, width, 4, 1);
    sample_append_number(&header, height, 4, 1);
    const uint8_t rest[5] = {(uint8_t)depth, (uint8_t)color_type, 0, 0, 0};
    sample_append(&header, rest, sizeof rest);
    png_append_chunk(file, "IHDR", header.bytes, header.n_bytes);
    sample_free(&header);
}

/** The pixels as they are packed in the file, row after row; stored without compression. Less than 65536 bytes. */
static inline void png_append_pixels(sample *file, size_t n_rows, size_t row_bytes, const uint8_t *rows)
{
    sample raw = {0};
    for (size_t y = 0; y < n_rows; y++) {
        sample_append(&raw, "", 1);
        sample_append(&raw, rows + y * row_bytes, row_bytes);
    }
    assert_true(raw.n_bytes < 65536);
    sample data = {0};
    sample_append(&data, "\x78\x01\x01", 3);
    sample_append_number(&data, (uint32_t)raw.n_bytes, 2, 0);
    sample_append_number(&data, ~(uint32_t)raw.n_bytes, 2, 0);
    sample_append(&data, raw.bytes, raw.n_bytes);
    uint32_t a = 1;
    uint32_t b = 0;
    for (size_t i = 0; i < raw.n_bytes; i++) {
        a = (a + raw.bytes[i]) % 65521;
        b = (b + a) % 65521;
    }
    sample_append_number(&data, b << 16 | a, 4, 1);
    png_append_chunk(file, "IDAT", data.bytes, data.n_bytes);
    sample_free(&raw);
    sample_free(&data);
}

static inline sample png_make(int height, int width, int depth, int color_type, size_t row_bytes, const uint8_t *rows)
{
    sample file = {0};
    png_append_header(&file, (uint32_t)height, (uint32_t)width, depth, color_type);
    png_append_pixels(&file, (size_t)height, row_bytes, rows);
    png_append_chunk(&file, "IEND", NULL, 0);
    return file;
}

static inline sample pnm_make(const char *header, const void *pixels, size_t n_bytes)
{
    sample file = {0};
    sample_append(&file, header, strlen(header));
    sample_append(&file, pixels, n_bytes);
    return file;
}

/** A TIFF structure that holds nothing but an orientation, as EXIF blocks are. */
static inline sample exif_make(int orientation, int is_big_endian)
{
    sample exif = {0};
    sample_append(&exif, is_big_endian ? "MM" : "II", 2);
    sample_append_number(&exif, 42, 2, is_big_endian);
    sample_append_number(&exif, 8, 4, is_big_endian);
    sample_append_number(&exif, 1, 2, is_big_endian);
    sample_append_number(&exif, 0x0112, 2, is_big_endian);
    sample_append_number(&exif, 3, 2, is_big_endian);
    sample_append_number(&exif, 1, 4, is_big_endian);
    sample_append_number(&exif, (uint32_t)orientation, 2, is_big_endian);
    sample_append_number(&exif, 0, 2, is_big_endian);
    sample_append_number(&exif, 0, 4, is_big_endian);
    return exif;
}

typedef struct jpeg_settings {
    J_COLOR_SPACE pixels; /* as given: JCS_RGB, JCS_GRAYSCALE, JCS_CMYK */
    J_COLOR_SPACE stored; /* as written */
    int n_channels;
    int is_progressive;
    int quality;
    const sample *exif;
} jpeg_settings;

static inline sample jpeg_make(int height, int width, const uint8_t *pixels, const jpeg_settings *settings)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    unsigned char *bytes = NULL;
    unsigned long n_bytes = 0;
    jpeg_mem_dest(&jpeg, &bytes, &n_bytes);
    jpeg.image_height = (JDIMENSION)height;
    jpeg.image_width = (JDIMENSION)width;
    jpeg.input_components = settings->n_channels;
    jpeg.in_color_space = settings->pixels;
    jpeg_set_defaults(&jpeg);
    jpeg_set_colorspace(&jpeg, settings->stored);
    jpeg_set_quality(&jpeg, settings->quality, TRUE);
    if (settings->is_progressive) jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    if (settings->exif != NULL) {
        sample block = {0};
        sample_append(&block, "Exif\0", 6);
        sample_append(&block, settings->exif->bytes, settings->exif->n_bytes);
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, block.bytes, (unsigned)block.n_bytes);
        sample_free(&block);
    }
    while (jpeg.next_scanline < jpeg.image_height) {
        uint8_t *row = (uint8_t *)pixels + (size_t)jpeg.next_scanline * (size_t)width * (size_t)settings->n_channels;
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    sample file = {0};
    sample_append(&file, bytes, n_bytes);
    free(bytes);
    return file;
}

static const jpeg_settings plain_jpeg = {.pixels = JCS_RGB, .stored = JCS_YCbCr, .n_channels = 3, .quality = 95};

#endif
