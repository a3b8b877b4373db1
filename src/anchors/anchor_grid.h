/** Anchors of feature maps: base anchors shifted to every cell. */
#ifndef FRCNN_ANCHOR_GRID_H
#define FRCNN_ANCHOR_GRID_H

#include "frcnn/anchors.h"

/** The anchors of one level, out [grid_h * grid_w * A, 4], or of all, out [frcnn_anchors_count, 4]; as frcnn_anchors_create_level
 *  and frcnn_anchors_create. Errors: INVALID (as those), NO_MEMORY. */
FRCNN_NODISCARD frcnn_status frcnn_anchors_fill_level(float *out, const frcnn_anchor_config *config,
                                                      const frcnn_anchor_grids *grids, int level);
FRCNN_NODISCARD frcnn_status frcnn_anchors_fill(float *out, const frcnn_anchor_config *config,
                                                const frcnn_anchor_grids *grids);

#endif
