#include "image/decoder.h"

#include <stdio.h>
#include <string.h>
#include <webp/decode.h>

#include "image/bytes.h"
#include "image/exif_orientation.h"
#include "image/image_type.h"
#include "tensor/error.h"

/* After "RIFF", the size and "WEBP", chunks follow: a name, a size, that many bytes, one more where that is odd. */
static int find_orientation(const frcnn_encoded *encoded)
{
    enum { FILE_HEADER = 12, CHUNK_HEADER = 8 };
    for (size_t at = FILE_HEADER; encoded->n_bytes - at > CHUNK_HEADER;) {
        const uint8_t *chunk = encoded->bytes + at;
        const size_t n_bytes = frcnn_get_le32(chunk + 4);
        if (n_bytes > encoded->n_bytes - at - CHUNK_HEADER) return 1;
        if (memcmp(chunk, "EXIF", 4) == 0) return frcnn_exif_get_orientation(chunk + CHUNK_HEADER, n_bytes);
        at += CHUNK_HEADER + n_bytes;
        if ((n_bytes & 1) != 0 && at < encoded->n_bytes) at++;
    }
    return 1;
}

static frcnn_status explain(const frcnn_encoded *encoded, VP8StatusCode code)
{
    switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY:
        return frcnn_fail(FRCNN_ERROR_NO_MEMORY, "%s: out of memory to decode WebP", encoded->name);
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return frcnn_fail(FRCNN_ERROR_UNSUPPORTED, "%s: animated or newer WebP is not read", encoded->name);
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
        return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: the WebP is cut short after %zu bytes", encoded->name,
                          encoded->n_bytes);
    default:
        return frcnn_fail(FRCNN_ERROR_FORMAT, "%s: damaged WebP", encoded->name);
    }
}

frcnn_status frcnn_decode_webp(frcnn_image **out, int *orientation, const frcnn_encoded *encoded)
{
    WebPDecoderConfig config;
    FRCNN_FAIL_IF(!WebPInitDecoderConfig(&config), FRCNN_ERROR_UNSUPPORTED,
                  "%s: libwebp is not the version that this was built with", encoded->name);
    VP8StatusCode code = WebPGetFeatures(encoded->bytes, encoded->n_bytes, &config.input);
    if (code == VP8_STATUS_OK && config.input.has_animation) code = VP8_STATUS_UNSUPPORTED_FEATURE;
    /* Pixels may be whole where chunks behind them are missing; a file that is not whole is damaged all the same. */
    if (code == VP8_STATUS_OK && frcnn_get_le32(encoded->bytes + 4) > encoded->n_bytes - 8)
        code = VP8_STATUS_NOT_ENOUGH_DATA;
    if (code != VP8_STATUS_OK) return explain(encoded, code);
    FRCNN_TRY(frcnn_encoded_check_size(encoded, config.input.height, config.input.width));
    frcnn_image *image = NULL;
    FRCNN_TRY(frcnn_image_alloc(&image, config.input.height, config.input.width, config.input.has_alpha ? 4 : 3));
    config.output.colorspace = image->n_channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = image->pixels;
    config.output.u.RGBA.stride = image->n_channels * image->width;
    config.output.u.RGBA.size = (size_t)image->height * (size_t)config.output.u.RGBA.stride;
    code = WebPDecode(encoded->bytes, encoded->n_bytes, &config);
    WebPFreeDecBuffer(&config.output);
    if (code != VP8_STATUS_OK) {
        frcnn_image_destroy(&image);
        return explain(encoded, code);
    }
    *orientation = find_orientation(encoded);
    *out = image;
    return FRCNN_OK;
}

void frcnn_describe_webp(char *text, size_t size)
{
    const int version = WebPGetDecoderVersion();
    snprintf(text, size, "libwebp %d.%d.%d", version >> 16, version >> 8 & 255, version & 255);
}
