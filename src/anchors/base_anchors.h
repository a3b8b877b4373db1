/** Base anchors: the boxes of a level's first cell, in each published convention. */
#ifndef FRCNN_BASE_ANCHORS_H
#define FRCNN_BASE_ANCHORS_H

#include "frcnn/anchors.h"

/** out [n_sizes * n_ratios, 4], before they are rounded to f32: shifts are added in f64 by py-faster-rcnn and in f32 by all
 *  others, whose values here are f32 already. The config has been checked. */
void frcnn_base_anchors(const frcnn_anchor_config *config, int level, double *out);

#endif
