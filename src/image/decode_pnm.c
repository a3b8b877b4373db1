#include "image/decoder.h"

#include "image/bytes.h"
#include "image/image_type.h"
#include "image/samples.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* stb_image reads these too, but takes 16-bit samples in the machine's byte order and ignores the largest value. */

static int is_space(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A decimal number behind white space and comments; -1 where there is none. Larger ones than any header holds stop at a
   value that no check lets through. */
static int64_t read_number(const frcnn_encoded *encoded, size_t *at)
{
    enum { TOO_LARGE = 1000000000 };
    const uint8_t *bytes = encoded->bytes;
    while (*at < encoded->n_bytes && (is_space(bytes[*at]) || bytes[*at] == '#')) {
        if (bytes[*at] == '#')
            while (*at < encoded->n_bytes && bytes[*at] != '\n') ++*at;
        else
            ++*at;
    }
    int64_t number = -1;
    for (; *at < encoded->n_bytes && bytes[*at] >= '0' && bytes[*at] <= '9'; ++*at) {
        number = (number < 0 ? 0 : number) * 10 + (bytes[*at] - '0');
        if (number > TOO_LARGE) number = TOO_LARGE;
    }
    return number;
}

static void read_row(uint8_t *dst, const uint8_t *src, size_t n_samples, int64_t maximum, uint16_t *wide,
                     const frcnn_image_options *options)
{
    for (size_t i = 0; i < n_samples; i++) wide[i] = (uint16_t)(maximum > 255 ? frcnn_get_be16(src + 2 * i) : src[i]);
    if (maximum > 255) {
        frcnn_samples_to_8_bit(dst, wide, n_samples, (uint16_t)maximum, options);
        return;
    }
    for (size_t i = 0; i < n_samples; i++) {
        const int64_t value = wide[i] < maximum ? wide[i] : maximum;
        dst[i] = (uint8_t)((2 * value * 255 + maximum) / (2 * maximum));
    }
}

frcnn_status frcnn_decode_pnm(frcnn_image **out, int *orientation, const frcnn_encoded *encoded)
{
    const int n_channels = encoded->bytes[1] == '6' ? 3 : 1;
    size_t at = 2;
    const int64_t width = read_number(encoded, &at);
    const int64_t height = read_number(encoded, &at);
    const int64_t maximum = read_number(encoded, &at);
    FRCNN_FAIL_IF(width < 0 || height < 0 || maximum < 0, FRCNN_ERROR_FORMAT,
                  "%s: damaged PNM: expected width, height and largest value", encoded->name);
    FRCNN_FAIL_IF(maximum < 1 || maximum > 65535, FRCNN_ERROR_FORMAT,
                  "%s: damaged PNM: expected a largest value of 1 to 65535, found %lld", encoded->name,
                  (long long)maximum);
    FRCNN_TRY(frcnn_encoded_check_size(encoded, height, width));
    at++;
    const size_t n_samples = (size_t)width * (size_t)n_channels;
    const size_t row_bytes = n_samples * (maximum > 255 ? 2 : 1);
    const size_t expected = row_bytes * (size_t)height;
    FRCNN_FAIL_IF(
        at > encoded->n_bytes ||
                encoded->n_bytes -
                    at<expected, FRCNN_ERROR_FORMAT,
                       "%s: the PNM is cut short: expected %zu bytes of pixels, found %zu", encoded->name, expected, at>
                        encoded->n_bytes
            ? 0
            : encoded->n_bytes - at);

    frcnn_image *image = NULL;
    void *wide = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_image_alloc(&image, (int)height, (int)width, n_channels));
    FRCNN_TRY_CLEANUP(frcnn_alloc(&wide, n_samples, sizeof(uint16_t), "image row"));
    for (int64_t y = 0; y < height; y++) {
        uint8_t *row = image->pixels + (size_t)y * n_samples;
        read_row(row, encoded->bytes + at + (size_t)y * row_bytes, n_samples, maximum, wide, encoded->options);
    }
    *out = image;
    image = NULL;
    *orientation = 1;

cleanup:
    frcnn_free(wide);
    frcnn_image_destroy(&image);
    return status;
}
