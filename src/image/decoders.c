#include "image/decoder.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "image/exif_orientation.h"
#include "image/file_bytes.h"
#include "image/image_header.h"
#include "image/image_type.h"
#include "tensor/error.h"
#include "tensor/memory.h"

typedef struct decoder {
    const char *format;
    int (*matches)(const uint8_t *bytes, size_t n_bytes);
    frcnn_decode_function *decode;      /* NULL: known, but this build reads none */
    frcnn_header_function *read_header; /* NULL: nothing reads the header alone */
} decoder;

static int begins_with(const uint8_t *bytes, size_t n_bytes, const char *magic, size_t magic_bytes)
{
    return n_bytes >= magic_bytes && memcmp(bytes, magic, magic_bytes) == 0;
}

static int is_jpeg(const uint8_t *bytes, size_t n_bytes)
{
    return begins_with(bytes, n_bytes, "\xff\xd8\xff", 3);
}

static int is_png(const uint8_t *bytes, size_t n_bytes)
{
    return begins_with(bytes, n_bytes, "\x89PNG\r\n\x1a\n", 8);
}

static int is_webp(const uint8_t *bytes, size_t n_bytes)
{
    return begins_with(bytes, n_bytes, "RIFF", 4) && n_bytes >= 12 && memcmp(bytes + 8, "WEBP", 4) == 0;
}

/* Byte order, then 42, or 43 in BigTIFF. */
static int is_tiff(const uint8_t *bytes, size_t n_bytes)
{
    return begins_with(bytes, n_bytes, "II*\0", 4) || begins_with(bytes, n_bytes, "MM\0*", 4) ||
           begins_with(bytes, n_bytes, "II+\0", 4) || begins_with(bytes, n_bytes, "MM\0+", 4);
}

static int is_gif(const uint8_t *bytes, size_t n_bytes)
{
    return begins_with(bytes, n_bytes, "GIF87a", 6) || begins_with(bytes, n_bytes, "GIF89a", 6);
}

/* Two letters are little: the size of the second header must be one there is. */
static int is_bmp(const uint8_t *bytes, size_t n_bytes)
{
    if (!begins_with(bytes, n_bytes, "BM", 2) || n_bytes < 18) return 0;
    static const uint8_t sizes[] = {12, 40, 52, 56, 64, 108, 124};
    return bytes[15] == 0 && bytes[16] == 0 && bytes[17] == 0 && memchr(sizes, bytes[14], sizeof sizes) != NULL;
}

static int is_pnm(const uint8_t *bytes, size_t n_bytes)
{
    return (begins_with(bytes, n_bytes, "P5", 2) || begins_with(bytes, n_bytes, "P6", 2)) && n_bytes >= 3 &&
           (bytes[2] == '#' || bytes[2] == ' ' || (bytes[2] >= '\t' && bytes[2] <= '\r'));
}

/* What phones write. Named so that the message can say more than "no image". */
static int is_heif(const uint8_t *bytes, size_t n_bytes)
{
    static const char brands[][5] = {"heic", "heix", "heim", "hevc", "mif1", "msf1", "avif", "avis"};
    if (n_bytes < 12 || memcmp(bytes + 4, "ftyp", 4) != 0) return 0;
    for (size_t i = 0; i < sizeof brands / sizeof brands[0]; i++)
        if (memcmp(bytes + 8, brands[i], 4) == 0) return 1;
    return 0;
}

#if defined(FRCNN_HAVE_JPEG)
#define DECODE_JPEG frcnn_decode_jpeg
#else
#define DECODE_JPEG frcnn_decode_jpeg_stb
#endif
#if defined(FRCNN_HAVE_TIFF)
#define DECODE_TIFF frcnn_decode_tiff
#else
#define DECODE_TIFF NULL
#endif
#if defined(FRCNN_HAVE_WEBP)
#define DECODE_WEBP frcnn_decode_webp
#else
#define DECODE_WEBP NULL
#endif

