/* Any bytes are refused, or become an image within the limits; also by the JPEG decoder of builds without libjpeg. */
#include "fuzz.h"
#include "image/decoder.h"
#include "image/image_type.h"

enum { MAX_PIXELS = 1 << 16 };

static void check_image(frcnn_status status, frcnn_image *image)
{
    if (status != FRCNN_OK) {
        FUZZ_CHECK(status == FRCNN_ERROR_FORMAT || status == FRCNN_ERROR_UNSUPPORTED || status == FRCNN_ERROR_INVALID ||
                   status == FRCNN_ERROR_NO_MEMORY);
        FUZZ_CHECK(image == NULL);
        return;
    }
    const int64_t n_pixels = (int64_t)frcnn_image_get_height(image) * frcnn_image_get_width(image);
    FUZZ_CHECK(n_pixels >= 1 && n_pixels <= MAX_PIXELS);
    FUZZ_CHECK(image->n_channels >= 1 && image->n_channels <= 4);
    /* Every pixel is there to be read. */
    const int64_t n_bytes = n_pixels * image->n_channels;
    unsigned sum = 0;
    for (int64_t i = 0; i < n_bytes; i++) sum += image->pixels[i];
    FUZZ_CHECK(sum <= 255 * (unsigned)n_bytes);
    FUZZ_CHECK(frcnn_image_set_channels(image, 3) == FRCNN_OK && image->n_channels == 3);
    frcnn_image_destroy(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    frcnn_image_options options;
    frcnn_image_options_default(&options);
    options.max_pixels = MAX_PIXELS;
    frcnn_image *image = NULL;
    frcnn_status status = frcnn_image_decode_channels(&image, data, size, "fuzz", &options);
    FUZZ_CHECK(status != FRCNN_OK || frcnn_image_is_known(data, size));
    check_image(status, image);

    if (size < 3 || data[0] != 0xff || data[1] != 0xd8) return 0;
    const frcnn_encoded encoded = {.bytes = data, .n_bytes = size, .name = "fuzz", .options = &options};
    int orientation = 1;
    image = NULL;
    status = frcnn_decode_jpeg_stb(&image, &orientation, &encoded);
    check_image(status, image);
    FUZZ_CHECK(orientation >= 1 && orientation <= 8);
    return 0;
}
