#include "image/decoder.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tiffio.h>

#include "image/image_type.h"
#include "image/samples.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* A TIFF in memory, and what libtiff said about it. */
typedef struct session {
    const frcnn_encoded *encoded;
    uint64_t at;
    int is_damaged;   /* libtiff reported an error */
    char reason[256]; /* the first one */
} session;

static tmsize_t read_bytes(thandle_t handle, void *data, tmsize_t size)
{
    session *self = handle;
    if (size <= 0 || self->at >= self->encoded->n_bytes) return 0;
    const size_t left = self->encoded->n_bytes - (size_t)self->at;
    const size_t n_bytes = (size_t)size < left ? (size_t)size : left;
    memcpy(data, self->encoded->bytes + self->at, n_bytes);
    self->at += n_bytes;
    return (tmsize_t)n_bytes;
}

static tmsize_t refuse_to_write(thandle_t handle, void *data, tmsize_t size)
{
    (void)handle;
    (void)data;
    (void)size;
    return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence)
{
    session *self = handle;
    const uint64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? self->at : self->encoded->n_bytes;
    self->at = base + offset;
    return self->at;
}

static int do_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t get_size(thandle_t handle)
{
    const session *self = handle;
    return self->encoded->n_bytes;
}

static void note_error(session *self, const char *format, va_list arguments)
{
    if (!self->is_damaged) vsnprintf(self->reason, sizeof self->reason, format, arguments);
    self->is_damaged = 1;
}

/* JPEG inside TIFF: what libjpeg found damaged comes as a warning, and grey pixels. */
static int is_damage(const char *module)
{
    return module != NULL && strcmp(module, "JPEGLib") == 0;
}

#if TIFFLIB_VERSION >= 20221213

static int take_error(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments)
{
    (void)tiff;
    (void)module;
    note_error(user, format, arguments);
    return 1;
}

static int take_warning(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments)
{
    (void)tiff;
    if (is_damage(module)) note_error(user, format, arguments);
    return 1;
}

static TIFF *open_tiff(session *self)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (options == NULL) return NULL;
    TIFFOpenOptionsSetErrorHandlerExtR(options, take_error, self);
    TIFFOpenOptionsSetWarningHandlerExtR(options, take_warning, self);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, INT32_MAX);
    TIFF *tiff = TIFFClientOpenExt(self->encoded->name, "rm", self, read_bytes, refuse_to_write, seek, do_nothing,
                                   get_size, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    return tiff;
}

#else

/* Before 4.5 the handlers belong to the process; each thread's go to the file that it is reading. */
static _Thread_local session *current;
static pthread_once_t handlers_once = PTHREAD_ONCE_INIT;

static void take_error(const char *module, const char *format, va_list arguments)
{
    (void)module;
    if (current != NULL) note_error(current, format, arguments);
}

static void take_warning(const char *module, const char *format, va_list arguments)
{
    if (current != NULL && is_damage(module)) note_error(current, format, arguments);
}

static void set_handlers(void)
{
    TIFFSetErrorHandler(take_error);
    TIFFSetWarningHandler(take_warning);
}

static TIFF *open_tiff(session *self)
{
    pthread_once(&handlers_once, set_handlers);
    current = self;
    return TIFFClientOpen(self->encoded->name, "rm", self, read_bytes, refuse_to_write, seek, do_nothing, get_size,
                          NULL, NULL);
}

#endif

/* How the first page stores its pixels. */
typedef struct layout {
    uint32_t height, width;
    uint16_t bits, n_samples, sample_format, photometric, planes, compression;
} layout;

static frcnn_status read_layout(layout *out, TIFF *tiff, const frcnn_encoded *encoded)
{
    layout page = {0};
    FRCNN_FAIL_IF(!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &page.width) ||
                      !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &page.height) ||
                      !TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &page.photometric),
                  FRCNN_ERROR_FORMAT, "%s: damaged TIFF: size or kind of pixels is missing", encoded->name);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &page.bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &page.n_samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &page.sample_format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &page.planes);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &page.compression);
    FRCNN_FAIL_IF(page.compression == COMPRESSION_OJPEG, FRCNN_ERROR_UNSUPPORTED,
                  "%s: TIFF with old-style JPEG inside is not read", encoded->name);
    FRCNN_TRY(frcnn_encoded_check_size(encoded, page.height, page.width));
    *out = page;
    return FRCNN_OK;
}

/* Grey and RGB samples of 8 or 16 bits are read here: libtiff's own conversion cuts 16 bits to 8 and multiplies colours
   by their alpha. */
