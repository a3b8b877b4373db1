/** Boxes as the anchors meet them: in pixels of the resized image, image shape by image shape. */
#ifndef FRCNN_FIT_BOXES_H
#define FRCNN_FIT_BOXES_H

#include "frcnn/anchor_fit.h"

/** Boxes whose images have one padded shape lie together. */
typedef struct frcnn_fit_group {
    size_t first, n;
    frcnn_anchor_grids grids;
} frcnn_fit_group;

typedef struct frcnn_fit_boxes {
    size_t n;
    float *x1, *y1, *x2, *y2; /**< [n] */
    uint8_t *size;            /**< [n], frcnn_box_size */
    size_t n_groups;
    frcnn_fit_group *groups;
} frcnn_fit_boxes;

/** All boxes but crowds; *out is zeroed or made before, and the caller ends it with frcnn_fit_boxes_deinit.
 *  Errors: INVALID (config, options), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_fit_boxes_init(frcnn_fit_boxes *out, const frcnn_anchor_config *config,
                                                  const frcnn_boxes *const *boxes, size_t n,
                                                  const frcnn_anchor_fit_options *options);
/** Leaves at most limit boxes, chosen at random, the same ones each time. Errors: NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_fit_boxes_thin(frcnn_fit_boxes *boxes, size_t limit);
void frcnn_fit_boxes_deinit(frcnn_fit_boxes *boxes);

/** A level's boxes of its first cell, (x1, y1, x2, y2) in every convention, offset included; out [A, 4]. The config has been
 *  checked. */
void frcnn_fit_first_cell(float *out, const frcnn_anchor_config *config, int level);

/** iou[i] becomes the IoU of box i with the nearest anchor that is base, a box of the level's first cell, moved to some
 *  cell; with is_max only where that is more. */
void frcnn_fit_match(float *iou, const frcnn_fit_boxes *boxes, int level, const float base[4], int is_max);

/** iou[i]: of the best of all anchors. */
void frcnn_fit_match_all(float *iou, const frcnn_fit_boxes *boxes, const frcnn_anchor_config *config);

#endif
