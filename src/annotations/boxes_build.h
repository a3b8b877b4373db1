/** Annotated boxes while they are being read. */
#ifndef FRCNN_BOXES_BUILD_H
#define FRCNN_BOXES_BUILD_H

#include "frcnn/boxes.h"

enum { FRCNN_MAX_ANNOTATED_SIDE = 65535, FRCNN_MAX_NAMED_BAD_BOXES = 100 };

/** Where something was read: "PATH: BEFORE N AFTER", as "a.json: annotations[3]" or "a.txt: line 4". */
typedef struct frcnn_box_place {
    const char *path;
    const char *before, *after;
    size_t number;
} frcnn_box_place;

/** Empty; ended with frcnn_boxes_close. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_boxes_create(frcnn_boxes **out, frcnn_boxes_format format);

/** A new image without boxes; its place among images is their number before. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_boxes_add_image(frcnn_boxes *self, const char *name, int height, int width);
FRCNN_NODISCARD frcnn_status frcnn_boxes_add_category(frcnn_boxes *self, int32_t id, const char *name);

/** Adds a box (x1, y1, x2, y2) to an image, clipped, or counts it as bad. box has the rest. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_boxes_add(frcnn_boxes *self, size_t image, const double corners[4],
                                             const frcnn_box *box, const frcnn_box_place *place);

/** After the last box: gives each image its boxes. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_boxes_finish(frcnn_boxes *self);

#endif