/* The first that matches decodes. TGA comes last: it has no magic number. */
static const decoder decoders[] = {
    {"JPEG", is_jpeg, DECODE_JPEG, frcnn_header_read_jpeg},
    {"PNG", is_png, frcnn_decode_png, frcnn_header_read_png},
    {"WebP", is_webp, DECODE_WEBP, NULL},
    {"TIFF", is_tiff, DECODE_TIFF, NULL},
    {"GIF", is_gif, frcnn_decode_gif, frcnn_header_read_gif},
    {"BMP", is_bmp, frcnn_decode_bmp, frcnn_header_read_bmp},
    {"PNM", is_pnm, frcnn_decode_pnm, NULL},
    {"HEIF", is_heif, NULL, NULL},
    {"TGA", frcnn_tga_matches, frcnn_decode_tga, frcnn_header_read_tga},
};

static const decoder *find_decoder(const uint8_t *bytes, size_t n_bytes)
{
    for (size_t i = 0; i < sizeof decoders / sizeof decoders[0]; i++)
        if (decoders[i].matches(bytes, n_bytes)) return &decoders[i];
    return NULL;
}

int frcnn_image_is_known(const void *bytes, size_t n_bytes)
{
    return find_decoder(bytes, n_bytes) != NULL;
}

void frcnn_image_options_default(frcnn_image_options *options)
{
    *options = (frcnn_image_options){
        .struct_size = sizeof *options, .max_pixels = INT64_C(1) << 30, .range_lo = 0, .range_hi = 65535};
}

static frcnn_status check_options(const frcnn_image_options *options)
{
    FRCNN_CHECK_OPTIONS("image", options);
    FRCNN_FAIL_IF(options->max_pixels < 1, FRCNN_ERROR_INVALID,
                  "image options: expected max_pixels of at least 1, found %lld", (long long)options->max_pixels);
    FRCNN_FAIL_IF(!(options->range_hi - options->range_lo > 0) || !(options->range_hi - options->range_lo < 1e9),
                  FRCNN_ERROR_INVALID, "image options: expected range_lo below range_hi, found %g and %g",
                  options->range_lo, options->range_hi);
    return FRCNN_OK;
}

frcnn_status frcnn_encoded_check_size(const frcnn_encoded *encoded, int64_t height, int64_t width)
{
    const long long h = height;
    const long long w = width;
    FRCNN_FAIL_IF(height == 0 || width == 0, FRCNN_ERROR_FORMAT,
                  "%s: expected an image of at least one pixel, found %lldx%lld", encoded->name, h, w);
    FRCNN_FAIL_IF(height > FRCNN_MAX_IMAGE_SIDE || width > FRCNN_MAX_IMAGE_SIDE, FRCNN_ERROR_INVALID,
                  "%s: expected sides of at most %d pixels, found %lldx%lld", encoded->name, FRCNN_MAX_IMAGE_SIDE, h,
                  w);
    FRCNN_FAIL_IF(height * width > encoded->options->max_pixels, FRCNN_ERROR_INVALID,
                  "%s: %lldx%lld pixels are more than the limit of %lld", encoded->name, h, w,
                  (long long)encoded->options->max_pixels);
    return FRCNN_OK;
}

frcnn_status frcnn_image_decode_channels(frcnn_image **out, const void *bytes, size_t n_bytes, const char *name,
                                         const frcnn_image_options *options)
{
    frcnn_image_options defaults;
    frcnn_image_options_default(&defaults);
    const frcnn_encoded encoded = {
        .bytes = bytes, .n_bytes = n_bytes, .name = name, .options = options == NULL ? &defaults : options};
    FRCNN_TRY(check_options(encoded.options));
    FRCNN_FAIL_IF(n_bytes == 0, FRCNN_ERROR_FORMAT, "%s: expected an image, found an empty file", name);
    const decoder *match = find_decoder(bytes, n_bytes);
    FRCNN_FAIL_IF(match == NULL, FRCNN_ERROR_FORMAT, "%s: expected an image, found no format known here", name);
    FRCNN_FAIL_IF(match->decode == NULL, FRCNN_ERROR_UNSUPPORTED, "%s: %s images are not read by this build", name,
                  match->format);
    frcnn_image *image = NULL;
    int orientation = 1;
    FRCNN_TRY(match->decode(&image, &orientation, &encoded));
    const frcnn_status status = encoded.options->ignore_exif ? FRCNN_OK : frcnn_image_make_upright(image, orientation);
    if (status != FRCNN_OK) {
        frcnn_image_destroy(&image);
        return status;
    }
    *out = image;
    return FRCNN_OK;
}

