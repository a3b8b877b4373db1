/** Boxes of a VOC file. */
#ifndef FRCNN_BOXES_VOC_H
#define FRCNN_BOXES_VOC_H

#include "frcnn/boxes.h"

#include "annotations/image_sizes.h"

/** Adds an image and its boxes; images NULL: none are at hand. path is for messages, and for the image's name where the
 *  file has none. Errors: FORMAT, NO_MEMORY, those of frcnn_image_sizes_find. */
FRCNN_NODISCARD frcnn_status frcnn_boxes_read_voc(frcnn_boxes *self, const char *text, size_t n_bytes, const char *path,
                                                  const frcnn_image_sizes *images);

#endif
