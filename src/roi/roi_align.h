/** RoIAlign: a fixed grid of averaged bilinear samples out of each region of a feature map. */
#ifndef FRCNN_ROI_ALIGN_H
#define FRCNN_ROI_ALIGN_H

#include <stdint.h>

#include "roi/roi_level.h"

typedef struct frcnn_roi_align {
    int n_levels; /**< 1 to 8 */
    frcnn_roi_level levels[8];
    int k_min; /**< the level (4: where a RoI of 224 x 224 goes) of levels[0]; the others follow. One level takes all */
    frcnn_level_rule level_rule;
    int64_t channels;
    int output_size;    /**< P: bins per side */
    int sampling_ratio; /**< samples per side of a bin; 0 or less: one per map pixel, rounded up */
    int is_aligned;     /**< 1: coordinates shifted by half a map pixel, sides unbounded; 0: sides of at least 1 */
} frcnn_roi_align;

/** rois  [n, 4]               x1, y1, x2, y2 in pixels of the padded input
 *  dst   [n, P, P, channels]  overwritten
 *  A sample more than 1 outside the map counts as 0. Zeros for a RoI with a NaN or infinite corner, and for one so far
 *  out of any map that a bin's side has more than 4096 samples.
 *  Bit-equal to torchvision's CPU kernel; the same bytes for every number of threads.
 *  Source: He et al. 2017; is_aligned as Detectron2's ROIAlignV2. */
void frcnn_roi_align_cpu(const frcnn_roi_align *p, const float *rois, int64_t n, float *dst);

#endif
