#include "frcnn/picture.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#include "image/channels.h"
#include "image/decoder.h"
#include "image/file_bytes.h"
#include "image/image_type.h"
#include "image/picture_shape.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/shape.h"
#include "tensor/storage.h"

static void destroy_image(void *context)
{
    frcnn_image *image = context;
    frcnn_image_destroy(&image);
}

/* The image lives as long as the tensor; nobody else holds it afterwards. */
static frcnn_status adopt(frcnn_tensor **out, frcnn_image **image)
{
    const int64_t shape[3] = {(*image)->height, (*image)->width, (*image)->n_channels};
    FRCNN_TRY(frcnn_tensor_from_memory(out, FRCNN_U8, 3, shape, (*image)->pixels, destroy_image, *image));
    *image = NULL;
    return FRCNN_OK;
}

frcnn_status frcnn_picture_from_image(frcnn_tensor **out, frcnn_image **image)
{
    return adopt(out, image);
}

static frcnn_status check_request(const char *name, int n_channels)
{
    FRCNN_FAIL_IF(n_channels < 0 || n_channels > 4, FRCNN_ERROR_INVALID,
                  "%s: expected to read 1 to 4 channels, or 0 for the file's, found %d", name, n_channels);
    return FRCNN_OK;
}

frcnn_status frcnn_picture_decode(frcnn_tensor **out, const void *bytes, size_t n_bytes, const char *name,
                                  int n_channels, const frcnn_image_options *options)
{
    FRCNN_TRY(check_request(name, n_channels));
    frcnn_image *image = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_image_decode_channels(&image, bytes, n_bytes, name, options));
    if (n_channels > 0) FRCNN_TRY_CLEANUP(frcnn_image_set_channels(image, n_channels));
    status = adopt(out, &image);

cleanup:
    frcnn_image_destroy(&image);
    return status;
}

frcnn_status frcnn_picture_open(frcnn_tensor **out, const char *path, int n_channels,
                                const frcnn_image_options *options)
{
    FRCNN_TRY(check_request(path, n_channels));
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    FRCNN_TRY(frcnn_file_read(&bytes, &n_bytes, path));
    const frcnn_status status = frcnn_picture_decode(out, bytes, n_bytes, path, n_channels, options);
    frcnn_free(bytes);
    return status;
}

frcnn_status frcnn_picture_to_image(frcnn_image **out, const frcnn_tensor *picture)
{
    frcnn_tensor *pixels = NULL;
    frcnn_image *image = NULL;
    frcnn_status status = FRCNN_OK;
    FRCNN_TRY_CLEANUP(frcnn_picture_get_pixels(&pixels, "image of a picture", picture));
    const int64_t height = pixels->shape[0];
    const int64_t width = pixels->shape[1];
    if (height > INT_MAX || width > INT_MAX) {
        status = frcnn_fail(FRCNN_ERROR_INVALID, "image of a picture: expected sides of at most %d, found %lldx%lld",
                            INT_MAX, (long long)height, (long long)width);
        goto cleanup;
    }
    FRCNN_TRY_CLEANUP(frcnn_image_alloc(&image, (int)height, (int)width, 3));
    frcnn_channels_convert(image->pixels, 3, frcnn_tensor_get_const_data(pixels), (int)pixels->shape[2],
                           (size_t)height * (size_t)width);
    *out = image;

cleanup:
    frcnn_tensor_destroy(&pixels);
    return status;
}

/* The format that the end of a path names. */
static frcnn_status find_format(frcnn_image_format *format, const char *path)
{
    static const struct {
        const char *end;
        frcnn_image_format format;
    } formats[] = {{".png", FRCNN_IMAGE_PNG}, {".jpg", FRCNN_IMAGE_JPEG}, {".jpeg", FRCNN_IMAGE_JPEG}};
    const size_t n = strlen(path);
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const size_t n_end = strlen(formats[i].end);
        if (n < n_end || strcasecmp(path + n - n_end, formats[i].end) != 0) continue;
        *format = formats[i].format;
        return FRCNN_OK;
    }
    return frcnn_fail(FRCNN_ERROR_UNSUPPORTED, "%s: expected a name that ends in .png, .jpg or .jpeg", path);
}

frcnn_status frcnn_picture_save(const frcnn_tensor *picture, const char *path)
{
    frcnn_image_format format = FRCNN_IMAGE_PNG;
    FRCNN_TRY(find_format(&format, path));
    frcnn_tensor *pixels = NULL;
    FRCNN_TRY(frcnn_picture_get_pixels(&pixels, path, picture));
    const int64_t height = pixels->shape[0];
    const int64_t width = pixels->shape[1];
    frcnn_status status = FRCNN_OK;
    if (height < 1 || width < 1) {
        status = frcnn_fail(FRCNN_ERROR_INVALID, "%s: expected a picture of at least one pixel, found %lldx%lld", path,
                            (long long)height, (long long)width);
    } else if (height > INT_MAX || width > INT_MAX) {
        status = frcnn_fail(FRCNN_ERROR_UNSUPPORTED, "%s: %lldx%lld pixels are more than can be written", path,
                            (long long)height, (long long)width);
    } else {
        const frcnn_image image = {.height = (int)height,
                                   .width = (int)width,
                                   .n_channels = (int)pixels->shape[2],
                                   .pixels = frcnn_tensor_get_data(pixels)};
        status = frcnn_image_save(&image, path, format);
    }
    frcnn_tensor_destroy(&pixels);
    return status;
}
