#include "image/decoder.h"

/* jpeglib.h needs these first. */
#include <stddef.h>
#include <stdio.h>

#include <jerror.h>
#include <jpeglib.h>
#include <setjmp.h>

#include "image/exif_orientation.h"
#include "image/image_header.h"
#include "image/image_type.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* What libjpeg's callbacks share with the function that called it. */
typedef struct session {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf on_error;
    const frcnn_encoded *encoded;
    frcnn_status status;
    frcnn_image *image;
    uint8_t *ink_row; /* a row of CMYK */
} session;

static void fail(j_common_ptr jpeg)
{
    session *self = jpeg->client_data;
    char reason[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, reason);
    const int code = jpeg->err->msg_code;
    if (code == JERR_OUT_OF_MEMORY)
        self->status = frcnn_fail(FRCNN_ERROR_NO_MEMORY, "%s: %s", self->encoded->name, reason);
    else if (code == JERR_SOF_UNSUPPORTED || code == JERR_BAD_PRECISION || code == JERR_CONVERSION_NOTIMPL)
        self->status = frcnn_fail(FRCNN_ERROR_UNSUPPORTED, "%s: JPEG of a kind that libjpeg does not read: %s",
                                  self->encoded->name, reason);
    else if (code == JERR_EMPTY_IMAGE)
        self->status = frcnn_fail(FRCNN_ERROR_FORMAT, "%s: expected a JPEG of at least one pixel, found a side of 0",
                                  self->encoded->name);
    else
        self->status = frcnn_fail(FRCNN_ERROR_FORMAT, "%s: damaged JPEG: %s", self->encoded->name, reason);
    longjmp(self->on_error, 1);
}

/* libjpeg goes on after damage and leaves grey where it found none. Only what costs no pixel is let through: a few stray
   bytes between segments, as some cameras write, and markers that it does not know. */
static void take_message(j_common_ptr jpeg, int level)
{
    enum { MAX_STRAY_BYTES = 1024 };
    if (level >= 0) return;
    const int code = jpeg->err->msg_code;
    const int is_harmless = code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR || code == JWRN_NOT_SEQUENTIAL ||
                            (code == JWRN_EXTRANEOUS_DATA && jpeg->err->msg_parm.i[0] <= MAX_STRAY_BYTES);
    if (!is_harmless) fail(jpeg);
}

static void ignore_output(j_common_ptr jpeg)
{
    (void)jpeg;
}

/* A small file may hold thousands of scans, each a pass over a large image. Real ones have about ten. */
static void limit_scans(j_common_ptr jpeg)
{
    enum { MAX_SCANS = 500 };
    session *self = jpeg->client_data;
    if (self->jpeg.input_scan_number <= MAX_SCANS) return;
    self->status =
        frcnn_fail(FRCNN_ERROR_FORMAT, "%s: damaged JPEG: more than %d scans", self->encoded->name, MAX_SCANS);
    longjmp(self->on_error, 1);
}

/* a * b / 255, rounded. */
static unsigned multiply_fraction(unsigned a, unsigned b)
{
    const unsigned product = a * b + 128;
    return (product + (product >> 8)) >> 8;
}

/* CMYK is stored inverted, as Adobe's programs began to; those that leave out the Adobe marker do the same. */
static void ink_to_rgb(uint8_t *rgb, const uint8_t *ink, size_t n_pixels)
{
    for (size_t i = 0; i < n_pixels; i++) {
        const unsigned light = ink[4 * i + 3];
        for (size_t c = 0; c < 3; c++)
            rgb[3 * i + c] = (uint8_t)(light - multiply_fraction(255U - ink[4 * i + c], light));
    }
}

/* Not inlined: the function that calls setjmp holds no variable that could change behind it. */
static __attribute__((noinline)) frcnn_status read_image(session *self)
{
    struct jpeg_decompress_struct *jpeg = &self->jpeg;
    jpeg_mem_src(jpeg, self->encoded->bytes, (unsigned long)self->encoded->n_bytes);
    jpeg_read_header(jpeg, TRUE);
    FRCNN_TRY(frcnn_encoded_check_size(self->encoded, jpeg->image_height, jpeg->image_width));
    const int is_ink = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    const int n_channels = jpeg->jpeg_color_space == JCS_GRAYSCALE ? 1 : 3;
    jpeg->out_color_space = is_ink ? JCS_CMYK : n_channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg->progress = &self->progress;
    FRCNN_TRY(frcnn_image_alloc(&self->image, (int)jpeg->image_height, (int)jpeg->image_width, n_channels));
    if (is_ink) {
        void *row = NULL;
        FRCNN_TRY(frcnn_alloc(&row, jpeg->image_width, 4, "CMYK row"));
        self->ink_row = row;
    }
    jpeg_start_decompress(jpeg);
    while (jpeg->output_scanline < jpeg->output_height) {
        uint8_t *pixels = self->image->pixels + (size_t)jpeg->output_scanline * jpeg->output_width * (size_t)n_channels;
        uint8_t *row = is_ink ? self->ink_row : pixels;
        if (jpeg_read_scanlines(jpeg, &row, 1) == 1 && is_ink) ink_to_rgb(pixels, row, jpeg->output_width);
    }
    jpeg_finish_decompress(jpeg);
    return FRCNN_OK;
}

static frcnn_status run(session *self)
{
    if (setjmp(self->on_error) != 0) return self->status;
    jpeg_create_decompress(&self->jpeg);
    return read_image(self);
}

frcnn_status frcnn_decode_jpeg(frcnn_image **out, int *orientation, const frcnn_encoded *encoded)
{
    session self = {.encoded = encoded};
    self.jpeg.err = jpeg_std_error(&self.errors);
    self.jpeg.client_data = &self;
    self.errors.error_exit = fail;
    self.errors.emit_message = take_message;
    self.errors.output_message = ignore_output;
    self.progress.progress_monitor = limit_scans;
    const frcnn_status status = run(&self);
    jpeg_destroy_decompress(&self.jpeg);
    frcnn_free(self.ink_row);
    if (status != FRCNN_OK) {
        frcnn_image_destroy(&self.image);
        return status;
    }
    size_t exif_bytes = 0;
    const uint8_t *exif = frcnn_jpeg_find_exif(encoded->bytes, encoded->n_bytes, &exif_bytes);
    *orientation = exif == NULL ? 1 : frcnn_exif_get_orientation(exif, exif_bytes);
    *out = self.image;
    return FRCNN_OK;
}

#define TEXT_OF(name) #name
#define TEXT(macro) TEXT_OF(macro)

void frcnn_describe_jpeg(char *text, size_t size)
{
#if defined(LIBJPEG_TURBO_VERSION)
    snprintf(text, size, "libjpeg-turbo %s", TEXT(LIBJPEG_TURBO_VERSION));
#else
    snprintf(text, size, "libjpeg %s", TEXT(JPEG_LIB_VERSION));
#endif
}
