/** Boxes of YOLO labels. */
#ifndef FRCNN_BOXES_YOLO_H
#define FRCNN_BOXES_YOLO_H

#include "frcnn/boxes.h"

#include "annotations/image_sizes.h"

/** What the files of one folder share. */
typedef struct frcnn_yolo_classes {
    int is_named;    /**< all categories are there, by classes.txt */
    int *categories; /**< [FRCNN_MAX_LABELS], the category of a class plus 1; 0: none yet */
} frcnn_yolo_classes;

/** Reads the names of classes, where the folder or the one above has them. The caller ends classes with
 *  frcnn_yolo_classes_deinit, also on failure. Errors: FORMAT (bad names), IO, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_yolo_classes_init(frcnn_yolo_classes *classes, frcnn_boxes *self,
                                                     const char *folder);
void frcnn_yolo_classes_deinit(frcnn_yolo_classes *classes);

/** Adds an image and its boxes. path is for messages and finds the image. Errors: FORMAT, NO_MEMORY, those of
 *  frcnn_image_sizes_find. */
FRCNN_NODISCARD frcnn_status frcnn_boxes_read_yolo(frcnn_boxes *self, const char *text, size_t n_bytes,
                                                   const char *path, const frcnn_image_sizes *images,
                                                   frcnn_yolo_classes *classes);

#endif
