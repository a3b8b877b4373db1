/** JPEG of a single channel, which stb_image_write does not know. Only in a build that has libjpeg. */
#ifndef FRCNN_ENCODE_JPEG_H
#define FRCNN_ENCODE_JPEG_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/image.h"

/** Encodes an image of one channel, sides of at most 65535, in quality 1 to 100; the caller frees *bytes with frcnn_free.
 *  Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_jpeg_encode_grey(uint8_t **bytes, size_t *n_bytes, const frcnn_image *image,
                                                    int quality);

#endif
