/** EXIF orientation: how a camera was held, and the turn that brings its picture upright. */
#ifndef FRCNN_EXIF_ORIENTATION_H
#define FRCNN_EXIF_ORIENTATION_H

#include <stddef.h>
#include <stdint.h>

#include "frcnn/image.h"

/** The orientation, 1 to 8, in a TIFF structure as EXIF blocks hold it, with or without the "Exif" prefix; 1 where there
 *  is none or it makes no sense. */
int frcnn_exif_get_orientation(const uint8_t *exif, size_t n_bytes);

/** Turns and mirrors the image so that one stored with this orientation is upright. 5 to 8 swap its sides.
 *  Errors: NO_MEMORY, the image is then as before. */
FRCNN_NODISCARD frcnn_status frcnn_image_make_upright(frcnn_image *image, int orientation);

#endif