static int is_plain(const layout *page)
{
    const int is_grey = page->photometric == PHOTOMETRIC_MINISBLACK || page->photometric == PHOTOMETRIC_MINISWHITE;
    const int is_rgb = page->photometric == PHOTOMETRIC_RGB && page->n_samples >= 3;
    const int is_unsigned = page->sample_format == SAMPLEFORMAT_UINT || page->sample_format == SAMPLEFORMAT_VOID;
    return (is_grey || is_rgb) && is_unsigned && (page->bits == 8 || page->bits == 16);
}

/* Grey, RGB, either with alpha where the last sample is said to be that, and not multiplied into the colours. */
static int count_channels(const layout *page, TIFF *tiff)
{
    const int n_colors = page->photometric == PHOTOMETRIC_RGB || !is_plain(page) ? 3 : 1;
    uint16_t n_extra = 0;
    const uint16_t *extra = NULL;
    if (!is_plain(page) || page->n_samples != n_colors + 1 ||
        !TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &n_extra, &extra))
        return n_colors;
    return n_extra == 1 && extra[0] == EXTRASAMPLE_UNASSALPHA ? n_colors + 1 : n_colors;
}

/* Stores n_x pixels of row y from column x on: channels first_channel … of the image from n_samples samples a pixel, the
   first of them being the first channel. samples, 8 or 16 bits each, is overwritten. */
static void store_row(frcnn_image *image, int y, int x, int n_x, void *samples, int n_samples, int first_channel,
                      const layout *page, const frcnn_image_options *options)
{
    uint8_t *bytes = samples;
    if (page->bits == 16) frcnn_samples_to_8_bit(bytes, samples, (size_t)n_x * (size_t)n_samples, 65535, options);
    uint8_t *pixels = image->pixels + ((size_t)y * (size_t)image->width + (size_t)x) * (size_t)image->n_channels;
    const uint8_t inverted = page->photometric == PHOTOMETRIC_MINISWHITE ? 255 : 0;
    const int n_stored = page->planes == PLANARCONFIG_CONTIG ? image->n_channels : 1;
    for (int i = 0; i < n_x; i++) {
        uint8_t *pixel = pixels + (ptrdiff_t)i * image->n_channels + first_channel;
        for (int c = 0; c < n_stored; c++) pixel[c] = bytes[i * n_samples + c];
        if (first_channel == 0) pixel[0] ^= inverted;
    }
}

static frcnn_status read_tiles(frcnn_image *image, TIFF *tiff, const layout *page, const frcnn_encoded *encoded,
                               int n_samples, int n_planes)
{
    const int64_t limit = INT32_MAX;
    uint32_t tile_width = 0;
    uint32_t tile_height = 0;
    const int has_size =
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &tile_width) && TIFFGetField(tiff, TIFFTAG_TILELENGTH, &tile_height);
    const tmsize_t tile_bytes = TIFFTileSize(tiff);
    const size_t pixel_bytes = (size_t)n_samples * page->bits / 8;
    FRCNN_FAIL_IF(!has_size || tile_width == 0 || tile_height == 0 || tile_bytes <= 0 || tile_bytes > limit ||
                      (size_t)tile_bytes / tile_height / tile_width < pixel_bytes,
                  FRCNN_ERROR_FORMAT, "%s: damaged TIFF: tiles of %ux%u pixels", encoded->name, tile_height,
                  tile_width);
    void *block = NULL;
    FRCNN_TRY(frcnn_alloc(&block, (size_t)tile_bytes, 1, "TIFF tile"));
    uint8_t *tile = block;
    frcnn_status status = FRCNN_OK;
    for (int plane = 0; plane < n_planes && status == FRCNN_OK; plane++) {
        for (uint32_t y = 0; y < page->height && status == FRCNN_OK; y += tile_height) {
            for (uint32_t x = 0; x < page->width; x += tile_width) {
                if (TIFFReadTile(tiff, tile, x, y, 0, (uint16_t)plane) < 0) {
                    status = frcnn_fail(FRCNN_ERROR_FORMAT, "%s: damaged TIFF: cannot read the tile at row %u",
                                        encoded->name, y);
                    break;
                }
                const uint32_t n_x = page->width - x < tile_width ? page->width - x : tile_width;
                for (uint32_t row = 0; row < tile_height && y + row < page->height; row++)
                    store_row(image, (int)(y + row), (int)x, (int)n_x, tile + row * pixel_bytes * tile_width, n_samples,
                              plane, page, encoded->options);
            }
        }
    }
    frcnn_free(block);
    return status;
}

