/** Boxes of a COCO file. */
#ifndef FRCNN_BOXES_COCO_H
#define FRCNN_BOXES_COCO_H

#include "frcnn/boxes.h"

/** Errors: FORMAT, NO_MEMORY. path is for messages. */
FRCNN_NODISCARD frcnn_status frcnn_boxes_read_coco(frcnn_boxes *self, const char *text, size_t n_bytes,
                                                   const char *path);

#endif
