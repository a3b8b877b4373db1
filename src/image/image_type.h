/** What an image handle is made of, for the files of this folder. */
#ifndef FRCNN_IMAGE_TYPE_H
#define FRCNN_IMAGE_TYPE_H

#include "frcnn/image.h"

struct frcnn_image {
    int height, width;
    uint8_t *pixels; /**< [height, width, 3], from frcnn_alloc */
};

/** An image whose pixels are not set yet. Errors: INVALID (a side below 1), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_image_alloc(frcnn_image **out, int height, int width);

/** An image made of pixels [height, width, 3] from frcnn_alloc, which it owns afterwards, also on failure.
 *  Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_image_adopt(frcnn_image **out, int height, int width, uint8_t *pixels);

#endif
