#include "image/decoder.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "image/exif_orientation.h"
#include "image/image_header.h"
#include "image/image_type.h"
#include "image/samples.h"
#include "image/stb_memory.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* Damaged files reach stb_image's assertions; what they guard is checked in image_header.h or harmless. */
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_HDR
#define STBI_NO_LINEAR
#define STBI_NO_PIC
#define STBI_NO_PNM
#define STBI_NO_PSD
#define STBI_NO_STDIO
#define STBI_ASSERT(condition) ((void)0)
#define STBI_MALLOC(size) frcnn_stb_malloc(size)
#define STBI_REALLOC_SIZED(block, old_size, new_size) frcnn_stb_realloc(block, old_size, new_size)
#define STBI_FREE(block) frcnn_stb_free(block)
#include <stb_image.h>

/* stb_image reads zeros behind the end of a file and says nothing: this reader notices. */
typedef struct reader {
    const uint8_t *bytes;
    size_t n_bytes, at;
    int is_past_end;
} reader;

static int read_bytes(void *user, char *data, int size)
{
    reader *file = user;
    const size_t left = file->n_bytes - file->at;
    const size_t n_bytes = (size_t)size < left ? (size_t)size : left;
    /* Less than asked for is the usual end of the last block; nothing at all is more than the file has. */
    if (n_bytes == 0 && size > 0) file->is_past_end = 1;
    memcpy(data, file->bytes + file->at, n_bytes);
    file->at += n_bytes;
    return (int)n_bytes;
}

static void skip_bytes(void *user, int n_bytes)
{
    reader *file = user;
    const size_t left = file->n_bytes - file->at;
    file->at += (size_t)n_bytes < left ? (size_t)n_bytes : left;
}

static int is_at_end(void *user)
{
    const reader *file = user;
    return file->at == file->n_bytes;
}

static frcnn_status check_header(const frcnn_encoded *encoded, const frcnn_image_header *header)
{
    FRCNN_TRY(frcnn_encoded_check_size(encoded, header->height, header->width));
    /* Its sizes are 32-bit numbers. */
    const int64_t limit = INT64_C(1) << 30;
    const int64_t n_bytes = header->height * header->width * (header->n_channels > 3 ? header->n_channels : 3) *
                            (header->is_16_bit ? 2 : 1);
    FRCNN_FAIL_IF(n_bytes > limit, FRCNN_ERROR_UNSUPPORTED,
                  "%s: %lldx%lld pixels of %lld bytes in all are more than the %lld bytes that stb_image decodes",
                  encoded->name, (long long)header->height, (long long)header->width, (long long)n_bytes,
                  (long long)limit);
    return FRCNN_OK;
}

/* *n_channels is how many to ask for, 0 for the file's, and then how many there are. */
static frcnn_status load_samples(void **samples, int *n_channels, const frcnn_encoded *encoded,
                                 const frcnn_image_header *header)
{
    static const stbi_io_callbacks callbacks = {.read = read_bytes, .skip = skip_bytes, .eof = is_at_end};
    reader file = {.bytes = encoded->bytes, .n_bytes = encoded->n_bytes};
    int width = 0;
    int height = 0;
    int n_stored = 0;
    void *loaded = header->is_16_bit
                       ? (void *)stbi_load_16_from_callbacks(&callbacks, &file, &width, &height, &n_stored, *n_channels)
                       : (void *)stbi_load_from_callbacks(&callbacks, &file, &width, &height, &n_stored, *n_channels);
    const int is_right = loaded != NULL && !file.is_past_end && width == header->width && height == header->height;
    if (is_right) {
        *samples = loaded;
        if (*n_channels == 0) *n_channels = n_stored;
        return FRCNN_OK;
    }
    frcnn_stb_free(loaded);
    const char *reason = stbi_failure_reason();
    FRCNN_FAIL_IF(file.is_past_end, FRCNN_ERROR_FORMAT, "%s: the file is cut short after %zu bytes", encoded->name,
                  encoded->n_bytes);
    FRCNN_FAIL_IF(loaded == NULL && reason != NULL && strcmp(reason, "outofmem") == 0, FRCNN_ERROR_NO_MEMORY,
                  "%s: out of memory for %dx%d pixels", encoded->name, (int)header->height, (int)header->width);
    return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: damaged image: %s", encoded->name,
                      loaded == NULL && reason != NULL ? reason : "sizes that differ");
}

static frcnn_status decode(frcnn_image **out, int *orientation, const frcnn_encoded *encoded,
                           const frcnn_image_header *header, int n_channels)
{
    FRCNN_TRY(check_header(encoded, header));
    const int height = (int)header->height;
    const int width = (int)header->width;
    void *samples = NULL;
    FRCNN_TRY(load_samples(&samples, &n_channels, encoded, header));
    if (header->is_16_bit) {
        frcnn_image *image = NULL;
        const frcnn_status status = frcnn_image_alloc(&image, height, width, n_channels);
        if (status == FRCNN_OK)
            frcnn_samples_to_8_bit(image->pixels, samples, (size_t)height * (size_t)width * (size_t)n_channels, 65535,
                                   encoded->options);
        frcnn_stb_free(samples);
        FRCNN_TRY(status);
        *out = image;
    } else {
        FRCNN_TRY(frcnn_image_adopt(out, height, width, n_channels, samples));
    }
    *orientation = header->exif == NULL ? 1 : frcnn_exif_get_orientation(header->exif, header->exif_bytes);
    return FRCNN_OK;
}

frcnn_status frcnn_decode_png(frcnn_image **out, int *orientation, const frcnn_encoded *encoded)
{
    frcnn_image_header header = {0};
    FRCNN_TRY(frcnn_header_read_png(&header, encoded));
    return decode(out, orientation, encoded, &header, 0);
}

frcnn_status frcnn_decode_jpeg_stb(frcnn_image **out, int *orientation, const frcnn_encoded *encoded)
{
    frcnn_image_header header = {0};
    FRCNN_TRY(frcnn_header_read_jpeg(&header, encoded));
    return decode(out, orientation, encoded, &header, 0);
}

frcnn_status frcnn_decode_bmp(frcnn_image **out, int *orientation, const frcnn_encoded *encoded)
{
    frcnn_image_header header = {0};
    FRCNN_TRY(frcnn_header_read_bmp(&header, encoded));
    return decode(out, orientation, encoded, &header, 0);
}

frcnn_status frcnn_decode_tga(frcnn_image **out, int *orientation, const frcnn_encoded *encoded)
{
    frcnn_image_header header = {0};
    FRCNN_TRY(frcnn_header_read_tga(&header, encoded));
    return decode(out, orientation, encoded, &header, 0);
}

frcnn_status frcnn_decode_gif(frcnn_image **out, int *orientation, const frcnn_encoded *encoded)
{
    frcnn_image_header header = {0};
    FRCNN_TRY(frcnn_header_read_gif(&header, encoded));
    void *opaque = NULL;
    FRCNN_TRY(frcnn_alloc(&opaque, encoded->n_bytes, 1, "GIF"));
    memcpy(opaque, encoded->bytes, encoded->n_bytes);
    frcnn_gif_make_opaque(opaque, encoded->n_bytes);
    frcnn_encoded copy = *encoded;
    copy.bytes = opaque;
    /* stb_image would give every GIF an alpha channel. */
    const frcnn_status status = decode(out, orientation, &copy, &header, 3);
    frcnn_free(opaque);
    return status;
}

void frcnn_describe_stb(char *text, size_t size)
{
    snprintf(text, size, "stb_image %s", FRCNN_STB_IMAGE_VERSION);
}
