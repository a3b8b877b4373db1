/** Base anchors: the boxes of one cell, around the origin, in each published convention. */
#ifndef FRCNN_BASE_ANCHORS_H
#define FRCNN_BASE_ANCHORS_H

#include "frcnn/status.h"

/** torchvision's convention: ratios are height / width; every ratio with every size, ratio slow, size fast; corners are
 *  rounded to whole pixels, half to even.
 *  sizes   [n_sizes]   side of the square of equal area, pixels
 *  ratios  [n_ratios]
 *  out     [n_ratios * n_sizes, 4]  (x1, y1, x2, y2)
 *  Errors: INVALID (no size or ratio; one that is not finite and above 0).
 *  Source: torchvision's AnchorGenerator. */
FRCNN_NODISCARD frcnn_status frcnn_base_anchors_torchvision(const float *sizes, int n_sizes, const float *ratios,
                                                            int n_ratios, float *out);

#endif
