/** Anchors of feature maps: base anchors shifted to every cell. */
#ifndef FRCNN_ANCHOR_GRID_H
#define FRCNN_ANCHOR_GRID_H

#include <stdint.h>

#include "anchors/base_anchors.h"
#include "frcnn/status.h"

/** The base anchors of every cell of one map: rows slow, columns, then the anchor in the cell. Cell (i, j) shifts by
 *  (j * stride_x, i * stride_y), so that the first cell's anchors are the base anchors.
 *  base  [n_base, 4]                     (x1, y1, x2, y2) around the origin
 *  out   [grid_h * grid_w * n_base, 4]   pixels of the padded image
 *  Errors: INVALID (a side, stride or number below 1, or more anchors than memory can address). */
FRCNN_NODISCARD frcnn_status frcnn_anchor_grid(float *out, const float *base, int n_base, int grid_h, int grid_w,
                                               int stride_y, int stride_x);

/** One feature map, as the anchors see it. */
typedef struct frcnn_anchor_level {
    int grid_h, grid_w;
    const float *base; /**< [n_base, 4], borrowed */
    int n_base;
} frcnn_anchor_level;

/** Anchors of all levels together. Errors: INVALID (as frcnn_anchor_grid). */
FRCNN_NODISCARD frcnn_status frcnn_anchor_levels_count(int64_t *out, const frcnn_anchor_level *levels, int n_levels);

/** The anchors of all levels of a padded image, one level after the other. The stride of a level is the image's side
 *  divided by the map's, rounded down, in y and x apart: a map of 13 rows under 800 pixels has a stride of 61.
 *  out  [frcnn_anchor_levels_count, 4]
 *  Errors: INVALID (as frcnn_anchor_grid; a map larger than the image). Source: torchvision's AnchorGenerator. */
FRCNN_NODISCARD frcnn_status frcnn_anchor_levels_fill(float *out, const frcnn_anchor_level *levels, int n_levels,
                                                      int padded_h, int padded_w);

#endif
