/** What an image handle is made of, for the files of this folder. */
#ifndef FRCNN_IMAGE_TYPE_H
#define FRCNN_IMAGE_TYPE_H

#include "frcnn/image.h"

struct frcnn_image {
    int height, width;
    int n_channels; /**< 3 in every image that callers see; decoders keep their file's: grey, grey and alpha, RGB, RGBA */
    uint8_t *pixels; /**< [height, width, n_channels], from frcnn_alloc */
};

/** An image of 1 to 4 channels whose pixels are not set yet. Errors: INVALID (a side below 1), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_image_alloc(frcnn_image **out, int height, int width, int n_channels);

/** An image made of pixels [height, width, n_channels] from frcnn_alloc, which it owns afterwards, also on failure.
 *  Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_image_adopt(frcnn_image **out, int height, int width, int n_channels,
                                               uint8_t *pixels);

/** Converts to n_channels, as frcnn_channels_convert does. Errors: NO_MEMORY, the image is then as before. */
FRCNN_NODISCARD frcnn_status frcnn_image_set_channels(frcnn_image *image, int n_channels);

#endif