static frcnn_status read_strips(frcnn_image *image, TIFF *tiff, const layout *page, const frcnn_encoded *encoded,
                                int n_samples, int n_planes)
{
    const size_t row_bytes = (size_t)page->width * (size_t)n_samples * page->bits / 8;
    const tmsize_t scanline_bytes = TIFFScanlineSize(tiff);
    FRCNN_FAIL_IF(scanline_bytes < 0 || (size_t)scanline_bytes < row_bytes, FRCNN_ERROR_FORMAT,
                  "%s: damaged TIFF: expected rows of %zu bytes, found %lld", encoded->name, row_bytes,
                  (long long)scanline_bytes);
    void *row = NULL;
    FRCNN_TRY(frcnn_alloc(&row, (size_t)scanline_bytes, 1, "TIFF row"));
    frcnn_status status = FRCNN_OK;
    for (int plane = 0; plane < n_planes && status == FRCNN_OK; plane++) {
        for (uint32_t y = 0; y < page->height; y++) {
            if (TIFFReadScanline(tiff, row, y, (uint16_t)plane) < 0) {
                status = frcnn_fail(FRCNN_ERROR_FORMAT, "%s: damaged TIFF: cannot read row %u", encoded->name, y);
                break;
            }
            store_row(image, (int)y, 0, (int)page->width, row, n_samples, plane, page, encoded->options);
        }
    }
    frcnn_free(row);
    return status;
}

/* Palettes, few bits, CMYK, YCbCr, Lab: libtiff's conversion, a 32-bit word a pixel. */
static frcnn_status read_converted(frcnn_image *image, TIFF *tiff, const frcnn_encoded *encoded, int orientation)
{
    char reason[1024] = "";
    FRCNN_FAIL_IF(!TIFFRGBAImageOK(tiff, reason), FRCNN_ERROR_UNSUPPORTED, "%s: TIFF of a kind that is not read: %s",
                  encoded->name, reason);
    void *block = NULL;
    const size_t n_pixels = (size_t)image->height * (size_t)image->width;
    FRCNN_TRY(frcnn_alloc_zeroed(&block, n_pixels, sizeof(uint32_t), "TIFF"));
    uint32_t *words = block;
    frcnn_status status = FRCNN_OK;
    if (TIFFReadRGBAImageOriented(tiff, (uint32_t)image->width, (uint32_t)image->height, words, orientation, 1)) {
        for (size_t i = 0; i < n_pixels; i++) {
            image->pixels[3 * i] = (uint8_t)TIFFGetR(words[i]);
            image->pixels[3 * i + 1] = (uint8_t)TIFFGetG(words[i]);
            image->pixels[3 * i + 2] = (uint8_t)TIFFGetB(words[i]);
        }
    } else {
        status = frcnn_fail(FRCNN_ERROR_FORMAT, "%s: damaged TIFF", encoded->name);
    }
    frcnn_free(block);
    return status;
}

static frcnn_status read_page(frcnn_image **out, int *orientation, TIFF *tiff, const session *self)
{
    const frcnn_encoded *encoded = self->encoded;
    layout page = {0};
    FRCNN_TRY(read_layout(&page, tiff, encoded));
    uint16_t stored_orientation = 1;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &stored_orientation);
    if (stored_orientation < 1 || stored_orientation > 8) stored_orientation = 1;
    frcnn_image *image = NULL;
    FRCNN_TRY(frcnn_image_alloc(&image, (int)page.height, (int)page.width, count_channels(&page, tiff)));
    const int is_planar = page.planes == PLANARCONFIG_SEPARATE;
    const int n_samples = is_planar ? 1 : page.n_samples;
    const int n_planes = is_planar ? image->n_channels : 1;
    frcnn_status status = !is_plain(&page)    ? read_converted(image, tiff, encoded, stored_orientation)
                          : TIFFIsTiled(tiff) ? read_tiles(image, tiff, &page, encoded, n_samples, n_planes)
                                              : read_strips(image, tiff, &page, encoded, n_samples, n_planes);
    if (status == FRCNN_OK && self->is_damaged)
        status = frcnn_fail(FRCNN_ERROR_FORMAT, "%s: damaged TIFF: %s", encoded->name, self->reason);
    if (status != FRCNN_OK) {
        frcnn_image_destroy(&image);
        return status;
    }
    *orientation = stored_orientation;
    *out = image;
    return FRCNN_OK;
}

frcnn_status frcnn_decode_tiff(frcnn_image **out, int *orientation, const frcnn_encoded *encoded)
{
    session self = {.encoded = encoded};
    TIFF *tiff = open_tiff(&self);
    const frcnn_status status = tiff == NULL ? frcnn_fail(FRCNN_ERROR_FORMAT, "%s: damaged TIFF: %s", encoded->name,
                                                          self.is_damaged ? self.reason : "it cannot be opened")
                                             : read_page(out, orientation, tiff, &self);
    if (tiff != NULL) TIFFClose(tiff);
    return status;
}

void frcnn_describe_tiff(char *text, size_t size)
{
    unsigned major = 0;
    unsigned minor = 0;
    unsigned patch = 0;
    if (sscanf(TIFFGetVersion(), "LIBTIFF, Version %u.%u.%u", &major, &minor, &patch) != 3) major = 4;
    snprintf(text, size, "libtiff %u.%u.%u", major, minor, patch);
}
