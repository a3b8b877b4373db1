/** RoIPool: the maxima of a grid of bins, of whole pixels, out of each region of a feature map. */
#ifndef FRCNN_ROI_POOL_H
#define FRCNN_ROI_POOL_H

#include <stdint.h>

#include "roi/roi_level.h"

typedef struct frcnn_roi_pool {
    int n_levels; /**< 1 to 8 */
    frcnn_roi_level levels[8];
    int k_min; /**< the level (4: where a RoI of 224 x 224 goes) of levels[0]; the others follow. One level takes all */
    frcnn_level_rule level_rule;
    int64_t channels;
    int output_size; /**< P: bins per side */
} frcnn_roi_pool;

/** rois  [n, 4]               x1, y1, x2, y2 in pixels of the padded input
 *  dst   [n, P, P, channels]  overwritten
 *  Edges are rounded to map pixels, halves away from 0, and belong to the RoI, which is 1 pixel or more; neighbouring bins
 *  may share pixels. A bin outside the map is 0. A NaN is never the maximum, nor is anything below -FLT_MAX, which is what
 *  a bin of nothing else gives. Zeros for a RoI with a NaN or infinite corner; edges beyond 2^29 map pixels count as there.
 *  Bit-equal to torchvision's CPU kernel; the same bytes for every number of threads.
 *  Source: Girshick 2015, Caffe's ROIPooling. */
void frcnn_roi_pool_cpu(const frcnn_roi_pool *p, const float *rois, int64_t n, float *dst);

#endif