frcnn_status frcnn_image_decode(frcnn_image **out, const void *bytes, size_t n_bytes, const char *name,
                                const frcnn_image_options *options)
{
    frcnn_image *image = NULL;
    FRCNN_TRY(frcnn_image_decode_channels(&image, bytes, n_bytes, name, options));
    const frcnn_status status = frcnn_image_set_channels(image, 3);
    if (status != FRCNN_OK) {
        frcnn_image_destroy(&image);
        return status;
    }
    *out = image;
    return FRCNN_OK;
}

frcnn_status frcnn_image_open(frcnn_image **out, const char *path, const frcnn_image_options *options)
{
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    FRCNN_TRY(frcnn_file_read(&bytes, &n_bytes, path));
    const frcnn_status status = frcnn_image_decode(out, bytes, n_bytes, path, options);
    frcnn_free(bytes);
    return status;
}

static frcnn_status read_size(int *height, int *width, const uint8_t *bytes, size_t n_bytes, const char *path,
                              const frcnn_image_options *options)
{
    const frcnn_encoded encoded = {.bytes = bytes, .n_bytes = n_bytes, .name = path, .options = options};
    const decoder *match = find_decoder(bytes, n_bytes);
    frcnn_image_header header = {0};
    FRCNN_TRY(check_options(options));
    if (match == NULL || match->decode == NULL || match->read_header == NULL ||
        match->read_header(&header, &encoded) != FRCNN_OK) {
        /* What fails here may still decode, or fail with a better message. */
        frcnn_image *image = NULL;
        FRCNN_TRY(frcnn_image_decode(&image, bytes, n_bytes, path, options));
        *height = image->height;
        *width = image->width;
        frcnn_image_destroy(&image);
        return FRCNN_OK;
    }
    FRCNN_TRY(frcnn_encoded_check_size(&encoded, header.height, header.width));
    const int orientation =
        header.exif == NULL || options->ignore_exif ? 1 : frcnn_exif_get_orientation(header.exif, header.exif_bytes);
    *height = (int)(orientation >= 5 ? header.width : header.height);
    *width = (int)(orientation >= 5 ? header.height : header.width);
    return FRCNN_OK;
}

frcnn_status frcnn_image_read_size(int *height, int *width, const char *path, const frcnn_image_options *options)
{
    frcnn_image_options defaults;
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    frcnn_image_options_default(&defaults);
    FRCNN_TRY(frcnn_file_read(&bytes, &n_bytes, path));
    const frcnn_status status = read_size(height, width, bytes, n_bytes, path, options == NULL ? &defaults : options);
    frcnn_free(bytes);
    return status;
}

static char decoder_list[256];
static pthread_once_t decoder_list_once = PTHREAD_ONCE_INIT;

static void make_decoder_list(void)
{
    static void (*const describe[])(char *, size_t) = {
        frcnn_describe_stb,
#if defined(FRCNN_HAVE_JPEG)
        frcnn_describe_jpeg,
#endif
#if defined(FRCNN_HAVE_TIFF)
        frcnn_describe_tiff,
#endif
#if defined(FRCNN_HAVE_WEBP)
        frcnn_describe_webp,
#endif
    };
    for (size_t i = 0; i < sizeof describe / sizeof describe[0]; i++) {
        char library[64];
        describe[i](library, sizeof library);
        const size_t n_bytes = strlen(decoder_list);
        snprintf(decoder_list + n_bytes, sizeof decoder_list - n_bytes, "%s%s", i == 0 ? "" : ", ", library);
    }
}

const char *frcnn_image_get_decoders(void)
{
    pthread_once(&decoder_list_once, make_decoder_list);
    return decoder_list;
}
