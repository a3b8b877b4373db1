/** COCO's two kinds of files. */
#ifndef FRCNN_COCO_H
#define FRCNN_COCO_H

#include "frcnn/status.h"

/** Writes FRCNN_COCO_RESULTS_NAME into folder: [{"image_id", "category_id", "bbox", "score"} …], one a line.
 *  Errors: IO, FORMAT, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_coco_save_results(const char *folder, const char *journal);

/** Writes FRCNN_COCO_NAME into folder: images, annotations (ids from 1, area = width * height, iscrowd 0, score) and
 *  categories. Errors: IO, FORMAT, NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_coco_save(const char *folder, const char *journal);

#endif
