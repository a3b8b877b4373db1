#include "frcnn/image.h"

#include <string.h>

#include "image/channels.h"
#include "image/image_type.h"
#include "tensor/error.h"
#include "tensor/memory.h"

frcnn_status frcnn_image_adopt(frcnn_image **out, int height, int width, int n_channels, uint8_t *pixels)
{
    void *block = NULL;
    const frcnn_status status = frcnn_alloc(&block, 1, sizeof(frcnn_image), "image");
    if (status != FRCNN_OK) {
        frcnn_free(pixels);
        return status;
    }
    *out = block;
    **out = (frcnn_image){.height = height, .width = width, .n_channels = n_channels, .pixels = pixels};
    return FRCNN_OK;
}

frcnn_status frcnn_image_alloc(frcnn_image **out, int height, int width, int n_channels)
{
    FRCNN_FAIL_IF(height < 1 || width < 1, FRCNN_ERROR_INVALID, "image: expected sides of at least 1, found %dx%d",
                  height, width);
    void *pixels = NULL;
    FRCNN_TRY(frcnn_alloc(&pixels, (size_t)height, (size_t)width * (size_t)n_channels, "image"));
    return frcnn_image_adopt(out, height, width, n_channels, pixels);
}

frcnn_status frcnn_image_set_channels(frcnn_image *image, int n_channels)
{
    if (image->n_channels == n_channels) return FRCNN_OK;
    void *pixels = NULL;
    FRCNN_TRY(frcnn_alloc(&pixels, (size_t)image->height, (size_t)image->width * (size_t)n_channels, "image"));
    frcnn_channels_convert(pixels, n_channels, image->pixels, image->n_channels,
                           (size_t)image->height * (size_t)image->width);
    frcnn_free(image->pixels);
    image->pixels = pixels;
    image->n_channels = n_channels;
    return FRCNN_OK;
}

frcnn_status frcnn_image_create(frcnn_image **out, int height, int width, const uint8_t *rgb)
{
    FRCNN_TRY(frcnn_image_alloc(out, height, width, 3));
    const size_t n_bytes = (size_t)height * (size_t)width * 3;
    if (rgb == NULL)
        memset((*out)->pixels, 0, n_bytes);
    else
        memcpy((*out)->pixels, rgb, n_bytes);
    return FRCNN_OK;
}

frcnn_status frcnn_image_copy(frcnn_image **out, const frcnn_image *image)
{
    return frcnn_image_create(out, image->height, image->width, image->pixels);
}

void frcnn_image_destroy(frcnn_image **image)
{
    if (*image == NULL) return;
    frcnn_free((*image)->pixels);
    frcnn_free(*image);
    *image = NULL;
}

int frcnn_image_get_height(const frcnn_image *image)
{
    return image->height;
}

int frcnn_image_get_width(const frcnn_image *image)
{
    return image->width;
}

uint8_t *frcnn_image_get_pixels(frcnn_image *image)
{
    return image->pixels;
}

const uint8_t *frcnn_image_get_const_pixels(const frcnn_image *image)
{
    return image->pixels;
}
